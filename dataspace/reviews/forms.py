"""Forms of reviews: three fields to open one; an answer to a line; a reason for a whole group."""

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from dataspace.auth.risks import Cause
from dataspace.reviews.answers import Choice

_LONG = Length(max=400, message="400 caractères au plus.")


class OpenForm(FlaskForm):  # type: ignore[misc]
    """What is reviewed, under which title, until when."""

    title = StringField("Titre", [DataRequired("Donnez un titre."), Length(max=200, message="200 caractères au plus.")])
    unit = SelectField("Périmètre", [InputRequired("Choisissez une unité.")])
    until = DateField("Échéance", [DataRequired("Donnez une date, par exemple 31/12/2026.")])


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """Keep or remove; `version` is the one that was on screen."""

    answer = RadioField(
        "Votre réponse", [InputRequired("Choisissez.")],
        choices=[SelectChoice(Choice.KEEP, "Garder"), SelectChoice(Choice.REMOVE, "Retirer")],
    )  # fmt: skip
    note = StringField("Pourquoi", [_LONG])
    version = HiddenField(validators=[DataRequired()])


class KeepAllForm(FlaskForm):  # type: ignore[misc]
    """Keep what is left of a group, for one reason."""

    cause = SelectField("Groupe", choices=[SelectChoice(cause.value, cause.label) for cause in Cause])
    note = StringField("Pourquoi les garder", [_LONG])
