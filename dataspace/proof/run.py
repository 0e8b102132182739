"""A whole walk, from the people drawn to the certificate filed."""

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import flask
from sqlalchemy.orm import Session

from dataspace import db
from dataspace.auth import HouseAccess, Policy, Task, system
from dataspace.auth.oracle import Oracle
from dataspace.auth.sampling import Sampled, people
from dataspace.auth.words import AssetKind
from dataspace.catalog import sheets
from dataspace.config import Settings
from dataspace.errors import DataspaceError
from dataspace.proof import document, mails, presenters, queries, services, surfaces
from dataspace.proof.asking import Pace, Visitor
from dataspace.proof.known import Known
from dataspace.proof.models import Certificate
from dataspace.proof.report import Report
from dataspace.proof.walk import NOBODY, Walk, Walker, sampled
from dataspace.web.routing import PUBLIC


@dataclass(frozen=True)
class Wanted:
    """How far to go: how many people and things, drawn from `seed`, how fast, and for how long."""

    people: int
    assets: int
    seed: str
    minutes: float
    per_second: float


class Proof:
    """One walk through the portal that runs at `portal_url`, for which `app` only says what its addresses are."""

    def __init__(self, app: flask.Flask, wanted: Wanted, say: Callable[[str], None]) -> None:
        self.app, self.wanted, self.say = app, wanted, say
        self.settings: Settings = app.extensions["settings"]
        self.policy: Policy = app.extensions["policy"]
        self.maker = app.extensions["sessions"]
        self.report = Report(db.now(), wanted.seed, self.policy.digest, importlib.metadata.version("dataspace"))
        self._oracles: list[tuple[Session, Oracle]] = []

    def run(self) -> tuple[Report, Certificate]:
        """Walk, close what was opened whatever happens, then file the certificate.

        Raises Unavailable when the portal does not answer at all.
        """
        chance = Random(self.wanted.seed)  # noqa: S311 - a sample that can be drawn again
        who, handles = self._begin(chance)
        try:
            self._walk(chance, who, handles)
        finally:
            with db.writing(self.maker) as session:
                services.close(self._house(session))
            for session, _ in self._oracles:
                session.close()
        self.report.ended = db.now()
        with db.writing(self.maker) as session:
            told, name = presenters.told(self.report), self.settings.authority_name
            made = services.file(self._house(session), self.report, told, lambda made: document.written(made, name))
        return self.report, made

    def _begin(self, chance: Random) -> tuple[list[Sampled], dict[int, str]]:
        with db.writing(self.maker) as session:
            house = self._house(session)
            standing = queries.standing(session)
            again = tuple(sorted({one["person"] for one in standing.again if one["person"]})) if standing else ()
            self.again = tuple(sorted({one["thing"] for one in standing.again if one["thing"]})) if standing else ()
            who = people(house, chance, at_most=self.wanted.people, again=again)
            return who, services.begin(house, [one.person for one in who], self.report)

    def _walk(self, chance: Random, who: list[Sampled], handles: dict[int, str]) -> None:
        oracle = self._oracle()
        things = sampled(list(oracle.things.values()), chance, at_most=self.wanted.assets, again=self.again)
        self.report.things = len(things)
        inside = _files(oracle.house, [thing for thing in things if thing.kind is AssetKind.DATASET])
        declared = self.app.extensions["requires"]
        found, public = surfaces.of(self.app.url_map, (name for name, needs in declared.items() if needs is PUBLIC))
        pace = Pace(self.wanted.per_second, self.wanted.minutes * 60)
        walkers = [(Walker(NOBODY, "", lambda: Known.of(oracle, None)), "")]
        for one in who:
            known = partial(self._known, one.person.id)
            walkers.append((Walker(one.kind, one.person.public_id, known), handles[one.person.id]))
        for walker, handle in walkers:
            if pace.is_over:
                self.report.cut_short = "le temps donné est écoulé"
                return
            before, leaks = self.report.requests, len(self.report.leaks)
            try:
                with self._visitor(pace, handle) as visitor:
                    Walk(self.report, walker, visitor, found, public, things, inside, chance, pace).run()
            except DataspaceError as error:
                if not self.report.requests:
                    raise
                self.report.cut_short = error.sentence
                return
            if walker.public_id:
                self.report.people[walker.kind] += 1
            self.say(
                f"{walker.kind}\u00a0: {self.report.requests - before} demandes, "
                f"{len(self.report.leaks) - leaks} fuite(s)"
            )
        fresh = self._oracle()
        mails.walk(self.report, fresh.house, lambda person_id: Known.of(fresh, person_id))
        self.say(f"{surfaces.MAILS}\u00a0: {self.report.mails}")

    # --- what it stands on ------------------------------------------------------------------------------------------
    def _house(self, session: Session) -> HouseAccess:
        return system(session, Task.LEAK_WALK, self.policy)

    def _oracle(self) -> Oracle:
        """One that reads the facts as they are now."""
        for session, _ in self._oracles:
            session.close()
        session = self.maker()
        self._oracles = [(session, Oracle(self._house(session), self.settings.policies_dir))]
        return self._oracles[0][1]

    def _known(self, person_id: int) -> Known:
        return Known.of(self._oracle(), person_id)

    def _visitor(self, pace: Pace, handle: str) -> Visitor:
        cookie = ""
        if handle:
            # As the portal itself signs it: what differs is the mark on the session's row.
            signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            cookie = str(signer.dumps({"_user_id": handle, "_fresh": True}))
        return Visitor(
            self.settings.portal_url, pace, cookie_name=self.app.config["SESSION_COOKIE_NAME"], cookie=cookie,
            verify=str(self.settings.ca_bundle) if self.settings.ca_bundle else True,
        )  # fmt: skip


def _files(house: HouseAccess, datasets: list[Any]) -> dict[int, str]:
    """The last file of each dataset that has one, by asset."""
    found: dict[int, str] = {}
    for thing in datasets:
        card = sheets.by_id(house, thing.public_id)
        kept = card[0].resources if card else ()
        if kept:
            found[thing.id] = kept[-1].public_id
    return found
