"""Makes what a story needs, with what it does not say filled in.

Units, themes and people are named by their code or login; dates are aware. What is made is committed and given back
as its row: an `Asset` for everything that is owned (`make.dataset(...).public_id`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from dataspace import db
from dataspace.audit.models import Head
from dataspace.auth import Policy, Task, search, system
from dataspace.auth.models import Asset, Denial, Grant, Membership, Person, Theme, Unit, Usage
from dataspace.auth.words import (
    AssetKind,
    MembershipKind,
    Protection,
    Role,
    RowAttribute,
    Sensitivity,
    Source,
    State,
    UnitKind,
)
from dataspace.catalog.models import Dataset, DatasetColumn, Link, RowRule
from dataspace.dashboards.models import Dashboard, DashboardSource
from dataspace.referents.models import Holder, Seat
from tests import people

REVIEWED = datetime(2030, 1, 1, tzinfo=UTC)


class Make:
    """Factories on one database."""

    def __init__(self, sessions: sessionmaker[Any], policy: Policy) -> None:
        self.sessions = sessions
        self.policy = policy
        self._made = 0

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with db.writing(self.sessions) as session:
            yield session
            # As if the journal had told it: what is counted on each page is counted again.
            session.get_one(Head, 1).changed += 1

    # --- what is owned ----------------------------------------------------------------------------------------------
    def dataset(
        self, title: str = "Bénéficiaires du RSA", *, columns: Sequence[str] = (), rows_cut_by: str = "", **facts: Any
    ) -> Asset:
        """A dataset. `columns` are names; `rows_cut_by="commune:area"` adds a row rule on a column."""
        asset, more = self._asset(AssetKind.DATASET, title, facts)
        rule = [_rule(rows_cut_by)] if rows_cut_by else []
        described = [DatasetColumn(position=n, name=name) for n, name in enumerate(columns)]
        with self.writing() as session:
            session.add(asset)
            session.flush()
            session.add(Dataset(asset_id=asset.id, columns=described, row_rules=rule, **more))
        return self._indexed(asset)

    def link(
        self,
        title: str = "Univers BO du RSA",
        *,
        kind: str = "report",
        url: str = "https://bo.valmer.example/",
        **facts: Any,
    ) -> Asset:
        """A report, an application, a service or an API that lives elsewhere."""
        asset, more = self._asset(AssetKind(kind), title, facts)
        with self.writing() as session:
            session.add(asset)
            session.flush()
            session.add(Link(asset_id=asset.id, url=url, **more))
        return self._indexed(asset)

    def dashboard(
        self, title: str = "Suivi du RSA", *, slug: str = "", sources: Iterable[tuple[str, str, str]] = (), **facts: Any
    ) -> Asset:
        """A board; `sources` are (dataset of the provider, column, attribute), an empty attribute meaning shared."""
        asset, more = self._asset(AssetKind.DASHBOARD, title, facts)
        read = [
            DashboardSource(dataset=dataset, column=column, attribute=RowAttribute(attribute) if attribute else None)
            for dataset, column, attribute in sources
        ]
        with self.writing() as session:
            session.add(asset)
            session.flush()
            session.add(Dashboard(asset_id=asset.id, slug=slug or f"tableau-{asset.id}", sources=read, **more))
        return self._indexed(asset)

    def seat(
        self, title: str = "Référent insertion", *, holder: str = "", deputy: str = "", areas: Sequence[str] = (),
        **facts: Any,
    ) -> Asset:  # fmt: skip
        """A seat of the directory, open to all unless said, held by `holder` and `deputy` (logins)."""
        asset, more = self._asset(AssetKind.SEAT, title, {"sensitivity": "open"} | facts)
        with self.writing() as session:
            session.add(asset)
            session.flush()
            held = [
                Holder(person_id=people.person(session, login).id, is_deputy=login == deputy, starts=people.LONG_AGO)
                for login in (holder, deputy)
                if login
            ]
            session.add(Seat(asset_id=asset.id, areas=list(areas), holders=held, **more))
        return self._indexed(asset)

    def asset(self, title: str = "Élément", *, kind: str = "dataset", **facts: Any) -> Asset:
        """The asset alone, without what its domain adds: for the stories of rights."""
        asset, _ = self._asset(AssetKind(kind), title, facts)
        with self.writing() as session:
            session.add(asset)
        return asset

    def _asset(self, kind: AssetKind, title: str, facts: dict[str, Any]) -> tuple[Asset, dict[str, Any]]:
        """The asset, and what is left of `facts` for the domain. `card` defaults to the content's level."""
        facts = dict(facts)
        card = facts.pop("card", None)
        level = _level(facts.pop("sensitivity", None) or card or "internal")
        closed = level >= Sensitivity.RESTRICTED
        with self.sessions() as session:
            unit_id = _unit(session, facts.pop("unit", "solidarite")).id
            theme_id = _theme(session, facts.pop("theme", "insertion-rsa")).id
        asset = Asset(
            kind=kind, title=title, unit_id=unit_id, theme_id=theme_id, sensitivity=level,
            card_sensitivity=_level(card) if card else level, protection=Protection(facts.pop("protection", "none")),
            state=State(facts.pop("state", "published")), summary=facts.pop("summary", ""),
            ground=facts.pop("ground", "L311-6" if closed else ""),
            review_date=facts.pop("review_date", REVIEWED if closed else None), updated=facts.pop("updated", db.now()),
        )  # fmt: skip
        return asset, facts

    def _indexed(self, asset: Asset) -> Asset:
        """The asset, found by the words of its title and summary."""
        with self.writing() as session:
            search.index(system(session, Task.SEED, self.policy), asset)
        return asset

    # --- rights -----------------------------------------------------------------------------------------------------
    def grant(
        self, to: str = "", role: str = "agent", on: "str | Asset" = "", *, to_unit: str = "", to_group: str = "",
        to_usage: Usage | None = None, with_services: bool = False, starts: datetime | None = None,
        ends: datetime | None = None, revoked: datetime | None = None, source: str = "manual", by: str = "",
        reason: str = "pour l’histoire",
    ) -> Grant:  # fmt: skip
        """A right: `to` a person (or `to_unit`, `to_group`, `to_usage`), `on` a unit's code or an asset."""
        with self.writing() as session:
            grant = Grant(
                person_id=people.person(session, to).id if to else None,
                subject_unit_id=_unit(session, to_unit).id if to_unit else None, group_name=to_group or None,
                usage_id=to_usage.id if to_usage else None,
                role=Role(role), unit_id=None if isinstance(on, Asset) else _unit(session, on).id,
                asset_id=on.id if isinstance(on, Asset) else None, with_services=with_services, source=Source(source),
                reason=reason, granted_by_id=people.person(session, by).id if by else None,
                granted_at=starts or people.LONG_AGO, starts=starts or people.LONG_AGO, ends=revoked or ends,
                revoked_at=revoked,
            )  # fmt: skip
            session.add(grant)
        return grant

    def denial(
        self, to: str, *, asset: Asset | None = None, theme: str = "", starts: datetime | None = None,
        ends: datetime | None = None, reason: str = "conflit d’intérêts",
    ) -> Denial:  # fmt: skip
        """A conflict of interest of `to`, on an asset or a theme."""
        with self.writing() as session:
            denial = Denial(
                person_id=people.person(session, to).id, asset_id=asset.id if asset else None,
                theme_id=_theme(session, theme).id if theme else None, reason=reason, starts=starts or people.LONG_AGO,
                ends=ends,
            )  # fmt: skip
            session.add(denial)
        return denial

    # --- who and where ----------------------------------------------------------------------------------------------
    def person(self, login: str, given_name: str = "", family_name: str = "Test", *, unit: str = "") -> Person:
        """Somebody more, working at `unit` if said: she holds nothing."""
        character = people.Character(login, given_name or login.capitalize(), family_name, "Agente", unit)
        with self.writing() as session:
            person = people.enroll(session, character)
        if unit:
            self.membership(login, unit)
        return person

    def membership(
        self, to: str, unit: str, *, kind: str = "affectation", areas: Sequence[str] = (), quota: int = 100,
        starts: datetime | None = None, ends: datetime | None = None,
    ) -> Membership:  # fmt: skip
        """A place in a unit: it gives nothing by itself."""
        with self.writing() as session:
            place = Membership(
                person_id=people.person(session, to).id, unit_id=_unit(session, unit).id, kind=MembershipKind(kind),
                areas=list(areas), quota=quota, starts=starts or people.LONG_AGO, ends=ends,
            )  # fmt: skip
            session.add(place)
        return place

    def unit(
        self, code: str, *, parent: str = "valmer", kind: str = "service", name: str = "", is_accepted: bool = True,
        areas: Sequence[str] = (),
    ) -> Unit:  # fmt: skip
        """A unit more, accepted by its parent unless said otherwise."""
        with self.writing() as session:
            unit = Unit(
                code=code, name=name or code.capitalize(), short_name=(name or code.capitalize())[:80],
                kind=UnitKind(kind), parent_id=_unit(session, parent).id if parent else None, is_accepted=is_accepted,
                areas=list(areas),
            )  # fmt: skip
            session.add(unit)
        return unit

    def tomorrow(self) -> datetime:
        return db.now() + timedelta(days=1)


def _unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def _theme(session: Session, code: str) -> Theme:
    return session.scalars(select(Theme).where(Theme.code == code)).one()


def _level(word: str | Sensitivity) -> Sensitivity:
    return word if isinstance(word, Sensitivity) else Sensitivity[word.upper()]


def _rule(text: str) -> RowRule:
    column, _, attribute = text.partition(":")
    return RowRule(column=column, attribute=RowAttribute(attribute))
