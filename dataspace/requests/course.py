"""Where a request stands: whose turn it is now, from its dates alone. Nothing has to be run at night for it to move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dataspace.auth.deciding import Deciders, Rank
from dataspace.auth.models import Asset, Grant
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import Role, Sensitivity
from dataspace.config import Settings
from dataspace.requests.models import AccessRequest, RequestState, Step


@dataclass(frozen=True)
class Terms:
    """How long each may take, and how long an access lasts at most."""

    visa: timedelta
    advice: timedelta
    decision: timedelta
    longest: Mapping[Sensitivity, timedelta]
    # Address of the portal, for the links of mails.
    portal: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        days = {level: settings.request_days.get(level.code, settings.grant_days) for level in Sensitivity}
        return cls(
            timedelta(settings.request_visa_days), timedelta(settings.request_advice_days),
            timedelta(settings.request_decision_days), {level: timedelta(n) for level, n in days.items()},
            settings.portal_url.rstrip("/"),
        )  # fmt: skip


@dataclass(frozen=True)
class Course:
    """Whose turn it is. `asked` may decide now; `line` could, each rank after the one before has let the time pass."""

    visa: Rank
    visa_until: datetime | None
    advice: Rank
    advice_until: datetime | None
    decision_from: datetime
    asked: Rank
    line: tuple[Rank, ...]
    escalated: int

    @property
    def waits(self) -> bool:
        """Is an opinion still waited for?"""
        return self.visa_until is not None or self.advice_until is not None


def of(
    request: AccessRequest, role: Role, deciders: Deciders, terms: Terms, away: Mapping[int, int | None],
    moment: datetime, *, asset: Asset | None = None, extended: Grant | None = None,
) -> Course:  # fmt: skip
    """The course of a submitted request. `away` is who is absent, and who stands in; `asset` when it is known."""
    assert request.submitted is not None
    unit_id, level = (asset.unit_id, deciding_level(asset)) if asset else (request.owner_unit_id, request.level)
    giver_id = extended.granted_by_id if extended else None
    line = line_of(request.person_id, unit_id, role, level, deciders, first=giver_id)
    visa: Rank = ()
    advice: Rank = ()
    visa_end = advice_end = request.submitted
    if request.needs_visa:
        visa = superiors_of(request.person_id, request.unit_id, deciders)
        given = request.last(Step.VISA)
        visa_end = given.at if given else request.submitted + terms.visa
    if request.needs_advice:
        advice = deciders.advisers(unit_id, level)
        given = request.last(Step.ADVICE)
        advice_end = given.at if given else request.submitted + terms.advice
    opens = max(request.submitted, visa_end, advice_end)
    ranks = _escalated(opens, terms, moment)
    # Whoever is away with nobody in her place is passed over.
    reached = [rank for rank in line if any(_is_there(person.id, away) for person in rank)][: ranks + 1] or line[:1]
    is_open = request.state is RequestState.SUBMITTED and opens <= moment
    waits_visa, waits_advice = visa_end > moment, advice_end > moment
    return Course(
        visa if waits_visa else (), visa_end if waits_visa else None,
        advice if waits_advice else (), advice_end if waits_advice else None, opens,
        tuple(person for rank in reached for person in rank) if is_open else (), tuple(line), ranks if is_open else 0,
    )  # fmt: skip


def line_of(
    person_id: int, unit_id: int, role: Role, level: Sensitivity, deciders: Deciders, *, first: int | None = None
) -> list[Rank]:
    """Who may decide, rank after rank, the requester never; `first` goes before, as long as she still may."""
    ranks = [tuple(p for p in rank if p.id != person_id) for rank in deciders.on(unit_id, role, level)]
    line = [rank for rank in ranks if rank]
    again = next((p for rank in line for p in rank if p.id == first), None)
    if again is None:
        return line
    others = [tuple(p for p in rank if p.id != again.id) for rank in line]
    return [(again,), *(rank for rank in others if rank)]


def superiors_of(person_id: int, unit_id: int, deciders: Deciders) -> Rank:
    """The nearest who direct the unit she asks for, herself left out: a director's visa is her own director's."""
    ranks = deciders.superiors(unit_id)
    mine = next((n for n, rank in enumerate(ranks) if any(p.id == person_id for p in rank)), -1)
    return next((rank for rank in ranks[mine + 1 :]), ())


def _escalated(opens: datetime, terms: Terms, moment: datetime) -> int:
    if moment < opens or not terms.decision:
        return 0
    return int((moment - opens) / terms.decision)


def _is_there(person_id: int, away: Mapping[int, int | None]) -> bool:
    return away.get(person_id, person_id) is not None
