"""The walk: each sampled person, through every surface of the running portal, beside what the oracle says of her."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from dataspace.auth.oracle import Thing
from dataspace.auth.words import AssetKind
from dataspace.proof import lists
from dataspace.proof.asking import Answer, Pace, Visitor
from dataspace.proof.known import CARDS, Known
from dataspace.proof.report import Leak, Report
from dataspace.proof.surfaces import ELSEWHERE, Surface

NOBODY = "visiteur non connecté"
# How many things that she may not know of are tried on every address, for one person.
_HIDDEN = 6
_TITLES = 8
_SEARCHES = ("catalog.index", "catalog.api_index", "catalog.everything", "referents.index", "admin.find")
_REFUSED = (401, 403, 404)


@dataclass(frozen=True)
class Walker:
    """Somebody to look as: the kind she is the sample of, her public id, and what she may know."""

    kind: str
    public_id: str
    known: Callable[[], Known]


class Walk:
    """One person's walk. What looks like a leak is looked at again, by facts read anew: a right may have changed."""

    def __init__(
        self, report: Report, who: Walker, visitor: Visitor, surfaces: Sequence[Surface], public: frozenset[str],
        sample: Sequence[Thing], inside: dict[int, str], chance: Random, pace: Pace,
    ) -> None:  # fmt: skip
        self.report, self.who, self.visitor, self.surfaces, self.public = report, who, visitor, surfaces, public
        self.sample, self.inside, self.chance, self.pace = sample, inside, chance, pace
        self.known = who.known()
        self.never = f"{chance.getrandbits(72):018x}"
        self._as_never: dict[str, Answer] = {}
        self._token = ""

    def run(self) -> None:
        """Everything, as long as there is time."""
        steps: list[Callable[[], None]] = [self._pages, self._elsewhere]
        if self.who.public_id:
            steps += [lambda: lists.walk(self), self._things, self._titles]
        steps.append(self._closed)
        for step in steps:
            step()
            if self.pace.is_over:
                self.report.cut_short = "le temps donné est écoulé"
                return

    # --- surfaces ---------------------------------------------------------------------------------------------------
    def _pages(self) -> None:
        """Every address without argument."""
        for surface in self.surfaces:
            if surface.names:
                continue
            answer = self.ask(surface.label, surface.path())
            if not self.who.public_id and surface.endpoint not in self.public and answer.status not in (302, 401):
                self.leak(surface.label, "répond à qui n’est pas connecté")
            self.report.opened += answer.status == 200
            self.report.refused += answer.status in _REFUSED

    def _elsewhere(self) -> None:
        for path in (*ELSEWHERE, f"/{self.never}"):
            self.ask("pages d’erreur", path)
        self.ask("pages d’erreur", f"/donnees/{self.never}", as_program=True)
        self.ask("pages d’erreur", "/donnees/%00")

    def _closed(self) -> None:
        """On every address, what she may not know of is answered as what never existed."""
        hidden = [thing for thing in self.sample if thing.id not in self.known.everything]
        self.chance.shuffle(hidden)
        for surface in self.surfaces:
            if not surface.names or self.pace.is_over:
                continue
            for thing in hidden[:_HIDDEN]:
                self.as_never(surface.label, surface.path(thing.public_id, self.inside.get(thing.id, "0")), thing)
        if not self.who.public_id:
            return
        for thing in hidden[:_HIDDEN]:
            if thing.kind is AssetKind.DASHBOARD:
                self._ticket(thing)

    def _things(self) -> None:
        """The pages, contents and files of the sampled things."""
        for thing in self.sample:
            if self.pace.is_over:
                return
            if thing.kind is AssetKind.DASHBOARD:
                self._board(thing)
            elif thing.kind is AssetKind.SEAT:
                self._page("/referents/…", f"/referents/{thing.public_id}", thing, self.known.page_of(thing))
            else:
                self._card(thing)
            if self.known.rights:
                address, is_open = f"/administration/elements/{thing.public_id}", thing.id in self.known.rights
                self._page("/administration/elements/…", address, thing, is_open)

    def _card(self, thing: Thing) -> None:
        address, is_open = f"/donnees/{thing.public_id}", self.known.page_of(thing)
        self._page("/donnees/…", address, thing, is_open)
        if not is_open:
            self.as_never("/api/1/donnees/…", f"/api/1{address}", thing)
            return
        reads = self.known.content_of(thing)
        said = self.ask("/api/1/donnees/…", f"/api/1{address}", as_program=True).json
        self._expect("/api/1/donnees/…", thing, was=bool(said.get("lisible")), should=reads)
        if thing.kind is not AssetKind.DATASET:
            return
        preview = self.ask("/donnees/…/apercu.json", f"{address}/apercu.json", as_program=True)
        self._expect("/donnees/…/apercu.json", thing, was=preview.status == 200, should=reads)
        if thing.id in self.inside:
            file = self.ask("/donnees/…/fichiers/…", f"{address}/fichiers/{self.inside[thing.id]}")
            self._expect("/donnees/…/fichiers/…", thing, was=file.status == 200, should=self.known.takes(thing))

    def _board(self, thing: Thing) -> None:
        self._page("/tableaux-de-bord/…", f"/tableaux-de-bord/{thing.public_id}", thing, self.known.page_of(thing))
        if self.known.content_of(thing):
            self.report.spared += 1
        else:
            self._ticket(thing)

    def _ticket(self, thing: Thing) -> None:
        """No ticket to a board that the policy closes; one that it opens is not asked for, hence not consumed."""
        self._token = self._token or self.visitor.token("/aide")
        label = "/tableaux-de-bord/…/jeton"
        answer = self.post(label, f"/tableaux-de-bord/{thing.public_id}/jeton", self._token)
        self._expect(label, thing, was="jeton" in answer.json, should=False)

    def _page(self, label: str, address: str, thing: Thing, is_open: bool) -> None:
        if is_open:
            self._expect(label, thing, was=self.ask(label, address).status == 200, should=True)
        else:
            self.as_never(label, address, thing)

    def _titles(self) -> None:
        """Searched by their exact title, on each search."""
        chosen = list(self.sample)
        self.chance.shuffle(chosen)
        for surface in self.surfaces:
            if surface.endpoint in _SEARCHES:
                for thing in chosen[:_TITLES]:
                    answer = self.ask(
                        f"{surface.label} (titre exact)", surface.path(), said=thing.title,
                        as_program=surface.endpoint == "catalog.api_index", q=thing.title,
                    )  # fmt: skip
                    if surface.endpoint == "catalog.api_index":
                        lists.searched(self, answer, thing)

    # --- asking -----------------------------------------------------------------------------------------------------
    def ask(self, label: str, path: str, *, as_program: bool = False, said: str = "", **query: str) -> Answer:
        """Ask, count, and look for canaries."""
        answer = self.visitor.get(path, as_program=as_program, **query)
        self._heard(label, answer, f"{path} {said}")
        return answer

    def post(self, label: str, path: str, token: str) -> Answer:
        answer = self.visitor.post(path, token)
        self._heard(label, answer, path)
        return answer

    def _heard(self, label: str, answer: Answer, said: str) -> None:
        self.report.asked[label] += 1
        if answer.status == 500:
            self.leak(label, "erreur du portail\u00a0: la réponse n’est pas celle de la règle")
        text = answer.readable
        if self.known.told(text, said):
            self.known = self.who.known()
            for thing in self.known.told(text, said):
                self.leak(label, f"nomme {_a(thing)} que cette personne ne peut pas connaître", thing)

    def as_never(self, label: str, path: str, thing: Thing) -> None:
        """What may not be known of is answered, byte for byte, as what never existed."""
        for is_last in (False, True):
            answer = self.ask(label, path)
            address = path.replace(thing.public_id, self.never)
            if is_last or address not in self._as_never:
                self._as_never[address] = self.ask(label, address)
            never = self._as_never[address]
            if answer.without(thing.public_id, self.never) == never.without(thing.public_id, self.never):
                self.report.refused += 1
                return
            self.known = self.who.known()
        self.leak(label, f"ne répond pas de {_a(thing)} caché comme de ce qui n’existe pas", thing)

    def _expect(self, label: str, thing: Thing, *, was: bool, should: bool) -> None:
        if was == should:
            self.report.opened += was
            self.report.refused += not was
            return
        if was:
            self.leak(label, f"ouvre {_a(thing)} que la règle ferme", thing)
        else:
            self.gap(label, f"n’ouvre pas {_a(thing)} que la règle ouvre", thing)

    # --- findings ---------------------------------------------------------------------------------------------------
    def leak(self, surface: str, what: str, thing: Thing | None = None) -> None:
        found = Leak(surface, self.who.kind, what, thing.public_id if thing else "", self.who.public_id)
        if found not in self.report.leaks:
            self.report.leaks.append(found)

    def gap(self, surface: str, what: str, thing: Thing | None = None) -> None:
        found = Leak(surface, self.who.kind, what, thing.public_id if thing else "", self.who.public_id)
        if found not in self.report.gaps:
            self.report.gaps.append(found)


