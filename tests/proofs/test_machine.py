"""Any order of changes: after each, model, Casbin, SQL, list, search, total and card say the same to everyone."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import flask
import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace import db
from dataspace.app import create_app
from dataspace.audit import queries as journal
from dataspace.auth import Access, Actor, HouseAccess, Permission, Task, counts, holders, rights, search, system
from dataspace.auth.models import Asset, Denial, Grant, Membership, Person, Unit
from dataspace.auth.words import AssetKind, Protection, Role, Sensitivity, Source, State, UnitKind
from dataspace.catalog import queries, services
from dataspace.catalog.models import Dataset, Link
from dataspace.config import shipped
from dataspace.errors import Conflict, Invalid, Refused
from tests.conftest import settings_for
from tests.proofs.model import Dated, Model
from tests.rights.oracle import ASKED, Oracle
from tests.rights.worlds import DAY, GROUPS, MOMENT, WHEN, ADenial, AGrant, APerson, AUnit, World, worlds, write
from tests.site import Visitor

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
BOSS_ROLES = (Role.DIRECTOR, Role.STEWARD, Role.ADMIN, Role.EXECUTIVE)
HIGHEST = Sensitivity.CONFIDENTIAL
# More of what a director may give.
ROLES = st.sampled_from([Role.AGENT, Role.CONTRIBUTOR, Role.STEWARD, Role.DIRECTOR]) | st.sampled_from(Role)
CHANGES = ("grant", "revoke", "restore", "change end", "deny", "join", "edit", "state", "delete")
RANK, DAYS = st.integers(0, 30), st.integers(1, 3).map(lambda days: days * DAY)
SUBJECT = st.tuples(st.sampled_from(["person", "unit"]), RANK)
SCOPE = st.tuples(st.sampled_from(["unit", "asset"]), RANK)
LEVELS = st.tuples(st.sampled_from(Sensitivity), st.sampled_from(Sensitivity)).map(sorted)


class Portal(RuleBasedStateMachine):
    """The real portal on a small world, beside its model. The boss assigns; the house moves, edits and deletes."""

    app: ClassVar[flask.Flask]
    empty: ClassVar[Callable[[], None]]
    done: ClassVar[Counter[tuple[str, str]]]
    acts: ClassVar[tuple[str, ...]] = ("card:see", "draft:see", "dataset:read")
    people: ClassVar[int] = 3
    assets: ClassVar[int] = 6

    @initialize(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        self.clock = time_machine.travel(MOMENT, tick=False)
        self.time = self.clock.start()
        self.policy, self.sessions = self.app.extensions["policy"], self.app.extensions["sessions"]
        self.empty()
        world = data.draw(worlds(people=self.people, assets=self.assets))
        units = [AUnit(None, UnitKind.AUTHORITY, True), *world.units[1:]]
        boss = len(world.people)
        people = [*world.people, APerson((), frozenset(), True)]
        self.model = Model(_lines(), units, list(world.themes), people, dict(enumerate(world.assets)))
        self.answers: dict[int, Any] = {}
        bare = [replace(person, places=()) for person in people]
        with db.writing(self.sessions) as session:
            write(session, replace(world, units=tuple(units), people=tuple(bare), grants=(), denials=()))
            for asset in session.scalars(self.house(session).select(Asset, Permission.CARD_SEE)):
                asset.title, asset.ground = "Relevé commun", "L311-5-2h"
                if asset.kind in queries.KINDS:
                    session.add(Dataset(asset=asset) if asset.kind is AssetKind.DATASET else Link(asset=asset))
                session.flush()
                search.index(self.house(session), asset)
            for role in BOSS_ROLES:
                self.give(
                    session, AGrant(("person", boss), role, ("unit", 0), True, "", HIGHEST), "endless", Source.SSO
                )
            for grant in world.grants:
                self.give(session, grant, grant.when)
            for denial in world.denials:
                self.forbid(session, denial, *_dates(denial.when)[:2])
            for rank, person in enumerate(world.people):
                for unit, when in person.places:
                    self.place(session, rank, unit, *_dates(when)[:2])

    def teardown(self) -> None:
        with self.sessions() as session:
            assert journal.verify(session) is None
        self.clock.stop()

    # --- who has what -------------------------------------------------------------------------------------------------
    @rule(subject=SUBJECT, role=ROLES, scope=SCOPE, with_services=st.booleans(), lasting=DAYS)
    def grant(self, subject, role, scope, with_services, lasting) -> None:
        subject, scope = self.one(subject), self.one(scope)
        asset = self.model.assets[scope[1]] if scope[0] == "asset" else None
        up_to = asset.level if asset and asset.protection is Protection.NONE else HIGHEST
        wanted = AGrant(subject, role, scope, with_services and scope[0] == "unit", "", up_to)

        def give(session: Session) -> None:
            access = self.boss(session)
            rows = {kind: self.row(access, kind, rank) for kind, rank in (subject, scope)}
            asked = rights.Wanted(
                rows[subject[0]] if subject[0] != scope[0] else self.row(access, *subject), role,
                self.row(access, *scope), wanted.with_services, access.moment, access.moment + lasting, "besoin",
            )  # fmt: skip
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
            with db.writing(self.sessions) as session:
                row = session.get_one(Unit, unit + 1)
                row.parent_id, row.is_accepted = parent + 1, is_accepted
            self.model.units[unit] = AUnit(parent, self.model.units[unit].kind, is_accepted)

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
    def delete(self, which) -> None:
        _, rank = self.one(("asset", which))

        def remove(session: Session) -> None:
            house = self.house(session)
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

    # --- one answer ---------------------------------------------------------------------------------------------------
    @invariant()
    def one_answer(self) -> None:
        oracle = Oracle(shipped("policies") / "policy.csv", self.world())
        with self.sessions() as session:
            house = self.house(session)
            assert counts.rebuild(house) == 0
            assets = list(session.scalars(house.select(Asset, Permission.CARD_SEE)))
            held = {asset.id - 1: holders.ids(house, asset, Permission.DATASET_READ) for asset in assets}
            for rank in range(len(self.model.people)):
                access = Access(Actor.of(session.get_one(Person, rank + 1)), session, self.policy)
                opened = {act: self.model.opened(rank, act, self.now) for act in self.acts}
                for act, expected in opened.items():
                    permission = Permission(act)
                    selected = session.scalars(access.select(Asset, permission).with_only_columns(Asset.id))
                    told = (rank, act)
                    assert (*told, {n - 1 for n in selected}) == (*told, expected)
                    assert (*told, {a.id - 1 for a in assets if access.allows(permission, a)}) == (*told, expected)
                    assert (*told, oracle.opened(rank, act) & self.model.assets.keys()) == (*told, expected)
                holding = {n for n, people in held.items() if rank + 1 in people}
                drafts = {n for n, asset in self.model.assets.items() if asset.state is State.DRAFT}
                assert (rank, holding) == (rank, opened["dataset:read"] - drafts)
                says = (
                    opened,
                    self.model.people[rank].is_active,
                    access.may(Permission.CARD_SEE),
                    dict(self.model.assets),
                )
                if self.answers.get(rank) != says:
                    self.answers[rank] = says
                    self.screens(rank, opened, can_enter=access.may(Permission.CARD_SEE))
            session.rollback()

    def screens(self, rank: int, opened: dict[str, set[int]], *, can_enter: bool) -> None:
        """What the portal answers to this person, over HTTP."""
        visitor = Visitor(self.app).sign_in(f"p{rank + 1}")

        def asked(path: str, status: int) -> Any:
            answer = visitor.client.get(path, headers={"Accept": "application/json"})
            assert answer.status_code == status, (rank, path, answer.text[:300])
            return answer.json

        if not self.model.people[rank].is_active or not can_enter:
            asked("/api/1/donnees", 403 if self.model.people[rank].is_active else 401)
            return
        cards = {n for n, asset in self.model.assets.items() if asset.kind in queries.KINDS}
        seen, read = opened["card:see"] & cards, opened["dataset:read"] & cards
        for path in ("/api/1/donnees", "/api/1/donnees?q=commun"):
            said = asked(path, 200)
            assert {int(card["url"].rpartition("/a")[2]) - 1 for card in said["jeux"]} == seen, (rank, path)
            assert (said["total"], said["sur_demande"]) == (len(seen), len(seen - read)), (rank, path)
            assert {sum(counted.values()) for counted in said["facettes"].values()} <= {len(seen), 0}, (rank, path)
        for n in range(self.assets):
            is_shown = n in cards and n in seen | opened["draft:see"]
            said = asked(f"/api/1/donnees/a{n + 1}", 200 if is_shown else 404)
            if is_shown and self.model.assets[n].state is not State.DRAFT:
                assert said["lisible"] == (n in read), (rank, n)

    # --- words --------------------------------------------------------------------------------------------------------
    @property
    def now(self) -> datetime:
        return db.now()

    def house(self, session: Session) -> HouseAccess:
        return system(session, Task.SEED, self.policy)

    def boss(self, session: Session) -> Access:
        return Access(Actor.of(session.get_one(Person, len(self.model.people))), session, self.policy)

    def one(self, thing: tuple[str, int]) -> tuple[str, int]:
        kind, rank = thing
        of = {"person": self.model.people, "unit": self.model.units, "theme": self.model.themes}
        return kind, rank % len(of[kind]) if kind in of else sorted(self.model.assets)[rank % len(self.model.assets)]

    def row(self, access: Access, kind: str, rank: int) -> Any:
        if kind != "asset":
            return access.session.get_one(Person if kind == "person" else Unit, rank + 1)
        found = access.session.scalar(access.select(Asset, Permission.RIGHTS_SEE).where(Asset.id == rank + 1))
        if found is None:
            raise Refused
        return found

    def attempt(self, name: str, do: Callable[[Session], None]) -> bool:
        """Done and committed; or refused, which must have changed nothing."""
        try:
            with db.writing(self.sessions) as session:
                do(session)
        except (Refused, Invalid, Conflict) as refusal:
            self.done[name, type(refusal).__name__] += 1
            return False
        self.done[name, "done"] += 1
        return True

    def on_grant(self, name: str, which: int, do: Callable[[Access, Grant], None], **told: Any) -> None:
        # What is revoked is not revoked again, as far as there is something else to draw.
        others = [grant for grant in self.model.grants if grant.is_revoked == (name == "restore")]
        others = others[len(BOSS_ROLES) if name != "restore" else 0 :] or self.model.grants
        fact = others[-1 - which % len(others)]  # the last ones rather: the boss gave most of them

        def change(session: Session) -> None:
            do(self.boss(session), session.get_one(Grant, fact.key))

        if self.attempt(name, change):
            for field, value in told.items():
                setattr(fact, field, value)

    def end(self, table: Any, facts: list[Dated], which: int) -> None:
        if facts:
            fact = facts[which % len(facts)]
            with db.writing(self.sessions) as session:
                session.get_one(table, fact.key).ends = self.now
            fact.ends = self.now

    def edit(self, which: int, **changes: Any) -> None:
        _, rank = self.one(("asset", which))

        def change(session: Session) -> None:
            house = self.house(session)
            card = queries.by_id(house, f"a{rank + 1}")
            if card is not None:
                services.edit(house, card[0], **changes)
            else:
                asset = self.row(house, "asset", rank)
                for name, value in changes.items():
                    setattr(asset, name, value)

        if self.attempt("edit", change):
            names = {"card_sensitivity": "card", "sensitivity": "level", "unit_id": "unit", "theme_id": "theme"}
            said = {names.get(n, n): value - 1 if n.endswith("_id") else value for n, value in changes.items()}
            self.model.assets[rank] = replace(self.model.assets[rank], **said)

    def give(self, session: Session, grant: AGrant, when: str, source: Source = Source.MANUAL) -> None:
        starts, ends, revoked = _dates(when)
        (who, subject), (where, scope) = grant.subject, grant.scope
        row = Grant(
            person_id=int(subject) + 1 if who == "person" else None,
            subject_unit_id=int(subject) + 1 if who == "unit" else None,
            group_name=str(subject) if who == "group" else None, role=grant.role,
            unit_id=scope + 1 if where == "unit" else None, asset_id=scope + 1 if where == "asset" else None,
            with_services=grant.with_services, source=source, granted_at=starts, starts=starts, ends=ends,
            revoked_at=revoked, up_to=grant.up_to,
        )  # fmt: skip
        session.add(row)
        session.flush()
        self.model.grants.append(Dated(grant, row.id, starts, ends, revoked is not None))

    def forbid(self, session: Session, denial: ADenial, starts: datetime, ends: datetime | None) -> None:
        row = Denial(person_id=denial.person + 1, starts=starts, ends=ends, **{f"{denial.on[0]}_id": denial.on[1] + 1})
        session.add(row)
        session.flush()
        self.model.denials.append(Dated(denial, row.id, starts, ends))

    def place(self, session: Session, person: int, unit: int, starts: datetime, ends: datetime | None) -> None:
        row = Membership(person_id=person + 1, unit_id=unit + 1, starts=starts, ends=ends)
        session.add(row)
        session.flush()
        self.model.places.append(Dated((person, unit), row.id, starts, ends))

    def world(self) -> World:
        """The model's facts as the oracle reads them: each holds now, or does not."""

        def when(fact: Dated) -> str:
            return "endless" if fact.holds(self.now) else "past"

        people = tuple(
            replace(person, places=tuple((p.what[1], when(p)) for p in self.model.places if p.what[0] == rank))
            for rank, person in enumerate(self.model.people)
        )
        gone = next(iter(self.model.assets.values()))
        return World(
            tuple(self.model.units), tuple(self.model.themes), people,
            tuple(self.model.assets.get(n, gone) for n in range(max(self.model.assets) + 1)),
            tuple(replace(g.what, when=when(g)) for g in self.model.grants),
            tuple(replace(d.what, when=when(d)) for d in self.model.denials),
        )  # fmt: skip


