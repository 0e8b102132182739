"""The French of rights: sentences in parts, names of units with their article, roles that agree with the person."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date

from dataspace.auth.tree import Node
from dataspace.auth.words import Role

_SHE = {
    Role.AGENT: "agente", Role.ELECTED: "élue", Role.DIRECTOR: "directrice", Role.CONTRIBUTOR: "contributrice",
    Role.DPO: "déléguée à la protection des données", Role.AUDITOR: "auditrice",
    Role.ADMIN: "administratrice fonctionnelle", Role.READER: "lectrice",
}  # fmt: skip
_FEMININE = ("Direction", "Métropole", "Commune", "Mission", "Cellule", "Communauté", "Ville", "Région", "Assemblée")
_MASCULINE = ("Pôle", "Service", "Centre", "Cabinet", "Réseau", "Territoire", "Département", "Espace")
_PARIS = ZoneInfo("Europe/Paris")
NO_BREAK, THIN = "\u00a0", "\u202f"


@dataclass(frozen=True)
class Part:
    """A run of words. `asset` is the public id of what they name."""

    text: str
    is_strong: bool = False
    asset: str | None = None


@dataclass(frozen=True)
class Sentence:
    """A French sentence: a screen draws its parts, a mail or an API writes `str(sentence)`."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return "".join(part.text for part in self.parts)

    @classmethod
    def of(cls, *parts: str | Part) -> "Sentence":
        typed = (Part(part) if isinstance(part, str) else part for part in parts)
        return cls(tuple(replace(part, text=_typed(part.text)) for part in typed))


def day(moment: datetime) -> str:
    """« 3 mars 2027 », « 1ᵉʳ mars 2027 »."""
    written = format_date(moment.astimezone(_PARIS).date(), "d MMMM y", locale="fr")
    return written.replace("1 ", "1ᵉʳ ", 1) if written.startswith("1 ") else written


def of_unit(node: Node) -> str:
    """« de la Direction de la Solidarité », « du Pôle Ressources », « de l’Assemblée »."""
    first = node.name.split(" ", 1)[0]
    if first in _FEMININE:
        return ("de l’" if first[0] in "AÉE" else "de la ") + node.name
    if first in _MASCULINE:
        return ("de l’" if first[0] in "AÉE" else "du ") + node.name
    return ("d’" if first[:1].lower() in "aeéèêiouyh" else "de ") + node.name


def at_unit(node: Node) -> str:
    """« à la Direction de la Solidarité », « au Pôle Ressources »."""
    said = of_unit(node)
    if said.startswith("du "):
        return "au " + said[3:]
    return "à " + (said[3:] if said.startswith("de ") else node.name)


def the_unit(node: Node) -> str:
    """« La Direction de la Solidarité », « Le Pôle Ressources », « L’Assemblée », at the start of a sentence."""
    said = of_unit(node)
    if said.startswith("du "):
        return "Le " + said[3:]
    return said[3].upper() + said[4:] if said.startswith(("de la ", "de l’")) else node.name


class Somebody(Protocol):
    """Whom a sentence speaks of; None when nobody knows how to agree."""

    @property
    def is_feminine(self) -> bool | None: ...


def role_word(role: Role, person: Somebody) -> str:
    """The role, agreeing with the person."""
    return _SHE.get(role, role.label) if person.is_feminine else role.label


def agree(word: str, is_she: bool) -> str:
    return word + "e" if is_she else word


def _typed(text: str) -> str:
    """French spaces that do not break."""
    for mark, space in ((":", NO_BREAK), (";", THIN), ("?", THIN), ("»", NO_BREAK)):
        text = text.replace(f" {mark}", f"{space}{mark}")
    return text.replace("« ", f"«{NO_BREAK}")
