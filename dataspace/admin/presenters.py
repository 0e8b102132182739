"""From grants and people to what the administration's templates show."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import flask
from sqlalchemy import ColumnElement

from dataspace import audit
from dataspace.audit import queries as journal
from dataspace.auth import Access, Actor, Permission, labels, queries
from dataspace.auth.effects import SHOWN, Effect
from dataspace.auth.facts import awake
from dataspace.auth.holders import Holders
from dataspace.auth.models import Asset, Grant, Person, Unit
from dataspace.auth.rights import assignable_roles, can_revoke
from dataspace.auth.sentences import at_unit, role_word, the_unit
from dataspace.auth.tree import Node
from dataspace.auth.words import Reach
from dataspace.web import context, french
from dataspace.widening import queries as widenings

# How each permission that a change is counted on is said, with what it opens, one and several.
VERBS = {
    Permission.CARD_SEE: ("connaît", "fiche", "fiches"),
    Permission.DATASET_READ: ("lit", "jeu", "jeux"),
    Permission.DATASET_EXPORT: ("télécharge", "jeu", "jeux"),
    Permission.DASHBOARD_OPEN: ("ouvre", "tableau", "tableaux"),
    Permission.DATASET_EDIT: ("corrige", "jeu", "jeux"),
}


def reach(access: Access) -> str:
    """« Vous administrez Éducation et Habitat, sans en lire le contenu. »"""
    tree = access.facts.tree
    names = []
    for held in access.facts.held:
        if held.unit_id is not None and access.policy.level(held.role, Permission.RIGHTS_SEE, Reach.UNIT) is not None:
            far = access.policy.level(held.role, Permission.RIGHTS_SEE, Reach.AUTHORITY) is not None
            names.append(named(tree[tree.root(held.unit_id) if far else held.unit_id]))
    where = _and(list(dict.fromkeys(names)))
    if not access.may(Permission.RIGHTS_ASSIGN):
        return f"Vous voyez les accès de {where}, sans en attribuer."
    return f"Vous administrez {where}. Administrer n’est pas lire, et vous ne pouvez rien vous attribuer."


def named(node: Node) -> str:
    """A unit with its article, inside a sentence: « la Métropole de Valmer »."""
    said = the_unit(node)
    return said if said == node.name else said[0].lower() + said[1:]


def grants(access: Access, found: Sequence[Grant]) -> list[dict[str, object]]:
    """Rows of a table of grants."""
    told = labels.of_grants(access, list(found))
    return [
        {
            "url": flask.url_for("admin.show_grant", public_id=grant.public_id), "who": told[grant.public_id][0],
            "scope": told[grant.public_id][1], "role": grant.role.label.capitalize(), "source": grant.source.value,
            "since": grant.starts, "ends": grant.ends, "reason": grant.reason, "can_revoke": can_revoke(access, grant),
        }
        for grant in found
    ]  # fmt: skip


def grant(access: Access, found: Grant) -> dict[str, object]:
    """One grant, with who gave it."""
    by = queries.people(access.session, [found.granted_by_id, found.revoked_by_id])
    giver = by.get(found.granted_by_id or 0)
    ender = by.get(found.revoked_by_id or 0)
    return grants(access, [found])[0] | {
        "by": giver.name if giver else None, "public_id": found.public_id, "revoked_at": found.revoked_at,
        "revoked_by": ender.name if ender else None,
    }  # fmt: skip


def giving(found: Iterable[Effect]) -> dict[str, object]:
    """The panel before an access is given."""
    effects = list(found)
    gaining = [effect for effect in effects if effect.gains]
    same = [effect for effect in effects if not effect.gains]
    groups = []
    if gaining:
        groups.append(_group("plus", f"{french.plural(len(gaining), 'personne gagne', 'personnes gagnent')}", gaining))
    if same:
        groups.append(_group("same", "Sans effet aujourd’hui", same))
    lead = f"Rien n’est encore enregistré. {balance(len(gaining), 0)}"
    return {"lead": lead, "groups": groups, "button": "Enregistrer cet accès"}


def revoking(found: Iterable[Effect]) -> dict[str, object]:
    """The panel before an access is ended."""
    effects = list(found)
    losing = [effect for effect in effects if effect.loses]
    same = [effect for effect in effects if not effect.loses]
    groups = []
    if losing:
        groups.append(_group("minus", f"{french.plural(len(losing), 'personne perd', 'personnes perdent')}", losing))
    if same:
        groups.append(_group("same", "Garde autant par ailleurs", same))
    lead = "Rien n’est encore retiré. L’accès cesserait dès la prochaine page."
    return {"lead": lead, "groups": groups, "button": "Retirer cet accès"}


def changing(found: Sequence[Effect], total: int) -> dict[str, object]:
    """The panel before several rights, or the terms of one, are changed."""
    gaining = [effect for effect in found if effect.gains]
    losing = [effect for effect in found if effect.loses and not effect.gains]
    same = [effect for effect in found if not effect.gains and not effect.loses]
    winners = french.plural(len(gaining), "personne gagne", "personnes gagnent")
    losers = french.plural(len(losing), "personne perd", "personnes perdent")
    named = (("plus", winners, gaining), ("minus", losers, losing), ("same", "Sans effet aujourd’hui", same))
    lead = f"Rien n’est encore enregistré. {balance(len(gaining), len(losing))}"
    if total > len(found):
        lead += (
            f" {french.plural(total, 'personne concernée', 'personnes concernées')}\u00a0: les {len(found)} premières."
        )
    return {"lead": lead, "groups": [_group(kind, title, effects) for kind, title, effects in named if effects]}


def balance(gaining: int, losing: int) -> str:
    """« 3 personnes gagnent, aucune ne perd. »"""
    if not gaining and not losing:
        return "Personne ne gagne ni ne perd aujourd’hui."
    winners = french.plural(gaining, "personne gagne", "personnes gagnent") if gaining else "Personne ne gagne"
    losers = french.plural(losing, "personne perd", "personnes perdent") if losing else "aucune ne perd"
    return f"{winners}, {losers}."


def roles(access: Access) -> list[tuple[str, str]]:
    """The roles that one may give, each with what the policy opens to it."""
    return [
        (role.value, f"{role.label.capitalize()}\u00a0: {_opens(access, role)}") for role in assignable_roles(access)
    ]


def standing_on(scope: Unit | Asset) -> list[ColumnElement[bool]]:
    """Conditions on the grants that stand on what is typed in the form."""
    return [Grant.asset_id == scope.id if isinstance(scope, Asset) else Grant.unit_id == scope.id]


def standing_title(scope: Unit | Asset | None) -> str:
    name = scope.title if isinstance(scope, Asset) else scope.name if scope else ""
    return f"Attributions en cours sur {name}"


def journal_refusal(why: str, scope: Unit | Asset | None = None, **facts: Any) -> None:
    """An attempt to give what is not one's to give, or does not hold, leaves a line, though the page only explains."""
    line = audit.entry(context.access(), audit.Act.REFUSED, scope, why=why, **facts)
    flask.g.session.rollback()
    audit.separately(context.maker(), line)