def _dates(when: str) -> tuple[datetime, datetime | None, datetime | None]:
    """From now, whatever the time is."""
    starts, ends, revoked = WHEN[when]
    now = db.now()
    return now + starts, None if ends is None else now + ends, None if revoked is None else now + revoked


def _lines() -> list[list[str]]:
    lines = (shipped("policies") / "policy.csv").read_text("utf-8").splitlines()
    return [[word.strip() for word in line.split(",")][1:] for line in lines if line.startswith("p,")]


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
        max_examples=14, stateful_step_count=20, derandomize=True, database=None, deadline=None,
        suppress_health_check=CHECKS,
    )  # fmt: skip
    run_state_machine_as_test(portal, settings=quick)
    # It would prove nothing if the portal had refused nearly everything.
    assert len(done(portal)) > len(CHANGES) / 2


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_any_long_order_of_changes_leaves_one_answer(portal):
    deep = settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=CHECKS)
    of_everything = type("Whole", (portal,), {"acts": ASKED, "people": 7, "assets": 12})
    run_state_machine_as_test(of_everything, settings=deep)
    assert done(of_everything) == set(CHANGES)


def done(portal: type[Portal]) -> set[str]:
    """The changes that the portal made at least once."""
    return {name for name in CHANGES if portal.done[name, "done"]}
