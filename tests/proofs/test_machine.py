"""Any order of changes: after each, model, Casbin, SQL, list, search, total and card say the same to everyone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dataspace import db
from dataspace.app import create_app
from dataspace.auth import Access, rights, search, usages
from dataspace.auth.models import Denial, Grant, GrantUse, Membership, Person, Unit, Usage, UsageMember
from dataspace.auth.words import Protection, Role, Sensitivity, State
from dataspace.catalog import queries, services
from dataspace.organisation import placing
from tests.conftest import settings_for
from tests.proofs.beside import HIGHEST, Beside
from tests.proofs.model import Dated
from tests.rights.oracle import ASKED
from tests.rights.worlds import DAY, GROUPS, WHEN, ADenial, AGrant, AUnit

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
# More of what a director may give.
ROLES = st.sampled_from([Role.AGENT, Role.CONTRIBUTOR, Role.STEWARD, Role.DIRECTOR]) | st.sampled_from(Role)
CHANGES = ("grant", "revoke", "restore", "change end", "deny", "join", "edit", "state", "delete", "move", "accept",
           "join a usage", "leave a usage")  # fmt: skip
RANK, DAYS = st.integers(0, 30), st.integers(1, 3).map(lambda days: days * DAY)
SUBJECT = st.tuples(st.sampled_from(["person", "unit", "usage"]), RANK)
SCOPE = st.tuples(st.sampled_from(["unit", "asset"]), RANK)
LEVELS = st.tuples(st.sampled_from(Sensitivity), st.sampled_from(Sensitivity)).map(sorted)


class Portal(Beside):
    """Everything that may happen. The boss assigns; the house moves, edits and deletes."""

    # --- who has what -------------------------------------------------------------------------------------------------
    @rule(subject=SUBJECT, role=ROLES, scope=SCOPE, with_services=st.booleans(), lasting=DAYS)
    def grant(self, subject, role, scope, with_services, lasting) -> None:
        subject, scope = self.one(subject), self.one(scope)
        asset = self.model.assets[scope[1]] if scope[0] == "asset" else None
        up_to = asset.level if asset and asset.protection is Protection.NONE else HIGHEST
        wanted = AGrant(subject, role, scope, with_services and scope[0] == "unit", "", up_to)

        def give(session: Session) -> None:
            access = self.boss(session)
            whom, where = self.row(access, *subject), self.row(access, *scope)
            ends = access.moment + lasting
            asked = rights.Wanted(whom, role, where, wanted.with_services, access.moment, ends, "besoin")
            made = rights.assign(access, asked)
            self.model.grants.append(Dated(wanted, made.id, asked.starts, asked.ends))

        self.attempt("grant", give)

    @rule(subject=SUBJECT | st.tuples(st.just("group"), st.sampled_from(GROUPS)), role=st.sampled_from(Role),
          scope=SCOPE, with_services=st.booleans(), when=st.sampled_from(sorted(WHEN)),
          up_to=st.sampled_from(Sensitivity))  # fmt: skip
    def grant_from_elsewhere(self, subject, role, scope, with_services, when, up_to) -> None:
        """What an import, or a group of the directory, gives."""
        subject = subject if subject[0] == "group" else self.one(subject)
        grant = AGrant(subject, role, self.one(scope), with_services, "", up_to)
        self.attempt("grant from elsewhere", lambda session: self.give(session, grant, when))

    @rule(which=RANK)
    def revoke(self, which) -> None:
        self.on_grant("revoke", which, lambda access, row: rights.revoke(access, row, reason="fini"), is_revoked=True)

    @rule(which=RANK)
    def restore(self, which) -> None:
        self.on_grant("restore", which, rights.restore, is_revoked=False)

    @rule(which=RANK, lasting=DAYS)
    def change_end(self, which, lasting) -> None:
        def change(access: Access, row: Grant) -> None:
            rights.change_end(access, row, ends=access.moment + lasting, reason="encore", version=row.version)

        self.on_grant("change end", which, change, ends=self.now + lasting)

    @rule(by=st.sampled_from([timedelta(microseconds=1), DAY / 2, DAY, 2 * DAY]))
    def time_passes(self, by) -> None:
        self.time.shift(by)

    @rule(person=RANK, on=st.tuples(st.sampled_from(["asset", "theme"]), RANK), lasting=DAYS | st.none())
    def deny(self, person, on, lasting) -> None:
        denial = ADenial(person % len(self.model.people), self.one(on), "")
        self.attempt("deny", lambda s: self.forbid(s, denial, self.now, self.now + lasting if lasting else None))

    @rule(which=RANK)
    def end_a_denial(self, which) -> None:
        self.end(Denial, self.model.denials, which)

    # --- who is where -------------------------------------------------------------------------------------------------
    @rule(person=RANK, unit=RANK, lasting=DAYS | st.none())
    def join(self, person, unit, lasting) -> None:
        ends = self.now + lasting if lasting else None
        person, unit = person % len(self.model.people), unit % len(self.model.units)
        self.attempt("join", lambda session: self.place(session, person, unit, self.now, ends))

    @rule(which=RANK)
    def leave(self, which) -> None:
        self.end(Membership, self.model.places, which)

    @rule(rank=RANK)
    def go_or_come_back(self, rank) -> None:
        rank %= len(self.model.people) - 1  # the boss stays
        before = self.model.people[rank]
        with db.writing(self.sessions) as session:
            session.get_one(Person, rank + 1).is_active = not before.is_active
        self.model.people[rank] = replace(before, is_active=not before.is_active)

    @rule(unit=RANK, under=RANK, is_accepted=st.booleans())
    def move_a_unit(self, unit, under, is_accepted) -> None:
        unit %= len(self.model.units)
        if unit:
            parent = under % unit
            if unit in self.above(parent):
                return  # moved by hand since, it would hang under itself
            with db.writing(self.sessions) as session:
                row = session.get_one(Unit, unit + 1)
                row.parent_id, row.is_accepted = parent + 1, is_accepted
            self.model.units[unit] = AUnit(parent, self.model.units[unit].kind, is_accepted)

    def above(self, unit: int) -> list[int]:
        """`unit` and all that it hangs under, accepted or not."""
        found: list[int] = []
        here: int | None = unit
        while here is not None:
            found.append(here)
            here = self.model.units[here].parent
        return found

    @rule(unit=RANK, under=RANK, code=st.sampled_from(["move", "accept"]))
    def move_or_accept_by_hand(self, unit, under, code) -> None:
        """As the boss does it on her screen: what she may not is refused, what waits is accepted."""
        unit, under = unit % len(self.model.units), under % len(self.model.units)
        hung: list[int | None] = []

        def change(session: Session) -> None:
            boss = self.boss(session)
            row, above = self.row(boss, "unit", unit), self.row(boss, "unit", under)
            if code == "accept":
                placing.accept(boss, row, version=row.version, portal="")
            else:
                placing.move(
                    boss, row, above, reason="ordre", version=row.version, portal="", has_understood=True
                )  # fmt: skip
            hung.extend([row.parent_id, row.is_accepted])

        if self.attempt(code, change):
            parent = hung[0] - 1 if hung[0] is not None else None
            self.model.units[unit] = replace(self.model.units[unit], parent=parent, is_accepted=hung[1])

    @rule(person=RANK, usage=RANK, lasting=DAYS)
    def join_a_usage(self, person, usage, lasting) -> None:
        person, usage = person % len(self.model.people), usage % len(self.usages)

        def join(session: Session) -> None:
            access = self.boss(session)
            whom, where = session.get_one(Person, person + 1), session.get_one(Usage, usage + 1)
            made = usages.add(access, where, whom, until=access.moment + lasting, reason="besoin")
            self.takes_part(person, usage, made.id, made.starts, made.ends)

        self.attempt("join a usage", join)

    @rule(which=RANK)
    def leave_a_usage(self, which) -> None:
        if self.model.members:
            fact = self.model.members[-1 - which % len(self.model.members)]

            def remove(session: Session) -> None:
                access, row = self.boss(session), session.get_one(UsageMember, fact.key)
                usages.remove(access, session.get_one(Usage, row.usage_id), row, reason="fini")

            if self.attempt("leave a usage", remove):
                fact.ends = min(fact.ends, self.now)

    # --- what is owned ------------------------------------------------------------------------------------------------
    @rule(which=RANK, levels=LEVELS)
    def close_or_open(self, which, levels) -> None:
        self.edit(which, card_sensitivity=levels[0], sensitivity=levels[1])

    @rule(which=RANK, protection=st.sampled_from(Protection))
    def protect(self, which, protection) -> None:
        self.edit(which, protection=protection)

    @rule(which=RANK, unit=RANK, theme=RANK)
    def give_to_another_unit(self, which, unit, theme) -> None:
        self.edit(which, unit_id=unit % len(self.model.units) + 1, theme_id=theme % len(self.model.themes) + 1)

    @rule(which=RANK, state=st.sampled_from(State))
    def publish_or_not(self, which, state) -> None:
        _, rank = self.one(("asset", which))

        def change(session: Session) -> None:
            house = self.house(session)
            card = queries.by_id(house, f"a{rank + 1}")
            if card is not None and state is not State.DRAFT:
                (services.publish if state is State.PUBLISHED else services.archive)(house, card[0])
            elif (asset := self.row(house, "asset", rank)) is not None:
                asset.state = state

        if rank in self.model.assets and self.attempt("state", change):
            self.model.assets[rank] = replace(self.model.assets[rank], state=state)

    @precondition(lambda self: len(self.model.assets) > 1)
    @rule(which=RANK)
    def delete_it(self, which) -> None:
        _, rank = self.one(("asset", which))

        def remove(session: Session) -> None:
            house = self.house(session)
            on_it = select(Grant.id).where(Grant.asset_id == rank + 1)
            session.execute(delete(GrantUse).where(GrantUse.grant_id.in_(on_it)))
            for table in (Grant, Denial):
                for row in session.scalars(select(table).where(table.asset_id == rank + 1)):
                    session.delete(row)
            card = queries.by_id(house, f"a{rank + 1}")
            asset = self.row(house, "asset", rank)
            if card is not None:
                session.delete(card[0])
            search.forget(house, asset)
            session.delete(asset)

        if rank in self.model.assets and self.attempt("delete", remove):
            del self.model.assets[rank]
            for facts in (self.model.grants, self.model.denials):
                on = "scope" if facts is self.model.grants else "on"
                facts[:] = [fact for fact in facts if getattr(fact.what, on) != ("asset", rank)]


@pytest.fixture(scope="module")
def portal(clone, tmp_path_factory) -> Iterator[type[Portal]]:
    """The machine, on a database that each world empties and fills."""
    url = clone("bare", "machine")
    app = create_app(settings_for(url, tmp_path_factory.mktemp("machine")))
    bare = db.engine(url, guarded=False)

    def empty() -> None:
        with bare.begin() as connection:
            for table in reversed(db.Base.metadata.sorted_tables):
                if table.name != "journal_head":
                    connection.execute(table.delete())
            connection.exec_driver_sql(f"UPDATE journal_head SET seq = 0, hash = '{'0' * 64}'")

    yield type("PortalOnThisEngine", (Portal,), {"app": app, "empty": staticmethod(empty), "done": Counter()})
    bare.dispose()
    app.extensions["engine"].dispose()


def test_any_order_of_changes_leaves_one_answer(portal):
    quick = settings(
        max_examples=6, stateful_step_count=16, derandomize=True, database=None, deadline=None,
        suppress_health_check=CHECKS,
    )  # fmt: skip
    run_state_machine_as_test(portal, settings=quick)
    # It would prove nothing if the portal had refused nearly everything.
    assert len(done(portal)) > len(CHANGES) / 2


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_any_long_order_of_changes_leaves_one_answer(portal):
    deep = settings(
        max_examples=25, stateful_step_count=40, derandomize=True, database=None, deadline=None,
        suppress_health_check=CHECKS,
    )  # fmt: skip
    of_everything = type("Whole", (portal,), {"acts": ASKED, "people": 7, "assets": 12})
    run_state_machine_as_test(of_everything, settings=deep)
    assert len(done(of_everything)) > len(CHANGES) / 2


def done(portal: type[Portal]) -> set[str]:
    """The changes that the portal made at least once."""
    return {name for name in CHANGES if portal.done[name, "done"]}
