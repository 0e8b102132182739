"""Rights and decisions as French sentences: the facts that decide, said to the person they concern.

Pure: what is not in the arguments is not looked for.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from dataspace.auth.access import Access, Decision
from dataspace.auth.facts import Held
from dataspace.auth.models import Known
from dataspace.auth.policy import Policy
from dataspace.auth.sentences import Part, Sentence, agree, at_unit, day, of_unit, role_word, the_unit
from dataspace.auth.tree import Node, Tree
from dataspace.auth.words import AssetKind, MembershipKind, Permission, Protection, Reach, Sensitivity, Source

_CONTENTS = ("données ouvertes", "données internes", "données à accès limité", "données confidentielles")
_LEVELS = ("ouvert", "interne", "à accès limité", "confidentiel")
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


class Named(Protocol):
    """Anybody with a name."""

    @property
    def name(self) -> str: ...


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
    if grant.usage_title is not None:
        return f"parce que vous êtes de l’usage « {grant.usage_title} »"
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


def decision(access: Access, made: Decision, asset: Known, people: Mapping[int, Named]) -> Sentence:
    """Why a decision on an asset is what it is. Say it only to somebody who may know of the asset."""
    if made.is_allowed and made.held is not None:
        verb = _VERBS.get(made.permission, "utilisez")
        until = f" jusqu’au {day(made.held.ends)}" if made.held.ends else ""
        why = _as_what(access, made.held) or because(access, made.held, people)
        return Sentence.of(f"Vous {verb} « ", Part(asset.title, is_strong=True), f" »{until}, {why}.")
    said, is_she = thing(asset), _THINGS[asset.kind][1]
    if made.is_denied:
        return Sentence.of(f"{said} vous est {agree('fermé', is_she)} : un conflit d’intérêts est déclaré pour vous.")
    node = access.facts.tree[asset.unit_id]
    if made.permission.about == "content" and asset.protection is not Protection.NONE:
        return Sentence.of(
            f"{said} contient {_PROTECTED[asset.protection]} : l’accès est donné à une personne nommée, selon sa "
            f"mission, jamais par sa place dans l’organisation. {the_unit(node)} en décide."
        )
    level = asset.card_sensitivity if made.permission.about == "card" else asset.sensitivity
    here = where(access)
    said = f"{said} {of_unit(node)} est {_level(level, is_she)}"
    return Sentence.of(f"{said} ; {here}." if here else f"{said} ; aucune affectation ne vous y relie.")


def thing(asset: Known) -> str:
    """« Ce jeu de données », at the start of a sentence."""
    said = _THINGS[asset.kind][0]
    return said[0].upper() + said[1:]


def where(access: Access, *, exactly: bool = False) -> str:
    """« vous êtes à la Direction de la Solidarité »: the directorates, or `exactly` the units; empty for nowhere."""
    tree = access.facts.tree
    units = [tree[p.unit_id] if exactly else tree.directorate(p.unit_id) for p in access.facts.postings]
    places = list(dict.fromkeys(at_unit(unit) for unit in units))
    return "vous êtes " + " et ".join(places) if places else ""


def closed(reason: str, theme: str | None, ends: datetime | None) -> Sentence:
    """A denial: what is closed to the person, whatever else is given."""
    what = f"Tout ce qui relève de « {theme} »" if theme else "Un élément du portail"
    until = f" jusqu’au {day(ends)}" if ends else ""
    return Sentence.of(
        Part(what, is_strong=True), f" vous est fermé{until}." + (f" {reason.rstrip('. ')}." if reason else "")
    )


def in_full(access: Access, grants: Iterable[Held], people: Mapping[int, Named]) -> list[Sentence]:
    """Grants as sentences: her posts first, then what was opened for her, the last first; the same is said once."""
    found: dict[str, Sentence] = {}
    known = list(grants)
    said = [grant for grant in known if not any(_says_more(access.policy, other, grant) for other in known)]
    for grant in sorted(said, key=lambda g: (g.source is not Source.SSO, g.unit_id is None, -g.starts.timestamp())):
        sentence = held(access, grant, people)
        found.setdefault(str(sentence), sentence)
    return list(found.values())


def _says_more(policy: Policy, more: Held, less: Held) -> bool:
    """Does `more`, given at the same place by the same hand, open all that `less` opens? Agent and director, say."""

    def where(grant: Held) -> tuple[object, ...]:
        return (grant.unit_id, grant.with_services, grant.asset_id, grant.source, grant.ends, grant.is_named,
                grant.usage_public_id)  # fmt: skip

    if more.role is less.role or where(more) != where(less):
        return False
    for (role, permission, reach), level in policy.levels.items():
        other = policy.level(more.role, permission, reach)
        if role is less.role and (other is None or other < level):
            return False
    return True


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
    if far is not None and tree.root(node.id) != node.id:
        found.append(f" ainsi que les {_CONTENTS[far]} {whole}")
    return [found]


def _acting(policy: Policy, grant: Held, tree: Tree, node: Node, where: str) -> list[list[str | Part]]:
    def gives(permission: Permission) -> bool:
        return any(policy.level(grant.role, permission, reach) is not None for reach in (Reach.UNIT, Reach.AUTHORITY))

    # « les » would name the wrong ones after the data of the whole authority.
    reads_here = policy.level(grant.role, Permission.DATASET_READ, Reach.AUTHORITY) is None
    is_far = policy.level(grant.role, Permission.RIGHTS_ASSIGN, Reach.AUTHORITY) is not None
    whole = of_unit(tree[tree.root(node.id)]) if is_far else where
    found: list[list[str | Part]] = []
    if gives(Permission.DATASET_PUBLISH):
        found.append(["les publiez" if reads_here else f"publiez les données {where}"])
    elif gives(Permission.DATASET_EDIT):
        found.append(["les préparez, sans les publier" if reads_here else f"préparez les données {where}"])
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
    return ("voyez la fiche de « ", named, " » sans en lire le contenu")


def _as_what(access: Access, grant: Held) -> str:
    """« comme agente de la Direction de la Solidarité »: her place is hers, not that of the thing she reads."""
    if grant.source is not Source.SSO or grant.unit_id is None:
        return ""
    return f"comme {role_word(grant.role, access.actor)} {of_unit(access.facts.tree[grant.unit_id])}"


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
            return f"parce que vous y êtes {agree('affecté', access.actor.is_feminine)} comme {word}"
        case MembershipKind.POSTING:
            return f"parce que c’est votre affectation, comme {word}"
        case _:
            return f"parce que vous y siégez comme {word}"


def _level(level: Sensitivity, is_she: bool) -> str:
    word = _LEVELS[level]
    if not is_she or level in (Sensitivity.INTERNAL, Sensitivity.RESTRICTED):
        return word
    return "ouverte" if level is Sensitivity.OPEN else "confidentielle"


def _motive(grant: Held) -> str:
    return f" : {_lower(grant.reason.rstrip('. '))}" if grant.reason else ""


def _lower(text: str) -> str:
    # An acronym keeps its capitals.
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
