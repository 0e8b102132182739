"""Rights and decisions as French sentences: the facts that decide, said to the person they concern.

Pure: what is not in the arguments is not looked for. A `Sentence` knows which of its words matter and which name an
asset; screens draw them, a mail or an API writes `str(sentence)`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date

from dataspace.auth.access import Access, Decision
from dataspace.auth.facts import Actor, Held
from dataspace.auth.models import Asset
from dataspace.auth.policy import Policy
from dataspace.auth.tree import Node, Tree
from dataspace.auth.words import AssetKind, MembershipKind, Permission, Protection, Reach, Role, Sensitivity, Source

_CONTENTS = ("données ouvertes", "données internes", "données à accès limité", "données confidentielles")
_LEVELS = ("ouvert", "interne", "à accès limité", "confidentiel")
_SHE = {
    Role.AGENT: "agente", Role.ELECTED: "élue", Role.DIRECTOR: "directrice", Role.CONTRIBUTOR: "contributrice",
    Role.DPO: "déléguée à la protection des données", Role.AUDITOR: "auditrice",
    Role.ADMIN: "administratrice fonctionnelle",
}  # fmt: skip
_THINGS = {
    AssetKind.DATASET: ("ce jeu de données", False), AssetKind.DASHBOARD: ("ce tableau de bord", False),
    AssetKind.REPORT: ("ce rapport", False), AssetKind.APPLICATION: ("cette application", True),
    AssetKind.SERVICE: ("ce service", False), AssetKind.API: ("cette API", True),
    AssetKind.SEAT: ("ce référent", False),
}  # fmt: skip
_PROTECTED = {
    Protection.PERSONAL: "des données personnelles", Protection.HEALTH: "des données de santé",
    Protection.SECRET: "des informations couvertes par le secret professionnel",
}  # fmt: skip
_VERBS = {
    Permission.DATASET_READ: "lisez", Permission.DATASET_EXPORT: "téléchargez", Permission.DATASET_EDIT: "modifiez",
    Permission.DATASET_PUBLISH: "publiez", Permission.DASHBOARD_OPEN: "ouvrez",
    Permission.CARD_SEE: "voyez la fiche de",
    Permission.DRAFT_SEE: "voyez le brouillon", Permission.SEAT_EDIT: "tenez à jour",
    Permission.RIGHTS_SEE: "voyez qui a accès à",
}  # fmt: skip
_FEMININE = ("Direction", "Métropole", "Commune", "Mission", "Cellule", "Communauté", "Ville", "Région", "Assemblée")
_MASCULINE = ("Pôle", "Service", "Centre", "Cabinet", "Réseau", "Territoire", "Département", "Espace")
_PARIS = ZoneInfo("Europe/Paris")
NO_BREAK, THIN = "\u00a0", "\u202f"


class Named(Protocol):
    """Anybody with a name."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Part:
    """A run of words. `asset` is the public id of what they name."""

    text: str
    is_strong: bool = False
    asset: str | None = None


@dataclass(frozen=True)
class Sentence:
    """A French sentence, in parts."""

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


def role_word(role: Role, actor: Actor) -> str:
    """The role, agreeing with the person."""
    return _SHE.get(role, role.label) if actor.is_feminine else role.label


def held(access: Access, grant: Held, people: Mapping[int, Named]) -> Sentence:
    """What a grant gives, where, why, until when: « Vous lisez les données internes de … parce que … »."""
    end: tuple[str | Part, ...] = (" Sans date de fin.",)
    until: tuple[str | Part, ...] = ()
    if grant.ends is not None:
        end, until = (), (" jusqu’au ", Part(day(grant.ends), is_strong=True))
    given = _given(access, grant)
    return Sentence.of("Vous ", *given, *until, f", {because(access, grant, people)}.", *end)


def because(access: Access, grant: Held, people: Mapping[int, Named]) -> str:
    """« parce que … »: who or what gave this grant."""
    giver = people.get(grant.granted_by_id) if grant.granted_by_id is not None else None
    since = day(grant.starts)
    if grant.source is Source.SSO:
        return _by_place(access, grant)
    if grant.source is Source.REQUEST:
        return f"parce que {giver.name if giver else 'la direction responsable'} a accepté votre demande le {since}"
    if grant.source is Source.IMPORT:
        return f"parce que cet accès a été repris de l’ancien portail le {since}"
    if grant.source is Source.SYSTEM:
        return f"parce que cet accès a été posé depuis le serveur le {since}" + _motive(grant)
    if not grant.is_named:
        return f"parce qu’un groupe dont vous êtes l’a reçu le {since}" + _motive(grant)
    return f"parce que {giver.name if giver else 'l’administration du portail'} vous l’a attribué le {since}" + _motive(
        grant
    )


