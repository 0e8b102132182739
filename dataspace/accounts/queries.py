"""What concerns one person: her grants as she may read them, what changed for her, her sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dataspace.auth import Access, Permission
from dataspace.auth import queries as auth
from dataspace.auth.facts import Held
from dataspace.auth.models import Asset, AuthSession, Person
from dataspace.auth.words import Source

_RECENT = timedelta(days=30)
_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Rights:
    """The live grants of the actor, with the people who gave them and the assets they name."""

    held: tuple[Held, ...]
    people: dict[int, Person]
    assets: dict[str, Asset]


@dataclass(frozen=True)
class Turn:
    """A grant that somebody gave not long ago, or that ends soon; on one asset, or on a unit."""

    held: Held
    asset: Asset | None
    is_ending: bool
    when: datetime


def rights(access: Access) -> Rights:
    """What the actor holds. A grant on an asset that a denial or its state hides from her is left out."""
    named = sorted({held.asset_public_id for held in access.facts.held if held.asset_public_id is not None})
    known: dict[str, Asset] = {}
    if named:
        seen = access.select(Asset, Permission.CARD_SEE, Permission.DATASET_READ, Permission.DASHBOARD_OPEN)
        known = {asset.public_id: asset for asset in access.session.scalars(seen.where(Asset.public_id.in_(named)))}
    held = tuple(h for h in access.facts.held if h.asset_public_id is None or h.asset_public_id in known)
    return Rights(held, auth.people(access.session, (h.granted_by_id for h in held)), known)


def turns(access: Access, found: Rights, *, limit: int = 4) -> list[Turn]:
    """What somebody has just opened to the actor, and what will close, which comes first; not the directory's doing."""
    out = []
    for held in found.held:
        if held.source is Source.SSO:
            continue
        asset = found.assets[held.asset_public_id] if held.asset_public_id else None
        if held.ends is not None and held.ends - access.moment < _SOON:
            out.append(Turn(held, asset, True, held.starts))
        elif access.moment - held.starts < _RECENT:
            out.append(Turn(held, asset, False, held.starts))
    return sorted(out, key=lambda turn: (not turn.is_ending, -turn.when.timestamp()))[:limit]


def sessions(access: Access) -> Sequence[AuthSession]:
    """The actor's open sessions, the last used first."""
    return auth.sessions_of(access.session, access.actor.person_id)


def themes(access: Access) -> dict[int, str]:
    """Labels of the themes that are closed to the actor."""
    wanted = {denied.theme_id for denied in access.facts.denied}
    return {theme.id: theme.label for theme in auth.themes(access.session) if theme.id in wanted} if wanted else {}
