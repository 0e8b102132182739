"""Forms of the catalogue."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation, ValidationError

from dataspace.auth.words import Protection, Sensitivity
from dataspace.catalog.delimited import DELIMITERS, ENCODINGS
from dataspace.catalog.grounds import GROUNDS
from dataspace.catalog.models import Dataset, Link, Rhythm
from dataspace.web.french import today

_NEEDED = DataRequired("À remplir.")
_LEVELS = {level.code: level for level in Sensitivity}


def choices(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


def _level(field: Any) -> Sensitivity:
    """The level chosen; a field that is missing, or forged, says so by itself and asks nothing more of the others."""
    return _LEVELS.get(field.data, Sensitivity.OPEN)


class RequiredAbove:
    """Above « interne », a date must say when the closing is looked at again (PRODUCT P8)."""

    def __call__(self, form: Any, field: Any) -> None:
        is_empty = not any(text.strip() for text in field.raw_data or ())
        if is_empty and _level(form.sensitivity) >= Sensitivity.RESTRICTED:
            field.errors[:] = []  # an empty text is no date: that was already said
            raise StopValidation("Dites quand ce motif sera réexaminé.")


class CardForm(FlaskForm):  # type: ignore[misc]
    """What is said of a card, and who may know of it and read it."""

    title = StringField("Titre", [_NEEDED, Length(max=300, message="300 caractères au plus.")])
    summary = StringField("Résumé", [Length(max=600, message="600 caractères au plus.")],
                          description="Une ligne : ce que l’on y trouve, depuis quand.")  # fmt: skip
    description = TextAreaField("Ce que c’est", [Length(max=20_000)],
                                description="Le texte de la page. Une ligne vide sépare deux paragraphes.")  # fmt: skip
    unit = SelectField("Direction ou service responsable", [InputRequired("Choisissez une direction.")], coerce=int)
    theme = SelectField("Thématique", [InputRequired("Choisissez une thématique.")], coerce=int)
    sensitivity = SelectField(
        "Qui peut lire le contenu", choices=choices((level.code, level.label.capitalize()) for level in Sensitivity)
    )
    card_sensitivity = SelectField(
        "Qui peut savoir qu’il existe",
        choices=choices((level.code, level.label.capitalize()) for level in Sensitivity),
        description="Jamais plus secret que le contenu. Qui voit la fiche sans lire le contenu peut le demander.",
    )  # fmt: skip
    protection = SelectField(
        "Données protégées", choices=choices((one.value, one.label.capitalize()) for one in Protection),
        description="Un contenu protégé ne s’ouvre qu’à des personnes nommées : qui le déclare aussi. La direction "
        "responsable vous nomme ensuite, pour déposer et publier.",
    )  # fmt: skip
    ground = SelectField(
        "Motif de fermeture",
        choices=choices([("", "Aucun"), *((code, ground.label) for code, ground in GROUNDS.items())]),
        description="Obligatoire au-dessus d’« interne ».",
    )  # fmt: skip
    review_date = DateField(
        "À réexaminer le", [RequiredAbove(), Optional()], description="Obligatoire au-dessus d’« interne »."
    )

    def validate_card_sensitivity(self, field: Any) -> None:
        if _level(field) > _level(self.sensitivity):
            raise ValidationError("La fiche ne peut pas être plus secrète que le contenu.")

    def validate_ground(self, field: Any) -> None:
        if _level(self.sensitivity) >= Sensitivity.RESTRICTED and not field.data:
            raise ValidationError("Dites pourquoi ce contenu n’est pas ouvert.")

    def validate_review_date(self, field: Any) -> None:
        if field.data and field.data <= today():
            raise ValidationError("Cette date est passée.")

    def said(self) -> dict[str, Any]:
        """The card's facts, in the words of the services."""
        review = datetime.combine(self.review_date.data, time(12), UTC) if self.review_date.data else None
        return {
            "title": self.title.data, "summary": self.summary.data or "", "description": self.description.data or "",
            "unit_id": self.unit.data, "theme_id": self.theme.data, "sensitivity": _LEVELS[self.sensitivity.data],
            "card_sensitivity": _LEVELS[self.card_sensitivity.data], "protection": Protection(self.protection.data),
            "ground": self.ground.data, "review_date": review,
        }  # fmt: skip


class DatasetForm(CardForm):
    """A dataset: its card, and what DCAT says of it."""

    promised_rhythm = SelectField("Mise à jour promise", choices=choices((one.value, one.label) for one in Rhythm))
    producer = StringField("Producteur", [Length(max=200)])
    licence = StringField("Usage permis", [Length(max=120)])
    temporal = StringField("Période", [Length(max=200)], description="Par exemple « Depuis septembre 2019 ».")
    spatial = StringField("Territoire", [Length(max=200)])
    keywords = StringField("Mots-clés", [Length(max=400)], description="Séparés par des virgules.")

    def said(self) -> dict[str, Any]:
        words = [word.strip()[:60] for word in (self.keywords.data or "").split(",")]
        return super().said() | {
            "promised_rhythm": Rhythm(self.promised_rhythm.data), "producer": self.producer.data or "",
            "licence": self.licence.data or "", "temporal": self.temporal.data or "",
            "spatial": self.spatial.data or "", "keywords": [word for word in words if word][:20],
        }  # fmt: skip


class LinkForm(CardForm):
    """A card that leads to what stays elsewhere."""

    system = StringField("Application", [_NEEDED, Length(max=120)], description="Par exemple « Business Objects ».")
    url = StringField("Adresse", [_NEEDED, Length(max=2000)])

    def said(self) -> dict[str, Any]:
        return super().said() | {"system": self.system.data, "url": self.url.data}


class DepositForm(FlaskForm):  # type: ignore[misc]
    """A CSV file."""

    file = FileField("Fichier CSV", [FileRequired("Choisissez un fichier.")],
                     description="Une ligne de titres, puis une ligne par enregistrement.")  # fmt: skip


class ReadingForm(FlaskForm):  # type: ignore[misc]
    """How a waiting file is to be read (GET, then POST to accept it)."""

    encodage = SelectField("Encodage", choices=choices(ENCODINGS.items()))
    separateur = SelectField(
        "Séparateur", choices=choices((mark, name.capitalize()) for mark, name in DELIMITERS.items())
    )


def written(card: Dataset | Link) -> dict[str, Any]:
    """What a card's form holds before anybody touches it."""
    asset = card.asset
    held: dict[str, Any] = {
        "title": asset.title, "summary": asset.summary, "description": card.description, "unit": asset.unit_id,
        "theme": asset.theme_id, "sensitivity": asset.sensitivity.code, "card_sensitivity": asset.card_sensitivity.code,
        "protection": asset.protection.value, "ground": asset.ground,
        "review_date": asset.review_date.date() if asset.review_date else None,
    }  # fmt: skip
    if isinstance(card, Link):
        return held | {"system": card.system, "url": card.url}
    return held | {
        "promised_rhythm": card.promised_rhythm.value, "producer": card.producer, "licence": card.licence,
        "temporal": card.temporal, "spatial": card.spatial, "keywords": ", ".join(card.keywords),
    }  # fmt: skip
