"""What is asked to give a seat a holder."""

from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

HOLDER, DEPUTY = "titulaire", "suppleant"
PLACES = [SelectChoice(HOLDER, "Titulaire"), SelectChoice(DEPUTY, "Suppléant")]


class AssignForm(FlaskForm):  # type: ignore[misc]
    """Who, in which place, from when."""

    person = StringField(
        "Personne",
        [InputRequired("Indiquez qui répondra de ce sujet."), Length(max=120)],
        description="Nom, ou identifiant de connexion si plusieurs personnes portent ce nom",
    )
    place = RadioField(
        "À quelle place",
        choices=PLACES,
        default=HOLDER,
        validators=[InputRequired("Choisissez une place.")],
    )
    starts = DateField("À partir du", [Optional()], description="Vide : dès maintenant")


class PlaceForm(FlaskForm):  # type: ignore[misc]
    """Which place is left."""

    place = RadioField("Place", choices=PLACES, default=HOLDER)


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the press of a button."""
