"""Forms of shares."""

from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

NAMED, ALL = "named", "all"
_LONG = Length(max=400, message="400 caractères au plus.")


class ShareForm(FlaskForm):  # type: ignore[misc]
    """For whom, what for, until when; of which rows, when not of all."""

    to = RadioField(
        "Pour qui", [InputRequired("Choisissez.")], default=NAMED,
        choices=[SelectChoice(NAMED, "Des collègues que je nomme"), SelectChoice(ALL, "Tout collègue qui a le lien")],
    )  # fmt: skip
    people = TextAreaField("Vos collègues", [Optional(), Length(max=2000)])
    purpose = StringField("À quoi cela sert", [DataRequired("Dites à quoi ce lien sert."), _LONG])
    ends = DateField("Jusqu’au", [DataRequired("Donnez une date, par exemple 31/12/2026.")])
    column = SelectField("Seulement les lignes où (facultatif)", default="")
    values = TextAreaField("vaut", [Optional(), Length(max=2000)])


class EndShareForm(FlaskForm):  # type: ignore[misc]
    reason = StringField("Motif", [DataRequired("Dites pourquoi."), _LONG])
