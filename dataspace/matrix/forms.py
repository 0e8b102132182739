"""Forms of the matrix: what to do with the cells that are ticked, and the file that is brought in."""

from flask_wtf import FlaskForm
from wtforms import DateField, FileField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation

from dataspace.auth.labels import typed
from dataspace.matrix.queries import GIVEN

GIVE, END = "donner", "retirer"


def _when_given(form: FlaskForm, field: DateField) -> None:
    """A date is asked of who gives; who takes back leaves it empty."""
    if field.raw_data and field.raw_data[0].strip():
        return
    field.errors = []
    if form.action.data == GIVE:
        raise StopValidation("Donnez une date, par exemple 31/12/2026.")
    raise StopValidation


class ChangeForm(FlaskForm):  # type: ignore[misc]
    """Give one role until a date, or take everything back, on each cell ticked."""

    action = RadioField(
        "Sur les cases cochées", [InputRequired("Choisissez.")], default=GIVE,
        choices=[SelectChoice(GIVE, "Donner un accès à l’unité"), SelectChoice(END, "Retirer l’accès de l’unité")],
    )  # fmt: skip
    role = SelectField("Rôle", choices=[SelectChoice(role.value, role.label.capitalize()) for role in GIVEN])
    ends = DateField("Jusqu’au", [_when_given])
    reason = StringField(
        "Motif", [DataRequired("À remplir."), Length(max=400, message="400 caractères au plus.")], filters=[typed]
    )


class SheetForm(FlaskForm):  # type: ignore[misc]
    """A file, or its text: what is checked stays here, to be corrected on the spot."""

    file = FileField("Le fichier CSV")
    text = TextAreaField("ou son contenu", [Optional()])
    plan = HiddenField(default="")
