"""A reader's browser as Superset sees it: nothing but a guest token."""

import json
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import requests

from dataspace.dashboards.superset_rest import SupersetRest


class Guest:
    """Asks for the figures of charts with one token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["X-GuestToken"] = token

    def ask(self, query: dict[str, Any]) -> requests.Response:
        """The raw answer to a query of a chart."""
        return self._http.post(f"{self._url}/api/v1/chart/data", json=query, timeout=30)

    def rows(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows a chart would draw."""
        answer = self.ask(query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["result"][0]["data"])

    def get(self, path: str) -> requests.Response:
        """Any other page, with the token."""
        return self._http.get(self._url + path, timeout=30, allow_redirects=False)


class Charts:
    """The queries of a board's charts, as the page that draws them sends them."""

    def __init__(self, admin: SupersetRest, board: str) -> None:
        dashboard = admin.get(f"/api/v1/dashboard/{board}")["result"]
        self.dashboard_id = int(dashboard["id"])
        self._queries = {}
        for chart in admin.get(f"/api/v1/dashboard/{board}/charts")["result"]:
            stored = admin.get(f"/api/v1/chart/{chart['id']}")["result"]
            self._queries[chart["slice_name"]] = self._as_sent(stored["query_context"], chart["id"])

    def _as_sent(self, stored: str, chart_id: int) -> dict[str, Any]:
        query = json.loads(stored)
        query["form_data"] |= {"slice_id": chart_id, "dashboardId": self.dashboard_id}
        return dict(query)

    def __getitem__(self, title: str) -> dict[str, Any]:
        return deepcopy(self._queries[title])

    def titles(self) -> Iterable[str]:
        """Every chart of the board."""
        return self._queries.keys()
