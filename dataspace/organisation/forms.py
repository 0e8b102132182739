"""Forms of the organisation: a unit, where it hangs, who works there."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from dataspace.auth.labels import typed
from dataspace.organisation.services import CREATABLE
from dataspace.organisation.staffing import KINDS

_NEEDED = DataRequired("À remplir.")
_DATE = "Donnez une date, par exemple 31/12/2026."
_REASON = (_NEEDED, Length(max=400, message="400 caractères au plus."))


class Boxes(SelectMultipleField):  # type: ignore[misc]
    """Several of a list, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _Seen(FlaskForm):  # type: ignore[misc]
    """`version` is the one on screen; `seen` says which list of people was read."""

    reason = StringField("Motif", _REASON, filters=[typed])
    version = HiddenField()
    seen = HiddenField()

    @property
    def shown_version(self) -> int:
        said = self.version.data or ""
        return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


class UnitForm(_Seen):
    name = StringField("Nom", [_NEEDED, Length(max=200, message="200 caractères au plus.")], filters=[typed])
    short_name = StringField(
        "Nom court", [Optional(), Length(max=80, message="80 caractères au plus.")], filters=[typed]
    )
    areas = Boxes("Territoire", validate_choice=True)


class NewUnitForm(UnitForm):
    kind = SelectField("Type", choices=[SelectChoice(kind.value, kind.label.capitalize()) for kind in CREATABLE])
    parent = SelectField("Sous", [InputRequired("Choisissez une unité.")])


class MoveForm(_Seen):
    parent = SelectField("La mettre sous", [InputRequired("Choisissez une unité.")])
    understood = BooleanField("J’ai compris ce que change ce passage d’un responsable de traitement à un autre")


class CloseForm(_Seen):
    """Why it closes."""


class AcceptForm(FlaskForm):  # type: ignore[misc]
    version = HiddenField()
    seen = HiddenField()

    shown_version = _Seen.shown_version


class RefuseForm(FlaskForm):  # type: ignore[misc]
    reason = StringField("Motif du refus", _REASON, filters=[typed])


class StaffForm(FlaskForm):  # type: ignore[misc]
    """A place of somebody in a unit."""

    person = StringField("Qui", [_NEEDED, Length(max=300)], filters=[typed])
    kind = SelectField("Comme", choices=[SelectChoice(kind.value, kind.label.capitalize()) for kind in KINDS])
    title = StringField("Fonction", [Optional(), Length(max=200)], filters=[typed])
    starts = DateField("Du", [DataRequired(_DATE)])
    ends = DateField("Au", [Optional()])
    areas = Boxes("Territoire", validate_choice=True)
    reason = StringField("Motif", _REASON, filters=[typed])
    seen = HiddenField()


class EndForm(FlaskForm):  # type: ignore[misc]
    person = HiddenField(validators=[Length(max=300)])
    kind = HiddenField(validators=[Length(max=24)])
    reason = StringField("Motif", _REASON, filters=[typed])
    seen = HiddenField()


def offer(field: Any, choices: dict[str, str], *, first: str = "") -> None:
    """What may be picked, and beside what when it may be nothing."""
    told = [SelectChoice("", first)] if first else []
    field.choices = [*told, *(SelectChoice(value, label) for value, label in choices.items())]
