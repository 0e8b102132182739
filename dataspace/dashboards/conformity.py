"""Is the BI what the portal declares? Compared, told in French, put back where it is the portal's to set (F20)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dataspace.audit import Act, record
from dataspace.auth import Access, Actor, HouseAccess, Permission
from dataspace.auth.models import Asset, Person
from dataspace.dashboards import queries
from dataspace.dashboards.models import BiCheck, Dashboard
from dataspace.dashboards.provision import Account
from dataspace.dashboards.superset_roles import GUEST_ROLE, PUBLIC_ROLE, SERVICE_ROLE, Role
from dataspace.dashboards.superset_state import BoardState, State, User

# Whoever has one of these in Superset sees, draws or administers there without asking the portal.
AUTHORS = ("Admin", "Alpha", "Gamma", "sql_lab")
_ADMIN = "Admin"
_NOTHING = "rien"


class Danger(StrEnum):
    """What a difference costs: more is open than declared, or something does not show."""

    OPEN = "open"
    BROKEN = "broken"

    @property
    def label(self) -> str:
        return {"open": "ouvre trop", "broken": "ne marche plus"}[self]


@dataclass(frozen=True)
class Finding:
    """One difference; `is_ours` when `--repair` puts it back, else somebody has to look at it in Superset."""

    what: str
    expected: str
    found: str
    danger: Danger
    why: str
    is_ours: bool


@dataclass(frozen=True)
class Terms:
    """What the portal declares beside its boards."""

    service: Account
    admin_username: str
    origin: str


@dataclass(frozen=True)
class Report:
    version: str
    boards: int
    findings: tuple[Finding, ...]
    repaired: tuple[str, ...] = ()

    @property
    def is_dangerous(self) -> bool:
        return any(one.danger is Danger.OPEN for one in self.findings)


class Inspected(Protocol):
    """A BI that can be looked at and put back."""

    def read(self, external_ids: Iterable[str]) -> State: ...

    def put_back(self, boards: Iterable[str], service: Account, origin: str) -> tuple[str, ...]: ...


def verify(house: HouseAccess, bi: Inspected, terms: Terms, *, repair: bool = False) -> Report:
    """Compare, and put back if asked. Raises ProviderError: then nothing is changed. Writes nothing here (`keep`)."""
    boards = _declared(house)
    names = [board.external_id for board in boards]
    state = bi.read(names)
    found = tuple(compare(house, boards, state, terms))
    repaired: tuple[str, ...] = ()
    if repair and any(one.is_ours for one in found):
        repaired = bi.put_back([name for name in names if state.boards[name] is not None], terms.service, terms.origin)
        found = tuple(compare(house, boards, bi.read(names), terms))
    return Report(state.version, len(boards), found, repaired)


def keep(house: HouseAccess, report: Report) -> None:
    """Remember what was found, for the page of the administration, and journal it."""
    told = [
        {**asdict(one), "danger": one.danger.value, "is_ours": "1" if one.is_ours else ""} for one in report.findings
    ]
    repaired = list(report.repaired)
    house.session.add(
        BiCheck(at=house.moment, version=report.version, boards=report.boards, findings=told, repaired=repaired)
    )
    act = Act.BI_REPAIRED if repaired else Act.BI_VERIFIED
    record(house, act, boards=report.boards, differences=len(told), repaired=repaired)


def last(access: Access) -> tuple[BiCheck, Sequence[Finding]] | None:
    """The last comparison. Needs bi:verify."""
    access.require(Permission.BI_VERIFY)
    check = access.session.scalars(select(BiCheck).order_by(BiCheck.id.desc()).limit(1)).first()
    if check is None:
        return None
    return check, [
        Finding(
            one["what"], one["expected"], one["found"], Danger(one["danger"]), one["why"], bool(one["is_ours"])
        )
        for one in check.findings
    ]  # fmt: skip


def compare(house: HouseAccess, boards: Sequence[Dashboard], state: State, terms: Terms) -> Iterator[Finding]:
    """Every difference, the roles first, then accounts, then boards."""
    for role in (GUEST_ROLE, SERVICE_ROLE, PUBLIC_ROLE):
        yield from _role(role, state)
    yield from _service(state, terms)
    known = _Known(house)
    for user in state.users:
        yield from _user(user, terms, known)
    for board in boards:
        yield from _board(board, state.boards[board.external_id], terms, known)


def _declared(house: HouseAccess) -> list[Dashboard]:
    stmt = house.select(Dashboard, *queries.SEEN).options(selectinload(Dashboard.sources))
    return list(house.session.scalars(stmt.where(Dashboard.external_id != "").order_by(Asset.title)))


def _role(role: Role, state: State) -> Iterator[Finding]:
    what = f"rôle {role.name}"
    has = state.roles.get(role.name)
    if has is None:
        yield Finding(what, "présent", "absent", Danger.BROKEN, "Aucun tableau ne s’affiche sans lui.", True)
        return
    if missing := set(role.permissions) - has:
        yield Finding(
            what,
            _pairs(missing),
            _NOTHING,
            Danger.BROKEN,
            "Il lui manque un droit\u00a0: des tableaux s’affichent mal.",
            True,
        )
    if extra := has - set(role.permissions):
        yield Finding(
            what, _NOTHING, _pairs(extra), Danger.OPEN,
            "Tout visiteur de Superset en profite, connecté ou non." if role.is_shared
            else "Un droit de plus vaut pour tous les lecteurs à la fois.", not role.is_shared,
        )  # fmt: skip


def _service(state: State, terms: Terms) -> Iterator[Finding]:
    what = f"compte {terms.service.username}"
    user = next((one for one in state.users if one.username == terms.service.username), None)
    expected = f"actif, rôle {SERVICE_ROLE.name} seul"
    why = "Le portail ne peut plus afficher de tableau."
    if user is None:
        yield Finding(what, expected, "absent", Danger.BROKEN, why, True)
    elif not user.is_active or SERVICE_ROLE.name not in user.roles:
        yield Finding(what, expected, _roles(user), Danger.BROKEN, why, True)
    elif user.roles != {SERVICE_ROLE.name}:
        yield Finding(
            what, expected, _roles(user), Danger.OPEN, "Qui aurait son mot de passe ferait plus que le portail.", True
        )
    for other in state.users:
        if SERVICE_ROLE.name in other.roles and other.username != terms.service.username and other.is_active:
            yield Finding(
                f"compte {other.username}", f"sans le rôle {SERVICE_ROLE.name}", _roles(other), Danger.OPEN,
                "Ce compte peut fabriquer des laissez-passer au nom du portail.", False,
            )  # fmt: skip


def _user(user: User, terms: Terms, known: "_Known") -> Iterator[Finding]:
    powers = sorted(user.roles & set(AUTHORS))
    if not user.is_active or not powers or user.username in (terms.admin_username, terms.service.username):
        return
    access = known.of(user)
    wanted = Permission.RIGHTS_ASSIGN if _ADMIN in powers else Permission.DATASET_EDIT
    if access is None or not access.may(wanted):
        who = "personne d’actif dans le portail" if access is None else f"quelqu’un qui ne peut pas {wanted.label}"
        yield Finding(
            f"compte {user.username}", f"une personne qui peut {wanted.label}", f"{who}, avec {', '.join(powers)}",
            Danger.OPEN, "Ce compte lit et dessine dans Superset sans que le portail en décide.", False,
        )  # fmt: skip


def _board(board: Dashboard, found: BoardState | None, terms: Terms, known: "_Known") -> Iterator[Finding]:
    what = f"tableau «\u00a0{board.asset.title}\u00a0»"
    if found is None:
        yield Finding(what, "présent", "absent", Danger.BROKEN, "Sa fiche mène à un tableau qui n’existe plus.", False)
        return
    if not found.is_published:
        yield Finding(what, "publié", "brouillon", Danger.BROKEN, "Ses lecteurs ne le voient plus.", True)
    yield from _domains(what, found.domains, terms.origin)
    declared = {source.dataset for source in board.sources}
    if more := set(found.datasets) - declared:
        yield Finding(
            what, "les jeux déclarés seulement", ", ".join(sorted(more)), Danger.OPEN,
            "Il lit un jeu sans règle de lignes\u00a0: le portail refuse de l’ouvrir.", False,
        )  # fmt: skip
    if gone := declared - set(found.datasets):
        yield Finding(
            what, ", ".join(sorted(gone)), _NOTHING, Danger.BROKEN, "Il ne lit plus un jeu que sa fiche annonce.", False
        )
    if found.viewers:
        yield Finding(
            what, "ouvert par le portail seul", f"ouvert aussi aux rôles {', '.join(sorted(found.viewers))}",
            Danger.OPEN, "Ces comptes l’ouvrent dans Superset, sans règle de lignes.", False,
        )  # fmt: skip
    for owner in found.owners:
        if owner.username in (terms.admin_username, terms.service.username):
            continue
        access = known.of(owner)
        if access is None or not access.allows(Permission.DATASET_EDIT, board.asset):
            yield Finding(
                what, "des auteurs qui peuvent le modifier dans le portail", f"auteur {owner.username}", Danger.OPEN,
                "Cette personne peut le changer, et ce qu’il montre.", False,
            )  # fmt: skip


def _domains(what: str, domains: tuple[str, ...] | None, origin: str) -> Iterator[Finding]:
    what = f"intégration du {what}"
    if domains is None:
        yield Finding(what, origin, "fermée", Danger.BROKEN, "Le tableau ne s’affiche pas dans le portail.", True)
    elif domains != (origin,):
        # No domain at all is every domain, for Superset.
        is_wide = not domains or set(domains) - {origin}
        why = "Un autre site peut encadrer ce tableau." if is_wide else "Le tableau ne s’affiche pas dans le portail."
        said = ", ".join(domains) or "tous les sites"
        yield Finding(what, origin, said, Danger.OPEN if is_wide else Danger.BROKEN, why, True)


class _Known:
    """Who an account of Superset is in the portal: by login, else by e-mail."""

    def __init__(self, house: HouseAccess) -> None:
        self._house = house
        # Asleep or not, an administrator is one.
        self._policy = replace(house.policy, to_take=frozenset())
        self._found: dict[str, Access | None] = {}

    def of(self, user: User) -> Access | None:
        if user.username not in self._found:
            self._found[user.username] = self._find(user)
        return self._found[user.username]

    def _find(self, user: User) -> Access | None:
        session = self._house.session
        person = session.scalar(select(Person).where(Person.login == user.username, Person.is_active))
        if person is None and user.email:
            named = session.scalars(select(Person).where(Person.email == user.email, Person.is_active)).all()
            person = named[0] if len(named) == 1 else None
        if person is None:
            return None
        return Access(Actor.of(person), session, self._policy, moment=self._house.moment)


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(sorted(f"{does} {on}" for does, on in pairs))


def _roles(user: User) -> str:
    held = ", ".join(sorted(user.roles)) or "aucun rôle"
    return held if user.is_active else f"désactivé, {held}"
