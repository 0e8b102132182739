"""« Pourquoi ? »: what is locked, refused, empty or cut, said to the person it concerns, with what to do next.

Built from the decision itself and from what the person once held; never from what she may not know of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from dataspace.auth import explain, taking
from dataspace.auth.access import Access, Decision, Supposed
from dataspace.auth.facts import Held
from dataspace.auth.models import Grant, Known, PersonGroup, Usage, UsageMember
from dataspace.auth.queries import deciders, people
from dataspace.auth.sentences import Part, Sentence, day, role_word
from dataspace.auth.words import Permission, RowAttribute, Source, State
from dataspace.errors import Refused

_FEW = 4


@dataclass(frozen=True)
class Why:
    """The reason in one sentence, what was open before, and the next step."""

    reason: Sentence
    before: tuple[Sentence, ...]
    next_step: Sentence


def refused(access: Access, made: Decision, asset: Known) -> Why:
    """Why `made` is a no, on an asset that the actor knows of."""
    if asset.state is State.DRAFT:
        thing = explain.thing(asset)
        reason = Sentence.of(f"{thing} est encore un brouillon : il s’ouvrira quand sa direction l’aura publié.")
    else:
        reason = explain.decision(access, made, asset, {})
    if roles := taking.would_open(access, made.permission, asset):
        asleep = taking.Dormant(roles)
        step = f"Prenez vos droits {taking.word(roles[0])} depuis «\u00a0Mes accès\u00a0», avec un motif."
        return Why(Sentence.of(asleep.sentence), (), Sentence.of(step))
    before = tuple(_ending(access, grant) for grant in ended(access, made.permission, asset)[:1])
    before = before or _left(access, made.permission, asset)
    decider = next(iter(deciders(access, asset)), None)
    who = f"{decider.name}, qui en décide" if decider else "la direction responsable"
    ask = "redemander cet accès" if before else "demander l’accès"
    return Why(reason, before, Sentence.of(f"Vous pouvez {ask} à {who}."))


def ended(access: Access, permission: Permission, asset: Known) -> list[Grant]:
    """Grants of the actor that opened `permission` on `asset` and no longer do, the last ended first."""
    if not access.is_herself:
        return []
    facts, moment = access.facts, access.moment
    above = {
        unit for posting in facts.postings if posting.kind.is_inside for unit in facts.tree.holding(posting.unit_id)
    }
    groups = select(PersonGroup.name).where(PersonGroup.person_id == access.actor.person_id)
    by_place = Grant.subject_unit_id.in_(sorted(above))
    usages = select(UsageMember.usage_id).where(UsageMember.person_id == access.actor.person_id)
    hers = or_(
        Grant.person_id == access.actor.person_id, by_place, Grant.group_name.in_(groups), Grant.usage_id.in_(usages)
    )
    over = or_(Grant.revoked_at <= moment, and_(Grant.ends.is_not(None), Grant.ends <= moment))
    places = Grant.unit_id.in_(sorted(facts.tree.nodes))
    stmt = select(Grant).where(hers, over, or_(Grant.asset_id == asset.id, places)).order_by(Grant.id.desc()).limit(50)
    found = [
        grant
        for grant in access.session.scalars(stmt)
        if Supposed.holding(access, held_of(grant, asset)).decide(permission, asset).is_allowed
    ]
    return sorted(found, key=over_at, reverse=True)


def over_at(grant: Grant) -> datetime:
    """When the grant stopped: revoked, or at its end."""
    return min(at for at in (grant.revoked_at, grant.ends) if at is not None)


def held_of(grant: Grant, asset: Known | None) -> Held:
    """The grant as the facts carry it; `asset` is the one it may stand on."""
    on = asset if asset is not None and grant.asset_id == asset.id else None
    return Held(
        public_id=grant.public_id, role=grant.role, unit_id=grant.unit_id, with_services=grant.with_services,
        asset_id=grant.asset_id, source=grant.source, reason=grant.reason, granted_by_id=grant.granted_by_id,
        starts=grant.starts, ends=grant.ends, is_named=grant.person_id is not None or grant.usage_id is not None,
        asset_public_id=on.public_id if on else None, asset_title=on.title if on else None,
        asset_unit_id=on.unit_id if on else None, sensitivity=on.sensitivity if on else None,
        card_sensitivity=on.card_sensitivity if on else None, protection=on.protection if on else None,
        up_to=grant.up_to,
    )  # fmt: skip


def rows(access: Access, attributes: Iterable[RowAttribute], names: dict[str, str]) -> list[Sentence]:
    """Which rows of something cut by `attributes` the actor reads, out of how many, and because of what.

    `names` are those of the communes. What is counted is the territory and the tree, never the rows themselves.
    """
    return [_rows(access, attribute, names) for attribute in dict.fromkeys(attributes)]


def page(access: Access, permission: Permission) -> tuple[str, str]:
    """Why a kind of page is closed altogether, and the next step."""
    roles = list(dict.fromkeys(role_word(held.role, access.actor) for held in access.facts.held))
    mine = f"vos rôles ({', '.join(roles)}) ne le donnent" if len(roles) > 1 else f"votre rôle ({roles[0]}) ne le donne"
    said = Sentence.of(f"Cette page demande de pouvoir {permission.label}, et {mine} pas.")
    return str(said), Refused.next_step


def nothing(access: Access, permission: Permission, what: str) -> Sentence:
    """Why a whole list is empty: nothing there is at the reader's level, where she stands."""
    where = explain.where(access)
    if not where:
        return Sentence.of(f"{what} ne vous est encore ouvert : aucune affectation ne vous relie à une unité.")
    highest = max(access.scope(permission).cells.values(), default=None)
    level = f", et vos rôles y vont jusqu’à « {highest.label} »" if highest is not None else ""
    return Sentence.of(f"{what} ne vous est encore ouvert : {where}{level}.")