def decision(access: Access, made: Decision, asset: Asset, people: Mapping[int, Named]) -> Sentence:
    """Why a decision on an asset is what it is. Say it only to somebody who may know of the asset."""
    if made.is_allowed and made.held is not None:
        verb = _VERBS.get(made.permission, "utilisez")
        until = f" jusqu’au {day(made.held.ends)}" if made.held.ends else ""
        why = because(access, made.held, people)
        return Sentence.of(f"Vous {verb} « ", Part(asset.title, is_strong=True), f" »{until}, {why}.")
    thing, is_she = _THINGS[asset.kind]
    thing = thing[0].upper() + thing[1:]
    if made.is_denied:
        return Sentence.of(f"{thing} vous est {_agree('fermé', is_she)} : un conflit d’intérêts est déclaré pour vous.")
    node = access.facts.tree[asset.unit_id]
    if made.permission.about == "content" and asset.protection is not Protection.NONE:
        return Sentence.of(
            f"{thing} contient {_PROTECTED[asset.protection]} : l’accès est donné à une personne nommée, selon sa "
            f"mission, jamais par sa place dans l’organisation. {node.name} en décide."
        )
    level = asset.card_sensitivity if made.permission.about == "card" else asset.sensitivity
    here = _where(access)
    said = f"{thing} {of_unit(node)} est {_level(level, is_she)}"
    return Sentence.of(f"{said} ; {here}." if here else f"{said} ; aucune affectation ne vous y relie.")


def closed(reason: str, theme: str | None, ends: datetime | None) -> Sentence:
    """A denial: what is closed to the person, whatever else is given."""
    what = f"Tout ce qui relève de « {theme} »" if theme else "Un élément du portail"
    until = f" jusqu’au {day(ends)}" if ends else ""
    return Sentence.of(
        Part(what, is_strong=True), f" vous est fermé{until}." + (f" {reason.rstrip('. ')}." if reason else "")
    )


def in_full(access: Access, grants: Iterable[Held], people: Mapping[int, Named]) -> list[Sentence]:
    """Grants as sentences: her posts first, then what was opened for her, the last first; the same is said once."""
    found: dict[str, Sentence] = {}
    for grant in sorted(grants, key=lambda g: (g.source is not Source.SSO, g.unit_id is None, -g.starts.timestamp())):
        sentence = held(access, grant, people)
        found.setdefault(str(sentence), sentence)
    return list(found.values())


def _given(access: Access, grant: Held) -> tuple[str | Part, ...]:
    if grant.asset_id is not None:
        return _given_asset(access.policy, grant)
    assert grant.unit_id is not None
    tree, policy = access.facts.tree, access.policy
    if grant.unit_id not in tree.nodes:
        return (f"avez le rôle de {role_word(grant.role, access.actor)} dans une unité qui n’existe plus",)
    node = tree[grant.unit_id]
    where = of_unit(node) + (" et de ses services" if grant.with_services and len(tree.branch(node.id)) > 1 else "")
    clauses = [*_reading(policy, grant, tree, node, where), *_acting(policy, grant, tree, node, where)]
    if not clauses:
        return (f"avez le rôle de {role_word(grant.role, access.actor)} ", at_unit(node))
    out: list[str | Part] = []
    for number, clause in enumerate(clauses):
        if number:
            out.append(" et " if number == len(clauses) - 1 else ", ")
        out += clause
    return tuple(out)


