"""« Tester avec une personne »: what the table would give to who carries such values. Nothing is written."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from dataspace.auth import Access, Permission, directory, mapping
from dataspace.auth.dated import live
from dataspace.auth.mapping import IMPORTED, Line, Value
from dataspace.auth.models import Grant, Person
from dataspace.auth.words import Source
from dataspace.directory import queries
from dataspace.errors import Invalid, NotFound


@dataclass(frozen=True)
class Trial:
    """Each value with the lines of one's reach that it makes speak; then against what the directory gave her so far.

    `elsewhere` counts the lines that speak outside the actor's reach.
    """

    values: list[tuple[Value, list[Line]]]
    given: list[Line]
    kept: list[Line]
    ended: list[Grant]
    elsewhere: int
    person: Person | None


def of(access: Access, person: Person | None, said: Iterable[Value] | None) -> Trial:
    """The trial of `person` with the values kept of her, or with those `said`.

    Raises NotFound for who is outside the actor's reach, Invalid when there is nothing to try.
    """
    access.require(Permission.DIRECTORY_MAP)
    if person is not None and not queries.known(access, [person.id]):
        raise NotFound
    if said is None:
        if person is None:
            raise Invalid("Choisissez une personne, ou collez ce que dirait l’annuaire.")
        said = {one for one in mapping.kept(access.session, [person.id])[person.id] if one[0] != IMPORTED}
    values = sorted(set(said))
    table = mapping.lines(access.session)
    cells = access.scope(Permission.DIRECTORY_MAP).cells
    spoken = mapping.gives(table, values)
    ours = [line for line in spoken if line.unit_id in cells]
    by_value = [(value, [line for line in ours if line.speaks_to(Source.SSO, value)]) for value in values]
    held = [grant for grant in _held(access, person) if grant.unit_id in cells]
    rights = {line.right for line in ours}
    has = {(grant.role, grant.unit_id, grant.with_services) for grant in held}
    once = {line.right: line for line in reversed(ours)}
    return Trial(
        by_value,
        [line for right, line in once.items() if right not in has],
        [line for right, line in once.items() if right in has],
        [grant for grant in held if (grant.role, grant.unit_id, grant.with_services) not in rights],
        len(spoken) - len(ours),
        person,
    )


def pasted(text: str, claims: Collection[str]) -> set[Value] | None:
    """The values of what was pasted: claims as JSON, or names of groups; None when nothing was.

    Raises Invalid when it looks like JSON and is not.
    """
    text = text.strip()
    if not text:
        return None
    if text.startswith("{"):
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Invalid("Ce texte commence comme du JSON, et n’en est pas.", "Vérifiez les guillemets.") from error
        heard = {claim: directory.values(said.get(claim)) or frozenset() for claim in claims}
    else:
        lines = [line for line in text.splitlines() if line.strip()]
        one = directory.values(lines[0] if len(lines) == 1 else lines)
        heard = {"groups": one or frozenset()}
    return {("", claim, value) for claim, values in heard.items() for value in values}


def _held(access: Access, person: Person | None) -> Iterable[Grant]:
    if person is None:
        return ()
    stmt = select(Grant).where(
        Grant.person_id == person.id, Grant.source == Source.SSO, Grant.unit_id.is_not(None),
        Grant.revoked_at.is_(None), live(Grant, access.moment),
    )  # fmt: skip
    return access.session.scalars(stmt.order_by(Grant.id)).all()
