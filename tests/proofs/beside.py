"""The real portal on a small world, beside its model: settling it, writing facts on both sides, asking it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

import flask
import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace import db
from dataspace.audit import queries as journal
from dataspace.auth import Access, Actor, HouseAccess, Permission, Task, counts, holders, search, system
from dataspace.auth.models import Asset, Denial, Grant, Membership, Person, Unit, Usage, UsageMember
from dataspace.auth.words import AssetKind, Role, Sensitivity, Source, State, UnitKind
from dataspace.catalog import queries, services
from dataspace.catalog.models import Dataset, Link
from dataspace.config import shipped
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from tests.proofs.model import Dated, Model
from tests.rights.oracle import Oracle
from tests.rights.worlds import MOMENT, WHEN, ADenial, AGrant, APerson, AUnit, AUsage, World, until, worlds, write
from tests.site import Visitor

BOSS_ROLES = (Role.DIRECTOR, Role.STEWARD, Role.ADMIN, Role.EXECUTIVE)
HIGHEST = Sensitivity.CONFIDENTIAL


class Beside(RuleBasedStateMachine):
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
        self.usages = [until(usage.when) for usage in world.usages]
        # Written with the world, in this order.
        places = [(person, rank, when) for rank, usage in enumerate(world.usages) for person, when in usage.members]
        with self.sessions() as session:
            # A sequence goes on counting from one world to the next.
            keys = session.scalars(select(UsageMember.id).order_by(UsageMember.id)).all()
        for key, (person, rank, when) in zip(keys, places, strict=True):
            self.takes_part(person, rank, key, *until(when))

    def teardown(self) -> None:
        with self.sessions() as session:
            assert journal.verify(session) is None
        self.clock.stop()

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
        of = {"person": self.model.people, "unit": self.model.units, "theme": self.model.themes,
              "usage": self.usages}  # fmt: skip
        return kind, rank % len(of[kind]) if kind in of else sorted(self.model.assets)[rank % len(self.model.assets)]

    def row(self, access: Access, kind: str, rank: int) -> Any:
        if kind != "asset":
            return access.session.get_one({"person": Person, "unit": Unit, "usage": Usage}[kind], rank + 1)
        found = access.session.scalar(access.select(Asset, Permission.RIGHTS_SEE).where(Asset.id == rank + 1))
        if found is None:
            raise Refused
        return found

    def attempt(self, name: str, do: Callable[[Session], None]) -> bool:
        """Done and committed; or refused, which must have changed nothing."""
        try:
            with db.writing(self.sessions) as session:
                do(session)
        except (Refused, Invalid, Conflict, NotFound) as refusal:
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
            usage_id=int(subject) + 1 if who == "usage" else None,
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

    def takes_part(self, person: int, usage: int, key: int, starts: datetime, ends: datetime) -> None:
        """Never before the usage begins, nor after its end."""
        begins, over = self.usages[usage]
        self.model.members.append(Dated((person, usage), key, max(starts, begins), min(ends, over)))

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
            tuple(
                AUsage("endless", tuple((m.what[0], when(m)) for m in self.model.members if m.what[1] == rank))
                for rank in range(len(self.usages))
            ),
        )  # fmt: skip


def _dates(when: str) -> tuple[datetime, datetime | None, datetime | None]:
    """From now, whatever the time is."""
    starts, ends, revoked = WHEN[when]
    now = db.now()
    return now + starts, None if ends is None else now + ends, None if revoked is None else now + revoked


def _lines() -> list[list[str]]:
    lines = (shipped("policies") / "policy.csv").read_text("utf-8").splitlines()
    return [[word.strip() for word in line.split(",")][1:] for line in lines if line.startswith("p,")]