def _reading(policy: Policy, grant: Held, tree: Tree, node: Node, where: str) -> list[list[str | Part]]:
    near = policy.level(grant.role, Permission.DATASET_READ, Reach.UNIT)
    far = policy.level(grant.role, Permission.DATASET_READ, Reach.AUTHORITY)
    whole = of_unit(tree[tree.root(node.id)])
    if far is not None and (near is None or near <= far):
        return [["lisez les ", Part(_CONTENTS[far], is_strong=True), f" {whole}"]]
    if near is None:
        cards = policy.level(grant.role, Permission.CARD_SEE, Reach.AUTHORITY)
        return (
            [[f"voyez toutes les fiches {whole} sans en lire les contenus"]]
            if cards is Sensitivity.CONFIDENTIAL
            else []
        )
    found: list[str | Part] = ["lisez les ", Part(f"{_CONTENTS[near]} {where}", is_strong=True)]
    if far is not None:
        found.append(f" ainsi que les {_CONTENTS[far]} {whole}")
    return [found]


def _acting(policy: Policy, grant: Held, tree: Tree, node: Node, where: str) -> list[list[str | Part]]:
    def gives(permission: Permission) -> bool:
        return any(policy.level(grant.role, permission, reach) is not None for reach in (Reach.UNIT, Reach.AUTHORITY))

    is_far = policy.level(grant.role, Permission.RIGHTS_ASSIGN, Reach.AUTHORITY) is not None
    whole = of_unit(tree[tree.root(node.id)]) if is_far else where
    found: list[list[str | Part]] = []
    if gives(Permission.DATASET_PUBLISH):
        found.append([f"publiez celles {where}"])
    elif gives(Permission.DATASET_EDIT):
        found.append([f"préparez celles {where}, sans les publier"])
    if gives(Permission.JOURNAL_READ):
        found.append(["consultez le journal, avec un motif"])
    if gives(Permission.RIGHTS_ASSIGN):
        found.append([f"attribuez des accès au sein {whole}"])
    elif gives(Permission.RIGHTS_SEE):
        found.append(["voyez qui a accès à quoi"])
    return found


def _given_asset(policy: Policy, grant: Held) -> tuple[str | Part, ...]:
    named = Part(grant.asset_title or "", asset=grant.asset_public_id)
    for permission in (Permission.DATASET_EDIT, Permission.DATASET_READ, Permission.DASHBOARD_OPEN):
        level = policy.level(grant.role, permission, Reach.ASSET)
        reachable = grant.protection is Protection.NONE or grant.is_named
        if level is not None and grant.sensitivity is not None and grant.sensitivity <= level and reachable:
            return (f"{_VERBS[permission]} « ", named, " »")
    return ("voyez la fiche de « ", named, " » sans en lire le contenu")


def _by_place(access: Access, grant: Held) -> str:
    word = role_word(grant.role, access.actor)
    tree = access.facts.tree
    places = [p for p in access.facts.postings if grant.unit_id in {node.id for node in tree.line(p.unit_id)}]
    if not places or (grant.unit_id is not None and grant.unit_id == tree.root(grant.unit_id)):
        return f"parce que l’annuaire vous connaît comme {word}"
    match places[0].kind:
        case MembershipKind.INTERIM:
            return f"parce que vous y assurez l’intérim, comme {word}"
        case MembershipKind.POSTING if access.actor.is_feminine is not None:
            return f"parce que vous y êtes {_agree('affecté', access.actor.is_feminine)} comme {word}"
        case MembershipKind.POSTING:
            return f"parce que c’est votre affectation, comme {word}"
        case _:
            return f"parce que vous y siégez comme {word}"


def _where(access: Access) -> str:
    tree = access.facts.tree
    places = list(dict.fromkeys(at_unit(tree.directorate(posting.unit_id)) for posting in access.facts.postings))
    return "vous êtes " + " et ".join(places) if places else ""


def _level(level: Sensitivity, is_she: bool) -> str:
    word = _LEVELS[level]
    if not is_she or level in (Sensitivity.INTERNAL, Sensitivity.RESTRICTED):
        return word
    return "ouverte" if level is Sensitivity.OPEN else "confidentielle"


def _agree(word: str, is_she: bool) -> str:
    return word + "e" if is_she else word


def _motive(grant: Held) -> str:
    return f" : {_lower(grant.reason.rstrip('. '))}" if grant.reason else ""


def _typed(text: str) -> str:
    """French spaces that do not break."""
    for mark, space in ((":", NO_BREAK), (";", THIN), ("?", THIN), ("»", NO_BREAK)):
        text = text.replace(f" {mark}", f"{space}{mark}")
    return text.replace("« ", f"«{NO_BREAK}")


def _lower(text: str) -> str:
    # An acronym keeps its capitals.
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
