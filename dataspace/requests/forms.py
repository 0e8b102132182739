"""Forms of requests: four fields to ask, two to grant less, one to refuse."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from dataspace.requests.models import Need, Opinion, Purpose

_LONG = Length(max=400, message="400 caractères au plus.")
_DATE = DataRequired("Donnez une date, par exemple 31/12/2026.")


class AskForm(FlaskForm):  # type: ignore[misc]
    """What for, what, until when, in the name of which place; and the conditions, when there are some."""

    topic = SelectField(
        "À quoi cela vous servira-t-il\u202f?",
        choices=[SelectChoice(one.value, one.label.capitalize()) for one in Purpose],
    )
    purpose = TextAreaField("En une ou deux phrases", [DataRequired("Dites à quoi cela vous servira."), _LONG])
    need = RadioField("De quoi avez-vous besoin\u202f?", [InputRequired("Choisissez.")], default=Need.CONSULT.value)
    until = DateField("Jusqu’au", [_DATE])
    unit = SelectField("Au titre de", [InputRequired("Choisissez une affectation.")])
    accepts = BooleanField("J’ai lu et j’accepte ces conditions", [InputRequired("Acceptez-les pour demander.")])


class LessForm(FlaskForm):  # type: ignore[misc]
    """To accept for a shorter time, for reading only, or for who asks and not for her usage."""

    to = RadioField(
        "À qui", choices=[SelectChoice("usage", "À l’usage\u00a0: aux personnes qui en sont, tant qu’elles en sont"),
                          SelectChoice("person", "À la personne qui demande, seulement")], default="usage",
    )  # fmt: skip
    need = RadioField("Pour", [InputRequired("Choisissez.")])
    until = DateField("Jusqu’au", [_DATE])
    note = StringField("Un mot pour la personne (facultatif)", [_LONG])


class RefuseForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField("Motif du refus", [DataRequired("Dites pourquoi."), _LONG])


class AdviseForm(FlaskForm):  # type: ignore[misc]
    """A visa, or the opinion of the DPO."""

    opinion = RadioField(
        "Votre avis", [InputRequired("Choisissez.")],
        choices=[SelectChoice(one.value, one.label.capitalize()) for one in Opinion],
    )  # fmt: skip
    comment = TextAreaField("Ce que doit savoir la personne qui décide", [_LONG])


class AbsenceForm(FlaskForm):  # type: ignore[misc]
    delegate = StringField("Qui décide à votre place", [DataRequired("À remplir."), Length(max=300)])
    starts = DateField("Du", [_DATE])
    ends = DateField("Au", [_DATE])