def _ending(access: Access, grant: Grant) -> Sentence:
    """« Votre accès accordé par Lucie Martin a pris fin le 3 mars 2026. »"""
    giver = people(access.session, [grant.granted_by_id]).get(grant.granted_by_id or 0)
    by = "donné par l’annuaire" if grant.source is Source.SSO else f"accordé par {giver.name}" if giver else "accordé"
    at = over_at(grant)
    is_revoked = grant.revoked_at is not None and at == grant.revoked_at and at != grant.ends
    verb = "a été retiré" if is_revoked else "a pris fin"
    return Sentence.of(f"Votre accès {by} {verb} le ", Part(day(at), is_strong=True), ".")


def _left(access: Access, permission: Permission, asset: Known) -> tuple[Sentence, ...]:
    """« Vous étiez de l’usage « Îlots de chaleur », jusqu’au 3 mars 2026. »: what it opened to her, and no more."""
    if not access.is_herself:
        return ()
    moment = access.moment
    stmt = (
        select(Grant, Usage, UsageMember)
        .join(Usage, Usage.id == Grant.usage_id)
        .join(UsageMember, UsageMember.usage_id == Usage.id)
        .where(UsageMember.person_id == access.actor.person_id, or_(UsageMember.ends <= moment, Usage.ends <= moment))
        .where(Grant.asset_id == asset.id, Grant.revoked_at.is_(None))
        .order_by(UsageMember.ends.desc())
        .limit(_FEW)
    )
    for grant, usage, member in access.session.execute(stmt).all():
        if Supposed.holding(access, held_of(grant, asset)).decide(permission, asset).is_allowed:
            end = day(min(usage.ends, member.ends))
            return (Sentence.of(f"Vous étiez de l’usage « {usage.title} », jusqu’au ", Part(end, is_strong=True), "."),)
    return ()


def _rows(access: Access, attribute: RowAttribute, names: dict[str, str]) -> Sentence:
    tree, codes = access.facts.tree, access.row_values(attribute)
    postings = access.facts.postings
    because = explain.where(access, exactly=True) or "aucune affectation ne vous relie à une unité"
    if attribute is RowAttribute.AREA:
        whole: Sequence[str] = tree.areas(tree.root(postings[0].unit_id)) if postings else ()
        noun, called = "commune", [names.get(code, code) for code in codes]
    else:
        whole = [tree[unit].code for unit in tree.authority(postings[0].unit_id)] if postings else ()
        noun, called = "unité", [tree.by_code[code].name for code in codes if code in tree.by_code]
    if not codes:
        return Sentence.of(f"Vous n’en voyez aucune ligne, parce que ces lignes se lisent par {noun} et que {because}.")
    total = len(set(whole) | set(codes))
    if len(codes) == total and total > 1:
        return Sentence.of(f"Vous voyez les lignes de toutes les {noun}s, parce que {because}.")
    listed = f" ({', '.join(sorted(called))})" if len(called) <= _FEW else ""
    plural = "s" if len(codes) > 1 else ""
    return Sentence.of(f"Vous voyez {len(codes)} {noun}{plural} sur {total}{listed}, parce que {because}.")
