"""Changing a right in place, when somebody else may be changing it too: nobody's work is written over unseen."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import proving, queries, rights, subjects
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Grant, Unit
from dataspace.auth.rights import FromTheDirectory, NotYours, Wanted, deciding_level
from dataspace.auth.words import Role, Source
from dataspace.errors import Conflict, Invalid, Refused


@dataclass(frozen=True)
class Terms:
    """What of a grant may be changed."""

    role: Role
    with_services: bool
    ends: datetime | None
    reason: str


class ChangedMeanwhile(Conflict):
    """The grant is no longer as it was on screen: changed, or taken back."""


def terms_of(grant: Grant) -> Terms:
    return Terms(grant.role, grant.with_services, grant.ends, grant.reason)


def wanted(access: Access, grant: Grant, terms: Terms) -> Wanted:
    """The right as it would be with `terms`. Raises NotYours when where it stands is not the actor's to know."""
    scope: Unit | Asset | None = (
        access.session.scalar(queries.rights_known(access).where(Asset.id == grant.asset_id))
        if grant.asset_id is not None
        else access.session.scalar(select(Unit).where(Unit.id == grant.unit_id))
    )
    if scope is None:
        raise NotYours
    # The kernel knows a group by its name.
    subject = cast("subjects.Subject", subjects.of(access, grant))
    return Wanted(
        subject, terms.role, scope, terms.with_services, grant.starts, terms.ends, terms.reason, source=grant.source
    )


def take(access: Access, grant: Grant, version: int) -> None:
    """Lock the grant and read it again. Raises ChangedMeanwhile unless it is the `version` that was on screen."""
    stmt = select(Grant).where(Grant.id == grant.id).with_for_update().execution_options(populate_existing=True)
    access.session.scalars(stmt).one()
    if grant.version != version or grant.revoked_at is not None:
        raise ChangedMeanwhile


def check(access: Access, grant: Grant, terms: Terms) -> Wanted:
    """Raises Refused or Invalid when the actor may not change `grant` to `terms`; else the right as it would be."""
    if grant.source is Source.SSO:
        raise FromTheDirectory
    asked = wanted(access, grant, terms)
    # She must be able to give it as it was, and as it will be.
    if rights.assigning(access, grant.role, asked.scope, with_services=grant.with_services) is None:
        raise NotYours
    rights.check(access, asked)
    if terms == terms_of(grant):
        raise Invalid("Rien ne change.")
    if _is_there(access, grant, terms):
        raise Conflict("Cet accès existe déjà sous cette forme.", "Retirez l’un des deux, ou changez autre chose.")
    return asked


def change(access: Access, grant: Grant, terms: Terms, *, version: int) -> None:
    """Give `grant` other terms: a new decision, effective on the next request of every worker.

    Raises ChangedMeanwhile, Refused (not one's to give, to oneself, the last administrator), Invalid, Conflict.
    """
    take(access, grant, version)
    asked = check(access, grant, terms)
    by = rights.check(access, asked)
    for role in (grant.role, terms.role):
        proving.for_right(access, role, asked.scope)
    try:
        access.hold(by)
    except Refused as error:
        raise NotYours from error
    before = told(grant)
    if terms.role is not grant.role or terms.with_services < grant.with_services or _is_sooner(terms, grant):
        rights.keep_one(access, grant)
    grant.role, grant.with_services = terms.role, terms.with_services
    grant.ends, grant.reason = terms.ends, terms.reason.strip()
    if asked.asset is not None:
        # Decided anew, on what it is now.
        grant.up_to = deciding_level(asked.asset)
    access.session.flush()
    kept = rights.told(grant, asked.subject)
    record(access, Act.GRANT_CHANGED, asked.scope, held=by, before=before, **kept)


def give_again(access: Access, grant: Grant, terms: Terms, *, version: int) -> Grant:
    """Give anew, with these terms, what was taken back meanwhile. Raises ChangedMeanwhile, or what giving raises."""
    if grant.version != version or grant.revoked_at is None:
        raise ChangedMeanwhile
    if grant.source is Source.SSO:
        raise FromTheDirectory
    return rights.assign(access, replace(wanted(access, grant, terms), starts=access.moment, source=Source.MANUAL))


def revoke(access: Access, grant: Grant, *, reason: str, version: int | None) -> None:
    """End a right that is still as it was on screen. Raises ChangedMeanwhile, or what `rights.revoke` raises."""
    if version is not None:
        take(access, grant, version)
    rights.revoke(access, grant, reason=reason)


def told(grant: Grant) -> dict[str, Any]:
    """The terms, as the journal keeps them."""
    return {"role": grant.role.value, "with_services": grant.with_services, "ends": grant.ends, "reason": grant.reason}


def _is_sooner(terms: Terms, grant: Grant) -> bool:
    return terms.ends is not None and (grant.ends is None or terms.ends < grant.ends)


def _is_there(access: Access, grant: Grant, terms: Terms) -> bool:
    same = [getattr(Grant, name).is_not_distinct_from(getattr(grant, name))
            for name in ("person_id", "subject_unit_id", "group_name", "usage_id", "unit_id", "asset_id")]  # fmt: skip
    stmt = select(Grant.id).where(
        *same, Grant.role == terms.role, Grant.with_services == terms.with_services, Grant.source == grant.source,
        Grant.id != grant.id, Grant.revoked_at.is_(None), live(Grant, access.moment),
    )  # fmt: skip
    return access.session.scalars(stmt.limit(1)).first() is not None
