"""Forms of the directory: a line of the table, a try, a file, being received and receiving."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from dataspace.auth.labels import typed
from dataspace.auth.words import MembershipKind

_NEEDED = DataRequired("À remplir.")
_LONG = Length(max=400, message="400 caractères au plus.")


class LineForm(FlaskForm):  # type: ignore[misc]
    """What a value of a claim gives; `version` is the one that was on screen."""

    claim = SelectField("Ce que dit l’annuaire", [InputRequired("Choisissez.")])
    value = StringField("Valeur", [_NEEDED, Length(max=200, message="200 caractères au plus.")], filters=[typed])
    role = SelectField("Rôle donné", [InputRequired("Choisissez un rôle.")])
    unit = SelectField("Sur", [InputRequired("Choisissez une unité.")])
    with_services = BooleanField("et ses services")
    membership = SelectField(
        "Elle y travaille ou y siège",
        [Optional()],
        choices=[
            SelectChoice("", "sans le dire\u00a0: l’accès seul"),
            *(SelectChoice(kind.value, f"oui, {kind.label}") for kind in MembershipKind),
        ],
    )
    reason = StringField("Motif", [_NEEDED, _LONG], filters=[typed])
    version = HiddenField()


class RemoveForm(FlaskForm):  # type: ignore[misc]
    reason = StringField("Motif du retrait", [_NEEDED, _LONG], filters=[typed])
    version = HiddenField(validators=[DataRequired()])


class TryForm(FlaskForm):  # type: ignore[misc]
    """Somebody, or what her directory would say."""

    person = StringField("Une personne", [Optional(), Length(max=300)], filters=[typed])
    claims = TextAreaField("Ou ce que dirait l’annuaire", [Optional(), Length(max=20_000)])


class SheetForm(FlaskForm):  # type: ignore[misc]
    """The table as a file; `version` is the one of the table that the dry run looked at."""

    file = FileField("Un fichier CSV")
    table = TextAreaField("Ou son contenu, collé ici", [Optional(), Length(max=400_000)])
    absent = BooleanField("Retirer les lignes que le fichier ne nomme pas")
    reason = StringField("Motif", [_NEEDED, _LONG], filters=[typed])
    version = HiddenField()


class ArrivalForm(FlaskForm):  # type: ignore[misc]
    unit = SelectField("Où travaillez-vous\u202f?", [InputRequired("Choisissez une direction.")])
    note = TextAreaField("Un mot pour la direction", [DataRequired("Dites en un mot qui vous êtes."), _LONG])


class AcceptForm(FlaskForm):  # type: ignore[misc]
    unit = SelectField("Dans", [InputRequired("Choisissez une unité.")])
    with_services = BooleanField("et ses services")
    ends = DateField("Jusqu’au", [DataRequired("Donnez une date, par exemple 31/12/2026.")])
    note = StringField("Un mot de bienvenue (facultatif)", [Optional(), Length(max=300)], filters=[typed])
    version = HiddenField(validators=[DataRequired()])


class RefuseForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField("Motif du refus", [DataRequired("Dites pourquoi\u00a0: la personne le lira."), _LONG])
    version = HiddenField(validators=[DataRequired()])
