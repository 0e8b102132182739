"""What each of the portal's roles may do inside Superset: the shortest lists that work with 6.1.0."""

from dataclasses import dataclass

Permission = tuple[str, str]


@dataclass(frozen=True)
class Role:
    """A role of Superset. One that is shared with others keeps what it already has."""

    name: str
    permissions: tuple[Permission, ...]
    is_shared: bool = False


# A reader with a guest token: her dashboard, its charts, its filters; nothing that lists or explores.
GUEST_ROLE = Role(
    "EmbedGuest",
    (
        ("can_read", "Dashboard"),
        ("can_read", "Chart"),
        ("can_read", "EmbeddedDashboard"),
        ("can_read", "CurrentUserRestApi"),
        ("can_read", "Theme"),
        ("can_read", "CssTemplate"),
        ("can_read", "Annotation"),
        ("can_read", "DashboardFilterStateRestApi"),
        ("can_write", "DashboardFilterStateRestApi"),
        ("can_read", "DashboardPermalinkRestApi"),
        ("can_write", "DashboardPermalinkRestApi"),
        ("can_get", "Datasource"),
        ("can_time_range", "Api"),
        ("can_query", "Api"),
        ("can_query_form_data", "Api"),
        ("can_dashboard", "Superset"),
        ("can_dashboard_permalink", "Superset"),
        ("can_slice", "Superset"),
        ("can_explore_json", "Superset"),
        ("can_language_pack", "Superset"),
        # Without it the page gets an error 500 every few seconds.
        ("can_log", "Superset"),
    ),
)

# The French words are fetched before the token arrives, as anonymous.
PUBLIC_ROLE = Role("Public", (("can_language_pack", "Superset"),), is_shared=True)

# The portal: read what dashboards are made of, make guest tokens.
SERVICE_ROLE = Role(
    "PortalService",
    (
        ("can_grant_guest_token", "SecurityRestApi"),
        ("can_read", "SecurityRestApi"),
        ("can_read", "Dashboard"),
        ("can_read", "Chart"),
        ("can_read", "Dataset"),
        ("can_read", "Tag"),
        ("can_get_drill_info", "Dataset"),
        ("can_get_embedded", "Dashboard"),
        ("can_read", "EmbeddedDashboard"),
        ("all_datasource_access", "all_datasource_access"),
    ),
)
