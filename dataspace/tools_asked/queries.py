"""Requests for tools as each may read them: one's own, those one answers, those shared in one's directorate."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from dataspace.auth import Access, Permission
from dataspace.auth.search import stems, words
from dataspace.auth.words import UnitKind
from dataspace.tools_asked.models import ToolRequest, ToolState, ToolSupport

_COMPARED = 500
# Words that every request has.
_COMMON = frozenset(stems("un une des les le la de du pour par avec sur dans et ou tableau bord outil suivi donnees"))
_OPEN = tuple(state for state in ToolState if not state.is_over)


def seen(access: Access, public_id: str) -> ToolRequest | None:
    """The request, when its reader may know of it."""
    stmt = select(ToolRequest).where(ToolRequest.public_id == public_id, _visible(access))
    return access.session.scalar(stmt.options(selectinload(ToolRequest.events)))


def mine(access: Access) -> Sequence[ToolRequest]:
    """The reader's own, the last first."""
    return _read(access, ToolRequest.person_id == access.author_id)


def waiting(access: Access) -> Sequence[ToolRequest]:
    """Those that wait for an answer of the reader's, the oldest first."""
    cells = _answered(access)
    if not cells:
        return []
    stmt = _stmt(ToolRequest.unit_id.in_(cells), ToolRequest.state.in_(_OPEN))
    stmt = stmt.where(ToolRequest.person_id != access.author_id).order_by(None).order_by(ToolRequest.id)
    return access.session.scalars(stmt).all()


def count_new(access: Access) -> int:
    """How many nobody has looked at yet, among those that the reader answers."""
    cells = _answered(access)
    if not cells:
        return 0
    stmt = select(func.count()).where(ToolRequest.unit_id.in_(cells), ToolRequest.state == ToolState.RECEIVED)
    return access.session.scalar(stmt.where(ToolRequest.person_id != access.author_id)) or 0


def around(access: Access) -> Sequence[ToolRequest]:
    """Those of colleagues that are shared with the reader, and still open or delivered."""
    return _read(access, _shared(access), ToolRequest.person_id != access.author_id,
                 ToolRequest.state != ToolState.REFUSED)  # fmt: skip


def similar(access: Access, text: str, *, but: ToolRequest | None = None) -> list[ToolRequest]:
    """Requests that say much the same, the nearest first, among those that the reader may know of."""
    said = _meaning(text)
    if not said:
        return []
    ranked = []
    for other in _read(access, _visible(access), limit=_COMPARED):
        theirs = _meaning(f"{other.title} {other.purpose}")
        shared = said & theirs
        if (but is None or other.id != but.id) and (len(shared) >= 2 or said <= theirs):
            ranked.append((len(shared) / len(said | theirs), other))
    return [other for _, other in sorted(ranked, key=lambda one: (-one[0], -one[1].id))]


def supports(access: Access, requests: Iterable[ToolRequest]) -> dict[int, set[int]]:
    """Who else needs each of these: ids of people by id of request."""
    ids = sorted({request.id for request in requests})
    found: dict[int, set[int]] = {one: set() for one in ids}
    for row in access.session.execute(
        select(ToolSupport.request_id, ToolSupport.person_id).where(ToolSupport.request_id.in_(ids))
    ):
        found[row.request_id].add(row.person_id)
    return found


def may_answer(access: Access, request: ToolRequest) -> bool:
    return access.may_in(Permission.TOOL_ANSWER, request.unit_id)


def _meaning(text: str) -> set[str]:
    return {one for one in stems(" ".join(words(text))) if len(one) > 2} - _COMMON


def _answered(access: Access) -> list[int]:
    return sorted(access.scope(Permission.TOOL_ANSWER).cells)


def _visible(access: Access) -> ColumnElement[bool]:
    return or_(
        ToolRequest.person_id == access.author_id, ToolRequest.unit_id.in_(_answered(access)), _shared(access)
    )  # fmt: skip


def _shared(access: Access) -> ColumnElement[bool]:
    tree = access.facts.tree
    units: set[int] = set()
    for posting in access.facts.postings:
        if posting.kind.is_inside:
            node = tree.directorate(posting.unit_id)
            # The whole authority is nobody's directorate.
            units.update({node.id} if node.kind is UnitKind.AUTHORITY else tree.branch(node.id))
    return and_(ToolRequest.is_shared, ToolRequest.unit_id.in_(sorted(units)))


def _stmt(*conditions: ColumnElement[bool]) -> Select[ToolRequest]:
    return select(ToolRequest).where(*conditions).order_by(ToolRequest.id.desc())


def _read(access: Access, *conditions: ColumnElement[bool], limit: int = 100) -> Sequence[ToolRequest]:
    return access.session.scalars(_stmt(*conditions).limit(limit)).all()
