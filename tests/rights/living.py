"""Small worlds written in an empty database, then undone; and what somebody opens there."""

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, settings
from sqlalchemy.orm import Session

from dataspace import db
from dataspace.auth import Access, Actor, Permission, Policy
from dataspace.auth.listing import Narrowed
from dataspace.auth.models import Asset, Person
from dataspace.auth.tally import tally
from dataspace.auth.words import AssetKind
from tests.rights.worlds import MOMENT, World, write

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much,
          HealthCheck.function_scoped_fixture]  # fmt: skip


def law(examples: int) -> settings:
    """How many worlds a law is tried in, always the same ones."""
    phases = [phase for phase in Phase if phase is not Phase.explain]
    return settings(
        max_examples=examples, phases=phases, derandomize=True, database=None, deadline=None,
        suppress_health_check=CHECKS,
    )  # fmt: skip


@contextmanager
def living(base: db.Engine, world: World) -> Iterator[Session]:
    """`world` in the `base` of its module (see conftest), as long as this lasts."""
    with db.sessions(base)() as session:
        write(session, world)
        yield session
        session.rollback()


def access_of(session: Session, policy: Policy, person: Person) -> Access:
    return Access(Actor.of(person), session, policy, moment=MOMENT)


def opened(access: Access, permission: Permission) -> set[int]:
    """Ids of the assets that the predicate selects."""
    return set(access.session.scalars(access.select(Asset, permission).with_only_columns(Asset.id)))


def counted(access: Access, permission: Permission) -> int:
    """How many assets `permission` opens, as a page counts them."""
    return tally(access, permission, permission, Narrowed(tuple(AssetKind))).seen
