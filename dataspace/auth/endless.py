"""An access without an end asks for a reason and for the recorded opinion of the DPO, who advises (F15).

The opinion is asked on one exact access (to whom, which role, on what), and serves once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select

from dataspace.audit import Act, record
from dataspace.auth.access import Access
from dataspace.auth.models import Asset, EndlessOpinion, Grant, Person, Unit, Usage
from dataspace.auth.words import Permission
from dataspace.errors import Conflict, Invalid, NotFound, Refused

if TYPE_CHECKING:
    from dataspace.auth.rights import Wanted

# Asked or given longer ago than this, an opinion says nothing any more.
_HOLDS = timedelta(days=90)
_USAGE_ENDS = "Un usage a une fin\u00a0: ce qu’il ouvre aussi. Donnez une date."


class NeedsOpinion(Invalid):
    sentence = "Un accès sans fin demande l’avis du délégué à la protection des données."
    next_step = "Demandez-le d’ici\u00a0: il arrive dans ses messages, et vous serez prévenu de sa réponse."


def opinion_on(access: Access, wanted: "Wanted") -> EndlessOpinion | None:
    """The opinion asked or given on this very access, and not used yet."""
    if isinstance(wanted.subject, Usage):
        return None
    stmt = select(EndlessOpinion).where(
        *_same(wanted), EndlessOpinion.grant_id.is_(None), EndlessOpinion.asked_at > access.moment - _HOLDS
    )
    return access.session.scalars(stmt.order_by(EndlessOpinion.id.desc())).first()


def check(access: Access, wanted: "Wanted") -> None:
    """Raises NeedsOpinion unless the DPO has said what he thinks of this very access, Invalid for a usage."""
    if isinstance(wanted.subject, Usage):
        raise Invalid(_USAGE_ENDS)
    found = opinion_on(access, wanted)
    if found is None or found.advised_at is None:
        raise NeedsOpinion
    if found.advised_by_id == access.author_id:
        raise NeedsOpinion("Votre propre avis ne suffit pas à l’accès que vous donnez.")


def use(access: Access, wanted: "Wanted", grant: Grant) -> None:
    """Remember which access the opinion was given on."""
    if wanted.ends is None and (found := opinion_on(access, wanted)) is not None:
        found.grant_id = grant.id


def ask(access: Access, wanted: "Wanted") -> EndlessOpinion:
    """Ask for the opinion. Raises what giving it would (not one's to give, no reason), Conflict when it is asked."""
    from dataspace.auth import rights

    if isinstance(wanted.subject, Usage):
        raise Invalid(_USAGE_ENDS)
    rights.check(access, replace(wanted, ends=wanted.starts + timedelta(days=365)))
    if opinion_on(access, wanted) is not None:
        raise Conflict("L’avis est déjà demandé, ou déjà donné.", "Attendez sa réponse, ou enregistrez l’accès.")
    subject, scope = wanted.subject, wanted.scope
    asked = EndlessOpinion(
        person_id=subject.id if isinstance(subject, Person) else None,
        subject_unit_id=subject.id if isinstance(subject, Unit) else None, role=wanted.role,
        unit_id=scope.id if isinstance(scope, Unit) else None,
        asset_id=scope.id if isinstance(scope, Asset) else None, with_services=wanted.with_services,
        reason=wanted.reason.strip(), asked_by_id=access.author_id, asked_at=access.moment,
    )  # fmt: skip
    access.session.add(asked)
    access.session.flush()
    record(access, Act.ENDLESS_ASKED, scope, opinion=asked.public_id, role=wanted.role.value, reason=asked.reason)
    return asked


def to_advise(access: Access) -> Sequence[EndlessOpinion]:
    """Those that wait for the actor's opinion, the oldest first."""
    if not access.may(Permission.REQUEST_ADVISE):
        return []
    waiting = (EndlessOpinion.advised_at.is_(None), EndlessOpinion.asked_at > access.moment - _HOLDS)
    # Counted on each of her pages: mostly none waits, and nothing more is asked.
    if access.session.scalar(select(EndlessOpinion.id).where(*waiting).limit(1)) is None:
        return []
    stmt = select(EndlessOpinion).where(*waiting, _reached(access))
    return access.session.scalars(stmt.order_by(EndlessOpinion.id)).all()


def advised(access: Access, limit: int = 20) -> Sequence[EndlessOpinion]:
    """Those already answered in the actor's reach, the last first."""
    access.require(Permission.REQUEST_ADVISE)
    stmt = select(EndlessOpinion).where(EndlessOpinion.advised_at.is_not(None), _reached(access))
    return access.session.scalars(stmt.order_by(EndlessOpinion.advised_at.desc()).limit(limit)).all()


def advise(access: Access, public_id: str, *, is_favourable: bool, note: str) -> EndlessOpinion:
    """Record the opinion: read by who decides, deciding nothing. Raises NotFound, Refused (her own), Conflict."""
    access.require(Permission.REQUEST_ADVISE)
    stmt = select(EndlessOpinion).where(EndlessOpinion.public_id == public_id, _reached(access))
    found = access.session.scalar(stmt.with_for_update(of=EndlessOpinion))
    if found is None:
        raise NotFound
    if access.author_id in (found.asked_by_id, found.person_id):
        raise Refused("On ne donne pas d’avis sur ce que l’on demande ou reçoit.", "Un autre délégué doit le donner.")
    if found.advised_at is not None:
        raise Conflict("Un avis est déjà donné.", "Rien n’a été changé.")
    if not is_favourable and not note.strip():
        raise Invalid("Dites pourquoi\u202f: qui décide lira votre avis.")
    found.is_favourable, found.note = is_favourable, note.strip()[:400]
    found.advised_by_id, found.advised_at = access.author_id, access.moment
    opinion = "favourable" if is_favourable else "unfavourable"
    record(access, Act.ENDLESS_ADVISED, None, opinion=opinion, on=found.public_id, note=found.note)
    return found


def _reached(access: Access) -> ColumnElement[bool]:
    """On a unit of the actor's reach, or on a thing that she may advise on."""
    cells = sorted(access.scope(Permission.REQUEST_ADVISE).cells)
    mentioned = access.session.scalars(select(EndlessOpinion.asset_id).where(EndlessOpinion.asset_id.is_not(None)))
    things = access.select(Asset, Permission.REQUEST_ADVISE).with_only_columns(Asset.id)
    assets = access.session.scalars(things.where(Asset.id.in_(sorted({one for one in mentioned if one})))).all()
    return or_(EndlessOpinion.unit_id.in_(cells), EndlessOpinion.asset_id.in_(sorted(assets)))


def _same(wanted: "Wanted") -> tuple[ColumnElement[bool], ...]:
    subject: ColumnElement[bool] = (
        EndlessOpinion.person_id == wanted.subject.id
        if isinstance(wanted.subject, Person)
        else EndlessOpinion.subject_unit_id == wanted.subject.id
    )
    scope: ColumnElement[bool] = (
        EndlessOpinion.asset_id == wanted.scope.id
        if isinstance(wanted.scope, Asset)
        else EndlessOpinion.unit_id == wanted.scope.id
    )
    same = EndlessOpinion.with_services == wanted.with_services
    return (and_(subject, scope), EndlessOpinion.role == wanted.role, same)
