"""« Pourquoi X voit-il Y ? »: a decision about somebody else, taken apart for who may see the rights on Y.

Only what stands on Y, or in the asker's own reach, is told of X: the rest of what X holds is not hers to know.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dataspace.auth import explain, taking, why
from dataspace.auth.access import Access, Decision, Supposed
from dataspace.auth.facts import Actor, Held
from dataspace.auth.models import Asset, Grant, Person
from dataspace.auth.policy import Line
from dataspace.auth.sentences import Part, Sentence, day, of_unit
from dataspace.auth.words import AssetKind, Permission, Protection, Reach, Sensitivity, State

_VERBS = {
    Permission.CARD_SEE: "voir la fiche de", Permission.DATASET_READ: "lire", Permission.DASHBOARD_OPEN: "ouvrir",
    Permission.DATASET_EXPORT: "télécharger", Permission.DATASET_EDIT: "modifier",
}  # fmt: skip


@dataclass(frozen=True)
class Short:
    """A grant of X in the asker's reach, and how far it goes for the permission asked: not far enough, or None."""

    held: Held
    level: Sensitivity | None
    line: Line | None


@dataclass(frozen=True)
class Answer:
    """What one permission gives X on Y, and because of what. `reach` is None for a no."""

    permission: Permission
    decision: Decision
    sentence: Sentence
    ended: tuple[Grant, ...]
    shorts: tuple[Short, ...]

    @property
    def is_allowed(self) -> bool:
        return self.decision.is_allowed


def about(asset: Asset) -> tuple[Permission, ...]:
    """What one asks of an asset of this kind."""
    if asset.kind is AssetKind.DASHBOARD:
        return (Permission.CARD_SEE, Permission.DASHBOARD_OPEN)
    return (Permission.CARD_SEE, Permission.DATASET_READ, Permission.DATASET_EXPORT, Permission.DATASET_EDIT)


def of(access: Access, person: Person, asset: Asset, supposed: Held | None = None) -> list[Answer]:
    """Why `person` may do or not each thing on `asset`; as if she also held `supposed`. Needs rights:see on it."""
    access.require(Permission.RIGHTS_SEE, asset)
    theirs = Access(Actor.of(person), access.session, access.policy, moment=access.moment)
    seen: Access = (
        Supposed.holding(theirs, supposed, also=True) if supposed is not None and person.is_active else theirs
    )
    return [_answer(access, seen, person, asset, permission) for permission in about(asset)]


def _answer(access: Access, theirs: Access, person: Person, asset: Asset, permission: Permission) -> Answer:
    made = theirs.decide(permission, asset)
    if made.is_allowed:
        return Answer(permission, made, _because(theirs, person, asset, made), (), ())
    ended = tuple(g for g in why.ended(theirs, permission, asset) if _is_known(access, g.unit_id, g.asset_id, asset))
    sentence = _because_not(theirs, person, asset, made)
    return Answer(permission, made, sentence, ended, tuple(_shorts(access, theirs, asset, permission)))


def _because(theirs: Access, person: Person, asset: Asset, made: Decision) -> Sentence:
    held = made.held
    assert held is not None
    tree = theirs.facts.tree
    where = "sur cet élément"
    if held.unit_id is not None:
        more = " et de ses services" if held.with_services and len(tree.branch(held.unit_id)) > 1 else ""
        where = f"{of_unit(tree[held.unit_id])}{more}"
    until = f", jusqu’au {day(held.ends)}" if held.ends else ", sans date de fin"
    shared = "" if held.is_named else " reçu par un groupe ou une unité"
    if held.usage_title is not None:
        shared = f" reçu par l’usage « {held.usage_title} »"
    return Sentence.of(
        f"{person.name} peut {_VERBS[made.permission]} « ", Part(asset.title, is_strong=True),
        f" », par le rôle « {held.role.label} » {where}{shared} ({held.source.label}){until}.",
    )  # fmt: skip


def _because_not(theirs: Access, person: Person, asset: Asset, made: Decision) -> Sentence:
    start = f"{person.name} ne peut pas {_VERBS[made.permission]} « "
    return Sentence.of(start, Part(asset.title, is_strong=True), f" » : {_reason(theirs, person, asset, made)}.")


def _reason(theirs: Access, person: Person, asset: Asset, made: Decision) -> str:
    if not person.is_active:
        return "son compte est fermé"
    if made.is_denied:
        return "un conflit d’intérêts est déclaré, et il l’emporte sur tout accès"
    if asset.state is State.DRAFT:
        return "c’est encore un brouillon"
    if taking.would_open(theirs, made.permission, asset):
        return "son rôle l’ouvrirait, mais il dort tant que cette personne ne l’a pas pris"
    node = theirs.facts.tree[asset.unit_id]
    if made.permission.about == "content" and asset.protection is not Protection.NONE:
        return (
            f"ce contenu est protégé ({asset.protection.label}), seul un accès nominatif ou un usage l’ouvre, "
            "et cette personne n’en a pas"
        )
    level = asset.card_sensitivity if made.permission.about == "card" else asset.sensitivity
    place = explain.where(theirs).removeprefix("vous êtes ")
    standing = f"cette personne est {place}" if place else "aucune affectation ne l’y relie"
    return f"le niveau demandé {of_unit(node)} est « {level.label} », {standing}, et aucun de ses accès n’y suffit"


def _shorts(access: Access, theirs: Access, asset: Asset, permission: Permission) -> Iterator[Short]:
    for held in theirs.facts.held:
        if not _is_known(access, held.unit_id, held.asset_id, asset):
            continue
        reaches = (Reach.ASSET,) if held.asset_id is not None else (Reach.AUTHORITY, Reach.UNIT)
        given = [(access.policy.level(held.role, permission, reach), reach) for reach in reaches]
        level, reach = max(((lv, r) for lv, r in given if lv is not None), default=(None, reaches[0]))
        line = access.policy.line_for(held.role, permission, reach, level) if level is not None else None
        yield Short(held, level, line)


def _is_known(access: Access, unit_id: int | None, asset_id: int | None, asset: Asset) -> bool:
    """Does this grant stand on the asset asked about, or where the asker may see rights?"""
    return asset_id == asset.id if asset_id is not None else access.may_in(Permission.RIGHTS_SEE, unit_id or 0)
