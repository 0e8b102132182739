"""What somebody had typed when she was asked to prove who she is: kept for her alone, then given back."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from dataspace.auth import Access
from dataspace.auth.models import HeldForm
from dataspace.auth.sealing import seal, unseal

KEPT = timedelta(minutes=30)
_LARGEST = 1_300_000  # a table of accesses, pasted
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Kept:
    """A form that was not sent: where it goes, and what is in it."""

    address: str
    fields: Fields


def keep(access: Access, address: str, fields: Iterable[tuple[str, str]], *, secret_key: str) -> str | None:
    """Put what was typed aside; the public id to find it by, None when it is too long to be kept."""
    text = json.dumps([list(pair) for pair in fields], ensure_ascii=False)
    if len(text) > _LARGEST or len(address) > HeldForm.address.type.length:
        return None
    access.session.execute(delete(HeldForm).where(HeldForm.created < access.moment - KEPT))
    held = HeldForm(
        person_id=access.actor.person_id, address=address, fields=seal(secret_key, text), created=access.moment
    )
    access.session.add(held)
    access.session.flush()
    return held.public_id


def given_back(access: Access, public_id: str, *, secret_key: str) -> Kept | None:
    """What the actor herself had typed, if it is still kept."""
    stmt = select(HeldForm).where(
        HeldForm.public_id == public_id, HeldForm.person_id == access.actor.person_id,
        HeldForm.created >= access.moment - KEPT,
    )  # fmt: skip
    held = access.session.scalar(stmt)
    text = unseal(secret_key, held.fields) if held is not None else None
    if held is None or text is None:
        return None
    return Kept(held.address, [(name, value) for name, value in json.loads(text)])
