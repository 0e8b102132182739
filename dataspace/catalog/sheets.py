"""One card, as it is read: plain rows under the names of the models. Entities took a tenth of the page’s time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from dataspace.auth import Access, Decision, Permission
from dataspace.auth.listing import Beside, attached, one_with
from dataspace.auth.models import Seen
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

    asset: Seen
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
_BESIDE = Beside(Dataset, _SAID, RowRule, Dataset.steward_id)
_RESOURCES = attached(select(Resource).where(Resource.dataset_id == bindparam("id")).order_by(Resource.id), "resource")
_COLUMNS = attached(
    select(DatasetColumn).where(DatasetColumn.dataset_id == bindparam("id")).order_by(DatasetColumn.position),
    "dataset_column",
)
_ROW_RULES = attached(select(RowRule).where(RowRule.dataset_id == bindparam("id")), "row_rule")
_LINK = attached(
    select(Link.description, Link.url, Link.system).where(Link.asset_id == bindparam("id")), "link"
)  # fmt: skip


def by_id(access: Access, public_id: str) -> tuple[Sheet, Decision] | None:
    """The card of `public_id`, to be read, and whether its content may be; None when she may not know of it."""
    found = one_with(access, public_id, _BESIDE, Permission.CARD_SEE, Permission.DRAFT_SEE)
    if found is None or found[0].kind not in KINDS:
        return None
    asset, beside = found
    at = {"id": asset.id}
    if asset.kind is not AssetKind.DATASET:
        for link in rows(access.session, _LINK, at):
            return Sheet(asset, link.description, url=link.url, system=link.system), reading(access, asset)
        return None
    if beside.beside_id is None:
        return None
    sheet = Sheet(
        asset, **{name: getattr(beside, name) for name in _SAID}, steward=_steward(beside),
        resources=rows(access.session, _RESOURCES, at), columns=rows(access.session, _COLUMNS, at),
        row_rules=rows(access.session, _ROW_RULES, at) if beside.has_rules else (),
    )  # fmt: skip
    return sheet, reading(access, asset)


def _steward(beside: Any) -> Steward | None:
    if beside.person_login is None:
        return None
    name = called(beside.person_given_name, beside.person_family_name, beside.person_login)[0]
    return Steward(name, beside.person_phone, beside.person_email)
