"""What deciders wrote once: a standing rule, and conditions of use in two versions."""

from datetime import timedelta

from dataspace.auth.words import Sensitivity
from dataspace.demo.written import Written, address, start_of
from dataspace.requests.models import AssetCondition, Need, StandingRule

_CONDITIONS = (
    ("2026-1", -120, "Ces chiffres ne sortent pas du service qui les demande."),
    ("2026-2", -30, "Ces chiffres restent dans le service, et ne se croisent avec aucun fichier de personnes."),
)  # fmt: skip


def write_governing(written: Written) -> None:
    """The water directorate answers those of Éducation at once; Solidarité asks for conditions on one dataset."""
    today, session = written.world.today, written.session
    session.add(
        StandingRule(
            public_id=address("rule", "eau/education"), author_id=written.people["agnes"].id,
            unit_id=written.units["eau"].id, level=Sensitivity.RESTRICTED, need=Need.CONSULT,
            to_unit_id=written.units["education"].id, to_role=None, days=183,
            starts=start_of(today - timedelta(60)), ends=None,
        )
    )  # fmt: skip
    asset = written.assets["impayes-energie-communes"]
    for version, days, text in _CONDITIONS:
        since = start_of(today + timedelta(days))
        session.add(AssetCondition(asset_id=asset.id, text=text, version=version, since=since))
    session.flush()
