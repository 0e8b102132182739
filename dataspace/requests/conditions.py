"""What is accepted before asking for a thing: written and replaced by its directorate, each version kept (F18)."""

from collections.abc import Sequence

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission
from dataspace.auth.models import Asset
from dataspace.errors import Conflict, Invalid
from dataspace.requests.models import AssetCondition

LONGEST = 4000


def versions(access: Access, asset: Asset) -> Sequence[AssetCondition]:
    """Every version, the last first. Needs asset:widen on the thing."""
    access.require(Permission.ASSET_WIDEN, asset)
    stmt = select(AssetCondition).where(AssetCondition.asset_id == asset.id)
    return access.session.scalars(stmt.order_by(AssetCondition.since.desc(), AssetCondition.id.desc())).all()


def write(access: Access, asset: Asset, text: str, *, replaces: str) -> AssetCondition:
    """Replace the conditions; an empty text asks for none any more. Accesses given keep the version they accepted.

    Raises Refused, Invalid (nothing changes, too long), Conflict when `replaces` is no longer the last version.
    """
    decision = access.require(Permission.ASSET_WIDEN, asset)
    known, text = versions(access, asset), "\n".join(text.split("\r\n")).strip()
    now = known[0] if known else None
    if (now.version if now else "") != replaces:
        raise Conflict
    if len(text) > LONGEST:
        raise Invalid("4\u202f000 caractères au plus.")
    if text == (now.text if now else ""):
        raise Invalid("Rien ne change.")
    year = str(access.moment.year)
    number = 1 + sum(one.version.startswith(f"{year}-") for one in known)
    made = AssetCondition(asset_id=asset.id, text=text, version=f"{year}-{number}", since=access.moment)
    access.session.add(made)
    record(
        access, Act.CONDITIONS_WRITTEN, asset, held=decision.held if decision else None, version=made.version,
        replaces=replaces, text=text,
    )  # fmt: skip
    return made
