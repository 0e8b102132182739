"""Changing the table of the directory: seen first, then applied at once to who carries the values, journaled."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission, mapping, proving, rights
from dataspace.auth.facts import Held
from dataspace.auth.mapping import Line, Turn
from dataspace.auth.models import GroupMapping, Unit
from dataspace.auth.rights import NotToYourself, NotYours
from dataspace.auth.seating import check_seat
from dataspace.directory import queries
from dataspace.errors import Conflict, Invalid, Refused

_WHY = "Dites pourquoi\u00a0: le motif est conservé au journal."


class Yours(NotToYourself):
    sentence = "Ce changement vous donnerait un accès à vous-même\u00a0: vous portez cette valeur dans l’annuaire."
    next_step = "Demandez à une autre personne habilitée de le faire."


class Stale(Conflict):
    """Somebody changed the line, or took it away, since it was on screen: `row` is what it is now."""

    def __init__(self, row: GroupMapping | None) -> None:
        self.row = row
        super().__init__(
            None if row is not None else "Quelqu’un a retiré cette ligne pendant que vous l’aviez à l’écran.",
            "Comparez les deux versions ci-dessous, puis enregistrez de nouveau\u202f: votre saisie est gardée."
            if row is not None
            else "Si elle manque, ajoutez-la de nouveau\u202f: votre saisie est gardée ci-dessous.",
        )


@dataclass(frozen=True)
class Step:
    """One line as it is and as it would be: added when `row` is None, taken away when `line` is."""

    row: GroupMapping | None
    line: Line | None

    @property
    def is_idle(self) -> bool:
        return self.row is not None and self.line == Line.of(self.row)


def preview(access: Access, steps: Iterable[Step], claims: Collection[str]) -> list[Turn]:
    """Who would gain and who would lose what, if the table were changed so. Nothing is written.

    Raises Refused (a role or a place that is not hers to give, to herself), Invalid (claim, value), Conflict (twice).
    """
    steps = [step for step in steps if not step.is_idle]
    _check(access, steps, claims)
    return _turns(access, steps)


def add(access: Access, line: Line, *, reason: str, claims: Collection[str]) -> GroupMapping:
    """Add a line. Raises what `preview` does, and LastOne."""
    return _save(access, [Step(None, line)], reason=reason, claims=claims)[0]


def change(
    access: Access, public_id: str, line: Line | None, *, version: int, reason: str, claims: Collection[str]
) -> None:
    """Change a line, or take it away when `line` is None. Raises Stale, what `preview` does, and LastOne."""
    mapping.hold_table(access.session, to_change=True)
    row = queries.line(access, public_id)
    if row is None or row.version != version:
        raise Stale(row)
    _save(access, [Step(row, line)], reason=reason, claims=claims)


def replace(
    access: Access, steps: list[Step], *, version: str, reason: str, claims: Collection[str]
) -> list[GroupMapping]:
    """Bring several lines at once, all or nothing. Raises Conflict when the table is no longer the `version` shown."""
    if mapping.hold_table(access.session, to_change=True) != version:
        raise Conflict(
            "La table a changé pendant que vous aviez ce fichier à l’écran.",
            "Relisez ci-dessous ce que le fichier change maintenant, puis enregistrez.",
        )
    return _save(access, [step for step in steps if not step.is_idle], reason=reason, claims=claims)


def _save(access: Access, steps: list[Step], *, reason: str, claims: Collection[str]) -> list[GroupMapping]:
    if not reason.strip():
        raise Invalid(_WHY)
    mapping.hold_table(access.session, to_change=True)
    held = _check(access, steps, claims)
    for one in held:
        try:
            access.hold(one)
        except Refused as error:
            raise NotYours from error
    for step in steps:
        _prove(access, step)
    turns = _turns(access, steps)
    rows = [_write(access, step, reason.strip(), turns) for step in steps]
    access.session.flush()
    mapping.apply(access, turns, lines=[row.public_id for row in rows][:20], why=reason.strip())
    return rows


def _turns(access: Access, steps: list[Step]) -> list[Turn]:
    before = mapping.lines(access.session)
    gone = {Line.of(step.row) for step in steps if step.row is not None}
    after = [line for line in before if line not in gone] + [step.line for step in steps if step.line is not None]
    turns = mapping.plan(access.session, access.moment, before, after)
    # A place is not a right, but what is given to a unit is for those inside it.
    if any(turn.person.id == access.author_id and (turn.given or turn.joined) for turn in turns):
        raise Yours
    return turns


def _check(access: Access, steps: list[Step], claims: Collection[str]) -> list[Held]:
    access.require(Permission.DIRECTORY_MAP)
    known, found = queries.issuers(access), []
    there = {_key(line) for line in mapping.lines(access.session)}
    there -= {_key(Line.of(step.row)) for step in steps if step.row is not None}
    for step in steps:
        if step.row is not None:
            found.append(_assigning(access, Line.of(step.row)))
        if step.line is None:
            continue
        line = step.line
        if line.claim not in claims:
            raise Invalid(
                f"Le portail ne garde pas la revendication «\u00a0{line.claim}\u00a0».",
                "Choisissez-en une autre, ou ajoutez-la au réglage DATASPACE_DIRECTORY_CLAIMS.",
            )
        if not line.value or len(line.value) > 200:
            raise Invalid("Donnez la valeur, telle que l’annuaire l’écrit, en 200 caractères au plus.")
        if line.issuer not in known:
            raise Invalid("Personne ne s’est jamais connecté par ce fournisseur d’identité.")
        found.append(_assigning(access, line))
        was = Line.of(step.row).place if step.row is not None else None
        if line.membership is not None and line.membership.is_inside and line.place != was:
            check_seat(access, line.unit_id)
        if _key(line) in there:
            raise Conflict("Cette ligne existe déjà.", "Modifiez plutôt celle qui donne ce rôle à cet endroit.")
        there.add(_key(line))
    return found


def _prove(access: Access, step: Step) -> None:
    """What a line gives, and gave, asks for the same proof as giving it by hand."""
    for line in (step.row, step.line):
        if line is not None:
            proving.for_right(access, line.role, access.session.get_one(Unit, line.unit_id))
    if step.line is not None and step.line.membership is not None and step.line.membership.is_inside:
        check_seat(access, step.line.unit_id, proven=True)


def _key(line: Line) -> tuple[str, ...]:
    return (line.issuer, line.claim, line.value, str(line.unit_id), line.role.value)


def _assigning(access: Access, line: Line) -> Held:
    unit = access.session.get(Unit, line.unit_id)
    if unit is None or not access.may_in(Permission.DIRECTORY_MAP, line.unit_id):
        raise NotYours
    by = rights.assigning(access, line.role, unit, with_services=line.with_services)
    if by is None or line.role not in queries.roles(access):
        raise NotYours
    return by


def can_change(access: Access, line: Line) -> bool:
    """May the actor give, hence change, what this line gives?"""
    try:
        _assigning(access, line)
    except Refused:
        return False
    return True


def _write(access: Access, step: Step, reason: str, turns: list[Turn]) -> GroupMapping:
    row, line = step.row, step.line
    was = told(access, Line.of(row)) if row is not None else None
    if line is None:
        assert row is not None
        access.session.delete(row)
    else:
        if row is None:
            row = GroupMapping(issuer=line.issuer)
            access.session.add(row)
        row.claim, row.value, row.unit_id, row.role = line.claim, line.value, line.unit_id, line.role
        row.issuer, row.with_services, row.membership = line.issuer, line.with_services, line.membership
        row.changed_at, row.changed_by_id = access.moment, access.author_id
        access.session.flush()
    record(
        access, Act.MAPPING_CHANGED, row, before=was, after=told(access, line) if line else None, reason=reason,
        gaining=sum(bool(turn.given) for turn in turns), losing=sum(bool(turn.ended) for turn in turns),
    )  # fmt: skip
    return row


def told(access: Access, line: Line) -> dict[str, object]:
    """What the journal keeps of a line."""
    return {
        "issuer": line.issuer, "claim": line.claim, "value": line.value, "unit": access.facts.tree[line.unit_id].code,
        "role": line.role.value, "with_services": line.with_services,
        "membership": line.membership.value if line.membership else "",
    }  # fmt: skip
