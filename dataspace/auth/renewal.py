"""What is kept, encrypted, of a sign-in to ask its provider again about the account."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Renewal:
    """What asks the provider again about an account. `ends` is when the access token does, in seconds, 0 if unsaid."""

    access: str
    refresh: str
    ends: int

    @classmethod
    def of(cls, tokens: Mapping[str, Any]) -> "Renewal":
        refresh, ends = tokens.get("refresh_token"), tokens.get("expires_at")
        return cls(
            tokens["access_token"], refresh if isinstance(refresh, str) else "",
            int(ends) if isinstance(ends, int | float) else 0,
        )  # fmt: skip

    @classmethod
    def read(cls, text: str) -> "Renewal | None":
        try:
            return cls(*json.loads(text))
        except (ValueError, TypeError):
            return None

    def written(self) -> str:
        return json.dumps([self.access, self.refresh, self.ends])