def _a(thing: Thing) -> str:
    """« un jeu de données interne », never its title."""
    return f"{'une' if thing.kind in (AssetKind.API, AssetKind.APPLICATION) else 'un'} {thing.kind.label}"


def sampled(things: Sequence[Thing], chance: Random, *, at_most: int, again: Sequence[str] = ()) -> list[Thing]:
    """At most that many things, of every kind, level, state and protection in turn; `again` (public ids) come first.

    The most hidden and the most open come before what lies between: both ends of the rule are tried.
    """
    found = [thing for thing in things if thing.public_id in again]
    strata: dict[tuple[Any, ...], list[Thing]] = {}
    for thing in things:
        key = (thing.kind in CARDS, thing.kind is AssetKind.SEAT, thing.level, thing.card, thing.state,
               thing.protection != "none")  # fmt: skip
        strata.setdefault(key, []).append(thing)
    closed = sorted(strata, key=lambda key: (key[3], key[2], key[4] == "draft", key[5], key[0]))
    waiting = [strata[closed.pop(-1 if turn % 2 == 0 else 0)] for turn in range(len(closed))]
    for stratum in waiting:
        chance.shuffle(stratum)
    while any(waiting) and len(found) < at_most:
        for stratum in waiting:
            if stratum and len(found) < at_most:
                thing = stratum.pop()
                if thing not in found:
                    found.append(thing)
    return found
