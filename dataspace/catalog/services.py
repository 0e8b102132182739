"""What people do to a card: declare, edit, publish, archive, describe. Each: require, change, record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from dataspace import audit
from dataspace.auth import Access, Decision, Permission, closing, search
from dataspace.auth.models import Asset, Theme
from dataspace.auth.models.assets import public_id as new_public_id
from dataspace.auth.words import AssetKind, Protection, RowAttribute, Sensitivity, State
from dataspace.catalog.grounds import GROUNDS
from dataspace.catalog.models import (
    Dataset,
    DatasetColumn,
    Link,
    RowRule,
)
from dataspace.errors import Invalid, Refused

LINK_KINDS = (AssetKind.REPORT, AssetKind.APPLICATION, AssetKind.SERVICE, AssetKind.API)
_CARD = ("title", "summary", "theme_id", "unit_id", "sensitivity", "card_sensitivity", "protection", "ground",
         "review_date")  # fmt: skip
_OWN = (
    "description",
    "producer",
    "steward_id",
    "licence",
    "promised_rhythm",
    "temporal",
    "spatial",
    "level",
    "keywords",
)
# Who may change these decides who may read: it takes who may publish.
# The theme, since a denial may stand on one; the ground and its date, since they are the reason of the closing.
_CLOSING = ("unit_id", "theme_id", "sensitivity", "card_sensitivity", "protection", "ground", "review_date")


@dataclass(frozen=True)
class Column:
    """How a column is to be understood by its reader."""

    name: str
    label: str = ""
    type: str = "text"
    unit: str = ""
    description: str = ""


def declare(
    access: Access,
    *,
    title: str,
    unit_id: int,
    theme_id: int,
    sensitivity: Sensitivity = Sensitivity.INTERNAL,
    card_sensitivity: Sensitivity | None = None,
    protection: Protection = Protection.NONE,
    ground: str = "",
    review_date: datetime | None = None,
    state: State = State.DRAFT,
    summary: str = "",
    updated: datetime | None = None,
    public_id: str | None = None,
    columns: Sequence[Column] = (),
    row_rules: Mapping[str, RowAttribute] | None = None,
    **own: Any,
) -> Dataset:
    """A new dataset of `unit_id`, a draft unless said otherwise; `own` are the facts of Dataset (DCAT).

    Raises Refused when the actor may not create there, or not so sensitive; Invalid when the card does not hold.
    """
    asset = _new_asset(
        access, AssetKind.DATASET, title=title, unit_id=unit_id, theme_id=theme_id, sensitivity=sensitivity,
        card_sensitivity=card_sensitivity, protection=protection, ground=ground, review_date=review_date, state=state,
        summary=summary, updated=updated, public_id=public_id,
    )  # fmt: skip
    dataset = Dataset(asset=asset, resources=[], columns=[], row_rules=[], **own)
    access.session.add(dataset)
    write_columns(dataset, columns)
    for column, attribute in (row_rules or {}).items():
        dataset.row_rules.append(RowRule(column=column, attribute=attribute))
    _created(access, dataset)
    return dataset


def link(
    access: Access,
    *,
    kind: AssetKind,
    title: str,
    url: str,
    system: str,
    unit_id: int,
    theme_id: int,
    sensitivity: Sensitivity = Sensitivity.INTERNAL,
    description: str = "",
    **card: Any,
) -> Link:
    """A new card for a report, application, service or API that stays where it is; `card` as for `declare`."""
    if kind not in LINK_KINDS:
        raise Invalid("Ce type de fiche ne mène pas ailleurs.")
    asset = _new_asset(
        access, kind, title=title, unit_id=unit_id, theme_id=theme_id, sensitivity=sensitivity, **card
    )  # fmt: skip
    made = Link(
        asset=asset,
        url=_web_address(url),
        system=system.strip(),
        description=description,
    )
    access.session.add(made)
    _created(access, made)
    return made


def edit(access: Access, card: Dataset | Link, **changes: Any) -> None:
    """Change facts of a card or of what it describes. Raises Refused or Invalid; nothing is changed then."""
    asset = card.asset
    decision = access.require(Permission.DATASET_EDIT, asset)
    own = _OWN if isinstance(card, Dataset) else ("description", "url", "system")
    if unknown := set(changes) - {*_CARD, *own}:
        raise TypeError(f"unknown: {sorted(unknown)}")
    before = {name: getattr(asset if name in _CARD else card, name) for name in changes}
    changed = {name: value for name, value in changes.items() if _said(value) != _said(before[name])}
    if not changed:
        return
    needed = Permission.DATASET_EDIT
    if asset.state is not State.DRAFT and set(changed) & set(_CLOSING):
        needed = Permission.DATASET_PUBLISH
        access.require(needed, asset)
    wanted = {name: changed.get(name, getattr(asset, name)) for name in _CARD}
    held_to = {name: wanted[name] for name in ("sensitivity", "card_sensitivity", "protection", "unit_id")}
    closing.require(access, asset, closing.Level(**held_to))
    _check(access, **wanted)
    # Whoever edits must still hold the card afterwards: nobody throws it over a wall.
    _require_place(
        access,
        needed,
        **{n: wanted[n] for n in ("unit_id", "theme_id", "sensitivity")},
    )
    if "url" in changed:
        changed["url"] = _web_address(changed["url"])
    for name, value in changed.items():
        setattr(asset if name in _CARD else card, name, value)
    record_change(access, card, decision, fields=sorted(changed), before=_telling(before, changed))


def rename(access: Access, card: Dataset | Link, *, title: str) -> None:
    """Give a card another title."""
    edit(access, card, title=title)


def publish(access: Access, card: Dataset | Link) -> None:
    """Let those who have the right see and read it from now on."""
    decision = access.require(Permission.DATASET_PUBLISH, card.asset)
    if card.asset.state is State.PUBLISHED:
        return
    card.asset.state = State.PUBLISHED
    record_change(access, card, decision, state=State.PUBLISHED)


def archive(access: Access, card: Dataset | Link) -> None:
    """Keep it readable, but no longer promised."""
    decision = access.require(Permission.DATASET_PUBLISH, card.asset)
    if card.asset.state is State.ARCHIVED:
        return
    card.asset.state = State.ARCHIVED
    record_change(access, card, decision, state=State.ARCHIVED)


def describe(access: Access, dataset: Dataset, columns: Sequence[Column]) -> None:
    """Write the dictionary of columns anew."""
    decision = access.require(Permission.DATASET_EDIT, dataset.asset)
    write_columns(dataset, columns)
    record_change(access, dataset, decision, columns=len(columns))


def cut_rows(access: Access, dataset: Dataset, rules: Mapping[str, RowAttribute]) -> None:
    """Say which column holds the units or territories that cut the rows of each reader (DESIGN 5)."""
    decision = access.require(Permission.DATASET_PUBLISH, dataset.asset)
    dataset.row_rules = [RowRule(column=column, attribute=attribute) for column, attribute in rules.items()]
    record_change(access, dataset, decision, row_rules=sorted(rules))


def reindex(access: Access, card: Dataset | Link) -> None:
    """Write the words of a card in the search index again."""
    search.index(access, card.asset, inner=_words(card))


def _new_asset(
    access: Access, kind: AssetKind, *, card_sensitivity: Sensitivity | None = None, state: State = State.DRAFT,
    updated: datetime | None = None, public_id: str | None = None, protection: Protection = Protection.NONE,
    ground: str = "", review_date: datetime | None = None, summary: str = "", **card: Any,
) -> Asset:  # fmt: skip
    if not access.may_in(Permission.DATASET_CREATE, card["unit_id"]):
        raise Refused("Vous ne pouvez pas déclarer un jeu de données pour cette direction.")
    shown = card["sensitivity"] if card_sensitivity is None else card_sensitivity
    facts = {**card, "card_sensitivity": shown, "protection": protection, "ground": ground,
             "review_date": review_date, "summary": summary.strip(), "title": card["title"].strip()}  # fmt: skip
    _check(access, **facts)
    place = {name: card[name] for name in ("unit_id", "theme_id", "sensitivity")}
    _require_place(access, Permission.DATASET_EDIT, **place)
    if state is not State.DRAFT:
        _require_place(access, Permission.DATASET_PUBLISH, **place)
    asset = Asset(kind=kind, state=state, updated=updated or access.moment, **facts)
    asset.public_id = public_id or new_public_id()
    return asset


def _require_place(access: Access, permission: Permission, **place: Any) -> None:
    """Does the actor hold `permission` for what is so sensitive, there? Protection is only about reading."""
    probe = Asset(
        state=State.PUBLISHED,
        protection=Protection.NONE,
        card_sensitivity=place["sensitivity"],
        **place,
    )
    if not access.allows(permission, probe):
        raise Refused(
            "Vos droits ne vont pas jusqu’à cette sensibilité dans cette direction.",
            "Demandez à la personne gestionnaire de la direction de le faire.",
        )


def _check(access: Access, **card: Any) -> None:
    if not card["title"].strip() or len(card["title"]) > 300:
        raise Invalid("Un titre est attendu, de 300 caractères au plus.")
    if len(card["summary"]) > 600:
        raise Invalid("Le résumé tient en 600 caractères.")
    if card["card_sensitivity"] > card["sensitivity"]:
        raise Invalid("La fiche ne peut pas être plus secrète que le contenu.")
    if card["unit_id"] not in access.facts.tree.nodes:
        raise Invalid("Cette direction n’existe pas.")
    if access.session.get(Theme, card["theme_id"]) is None:
        raise Invalid("Cette thématique n’existe pas.")
    if card["sensitivity"] >= Sensitivity.RESTRICTED:
        if card["ground"] not in GROUNDS:
            raise Invalid("Au-dessus d’« interne », un motif légal de fermeture est attendu.")
        if card["review_date"] is None:
            raise Invalid("Au-dessus d’« interne », une date de réexamen du motif est attendue.")


def write_columns(dataset: Dataset, columns: Iterable[Column]) -> None:
    """The dictionary of columns, in this order; the caller records it."""
    dataset.columns = [
        DatasetColumn(
            position=position, name=column.name[:200], label=column.label[:200], type=column.type,
            unit=column.unit[:40], description=column.description[:600],
        )
        for position, column in enumerate(columns)
    ]  # fmt: skip


def _words(card: Dataset | Link) -> list[str]:
    if isinstance(card, Link):
        return [card.description, card.system]
    return [card.description or "", card.producer or "", *(card.keywords or ()),
            *(f"{column.name} {column.label}" for column in card.columns)]  # fmt: skip


def _created(access: Access, card: Dataset | Link) -> None:
    access.session.flush()
    reindex(access, card)
    audit.record(
        access,
        audit.Act.ASSET_CREATED,
        card,
        state=card.asset.state,
        sensitivity=card.asset.sensitivity.code,
    )


def record_change(access: Access, card: Dataset | Link, decision: Decision | None, **facts: Any) -> None:
    """Index its words again and record what was changed, by the right that `decision` stands on."""
    access.session.flush()
    reindex(access, card)
    audit.record(
        access,
        audit.Act.ASSET_CHANGED,
        card,
        held=decision.held if decision else None,
        **facts,
    )


def _said(value: Any) -> Any:
    # Forms know the day of a review, not its hour.
    return value.date() if isinstance(value, datetime) else value


def _telling(before: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal keeps of the values before: who may read, never the texts."""
    return {name: before[name] for name in changed if name in _CLOSING}


def _web_address(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Invalid("L’adresse doit commencer par http:// ou https://.")
    return url.strip()
