"""What is in both worlds: something to be read, asked for, called and edited, near where the secrets will be."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.auth import HouseAccess
from dataspace.auth.models import Asset, Denial, Grant, Person, Theme, Unit
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import Protection, Role, RowAttribute, Sensitivity, Source, State, UnitKind
from dataspace.catalog import services as catalog
from dataspace.catalog.files import Files
from dataspace.catalog.models import Dataset
from dataspace.dashboards import services as dashboards
from dataspace.referents import services as referents
from dataspace.requests.models import AccessRequest, Need, Purpose, RequestState
from dataspace.themes.services import name_municipalities
from tests import people

REVIEW = datetime(2030, 1, 1, tzinfo=UTC)
COMMUNES = {people.BREZOLLES: "Brezolles", people.CHARTRES: "Chartres", people.DREUX: "Dreux"}
# Somebody of both worlds who holds nothing but, in one of them, a secret seat.
HOLDER = people.Character("quirin", "Quirin", "Vexelbaume", "Chargé de mission", "solidarite", is_feminine=False)


class Ground:
    """A database being filled, on behalf of the house."""

    def __init__(self, house: HouseAccess, files: Files) -> None:
        self.house = house
        self.files = files

    @property
    def session(self) -> Session:
        return self.house.session

    def unit(self, code: str) -> Unit:
        return self.session.scalars(select(Unit).where(Unit.code == code)).one()

    def theme(self, code: str) -> Theme:
        return self.session.scalars(select(Theme).where(Theme.code == code)).one()

    def dataset(
        self, title: str, *, unit: str, theme: str = "insertion-rsa", level: str = "internal", card: str = "",
        state: str = "published", protection: str = "none", columns: Sequence[str] = ("commune", "effectif"),
        file: str = "", cells: Sequence[str] = ("28059", "12"), rows_cut_by: str = "", **facts: Any,
    ) -> Dataset:  # fmt: skip
        """A dataset, and its file when it is named."""
        made = catalog.declare(
            self.house, title=title, unit_id=self.unit(unit).id, theme_id=self.theme(theme).id, **_closing(level, card),
            protection=Protection(protection), state=State(state),
            columns=[catalog.Column(name, label=name.capitalize()) for name in columns],
            row_rules={rows_cut_by: RowAttribute.AREA} if rows_cut_by else None, **facts,
        )  # fmt: skip
        if file:
            lines = [";".join(columns), *[";".join(cells)] * 3, ""]
            catalog.add_file(self.house, made, file, io.BytesIO("\n".join(lines).encode()), files=self.files)
        return made

    def board(
        self, title: str, *, unit: str, theme: str, level: str = "internal", card: str = "", **facts: Any
    ) -> Asset:
        """A dashboard that its provider has drawn."""
        slug = title.lower().replace(" ", "-")
        board = dashboards.declare(
            self.house, slug=slug, title=title, unit=self.unit(unit), theme=self.theme(theme), **_closing(level, card),
            sources=[dashboards.Source(f"table_{slug}", "unite", RowAttribute.UNIT)], external_id=f"uuid-{slug}",
            headline={"value": 12, "unit": "dossiers", "points": [1, 2, 3]}, **facts,
        )  # fmt: skip
        return board.asset

    def seat(
        self, title: str, *, unit: str, theme: str, level: str = "internal", holder: str = "", **facts: Any
    ) -> Asset:
        """A seat of the directory, held by a login."""
        closing = _closing(level, "")
        del closing["card_sensitivity"]
        seat = referents.open_seat(
            self.house, title=title, unit=self.unit(unit), theme=self.theme(theme), mailbox=f"{unit}@valmer.example",
            **closing, **facts,
        )  # fmt: skip
        if holder:
            referents.assign(self.house, seat, people.person(self.session, holder))
        return seat.asset

    def grant(self, to: str, role: Role, on: Asset | str, *, days: int = 20) -> Grant:
        """A right given by hand; soon over, so that it is among what ends soon."""
        moment = self.house.moment
        is_place = isinstance(on, str)
        grant = Grant(
            person_id=people.person(self.session, to).id, role=role, unit_id=self.unit(on).id if is_place else None,
            asset_id=None if is_place else on.id, source=Source.MANUAL, reason="pour une mission", granted_at=moment,
            starts=moment, ends=moment + timedelta(days), granted_by_id=people.person(self.session, "luc").id,
        )  # fmt: skip
        self.session.add(grant)
        self.session.flush()
        return grant

    def request(self, by: str, asset: Asset, purpose: str, *, extends: Grant | None = None) -> AccessRequest:
        """A request that waits for its decision."""
        moment, person = self.house.moment, people.person(self.session, by)
        made = AccessRequest(
            person_id=person.id, asset_id=asset.id, unit_id=self.unit("insertion").id, owner_unit_id=asset.unit_id,
            level=deciding_level(asset), topic=Purpose.STUDY, purpose=purpose, need=Need.CONSULT, created=moment,
            until=moment + timedelta(90), state=RequestState.SUBMITTED, submitted=moment,
            extends_id=extends.id if extends else None, events=[],
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        return made


def plant(ground: Ground) -> dict[str, str]:
    """Write what both worlds have; the public ids by name."""
    session = ground.session
    name_municipalities(ground.house, COMMUNES)
    session.add(people.enroll(session, HOLDER))
    # A theme and a unit that only secrets are of: a facet that lists them tells.
    session.add(Theme(code="archeologie", label="Archéologie", parent_id=ground.theme("action-publique").id))
    session.add(Unit(code="cellule", name="Cellule de veille", short_name="Cellule de veille", kind=UnitKind.SERVICE,
                     parent_id=ground.unit("solidarite").id, is_accepted=True))  # fmt: skip
    session.flush()
    water = ground.dataset("Qualité de l’eau", unit="eau", theme="eau", level="open", file="eau.csv", keywords=["eau"])
    welfare = ground.dataset("Foyers allocataires", unit="solidarite", file="foyers.csv", keywords=["insertion"],
                             rows_cut_by="commune")  # fmt: skip
    asked = ground.dataset("Subventions versées", unit="finances", theme="finances", level="restricted",
                           card="internal", file="subventions.csv")  # fmt: skip
    ground.dataset("Signalements", unit="solidarite", level="confidential", card="internal", protection="personal")
    ground.dataset("Inventaire des réseaux", unit="eau", theme="eau", level="restricted", file="reseaux.csv")
    draft = ground.dataset("Postes informatiques", unit="numerique", theme="action-publique", state="draft")
    ground.dataset("Ancienne liste", unit="finances", theme="finances", state="archived")
    trips = ground.dataset(
        "Validations", unit="transvalme", theme="environnement", level="restricted", file="trajets.csv"
    )
    ground.dataset("Relevés d’Eauvive", unit="eauvive", theme="eau", level="restricted", file="releves.csv")
    report = catalog.link(
        ground.house, kind="report", title="Univers des aides", url="https://bo.valmer.example/1", system="BO",
        unit_id=ground.unit("solidarite").id, theme_id=ground.theme("insertion-rsa").id,
    ).asset  # fmt: skip
    board = ground.board("Exécution du budget", unit="finances", theme="finances")
    ground.board("Parcours d’insertion", unit="solidarite", theme="insertion-rsa", level="restricted", card="internal")
    seat = ground.seat("Fuites et compteurs", unit="eau-potable", theme="eau", level="open", holder="lucie",
                       areas=[people.DREUX])  # fmt: skip
    ground.seat("Aides d’urgence", unit="solidarite", theme="insertion-rsa",
                fallback=people.person(session, "luc"))  # fmt: skip
    given = ground.grant("marc", Role.AGENT, asked.asset)
    ground.grant("paul", Role.PARTNER, water.asset)
    ground.grant("bruno", Role.READER, asked.asset)
    viviane = people.person(session, "viviane")
    session.add(
        Denial(person_id=viviane.id, theme_id=ground.theme("eau").id, reason="", starts=people.LONG_AGO, ends=None)
    )
    session.flush()
    return {
        "dataset": welfare.asset.public_id, "open": water.asset.public_id, "asked": asked.asset.public_id,
        "draft": draft.asset.public_id, "partner": trips.asset.public_id, "link": report.public_id,
        "board": board.public_id, "seat": seat.public_id, "grant": given.public_id,
        "request": ground.request("awa", asked.asset, "Suivre les aides versées").public_id,
        "file": welfare.resources[0].public_id, "person": people.person(session, "awa").public_id,
    }  # fmt: skip


def _closing(level: str, card: str) -> dict[str, Any]:
    """Levels, with the ground and the review date that closing asks for."""
    content = Sensitivity[level.upper()]
    closed = content >= Sensitivity.RESTRICTED
    return {
        "sensitivity": content, "card_sensitivity": Sensitivity[card.upper()] if card else content,
        "ground": "secret-professionnel" if closed else "", "review_date": REVIEW if closed else None,
    }  # fmt: skip


__all__ = ["HOLDER", "Ground", "Person", "plant"]
