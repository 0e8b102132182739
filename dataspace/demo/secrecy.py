"""Small groups: what must not be shown, and what else must be hidden so that nothing gives it away.

Rule of the house for social data: no figure under 11 households (threshold used by the Cnaf for its open data).
Hiding the small cells alone is useless: a published total minus the visible cells gives them back. So, in each block
(one total and one year, e.g. the communes of a territory in 2026):
- a place small in one month is hidden for the whole year, else the months before and after would say it;
- at least three places are hidden together, else a commune that knows its own figure would deduce the other;
- what they sum to reaches the threshold every month, else the hidden total would itself be a small group.
Zero is small: it tells something of everyone who lives there.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

THRESHOLD = 11
COMPANIONS = 3

Counts = Mapping[tuple[str, date], int]
"""(place, month) -> how many."""


class CannotBeHidden(ValueError):
    """A total covers too few people for its parts to be protected: publish it one level coarser."""


def suppress(
    counts: Counts, totals: Mapping[str, str], *, threshold: int = THRESHOLD, companions: int = COMPANIONS
) -> dict[tuple[str, date], int | None]:
    """The same cells with None where nothing may be shown; `totals` says to which published total a place belongs."""
    blocks: dict[tuple[str, int], dict[str, dict[date, int]]] = defaultdict(lambda: defaultdict(dict))
    for (place, month), count in counts.items():
        blocks[totals[place], month.year][place][month] = count
    hidden = {
        (place, year)
        for (_, year), block in blocks.items()
        for place in _hidden_in(block, threshold=threshold, companions=companions)
    }
    return {
        (place, month): None if (place, month.year) in hidden else count for (place, month), count in counts.items()
    }


def _hidden_in(block: Mapping[str, Mapping[date, int]], *, threshold: int, companions: int) -> set[str]:
    """The places of one block to be hidden: the small ones, then the next smallest until they cover each other."""
    hidden = {place for place, months in block.items() if min(months.values()) < threshold}
    if not hidden:
        return hidden
    waiting = sorted((place for place in block if place not in hidden), key=lambda p: (max(block[p].values()), p))
    months = {month for series in block.values() for month in series}
    while len(hidden) < companions or any(
        sum(block[place].get(month, 0) for place in hidden) < threshold for month in months
    ):
        if not waiting:
            raise CannotBeHidden("the parts of this total cannot be protected")
        hidden.add(waiting.pop(0))
    return hidden
