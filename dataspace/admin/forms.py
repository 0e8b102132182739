"""Forms of the administration."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from dataspace.audit import Act
from dataspace.auth.labels import typed
from dataspace.auth.words import Protection, Sensitivity
from dataspace.catalog.grounds import GROUNDS

_NEEDED = DataRequired("À remplir.")
_DATE = "Donnez une date, par exemple 31/12/2026."


class AssignForm(FlaskForm):  # type: ignore[misc]
    """To whom, which role, on what, from when to when, why."""

    subject = StringField("À qui", [_NEEDED, Length(max=300)], filters=[typed])
    role = SelectField("Rôle", [InputRequired("Choisissez un rôle.")])
    scope = StringField("Sur quoi", [_NEEDED, Length(max=400)], filters=[typed])
    with_services = BooleanField("et ses services")
    starts = DateField("Du", [DataRequired(_DATE)])
    ends = DateField("Au", [Optional()])
    endless = BooleanField("sans fin")
    reason = StringField("Motif", [_NEEDED, Length(max=400, message="400 caractères au plus.")], filters=[typed])


class RevokeForm(FlaskForm):  # type: ignore[misc]
    """Why it ends; `version` is the one that was on screen, when there was one."""

    version = HiddenField()
    reason = StringField(
        "Motif du retrait", [_NEEDED, Length(max=400, message="400 caractères au plus.")], filters=[typed]
    )


class ChangeGrantForm(FlaskForm):  # type: ignore[misc]
    """Other terms for a grant; `version` is the one that was on screen."""

    role = SelectField("Rôle", [InputRequired("Choisissez un rôle.")])
    with_services = BooleanField("et ses services")
    ends = DateField("Au", [DataRequired(_DATE)])
    reason = StringField("Motif", [_NEEDED, Length(max=400, message="400 caractères au plus.")], filters=[typed])
    version = HiddenField(validators=[DataRequired()])


class JournalReasonForm(FlaskForm):  # type: ignore[misc]
    reason = StringField(
        "Pourquoi lisez-vous le journal ?",
        [_NEEDED, Length(min=10, max=400, message="Dites-le en dix caractères au moins.")],
        filters=[typed],
    )


class JournalFilterForm(FlaskForm):  # type: ignore[misc]
    """Filters of the journal (GET): nothing is changed, no token needed."""

    class Meta:
        csrf = False

    q = StringField("Mots du titre ou du motif", [Optional(), Length(max=100)], filters=[typed])
    who = StringField("Qui", [Optional(), Length(max=200)], filters=[typed])
    event = SelectField(
        "Quoi", default="", choices=[SelectChoice("", "tout"), *(SelectChoice(act.value, act.label) for act in Act)]
    )
    unit = SelectField("Au titre de", default="", choices=[SelectChoice("", "toutes")])
    since = DateField("Du", [Optional()])
    until = DateField("Au", [Optional()])


class FindForm(FlaskForm):  # type: ignore[misc]
    """Find a person or an asset by name (GET)."""

    class Meta:
        csrf = False

    q = StringField("Nom de la personne, ou titre du jeu ou du tableau", [Optional(), Length(max=200)], filters=[typed])


class WhyForm(FlaskForm):  # type: ignore[misc]
    """Whom and what one asks about, and one more role to suppose (GET)."""

    class Meta:
        csrf = False

    qui = StringField("Qui", [Optional(), Length(max=300)])
    quoi = StringField("Quel jeu ou quel tableau", [Optional(), Length(max=400)])
    role = SelectField("Le rôle supposé", [Optional()], validate_choice=True)
    sur = StringField("Sur", [Optional(), Length(max=400)])


class ViewAsForm(FlaskForm):  # type: ignore[misc]
    """As whom one wants to look, and why."""

    person = StringField("Qui", [_NEEDED, Length(max=300)])
    reason = StringField("Motif", [_NEEDED, Length(min=10, max=400, message="Dites-le en dix caractères au moins.")])


class DenialForm(FlaskForm):  # type: ignore[misc]
    """A conflict of interest: of whom, on a theme or one asset, from when to when, why."""

    person = StringField("Qui", [_NEEDED, Length(max=300)])
    theme = SelectField("Toute une thématique", [Optional()])
    thing = StringField("Ou un seul élément", [Optional(), Length(max=400)])
    starts = DateField("Du", [DataRequired(_DATE)])
    ends = DateField("Au", [Optional()])
    reason = StringField("Motif", [_NEEDED, Length(max=400, message="400 caractères au plus.")])


class LevelForm(FlaskForm):  # type: ignore[misc]
    """How closed a thing is to be; `version` is the one that was on screen."""

    sensitivity = SelectField("Le contenu", choices=[SelectChoice(level.code, level.label) for level in Sensitivity])
    card_sensitivity = SelectField("La fiche", choices=[SelectChoice(level.code, level.label) for level in Sensitivity])
    protection = SelectField("Protection", choices=[SelectChoice(kind.value, kind.label) for kind in Protection])
    ground = SelectField(
        "Motif légal de fermeture",
        choices=[SelectChoice("", "aucun"), *(SelectChoice(one.code, one.label) for one in GROUNDS.values())],
    )
    review_date = DateField("À réexaminer avant le", [Optional()])
    unit = SelectField("Qui en répond", coerce=int)
    reason = StringField("Pourquoi changer", [_NEEDED, Length(max=400, message="400 caractères au plus.")])
    version = HiddenField(validators=[DataRequired()])
