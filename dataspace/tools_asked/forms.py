"""Four fields to ask for a tool; a state and a word to answer."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from dataspace.tools_asked.models import ToolState

_ANSWERS = (ToolState.STUDIED, ToolState.DELIVERED, ToolState.REFUSED)


class ToolForm(FlaskForm):  # type: ignore[misc]
    title = StringField("Ce qu’il vous faut", [DataRequired("Dites-le en quelques mots."), Length(max=160)])
    purpose = TextAreaField("À quoi cela servira", [DataRequired("Dites à quoi cela servira."), Length(max=1000)])
    audience = StringField("Pour qui", [DataRequired("Dites qui s’en servira."), Length(max=200)])
    wanted_by = DateField("D’ici le", [Optional()])
    unit = SelectField("Au titre de", [InputRequired("Choisissez une affectation.")])
    is_shared = BooleanField("Mes collègues de la direction peuvent la lire et s’y joindre", default=True)


class AnswerToolForm(FlaskForm):  # type: ignore[misc]
    """`version` is the one that was on screen."""

    state = RadioField(
        "Où en est-elle\u202f?", [InputRequired("Choisissez.")],
        choices=[SelectChoice(state.value, state.label.capitalize()) for state in _ANSWERS],
    )  # fmt: skip
    note = TextAreaField("Un mot pour la personne", [Length(max=600, message="600 caractères au plus.")])
    version = HiddenField(validators=[DataRequired()])


class WordForm(FlaskForm):  # type: ignore[misc]
    word = TextAreaField(
        "Ajouter un mot", [DataRequired("Écrivez un mot."), Length(max=600, message="600 caractères au plus.")]
    )
