"""What is in both worlds: something to be read, asked for, called and edited, near where the secrets will be."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.auth import Access, HouseAccess, sharing, tokens
from dataspace.auth.models import (
    ApiToken,
    ApiTokenAsset,
    Asset,
    Denial,
    Grant,
    Person,
    Share,
    ShareReader,
    Theme,
    Unit,
    Usage,
    UsageAsset,
    UsageMember,
)
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import Protection, Role, RowAttribute, Sensitivity, Source, State, UnitKind
from dataspace.catalog import deposits
from dataspace.catalog import services as catalog
from dataspace.catalog.files import Files
from dataspace.catalog.models import Dataset
from dataspace.dashboards import services as dashboards
from dataspace.directory.models import Arrival, ArrivalState
from dataspace.organisation.models import Placement
from dataspace.referents import services as referents
from dataspace.requests.models import AccessRequest, Need, Purpose, RequestState
from dataspace.reviews import services as reviews
from dataspace.reviews.models import ReviewLine
from dataspace.reviews.services import Terms
from dataspace.themes.services import name_municipalities
from dataspace.tools_asked.models import ToolEvent, ToolRequest, ToolState
from dataspace.usages.models import LegalBasis, RecipientKind, UsageJoin, UsageRecipient, UsageSheet
from dataspace.widening.models import Widening
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
        self.tokens: dict[str, str] = {}

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
            deposits.add_file(self.house, made, file, io.BytesIO("\n".join(lines).encode()), files=self.files)
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

    def widen(self, asset: Asset, reason: str) -> Widening:
        """What the president would open further, and another person confirms."""
        moment = self.house.moment
        made = Widening(
            asset_id=asset.id, from_sensitivity=asset.sensitivity, from_card_sensitivity=asset.card_sensitivity,
            from_protection=asset.protection, from_unit_id=asset.unit_id, unit_id=asset.unit_id,
            sensitivity=Sensitivity.INTERNAL, card_sensitivity=Sensitivity.OPEN, protection=Protection.NONE,
            reason=reason, proposed_by_id=people.person(self.session, "jerome").id, proposed_at=moment,
            expires=moment + timedelta(14),
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        return made

    def arrive(self, by: str, unit: str, note: str) -> Arrival:
        """Somebody whom nothing maps, who waits to be received."""
        made = Arrival(
            person_id=people.person(self.session, by).id, unit_id=self.unit(unit).id, note=note,
            created=self.house.moment, state=ArrivalState.WAITING,
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        return made

    def place(self, unit: str, under: str, reason: str) -> None:
        """A unit that somebody proposes to put under another one."""
        self.session.add(
            Placement(
                unit_id=self.unit(unit).id, parent_id=self.unit(under).id, reason=reason,
                from_id=self.unit(unit).parent_id, proposed_by_id=people.person(self.session, "luc").id,
                proposed_at=self.house.moment,
            )
        )  # fmt: skip
        self.session.flush()

    def token(self, by: str) -> ApiToken:
        """A token of hers, that may take files away, held to nothing; its secret is `self.tokens[by]`."""
        moment, secret = self.house.moment, tokens.new_secret()
        made = ApiToken(
            person_id=people.person(self.session, by).id, name=f"Script de {by}", secret_hash=tokens.hash_of(secret),
            scopes=["dataset:export"], created=moment, ends=moment + timedelta(90), last_used=moment.date(),
            last_program="autre programme",
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        self.tokens[by] = secret
        return made

    def hold_token(self, by: str, asset: Asset) -> None:
        """Name `asset` among those of her token, which stays as wide as it is."""
        person = people.person(self.session, by)
        token_id = self.session.scalars(select(ApiToken.id).where(ApiToken.person_id == person.id)).one()
        self.session.add(ApiTokenAsset(token_id=token_id, asset_id=asset.id))
        self.session.flush()

    def share(self, by: str, asset: Asset, *to: str) -> tuple[Share, str]:
        """A link of hers to `asset`, and its secret."""
        moment, secret = self.house.moment, sharing.new_secret()
        made = Share(
            author_id=people.person(self.session, by).id, asset_id=asset.id, secret_hash=sharing.hash_of(secret),
            up_to=deciding_level(asset), purpose="Une réunion", created=moment, ends=moment + timedelta(7),
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        readers = [ShareReader(share_id=made.id, person_id=people.person(self.session, one).id) for one in to]
        self.session.add_all(readers)
        self.session.flush()
        return made, secret

    def tool(self, by: str, title: str) -> ToolRequest:
        """A tool asked for, that waits."""
        person, moment = people.person(self.session, by), self.house.moment
        made = ToolRequest(
            person_id=person.id, unit_id=self.unit("insertion").id, title=title, purpose="Préparer la commission",
            audience="Le service", is_shared=True, state=ToolState.RECEIVED, created=moment,
            events=[ToolEvent(at=moment, person_id=person.id, state=ToolState.RECEIVED, note="")],
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        return made

    def usage(self, title: str, *, unit: str, needs: Sequence[Asset]) -> dict[str, str]:
        """A usage that Awa and somebody else are of, and that Lucie asks to join; its ids by name."""
        moment, session = self.house.moment, self.session
        usage = Usage(title=title, purpose="Suivre les aides", unit_id=self.unit(unit).id, starts=moment,
                      ends=moment + timedelta(200))  # fmt: skip
        session.add(usage)
        session.flush()
        member, recipient, asked = (
            UsageMember(usage_id=usage.id, person_id=people.person(session, "awa").id, starts=moment, ends=usage.ends),
            UsageRecipient(usage_id=usage.id, kind=RecipientKind.AGENTS, unit_id=self.unit("eau").id),
            UsageJoin(usage_id=usage.id, person_id=people.person(session, "remi").id, reason="Étude", asked=moment),
        )
        session.add_all([
            UsageSheet(usage_id=usage.id, basis=LegalBasis.PUBLIC, controller_id=self.unit("valmer").id,
                       retention_months=12, kept_until=usage.ends, review_date=moment),
            member, recipient, asked,
        ])  # fmt: skip
        session.flush()
        self.serve(usage, *needs)
        found = {"usage": usage, "member": member, "recipient": recipient, "join": asked}
        return {name: one.public_id for name, one in found.items()}

    def serve(self, usage: Usage, *assets: Asset) -> None:
        """`usage` needs these, and may read them."""
        for asset in assets:
            self.session.add(UsageAsset(usage_id=usage.id, asset_id=asset.id))
            self.session.add(Grant(
                usage_id=usage.id, role=Role.READER, asset_id=asset.id, source=Source.MANUAL, purpose=usage.purpose,
                reason="pour l’usage", granted_at=self.house.moment, starts=self.house.moment,
                ends=self.house.moment + timedelta(90),
            ))  # fmt: skip
        self.session.flush()

    def running(self) -> Usage:
        """The usage of both worlds."""
        return self.session.scalars(select(Usage)).one()


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
    signals = ground.dataset(
        "Signalements", unit="solidarite", level="confidential", card="internal", protection="personal"
    )
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
    share, link = ground.share("luc", welfare.asset, "awa", "agnes", "ines", "zoe", "nadia", "odile")
    for login in people.LOGINS:
        ground.token(login)
    viviane = people.person(session, "viviane")
    session.add(
        Denial(person_id=viviane.id, theme_id=ground.theme("eau").id, reason="", starts=people.LONG_AGO, ends=None)
    )
    session.flush()
    ground.place("insertion", "eau", "Regrouper les accueils")
    return {
        "dataset": welfare.asset.public_id, "open": water.asset.public_id, "asked": asked.asset.public_id,
        "draft": draft.asset.public_id, "partner": trips.asset.public_id, "link": report.public_id,
        "board": board.public_id, "seat": seat.public_id, "grant": given.public_id,
        "request": ground.request("awa", asked.asset, "Suivre les aides versées").public_id,
        "share": share.public_id, "share_link": link,
        "token": session.scalars(select(ApiToken.public_id)).first() or "",
        "tool": ground.tool("awa", "Suivi des orientations").public_id,
        "widening": ground.widen(signals.asset, "Publier les totaux").public_id,
        "arrival": ground.arrive("ghislain", "eau", "Je prends mon poste").public_id,
        **ground.usage("Aides suivies", unit="solidarite", needs=[asked.asset]),
        "file": welfare.resources[0].public_id, "person": people.person(session, "awa").public_id,
    }  # fmt: skip


def review(ground: Ground) -> dict[str, str]:
    """A review under way of everything that is given, the secrets included; its ids by name."""
    session, house = ground.session, ground.house
    ines = Access(people.actor(session, "ines"), session, house.policy, moment=house.moment)
    terms = Terms(timedelta(183), timedelta(60), timedelta(30))
    until = house.moment + timedelta(21)
    made = reviews.open_campaign(ines, ground.unit("valmer"), title="Revue d’automne", deadline=until, terms=terms)
    line = select(ReviewLine.public_id).where(ReviewLine.campaign_id == made.id).order_by(ReviewLine.id)
    return {"review": made.public_id, "line": str(session.scalars(line).first())}


def _closing(level: str, card: str) -> dict[str, Any]:
    """Levels, with the ground and the review date that closing asks for."""
    content = Sensitivity[level.upper()]
    closed = content >= Sensitivity.RESTRICTED
    return {
        "sensitivity": content, "card_sensitivity": Sensitivity[card.upper()] if card else content,
        "ground": "secret-professionnel" if closed else "", "review_date": REVIEW if closed else None,
    }  # fmt: skip


__all__ = ["HOLDER", "Ground", "Person", "plant"]