def found(access: Access, text: str) -> dict[str, list[dict[str, object]]]:
    """People and assets whose name holds what was typed."""
    if len(text) < 2:
        return {"people": [], "assets": []}
    people = queries.people_named(access.session, text)
    like = f"%{text.replace('%', '').replace('_', '')}%"
    assets = access.session.scalars(
        access.select(Asset, Permission.RIGHTS_SEE).where(Asset.title.ilike(like)).order_by(Asset.title).limit(20)
    )
    return {
        "people": [
            {"name": p.name, "note": p.post, "url": flask.url_for("admin.person_access", public_id=p.public_id)}
            for p in people
        ],
        "assets": [
            {
                "name": a.title, "note": f"{a.kind.label}, {access.facts.tree[a.unit_id].short_name}",
                "url": flask.url_for("admin.asset_access", public_id=a.public_id), "sensitivity": a.sensitivity.code,
            }
            for a in assets
        ],
    }  # fmt: skip


def asset_access(access: Access, asset: Asset, holding: Holders) -> dict[str, object]:
    """Who has access: the first fifty, each with the sentence that says why."""
    told = labels.of_grants(access, [grant for _, grant in holding.people])
    return {
        "asset": {
            "title": asset.title, "kind": asset.kind.label, "unit": access.facts.tree[asset.unit_id].name,
            "sensitivity": asset.sensitivity.code, "protection": asset.protection.value, "url": None,
        },
        "people": [
            {
                "name": person.name, "post": person.post, "what": "lit",
                "why": f"{role_word(grant.role, person)} sur {told[grant.public_id][1]} ({grant.source.label})"
                f"{f', par {told[grant.public_id][0]}' if grant.usage_id is not None else ''}",
                "until": grant.ends,
            }
            for person, grant in holding.people
        ],
        "months": _months(access, asset), "widening": _widening(access, asset),
        "conditions_url": flask.url_for("requests.asset_conditions", public_id=asset.public_id)
        if access.allows(Permission.ASSET_WIDEN, asset) else None,
        "level_url": flask.url_for("admin.level", public_id=asset.public_id)
        if access.allows(Permission.ASSET_WIDEN, asset) else None,
        "total": holding.total,
        "why_url": flask.url_for("admin.why", quoi=labels.of_asset(asset)),
        "history_url": flask.url_for("admin.asset_history", public_id=asset.public_id),
        "causes": [(c.role.label, c.source.label, c.people) for c in holding.causes],
        "denials": [
            {"name": person.name, "reason": denial.reason} for person, denial in queries.denials_on(access, asset)
        ],
    }  # fmt: skip


