"""One card, as it is read: plain rows under the names of the models. Entities took a tenth of the page’s time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, select

from dataspace.auth import Access, Decision, Permission
from dataspace.auth.listing import Beside, attached, one_with
from dataspace.auth.models import Asset, Person
from dataspace.auth.models.people import called
from dataspace.auth.words import AssetKind
from dataspace.catalog.models import Dataset, DatasetColumn, Link, Resource, Rhythm, RowRule
from dataspace.catalog.queries import KINDS, reading
from dataspace.db import rows


class Steward(NamedTuple):
    """Who keeps a dataset, as its card names her."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class Sheet:
    """A dataset or a link that one may know of: what `Dataset` or `Link` says, and what hangs on it."""

    # A `Seen`: what only reads an asset takes it for one.
    asset: Any
    description: str = ""
    # Of a dataset.
    producer: str = ""
    licence: str = ""
    promised_rhythm: Rhythm = Rhythm.ONCE
    temporal: str = ""
    spatial: str = ""
    steward: Steward | None = None
    resources: Sequence[Any] = ()
    columns: Sequence[Any] = ()
    row_rules: Sequence[Any] = ()
    # Of a link.
    url: str = ""
    system: str = ""

    @property
    def is_dataset(self) -> bool:
        return self.asset.kind is AssetKind.DATASET

    def resource(self, public_id: str) -> Any | None:
        """The file `public_id` of it."""
        return next((one for one in self.resources if one.public_id == public_id), None)


_SAID = ("description", "producer", "licence", "promised_rhythm", "temporal", "spatial")
_STEWARD = (Person.given_name, Person.family_name, Person.login, Person.phone, Person.email)
_BESIDE = Beside(
    (Dataset.asset_id, exists().where(RowRule.dataset_id == Asset.id), *(getattr(Dataset, name) for name in _SAID),
     *_STEWARD),
    ((Dataset, Dataset.asset_id == Asset.id), (Person, (Person.id == Dataset.steward_id) & Person.is_active)),
    ("dataset", "row_rule"),
)  # fmt: skip
_RESOURCES = attached(select(Resource).where(Resource.dataset_id == bindparam("id")).order_by(Resource.id), "resource")
_COLUMNS = attached(
    select(DatasetColumn).where(DatasetColumn.dataset_id == bindparam("id")).order_by(DatasetColumn.position),
    "dataset_column",
)
_ROW_RULES = attached(select(RowRule).where(RowRule.dataset_id == bindparam("id")), "row_rule")
_LINK = attached(
    select(Link.description, Link.url, Link.system).where(Link.asset_id == bindparam("id")), "link"
)  # fmt: skip


def known(access: Access, public_id: str) -> tuple[Sheet, Decision] | None:
    """The card of `public_id` and whether its content may be read; None when the reader may not know of it."""
    found = one_with(access, public_id, _BESIDE, Permission.CARD_SEE, Permission.DRAFT_SEE)
    if found is None or found[0].kind not in KINDS:
        return None
    asset: Any = found[0]
    dataset_id, is_cut, *described = found[1]
    at = {"id": asset.id}
    if asset.kind is not AssetKind.DATASET:
        for description, url, system in rows(access.session, _LINK, at):
            return Sheet(asset, description, url=url, system=system), reading(access, asset)
        return None
    if dataset_id is None:
        return None
    given, family, login, *ways = described[len(_SAID) :]
    sheet = Sheet(
        asset, **dict(zip(_SAID, described, strict=False)),
        steward=Steward(called(given, family, login)[0], *ways) if login else None,
        resources=rows(access.session, _RESOURCES, at), columns=rows(access.session, _COLUMNS, at),
        row_rules=rows(access.session, _ROW_RULES, at) if is_cut else (),
    )  # fmt: skip
    return sheet, reading(access, asset)
