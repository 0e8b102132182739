"""Tokens: what a person lets a program of hers do, for a while. Never more than she may do at that very moment.

As in « voir comme », what a token opens is worked out on the scope itself: lists, counts and facets stay true.
"""

import hashlib
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from dataspace.auth.access import Access, Decision
from dataspace.auth.facts import Actor, Facts
from dataspace.auth.models import ApiToken, ApiTokenAsset, Asset, Known, Person
from dataspace.auth.policy import Policy
from dataspace.auth.scope import Scope
from dataspace.auth.words import Permission, RowAttribute

PREFIX = "dsp_"
_RANDOM = 24  # octets
# What a person may lend, and what it needs to be of any use: to read is also to see the card.
NEEDED: dict[Permission, frozenset[Permission]] = {
    Permission.CARD_SEE: frozenset({Permission.CARD_SEE}),
    Permission.DATASET_READ: frozenset({Permission.CARD_SEE, Permission.DATASET_READ, Permission.DATASET_ROWS}),
    Permission.DATASET_EXPORT: frozenset(
        {Permission.CARD_SEE, Permission.DATASET_READ, Permission.DATASET_EXPORT, Permission.DATASET_ROWS}
    ),
}
# Marks of programs in what they call themselves; nothing finer is kept.
_PROGRAMS = (
    ("python", "Python"), ("curl", "curl"), ("wget", "wget"), ("libcurl-r", "R"), ("httr", "R"), ("qgis", "QGIS"),
    ("power query", "Excel ou Power BI"), ("mashup", "Excel ou Power BI"), ("microsoft", "Excel ou Power BI"),
    ("java", "Java"), ("go-http", "Go"), ("node", "JavaScript"), ("axios", "JavaScript"), ("php", "PHP"),
    ("mozilla", "navigateur"),
)  # fmt: skip
_FIND = (
    select(ApiToken, Person)
    .join(Person, Person.id == ApiToken.person_id)
    .where(
        ApiToken.secret_hash == bindparam("hash"), ApiToken.revoked_at.is_(None), ApiToken.created <= bindparam("now"),
        ApiToken.ends > bindparam("now"), Person.is_active,
    )
)  # fmt: skip


class TokenAccess(Access):
    """What a program may do with a token: what its owner may, cut to what she lent. Signed by her, and by the token."""

    def __init__(self, owner: Access, scopes: Sequence[str], assets: frozenset[int] | None, token_id: str) -> None:
        super().__init__(owner.actor, owner.session, owner.policy, moment=owner.moment)
        self.owner, self.assets, self.token_id = owner, assets, token_id
        # The rows that she reads come from what she holds: the token serves it.
        self._rows_from = owner._rows_from  # noqa: SLF001
        lent = [NEEDED[permission] for permission in NEEDED if permission.value in scopes]
        self.lent: frozenset[Permission] = frozenset().union(*lent)

    @property
    def beside(self) -> dict[str, str]:
        return {"token": self.token_id}

    @cached_property
    def facts(self) -> Facts:
        # What sleeps is not a program's to take.
        return replace(self.owner.facts, dormant=())

    def scope(self, permission: Permission) -> Scope:
        if permission not in self._scopes:
            self._scopes[permission] = self._lent(permission)
        return self._scopes[permission]

    def may(self, permission: Permission) -> bool:
        return permission in self.lent and self.owner.may(permission)

    def decide(self, permission: Permission, asset: Known) -> Decision:
        made = self.owner.decide(permission, asset)
        is_lent = permission in self.lent and (self.assets is None or asset.id in self.assets)
        return made if is_lent or not made.is_allowed else Decision(False, permission)

    def row_values(self, attribute: RowAttribute) -> tuple[str, ...]:
        return self.owner.row_values(attribute) if Permission.DATASET_ROWS in self.lent else ()

    def _lent(self, permission: Permission) -> Scope:
        hers = self.owner.scope(permission)
        denied = hers.denied_assets, hers.denied_themes
        if permission not in self.lent:
            return Scope(permission, {}, frozenset(), *denied)
        if self.assets is None:
            return hers
        # By place or by name, each stays hers at this moment or is not there.
        opened = self.owner.select(Asset, permission).with_only_columns(Asset.id)
        return Scope(
            permission, {}, frozenset(self.session.scalars(opened.where(Asset.id.in_(sorted(self.assets))))), *denied
        )


def new_secret() -> str:
    """A fresh secret: a mark that scanners recognise, 192 bits, and a checksum that tells a slip from a token."""
    drawn = secrets.token_hex(_RANDOM)
    return f"{PREFIX}{drawn}{_checksum(drawn)}"


def is_well_written(secret: str) -> bool:
    """Could it be a token, before asking the database?"""
    drawn, given = secret[len(PREFIX) : -8], secret[-8:]
    return (
        secret.isascii() and secret.startswith(PREFIX) and len(drawn) == 2 * _RANDOM
        and secrets.compare_digest(given, _checksum(drawn))
    )  # fmt: skip


def find(session: Session, secret: str, moment: datetime) -> tuple[ApiToken, Person, frozenset[int] | None] | None:
    """The live token of `secret`, its owner and its assets; None when revoked, ended, unknown or its owner gone."""
    if not is_well_written(secret):
        return None
    found = session.execute(_FIND, {"hash": hash_of(secret), "now": moment}).one_or_none()
    if found is None:
        return None
    token, person = found
    return token, person, _assets(session, token)


def access_of(session: Session, policy: Policy, found: tuple[ApiToken, Person, frozenset[int] | None]) -> TokenAccess:
    """What a token found by `find` may do now."""
    token, person, assets = found
    owner = Access(Actor.of(person, token.public_id), session, policy)
    return TokenAccess(owner, token.scopes, assets, token.public_id)


def is_to_be_noted(token: ApiToken, moment: datetime) -> bool:
    """Is this its first use of the day? The others are not worth a write."""
    return token.last_used != moment.date()


def note_use(session: Session, token_id: int, moment: datetime, program: str) -> None:
    """Remember the day and the kind of program, nothing finer."""
    session.execute(
        update(ApiToken).where(ApiToken.id == token_id).values(last_used=moment.date(), last_program=program)
    )


def program(user_agent: str) -> str:
    """« Python », « curl »… or « autre programme »."""
    said = user_agent[:400].lower()
    return next((name for mark, name in _PROGRAMS if mark in said), "autre programme")


def _assets(session: Session, token: ApiToken) -> frozenset[int] | None:
    if not token.is_narrowed:
        return None
    return frozenset(session.scalars(select(ApiTokenAsset.asset_id).where(ApiTokenAsset.token_id == token.id)))


def _checksum(drawn: str) -> str:
    return f"{zlib.crc32(drawn.encode()):08x}"


def hash_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