def _widening(access: Access, asset: Asset) -> dict[str, object] | None:
    """What is proposed and waits for a second person, if anything."""
    found = widenings.pending(access, asset)
    if found is None:
        return None
    by = queries.people(access.session, [found.proposed_by_id])[found.proposed_by_id]
    can_open = access.allows(Permission.ASSET_WIDEN, asset)
    return {
        "by": by.name, "expires": found.expires, "sensitivity": found.sensitivity.code, "reason": found.reason,
        "url": flask.url_for("widening.show", public_id=found.public_id) if can_open else None,
    }  # fmt: skip


def person_access(access: Access, person: Person) -> dict[str, object]:
    """What a person has, in sentences, cut to where the reader may see rights."""
    theirs = Access(Actor.of(person), access.session, access.policy, moment=access.moment)
    holds = awake(theirs.facts).held
    tree, cells = access.facts.tree, access.scope(Permission.RIGHTS_SEE).cells
    sentences = [
        f"{held.role.label.capitalize()} {at_unit(tree[held.unit_id])}"
        f"{' et ses services' if held.with_services else ''}\u00a0: "
        f"{_opens(access, held.role)}. Source\u00a0: {held.source.label}."
        for held in holds
        if held.unit_id is not None and held.unit_id in cells
    ]
    known = labels.known_assets(access, [held.asset_id for held in holds])
    sentences += [
        f"{held.role.label.capitalize()} sur «\u00a0{known[held.asset_id].title}\u00a0». "
        f"Source\u00a0: {held.source.label}."
        for held in holds
        if held.asset_id in known
    ]
    return {
        "person": {"name": person.name, "post": person.post, "email": person.email, "active": person.is_active},
        "sentences": sentences, "why_url": flask.url_for("admin.why", qui=labels.of_person(person)),
        "memberships": [
            {"title": tree[p.unit_id].name, "note": f"{p.kind.label}{f', {p.quota} %' if p.quota < 100 else ''}"}
            for p in theirs.facts.postings
        ],
        "denials": _denials(access, theirs),
    }  # fmt: skip


def _months(access: Access, asset: Asset) -> list[dict[str, object]]:
    """Readers of the last six months, never named, the last month first."""
    today = access.moment.astimezone(french.PARIS)
    starts: list[datetime] = []
    year, month = today.year, today.month
    for _ in range(6):
        starts.insert(0, datetime(year, month, 1, tzinfo=french.PARIS))
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    found = journal.readers_by_month(access, asset, starts)
    return [{"start": one.start, "readers": one.readers} for one in reversed(found)]


def held_by(access: Access, person: Person) -> list[str]:
    """Public ids of everything a person holds now: given to her, to her unit, to one of her groups."""
    theirs = Access(Actor.of(person), access.session, access.policy, moment=access.moment)
    return [held.public_id for held in awake(theirs.facts).held]


def _denials(access: Access, theirs: Access) -> list[str]:
    """Her conflicts of interest, as far as the reader may know what they are about."""
    known = labels.known_assets(access, [denied.asset_id for denied in theirs.facts.denied])
    themes = {theme.id: theme.label for theme in queries.themes(access.session)}
    told = []
    for denied in theirs.facts.denied:
        about = themes.get(denied.theme_id or 0)
        if denied.asset_id is not None:
            if denied.asset_id not in known:
                continue
            about = known[denied.asset_id].title
        until = f", jusqu’au {french.long_date(denied.ends)}" if denied.ends else ""
        told.append(f"Déport sur «\u00a0{about}\u00a0»{until}\u00a0: {denied.reason}.")
    return told


def _group(kind: str, title: str, effects: list[Effect]) -> dict[str, object]:
    return {
        "kind": kind,
        "title": title,
        "people": [
            {
                "name": e.person.name, "note": e.person.post,
                "before": _counted(e.before, e), "after": _counted(e.after, e),
                "remark": None,
            }
            for e in effects
        ],
    }  # fmt: skip


def _counted(counts: dict[Permission, int], effect: Effect) -> str:
    changed = [p for p in SHOWN if effect.before[p] != effect.after[p]] or [Permission.DATASET_READ]
    told = [f"{VERBS[p][0]} {french.plural(counts[p], VERBS[p][1], VERBS[p][2])}" for p in changed if counts[p]]
    return _and(told) or "rien"


def _opens(access: Access, role: Any) -> str:
    parts = []
    level = access.policy.level(role, Permission.DATASET_READ, Reach.UNIT)
    alone = access.policy.level(role, Permission.DATASET_READ, Reach.ASSET)
    if level is None and alone is not None:
        return "lit le seul élément donné"
    parts.append(f"lit jusqu’à « {level.label} »" if level is not None else "ne lit pas les contenus")
    for permission, verb in (
        (Permission.DATASET_EDIT, "corrige"), (Permission.DATASET_PUBLISH, "publie"),
        (Permission.RIGHTS_ASSIGN, "attribue des accès"), (Permission.JOURNAL_READ, "lit le journal"),
    ):  # fmt: skip
        if access.policy.level(role, permission, Reach.UNIT) is not None:
            parts.append(verb)
    return ", ".join(parts)


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}" if words else ""
