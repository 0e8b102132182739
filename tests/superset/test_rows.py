"""Each reader gets her own rows of one dashboard, whatever she asks Superset for."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from dataspace.bi.server import BiServer
from dataspace.dashboards.port import CannotFilter, NoRows, ProviderRefused, RowFilter, UnknownDashboard
from dataspace.dashboards.superset import Superset
from dataspace.dashboards.superset_rest import SupersetRest, claims
from tests.superset.conftest import AWA, Readers
from tests.superset.guest import Charts, Guest
from tests.superset.valmer import DIRECTORATES, MOBILITES, SOLIDARITE, TOWNS, TRICKY

pytestmark = pytest.mark.superset

TOWNS_SHARED = RowFilter.all_rows("communes")


def seen(guest: Guest, charts: Charts) -> set[str]:
    """The directorates whose rows a reader gets in the table."""
    return {row["direction"] for row in guest.rows(charts["Directions et communes"])}


def test_two_readers_see_their_own_directorate_on_the_same_dashboard(readers: Readers, charts: Charts) -> None:
    assert seen(readers.of(SOLIDARITE), charts) == {SOLIDARITE}
    assert seen(readers.of(MOBILITES), charts) == {MOBILITES}


def test_a_reader_of_two_directorates_sees_both(readers: Readers, charts: Charts) -> None:
    assert seen(readers.of(SOLIDARITE, MOBILITES), charts) == {SOLIDARITE, MOBILITES}


def test_charts_that_do_not_show_the_directorate_are_cut_too(readers: Readers, charts: Charts) -> None:
    (awa,) = readers.of(SOLIDARITE).rows(charts["Dossiers depuis janvier"])
    (luc,) = readers.of(MOBILITES).rows(charts["Dossiers depuis janvier"])
    (both,) = readers.of(SOLIDARITE, MOBILITES).rows(charts["Dossiers depuis janvier"])
    assert awa["Dossiers"] != luc["Dossiers"]
    assert awa["Dossiers"] + luc["Dossiers"] == both["Dossiers"]


def test_every_chart_of_the_board_draws_something(readers: Readers, charts: Charts) -> None:
    awa = readers.of(SOLIDARITE)
    assert all(awa.rows(charts[title]) for title in charts.titles())


def test_a_shared_dataset_is_whole_for_everyone(readers: Readers, charts: Charts) -> None:
    assert {row["nom"] for row in readers.of(SOLIDARITE).rows(charts["Habitants par commune"])} == set(TOWNS.values())


def test_rows_may_be_cut_by_territory_as_well(readers: Readers, charts: Charts) -> None:
    elected = readers.with_rules(RowFilter("activite", "insee", ("99002",)), RowFilter("communes", "insee", ("99002",)))
    assert {row["insee"] for row in elected.rows(charts["Directions et communes"])} == {"99002"}
    assert [row["nom"] for row in elected.rows(charts["Habitants par commune"])] == ["Brézolles"]


def test_two_rules_on_one_dataset_hold_together(readers: Readers, charts: Charts) -> None:
    agent = readers.with_rules(
        RowFilter("activite", "direction", (SOLIDARITE,)), RowFilter("activite", "insee", ("99001",)), TOWNS_SHARED
    )
    rows = agent.rows(charts["Directions et communes"])
    assert [(row["direction"], row["insee"]) for row in rows] == [(SOLIDARITE, "99001")]


def test_a_name_that_looks_like_sql_is_a_name(readers: Readers, charts: Charts) -> None:
    assert seen(readers.of(TRICKY), charts) == {TRICKY}


@pytest.mark.parametrize(
    "value", ["x' OR '1'='1", "50 % : tout", ":direction", "%(direction)s", '" OR 1=1', "'", ";--"]
)
def test_a_value_is_never_read_as_sql(readers: Readers, charts: Charts, value: str) -> None:
    assert seen(readers.of(value), charts) == set()


@pytest.mark.parametrize("value", ["a\\", "{{ 1 }}", "{% x %}", "a\nb", "a\0"])
def test_a_value_some_engine_would_read_is_refused(readers: Readers, value: str) -> None:
    with pytest.raises(CannotFilter):
        readers.of(value)


def test_a_dataset_without_rule_gives_no_token(portal: Superset, activity: str) -> None:
    with pytest.raises(CannotFilter, match="communes"):
        portal.embed(activity, subject=AWA, row_filters=[RowFilter("activite", "direction", (SOLIDARITE,))])


def test_a_dataset_that_only_a_filter_reads_needs_a_rule(portal: Superset, works: str) -> None:
    assert {dataset.name for dataset in portal.datasets(works)} == {"travaux", "communes"}
    with pytest.raises(CannotFilter, match="communes"):
        portal.embed(works, subject=AWA, row_filters=[RowFilter.all_rows("travaux")])


def test_a_rule_on_a_column_the_dataset_has_not_gives_no_token(portal: Superset, works: str) -> None:
    rules = [RowFilter("travaux", "direction", (SOLIDARITE,)), TOWNS_SHARED]
    with pytest.raises(CannotFilter, match="direction"):
        portal.embed(works, subject=AWA, row_filters=rules)


def test_a_rule_may_bear_on_a_column_no_chart_shows(
    portal: Superset, bi: BiServer, admin: SupersetRest, works: str
) -> None:
    rules = [RowFilter("travaux", "insee", ("99003",)), TOWNS_SHARED]
    guest = Guest(bi.url, portal.embed(works, subject=AWA, row_filters=rules).token)
    assert [row["rue"] for row in guest.rows(Charts(admin, works)["Mètres par rue"])] == ["rue de Saint-Aubin"]


def test_who_works_for_nobody_gets_no_token(readers: Readers) -> None:
    with pytest.raises(NoRows):
        readers.of()


def test_every_directorate_must_be_listed_even_for_who_sees_all(readers: Readers, charts: Charts) -> None:
    assert seen(readers.of(*DIRECTORATES), charts) == set(DIRECTORATES)


def test_the_ticket_says_what_the_page_needs(portal: Superset, bi: BiServer, activity: str) -> None:
    ticket = portal.embed(activity, subject=AWA, row_filters=[RowFilter.all_rows("activite"), TOWNS_SHARED])
    assert (ticket.mode, ticket.src, ticket.frame_origin) == ("sdk", bi.url, bi.url)
    assert timedelta(minutes=4) < ticket.expires_at - datetime.now(UTC) <= timedelta(minutes=5)
    assert ticket.token not in repr(ticket)
    said = claims(ticket.token)
    assert said["user"]["username"] == AWA.username
    assert said["resources"] == [{"type": "dashboard", "id": ticket.dashboard_uuid}]


def test_a_token_that_would_outlive_our_own_limit_is_refused(portal: Superset, activity: str) -> None:
    rules = [RowFilter.all_rows("activite"), TOWNS_SHARED]
    with pytest.raises(ProviderRefused, match="longs"):
        portal.embed(activity, subject=AWA, row_filters=rules, ttl=timedelta(minutes=1))


def test_a_reader_of_every_town_of_a_region_still_gets_in(readers: Readers, charts: Charts) -> None:
    # One header holds the token: 1,300 codes are 12 kB.
    region = tuple(f"{code:05d}" for code in range(1300))
    guest = readers.with_rules(RowFilter("activite", "insee", (*region, "99001")), TOWNS_SHARED)
    assert {row["insee"] for row in guest.rows(charts["Directions et communes"])} == {"99001"}


# --- What a token does not open ---------------------------------------------------------------------------------------


def test_a_token_of_one_board_opens_no_other(readers: Readers, admin: SupersetRest, works: str) -> None:
    awa = readers.of(SOLIDARITE)
    streets = Charts(admin, works)
    assert awa.ask(streets["Mètres par rue"]).status_code == 403
    assert awa.get(f"/api/v1/dashboard/{streets.dashboard_id}").status_code in (403, 404)


def test_a_chart_of_another_board_is_not_lent_by_naming_ours(
    readers: Readers, charts: Charts, admin: SupersetRest, works: str
) -> None:
    query = Charts(admin, works)["Mètres par rue"]
    query["form_data"]["dashboardId"] = charts.dashboard_id
    assert readers.of(SOLIDARITE).ask(query).status_code == 403


def test_no_token_or_a_forged_one_opens_nothing(bi: BiServer, readers: Readers, charts: Charts) -> None:
    query = charts["Directions et communes"]
    assert Guest(bi.url, "").ask(query).status_code == 401
    forged = jwt.encode({"alg": "HS256"}, _said(charts, TRICKY, life=60), OctKey.import_key("x" * 32))
    assert Guest(bi.url, forged).ask(query).status_code == 401


def test_an_expired_token_is_refused_at_once(portal: Superset, bi: BiServer, activity: str, charts: Charts) -> None:
    rules = [RowFilter("activite", "direction", (SOLIDARITE,)), TOWNS_SHARED]
    said = claims(portal.embed(activity, subject=AWA, row_filters=rules).token)
    key = OctKey.import_key(bi.secrets.guest_secret)
    alive, expired = (
        Guest(bi.url, jwt.encode({"alg": "HS256"}, {**said, "exp": int(time.time()) + life}, key)) for life in (60, -2)
    )
    assert seen(alive, charts) == {SOLIDARITE}
    assert expired.ask(charts["Directions et communes"]).status_code == 401


def test_the_sql_is_hidden_even_when_it_fails(readers: Readers, charts: Charts) -> None:
    awa = readers.of(SOLIDARITE)
    query = charts["Directions et communes"]
    assert "SELECT" not in awa.ask(query).text.upper()
    query["result_type"] = "query"
    assert "SELECT" not in awa.ask(query).text.upper()
    query = charts["Directions et communes"]
    query["queries"][0]["columns"] = ["inconnue"]
    answer = awa.ask(query)
    assert answer.status_code >= 400
    assert "SELECT" not in answer.text.upper()


@pytest.mark.parametrize(
    "where",
    ["1=1) OR (1=1", "direction = 'Voirie' OR 1=1", "1 = (SELECT COUNT(*) FROM activite WHERE direction = 'Voirie')"],
)
def test_a_reader_who_writes_her_own_condition_gets_no_more(readers: Readers, charts: Charts, where: str) -> None:
    query = charts["Directions et communes"]
    query["queries"][0]["extras"] = {"where": where}
    answer = readers.of(SOLIDARITE).ask(query)
    rows = answer.json()["result"][0]["data"] if answer.status_code == 200 else []
    assert {row["direction"] for row in rows} <= {SOLIDARITE}


@pytest.mark.parametrize("kind", ["samples", "drill_detail", "full"])
def test_raw_rows_are_cut_as_well(readers: Readers, charts: Charts, kind: str) -> None:
    query = charts["Dossiers depuis janvier"]
    query["queries"][0] |= {"columns": ["direction", "insee", "dossiers"], "metrics": []}
    query["result_type"] = kind
    assert {row["direction"] for row in readers.of(SOLIDARITE).rows(query)} == {SOLIDARITE}


def test_figures_leave_by_the_portal_only(readers: Readers, charts: Charts) -> None:
    query = charts["Directions et communes"]
    query["result_format"] = "csv"
    assert readers.of(SOLIDARITE).ask(query).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/dataset/",
        "/api/v1/database/",
        "/api/v1/security/users/",
        "/api/v1/sqllab/",
        "/api/v1/chart/",
        "/users/list/",
    ],
)
def test_the_rest_of_superset_stays_shut(readers: Readers, path: str) -> None:
    answer = readers.of(SOLIDARITE).get(path)
    assert answer.status_code in (302, 401, 403, 404) or answer.json()["count"] == 0


# --- Mistakes of ours that Superset itself stops ----------------------------------------------------------------------


def _ask_token(service: SupersetRest, dashboard: str | int, rules: list[dict[str, object]]) -> str:
    body = {"user": {"username": "awa"}, "resources": [{"type": "dashboard", "id": dashboard}], "rls": rules}
    return str(service.post("/api/v1/security/guest_token/", body)["token"])


def _said(charts: Charts, directorate: str, life: int) -> dict[str, object]:
    now = int(time.time())
    return {
        "user": {"username": "mallory"},
        "resources": [{"type": "dashboard", "id": str(charts.dashboard_id)}],
        "rls_rules": [{"clause": f"direction = '{directorate}'"}],
        "iat": now,
        "exp": now + life,
        "aud": "dataspace-superset",
        "type": "guest",
    }


def test_a_dashboard_is_named_by_uuid_alone(portal: Superset, service: SupersetRest, charts: Charts) -> None:
    with pytest.raises(UnknownDashboard):
        portal.embed(str(charts.dashboard_id), subject=AWA, row_filters=[])
    with pytest.raises(ProviderRefused):
        _ask_token(service, str(charts.dashboard_id), [{"dataset": 1, "clause": "1 = 1"}])
    with pytest.raises(ProviderRefused):
        _ask_token(service, "activite-des-directions", [{"dataset": 1, "clause": "1 = 1"}])


@pytest.mark.parametrize("rules", [[], [{"clause": "1 = 1"}], [{"dataset": 1, "clause": ""}]])
def test_superset_makes_no_token_without_rules_by_dataset(
    portal: Superset, service: SupersetRest, activity: str, rules: list[dict[str, object]]
) -> None:
    uuid = portal.embed(
        activity, subject=AWA, row_filters=[RowFilter.all_rows("activite"), TOWNS_SHARED]
    ).dashboard_uuid
    with pytest.raises(ProviderRefused):
        _ask_token(service, uuid, rules)


def test_a_dataset_the_token_does_not_name_is_shut_not_whole(
    portal: Superset, service: SupersetRest, bi: BiServer, activity: str, charts: Charts
) -> None:
    """As when an author adds a chart on another dataset while tokens live."""
    everything = portal.embed(activity, subject=AWA, row_filters=[RowFilter.all_rows("activite"), TOWNS_SHARED])
    towns = charts["Habitants par commune"]["datasource"]["id"]
    guest = Guest(bi.url, _ask_token(service, everything.dashboard_uuid, [{"dataset": towns, "clause": "1 = 1"}]))
    assert guest.rows(charts["Habitants par commune"])
    assert guest.ask(charts["Directions et communes"]).status_code == 403


def test_an_unknown_dashboard_is_unknown(portal: Superset) -> None:
    with pytest.raises(UnknownDashboard):
        portal.embed("00000000-0000-4000-8000-000000000000", subject=AWA, row_filters=[])
