"""Lists, totals and facets, compared with what the oracle counts."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from dataspace.auth.oracle import Thing
from dataspace.auth.queries import themes
from dataspace.auth.words import AssetKind, State
from dataspace.proof.asking import Answer

if TYPE_CHECKING:
    from dataspace.proof.walk import Walk

_LIST = "/api/1/donnees"
# A longer list is asked for its first pages only: its total says the rest.
_PAGES = 5


def walk(here: "Walk") -> None:
    """The list of cards, whole and by facet; drafts; boards and seats."""
    if here.ask(_LIST, _LIST, as_program=True).status != 200:
        here.report.refused += 1
        if here.known.seen:
            here.gap(_LIST, "ne répond pas à qui voit des fiches")
        return
    _cards(here)
    for label, path, kind in (
        ("/tableaux-de-bord/ (liste)", "/tableaux-de-bord/", AssetKind.DASHBOARD),
        ("/referents/ (liste)", "/referents/", AssetKind.SEAT),
    ):
        text = here.ask(label, path).text
        expected = {t.public_id for t in here.known.things.values() if t.kind is kind and here.known.page_of(t)}
        here.report.opened += sum(public_id in text for public_id in expected)


def _cards(here: "Walk") -> None:
    for etat, label in (("", f"{_LIST} (total et facettes)"), ("brouillon", f"{_LIST} (brouillons)")):
        for is_last in (False, True):
            query = {"etat": etat} if etat else {}
            said = here.ask(label, _LIST, as_program=True, **query).json
            wrong = _wrong(here, said, is_drafts=bool(etat))
            if not wrong:
                here.report.opened += 1
                break
            here.known = here.who.known()
            if is_last:
                for what, is_leak in wrong:
                    (here.leak if is_leak else here.gap)(label, what)
        if not etat:
            _follow(here, label, said)


def _wrong(here: "Walk", said: dict[str, Any], *, is_drafts: bool) -> list[tuple[str, bool]]:
    """What a list says otherwise than the oracle, and whether it tells too much."""
    known = here.known
    seen = known.cards(known.drafts if is_drafts else known.seen)
    seen = [thing for thing in seen if (thing.state is State.DRAFT) == is_drafts]
    found: list[tuple[str, bool]] = []

    def compare(what: str, told: Any, counted: int) -> None:
        if told is not None and told != counted:
            found.append((f"{what}\u00a0: {told} au lieu de {counted}", int(told) > counted))

    compare("compte des fiches", said.get("total"), len(seen))
    if is_drafts:
        return found
    readable = sum(thing.id in known.read for thing in seen)
    compare("fiches sur demande", said.get("sur_demande"), len(seen) - readable)
    names = {theme.id: theme.code for theme in themes(known.oracle.house.session)}
    expected: dict[str, Counter[str]] = {
        "acces": Counter(lisible=readable, **{"sur-demande": len(seen) - readable}),
        "sensibilite": Counter(thing.level.code for thing in seen),
        "type": Counter(thing.kind.value for thing in seen),
        "theme": Counter(names[thing.theme_id] for thing in seen),
    }
    facets = said.get("facettes", {})
    for name, counts in expected.items():
        for value, told in facets.get(name, {}).items():
            compare(f"facette «\u00a0{name}\u00a0»", told, counts.get(value, 0))
    for name, told in facets.items():
        if sum(told.values()) > len(seen):
            found.append((f"facette «\u00a0{name}\u00a0»\u00a0: plus que de fiches", True))
    return found


def _follow(here: "Walk", label: str, first: dict[str, Any]) -> None:
    """The next pages: what is not known appears on none, which `ask` looks for; what is known appears on one."""
    listed = _listed(first)
    page = 2
    while page <= _PAGES and listed and len(listed) < int(first.get("total") or 0) and not here.pace.is_over:
        more = _listed(here.ask(label, _LIST, as_program=True, page=str(page)).json)
        if not more - listed:
            break
        listed |= more
        page += 1
    here.report.opened += len(listed & {thing.public_id for thing in here.known.cards(here.known.seen)})


def searched(here: "Walk", answer: Answer, thing: Thing) -> None:
    """The total of a search counts what it lists, and nothing else."""
    said, listed = answer.json, _listed(answer.json)
    total = said.get("total")
    if isinstance(total, int) and total <= 20 and total != len(listed):
        here.leak(f"{_LIST} (titre exact)", f"le total annonce {total} et la liste en montre {len(listed)}", thing)
    here.report.opened += thing.public_id in listed


def _listed(said: dict[str, Any]) -> set[str]:
    return {str(card["url"]).rpartition("/")[2] for card in said.get("jeux", [])}
