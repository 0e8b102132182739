"""Rows that look real: magnitudes follow populations, details are invented, chance is the same at every run."""

from collections.abc import Callable, Iterable

from dataspace.demo.rows import city, house, social
from dataspace.demo.rows.ground import Ground, Row

# Only what may be shown: the exact counts behind the small groups are not in it.
_SHOWN = (
    social.rsa_communes, social.rsa_files, social.autonomy, social.reception, social.child_alerts, social.home_help,
    social.energy_debts, social.energy_debts_communes, social.housing_requests, social.nursery_places,
    city.canteen_meals, city.school_rolls, city.roll_forecast, city.libraries, city.subsidies, city.reports,
    city.water_quality, city.water_weak_points, city.waste, city.trees, city.building_energy, city.heat_islands,
    house.budget, house.participations, house.staff, house.whistleblowers, house.contracts, house.fibre,
    house.addresses, house.permits, house.bike_counts, house.accidents, house.boardings, house.line_costs,
    house.travel_survey,
)  # fmt: skip
GENERATORS: dict[str, Callable[[Ground], Iterable[Row]]] = {draw.__name__: draw for draw in _SHOWN}
