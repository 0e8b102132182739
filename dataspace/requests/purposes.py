"""The usage in whose name one asks: which may be chosen, whether it still asks, and what the register says of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dataspace.auth import Access, Actor, subjects, usages, usages_known
from dataspace.auth.models import Asset, Known, Usage
from dataspace.auth.queries import people
from dataspace.errors import Conflict, Invalid
from dataspace.requests.models import AccessRequest
from dataspace.usages import queries as kept


class AsksNoMore(Conflict):
    sentence = "L’usage ne demande plus cet élément\u00a0: il s’est terminé, ou la personne n’en est plus."
    next_step = "Acceptez pour la personne seulement, ou refusez."


@dataclass(frozen=True)
class Served:
    """A usage that a request is made for: what the register says of it; does it still ask, may the actor give to it?"""

    usage: Usage
    basis: str
    article: str
    ground: str | None
    asks: bool
    is_ones_own: bool
    is_known: bool


def offered(access: Access, asset: Known) -> Sequence[Usage]:
    """Usages in whose name the actor may ask for `asset`."""
    return usages_known.asking_for(access, asset)


def chosen(access: Access, asset: Asset, public_id: str) -> Usage | None:
    """The usage that was chosen, None when none was. Raises Invalid for any other than those offered."""
    if not public_id:
        return None
    found = next((usage for usage in offered(access, asset) if usage.public_id == public_id), None)
    if found is None:
        raise Invalid("Choisissez un usage en cours, dont vous êtes et qui déclare cet élément.")
    return found


def served(access: Access, request: AccessRequest, asset: Asset | None) -> Served | None:
    """The usage a request is made for, as its readers may judge it; None for a request of one's own."""
    usage = usages.named(access.session, [request.usage_id]).get(request.usage_id or 0)
    if usage is None:
        return None
    sheet = kept.sheet(access, usage)
    return Served(
        usage, sheet.basis.label, sheet.basis.article, sheet.health_ground.label if sheet.health_ground else None,
        asks=asset is not None and _asks(access, request, asset), is_ones_own=subjects.is_oneself(access, usage),
        is_known=usages_known.known(access, usage.public_id) is not None,
    )  # fmt: skip


def receiving(access: Access, request: AccessRequest, asset: Asset) -> Usage | None:
    """The usage that receives what is accepted, None for a request of one's own. Raises AsksNoMore."""
    if request.usage_id is None:
        return None
    if not _asks(access, request, asset):
        raise AsksNoMore
    return usages.named(access.session, [request.usage_id])[request.usage_id]


def titles(access: Access, requests: Iterable[AccessRequest]) -> dict[int, str]:
    """How the usages of these requests are called, by id."""
    return usages.titles(access.session, (request.usage_id for request in requests))


def _asks(access: Access, request: AccessRequest, asset: Asset) -> bool:
    person = people(access.session, [request.person_id])[request.person_id]
    theirs = Access(Actor.of(person), access.session, access.policy, moment=access.moment)
    return any(usage.id == request.usage_id for usage in offered(theirs, asset))
