"""`dataspace rights verify`: is the BI what the portal declares?"""

import json
import sys
from dataclasses import asdict

import click
import requests

from dataspace import db
from dataspace.auth import Task, policy, system
from dataspace.config import Settings
from dataspace.dashboards import conformity
from dataspace.dashboards.conformity import Report, Terms
from dataspace.dashboards.port import ProviderError
from dataspace.dashboards.provision import Account
from dataspace.dashboards.superset_state import SupersetState

_DRIFT, _DOWN = 1, 2


@click.group("rights", help="Les droits, hors du portail.")
def rights_group() -> None:
    """Commands on rights held elsewhere."""


@rights_group.command("verify", help="Comparer Superset à ce que le portail déclare. Inscrit au journal.")
@click.option("--repair", is_flag=True, help="remettre ce qui relève du portail, sans toucher au travail des auteurs")
@click.option("--json", "as_json", is_flag=True, help="le rapport en JSON")
def verify(repair: bool, as_json: bool) -> None:
    """Exit 0 when nothing differs, 1 when something does, 2 when Superset cannot be looked at."""
    settings = Settings()
    if not (settings.bi_url and settings.bi_admin_username):
        _stop("Donnez l’adresse de Superset et son compte d’administration (DATASPACE_BI_ADMIN_USERNAME).", as_json)
    engine = db.engine(settings.database_url)
    try:
        maker, rules = db.sessions(engine), policy.of(settings)
        # Nobody waits to write while Superset answers.
        with requests.Session() as http, maker() as session:
            house = system(session, Task.PROVISION, rules)
            report = conformity.verify(house, superset(http, settings), terms(settings), repair=repair)
        with db.writing(maker) as session:
            conformity.keep(system(session, Task.PROVISION, rules), report)
    except ProviderError as error:
        _stop(f"{error} Rien n’a été changé.", as_json)
    finally:
        engine.dispose()
    _tell(report, as_json)
    sys.exit(_DRIFT if report.findings else 0)


def superset(http: requests.Session, settings: Settings) -> SupersetState:
    """The Superset of this installation, seen by its administrator."""
    # Configuration decides, not the environment of the process.
    http.trust_env = False
    if settings.ca_bundle:
        http.verify = str(settings.ca_bundle)
    if settings.http_proxy:
        http.proxies = {"http": settings.http_proxy, "https": settings.http_proxy}
    admin = Account(settings.bi_admin_username, settings.bi_admin_password.get_secret_value())
    return SupersetState(http, settings.bi_url, admin)


def terms(settings: Settings) -> Terms:
    """What the portal's own account and address must be there."""
    service = Account(settings.bi_username, settings.bi_password.get_secret_value())
    return Terms(service, settings.bi_admin_username, settings.portal_url.rstrip("/"))


def _tell(report: Report, as_json: bool) -> None:
    if as_json:
        told = {**asdict(report), "is_dangerous": report.is_dangerous}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo(f"Superset {report.version}, {report.boards} tableaux comparés.")
    for change in report.repaired:
        click.echo(f"  remis\u00a0: {change}")
    for one in report.findings:
        click.echo(f"  {one.danger.label}\u00a0: {one.what}")
        click.echo(f"    attendu\u00a0: {one.expected}\u202f; trouvé\u00a0: {one.found}")
        click.echo(f"    {one.why}{' À régler dans Superset.' if not one.is_ours else ''}")
    if not report.findings:
        click.echo("Tout est conforme.")
    elif any(one.is_ours for one in report.findings):
        click.echo("«\u00a0dataspace rights verify --repair\u00a0» remet ce qui relève du portail.")


def _stop(sentence: str, as_json: bool) -> None:
    click.echo(json.dumps({"erreur": sentence}, ensure_ascii=False) if as_json else sentence, err=not as_json)
    sys.exit(_DOWN)
