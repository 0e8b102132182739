"""Writing what there is, through the services of each domain: datasets and their files, links, boards, seats."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from dataspace.auth.words import AssetKind, Protection, RowAttribute, Sensitivity, State
from dataspace.catalog import deposits
from dataspace.catalog import services as catalog
from dataspace.catalog.files import Files
from dataspace.catalog.models import Rhythm
from dataspace.dashboards import services as dashboards
from dataspace.demo.boards.cards import BoardCard
from dataspace.demo.cards import Card, Column
from dataspace.demo.rows.ground import Row, Value
from dataspace.demo.written import Written, address, end_of, start_of
from dataspace.referents import services as referents


def declare_datasets(written: Written, files: Files) -> None:
    """Each dataset, its dictionary, its rule of rows and its file."""
    for card in written.world.datasets:
        dataset = catalog.declare(
            written.house,
            **_card(written, card),
            columns=[catalog.Column(**asdict(column)) for column in card.columns],
            row_rules={card.row_rule[0]: RowAttribute(card.row_rule[1])} if card.row_rule else None,
            description=card.description,
            producer=card.producer,
            steward_id=written.people[card.steward].id,
            licence=card.licence,
            promised_rhythm=Rhythm(card.rhythm),
            temporal=card.temporal,
            spatial=card.spatial,
            level=card.level,
            keywords=list(card.keywords),
        )
        deposits.add_file(
            written.house,
            dataset,
            f"{card.slug}.csv",
            _csv(card.columns, written.world.rows(card)),
            files=files,
            updated=start_of(card.updated),
            public_id=address("file", card.slug),
        )
        written.assets[card.slug] = dataset.asset


def declare_links(written: Written) -> None:
    """Each card of what stays in another system."""
    for card in written.world.links:
        link = catalog.link(
            written.house,
            **_card(written, card),
            kind=AssetKind(card.kind),
            url=card.url,
            system=card.system,
            description=card.description,
        )
        written.assets[card.slug] = link.asset


def declare_boards(written: Written) -> None:
    """Each dashboard: what it promises, the rule of each of its sources, its figure of the home page."""
    world = written.world
    for card in world.boards:
        level = _level(card.sensitivity)
        board = dashboards.declare(
            written.house,
            slug=card.slug,
            title=card.board.title,
            summary=card.summary,
            unit=written.units[card.unit],
            theme=written.themes[card.theme],
            sensitivity=level,
            card_sensitivity=_level(card.card_sensitivity),
            ground=card.closure or "",
            review_date=end_of(world.today + timedelta(card.review_days)) if card.closure else None,
            updated=start_of(world.dataset(card.dataset).updated),
            freshness=card.contract.freshness,
            scope_note=card.contract.scope,
            definitions=card.contract.definitions,
            owner=written.people[card.contract.owner],
            headline=asdict(world.headlines[card.slug]),
            late_days=_late_days(written, card),
            sources=[
                dashboards.Source(
                    source.table, source.column, RowAttribute(source.attribute) if source.attribute else None
                )
                for source in card.sources
            ],
            public_id=address("dashboard", card.slug),
        )
        written.assets[card.slug] = board.asset


def open_seats(written: Written) -> None:
    """Each seat of the directory, and who answers."""
    people = written.people
    for seat in written.world.seats:
        opened = referents.open_seat(
            written.house,
            title=seat.title,
            summary=seat.summary,
            unit=written.units[seat.unit],
            theme=written.themes[seat.theme],
            areas=seat.areas,
            mailbox=seat.mailbox,
            phone=seat.phone,
            fallback=people[seat.fallback],
            sensitivity=_level(seat.sensitivity),
            ground=seat.closure or "",
            review_date=end_of(seat.review),
            opened=start_of(seat.since),
            public_id=address("seat", seat.code),
        )
        confirmed = start_of(seat.confirmed) if seat.confirmed else None
        for login, is_deputy in ((seat.holder, False), (seat.deputy, True)):
            if login:
                referents.assign(
                    written.house,
                    opened,
                    people[login],
                    is_deputy=is_deputy,
                    starts=start_of(seat.since),
                    confirmed=confirmed,
                )
        written.assets[seat.code] = opened.asset


def _card(written: Written, card: Card) -> dict[str, Any]:
    """What every card says, in the words of the catalogue's services."""
    return {
        "title": card.title,
        "summary": card.summary,
        "unit_id": written.units[card.unit].id,
        "theme_id": written.themes[card.theme].id,
        "sensitivity": _level(card.sensitivity),
        "card_sensitivity": _level(card.card_sensitivity),
        "protection": Protection(card.protection),
        "state": State(card.state),
        "ground": card.closure or "",
        "review_date": end_of(card.review),
        "updated": start_of(card.updated),
        "public_id": address("card", card.slug),
    }


def _level(code: str) -> Sensitivity:
    return Sensitivity[code.upper()]


def _late_days(written: Written, card: BoardCard) -> int:
    """Days past what the board's dataset promises."""
    dataset = written.world.dataset(card.dataset)
    promised = Rhythm(dataset.rhythm).days
    return max(0, (written.world.today - dataset.updated).days - promised) if promised else 0


def _csv(columns: Sequence[Column], rows: Iterable[Row]) -> io.BytesIO:
    """The file as a French office exports it: semicolons, decimal commas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return io.BytesIO(text.getvalue().encode())


def _cell(value: Value) -> str | int | None:
    return str(value).replace(".", ",") if isinstance(value, float) else value
