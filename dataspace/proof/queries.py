"""Certificates, for who may read them; and what the last one warns of."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dataspace.auth import Access, Permission
from dataspace.auth.queries import root_unit
from dataspace.errors import NotFound, Refused
from dataspace.proof.models import Certificate


def latest(access: Access, *, limit: int = 100) -> Sequence[Certificate]:
    """The last certificates, newest first. Needs proof:see on the authority of the portal: it speaks of all of it."""
    _require(access)
    return access.session.scalars(select(Certificate).order_by(Certificate.number.desc()).limit(limit)).all()


def by_id(access: Access, public_id: str) -> Certificate:
    """One certificate. Raises NotFound when there is none."""
    _require(access)
    found = access.session.scalar(select(Certificate).where(Certificate.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def alarm(access: Access) -> Certificate | None:
    """The certificate that tells of a leak, for who may read it, until a later walk is whole and clean."""
    return standing(access.session) if access.may(Permission.PROOF_SEE) and _is_host(access) else None


def standing(session: Session) -> Certificate | None:
    """The last certificate with a leak, when no later one is whole and clean."""
    clean = (
        select(func.max(Certificate.number))
        .where(Certificate.leaks == 0, Certificate.is_complete)
        .scalar_subquery()
    )  # fmt: skip
    stmt = select(Certificate).where(Certificate.leaks > 0, Certificate.number > func.coalesce(clean, 0))
    return session.scalars(stmt.order_by(Certificate.number.desc()).limit(1)).first()


def last_number(session: Session) -> int:
    return session.scalar(select(func.max(Certificate.number))) or 0


def _require(access: Access) -> None:
    access.require(Permission.PROOF_SEE)
    if not _is_host(access):
        raise Refused(
            "Ce certificat porte sur tout le portail\u00a0: il se lit au nom de la collectivité qui le tient."
        )


def _is_host(access: Access) -> bool:
    host = root_unit(access.session)
    return host is None or access.may_in(Permission.PROOF_SEE, host.id)
