"""What a walk finds on its way."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Leak:
    """Something answered to who may not know of it: where, to whom by kind, and how; in French, without naming it."""

    surface: str
    kind: str
    what: str
    # Public ids, kept to ask again and never shown to who reads the certificate.
    thing: str = ""
    person: str = ""


@dataclass
class Report:
    """Counts of what was asked and answered, and what was wrong."""

    started: datetime
    seed: str
    policy: str
    version: str
    ended: datetime | None = None
    people: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    things: int = 0
    mails: int = 0
    # Answers that the policy opens, and that opened; that it closes, and that stayed closed.
    opened: int = 0
    refused: int = 0
    # Tickets that would have opened a board that the policy does open: not asked for, so as not to be consumed.
    spared: int = 0
    leaks: list[Leak] = field(default_factory=list)
    # What the policy opens and the portal did not show: no leak, but not the rule either.
    gaps: list[Leak] = field(default_factory=list)
    cut_short: str = ""

    @property
    def requests(self) -> int:
        return self.asked.total()

    @property
    def is_complete(self) -> bool:
        # A proof that only meets closed doors proves nothing.
        return not self.cut_short and self.opened > 0 and self.refused > 0

    @property
    def leaks_by_surface(self) -> Counter[str]:
        return Counter(leak.surface for leak in self.leaks)
