"""Lines of a review in words: who, what, since when, why, and how long ago it last served (by month, never by day)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dataspace.auth import Access, usages, using
from dataspace.auth.models import Grant, Person
from dataspace.auth.queries import people, postings
from dataspace.auth.risks import Cause
from dataspace.reviews.queries import Line
from dataspace.web import french

ICONS = {
    Cause.SENSITIVE: "shield-lock", Cause.ENDLESS: "hourglass", Cause.PARTNER: "briefcase", Cause.MOVED: "person-dash",
    Cause.UNUSED: "moon",
}  # fmt: skip
GROUPS = {
    Cause.SENSITIVE: "Contenus confidentiels ou protégés", Cause.ENDLESS: "Sans date de fin",
    Cause.PARTNER: "Partenaires", Cause.MOVED: "Personnes qui ont changé d’unité, ou sont parties",
    Cause.UNUSED: "Ne servent plus",
}  # fmt: skip
_MONTH = 30.44


@dataclass(frozen=True)
class Told:
    """What is read of a line."""

    line: Line
    who: str
    place: str
    role: str
    what: str
    used: str

    @property
    def grant(self) -> Grant:
        return self.line.grant

    @property
    def causes(self) -> list[tuple[str, str]]:
        """(icon, words)."""
        return [(ICONS[cause], cause.label) for cause in self.line.line.why]


def tell(access: Access, lines: Sequence[Line]) -> list[Told]:
    """Each line in words. What stands on an asset that the actor may not know of is not among `lines`."""
    tree = access.facts.tree
    ids = [one.grant.person_id for one in lines if one.grant.person_id is not None]
    named = people(access.session, ids)
    places = postings(access.session, ids, access.moment)
    called = usages.titles(access.session, [one.grant.usage_id for one in lines])
    since = using.measured_since(access.session)
    found = []
    for one in lines:
        grant = one.grant
        person = named.get(grant.person_id or 0)
        if person is not None:
            where = places.get(person.id)
            who, place = person.name, tree[where[0].unit_id].name if where else _gone(person)
        elif grant.subject_unit_id is not None:
            node = tree.nodes.get(grant.subject_unit_id)
            who, place = node.name if node else "Unité supprimée", "toute l’unité"
        elif grant.usage_id is not None:
            who, place = called[grant.usage_id], "usage, et ses membres"
        else:
            who, place = f"Groupe {grant.group_name}", "groupe de l’annuaire"
        if grant.unit_id is not None:
            node = tree.nodes.get(grant.unit_id)
            what = (node.name if node else "Unité supprimée") + (" et ses services" if grant.with_services else "")
        else:
            what = one.asset.title if one.asset else "Élément supprimé"
        used = last_used(one.last_used, grant, since, access.moment.date())
        found.append(Told(one, who, place, grant.role.label, what, used))
    return found


def last_used(last: date | None, grant: Grant, since: date | None, today: date) -> str:
    """« utilisé ce mois-ci », « pas utilisé depuis 8 mois »: nothing finer than a month (PRODUCT P10)."""
    if last is None:
        started = grant.starts.date()
        if since is None or started >= since:
            return "jamais utilisé"
        months = int((today - since).days / _MONTH)
        return f"pas utilisé depuis {months}{french.NO_BREAK}mois au moins" if months else "usage pas encore connu"
    months = int((today - last).days / _MONTH)
    if months < 1:
        return "utilisé ce mois-ci"
    return "pas utilisé depuis plus d’un an" if months > 12 else f"pas utilisé depuis {months}{french.NO_BREAK}mois"


def _gone(person: Person) -> str:
    return "sans affectation" if person.is_active else "n’a plus de compte actif"
