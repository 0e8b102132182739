"""Forms of usages: the sheet of the register, and the short ones of its page."""

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from dataspace.usages.models import HealthGround, LegalBasis, RecipientKind, Stance

_LONG = Length(max=400, message="400 caractères au plus.")
_DATE = DataRequired("Donnez une date, par exemple 31/12/2026.")
_CHOOSE = InputRequired("Choisissez.")


class UsageForm(FlaskForm):  # type: ignore[misc]
    """What for, by which right, whose, how long; `version` is the one that was on screen."""

    title = StringField("Nom de l’usage", [DataRequired("Donnez-lui un nom."), Length(max=200)])
    purpose = TextAreaField(
        "Finalité", [DataRequired("Dites à quoi il sert."), Length(max=1000, message="1\u202f000 caractères au plus.")]
    )
    unit = SelectField("Tenu par", [_CHOOSE])
    basis = SelectField(
        "Base légale", [_CHOOSE],
        choices=[SelectChoice(one.value, f"{one.label.capitalize()} ({one.article})") for one in LegalBasis],
    )  # fmt: skip
    health_ground = SelectField(
        "Fondement pour des données de santé", [Optional()],
        choices=[SelectChoice("", "sans objet"), *(SelectChoice(one.value, one.label) for one in HealthGround)],
    )  # fmt: skip
    controller = SelectField("Responsable de traitement", [_CHOOSE])
    retention = IntegerField(
        "Conservation, en mois", [InputRequired("Donnez un nombre de mois."), NumberRange(1, 600, "De 1 à 600 mois.")]
    )
    ends = DateField("Fin de l’usage", [_DATE])
    review_date = DateField("Relecture le", [_DATE])
    version = HiddenField(validators=[Optional()])


class RecipientForm(FlaskForm):  # type: ignore[misc]
    kind = SelectField(
        "Catégorie", [_CHOOSE], choices=[SelectChoice(one.value, one.label.capitalize()) for one in RecipientKind]
    )
    unit = SelectField("De", [_CHOOSE])


class NeedForm(FlaskForm):  # type: ignore[misc]
    thing = StringField("Élément", [DataRequired("Choisissez un élément."), Length(max=400)])


class AskForm(FlaskForm):  # type: ignore[misc]
    """One field: why she would take part."""

    reason = TextAreaField("Pourquoi en être", [DataRequired("Dites pourquoi."), _LONG])


class JoinForm(FlaskForm):  # type: ignore[misc]
    """Who takes part, until when, why."""

    person = StringField("Qui", [DataRequired("Nommez une personne."), Length(max=300)])
    until = DateField("Jusqu’au", [_DATE])
    reason = StringField("Motif", [DataRequired("Dites pourquoi."), _LONG])


class RefuseForm(FlaskForm):  # type: ignore[misc]
    note = TextAreaField("Motif du refus", [DataRequired("Dites pourquoi."), _LONG])


class RemoveForm(FlaskForm):  # type: ignore[misc]
    reason = StringField("Motif", [DataRequired("Dites pourquoi."), _LONG])


class AdviseForm(FlaskForm):  # type: ignore[misc]
    opinion = RadioField(
        "Votre avis", [_CHOOSE], choices=[SelectChoice(one.value, one.label.capitalize()) for one in Stance]
    )
    comment = TextAreaField("Ce qui le motive", [_LONG])
