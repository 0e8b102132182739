"""The policy files: a broken one stops the start, the matrix is not stale, and nothing in a name is a pattern."""

import itertools
import shutil
from importlib import metadata
from pathlib import Path

import pytest

from dataspace.app import create_app
from dataspace.auth import Permission, policy
from dataspace.auth.models import Asset
from dataspace.auth.words import Reach, Role, Sensitivity
from dataspace.config import shipped
from dataspace.errors import BrokenPolicy

POLICIES = shipped("policies")
READING = (Permission.DATASET_READ, Permission.DATASET_EXPORT, Permission.DASHBOARD_OPEN)
BROKEN = {
    "empty": "",
    "comments only": "# rien\n\n",
    "an unknown role": "p, sorcier, card:see, open, unit",
    "an unknown permission": "p, agent, card:steal, open, unit",
    "an unknown level": "p, agent, card:see, secret, unit",
    "an unknown reach": "p, agent, card:see, open, everywhere",
    "an unknown kind of line": "p3, agent, card:see, open, unit",
    "another word for allow": "permit, agent, card:see, open, unit",
    "a role over another": "g, agent, admin",
    "everything": "p, *, *, confidential, authority",
    "everything, in short": "p, *, *",
    "one word missing": "p, agent, card:see, open",
    "one word too many": "p, agent, card:see, open, unit, allow",
    "an unknown assigned role": "p2, admin, sorcier, open, unit",
    "assigning only": "p2, admin, agent, open, unit",
    "another case": "p, Agent, card:see, open, unit",
    "a quoted line": '"p, agent", card:see, open, unit',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Policies of one's own."""
    return Path(shutil.copytree(POLICIES, tmp_path / "policies"))


@pytest.mark.parametrize("lines", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_policy_does_not_load(folder, lines):
    (folder / "policy.csv").write_text(lines)
    with pytest.raises(BrokenPolicy):
        policy.load(folder)


@pytest.mark.parametrize("case", sorted(BROKEN.keys() - {"empty", "comments only", "assigning only"}))
def test_one_wrong_line_among_good_ones_does_not_load(folder, case):
    with (folder / "policy.csv").open("a") as file:
        file.write(f"\n{BROKEN[case]}\n")
    with pytest.raises(BrokenPolicy):
        policy.load(folder)


@pytest.mark.parametrize("name", ["policy.csv", "model.conf"])
def test_a_missing_file_does_not_load(folder, name):
    (folder / name).unlink()
    with pytest.raises(BrokenPolicy):
        policy.load(folder)


@pytest.mark.parametrize("model", ["", "[matchers]\nm = true", "n’importe quoi"])
def test_a_broken_model_does_not_load(folder, model):
    (folder / "model.conf").write_text(model)
    with pytest.raises(BrokenPolicy):
        policy.load(folder)


def test_bytes_that_are_not_text_do_not_load(folder):
    (folder / "policy.csv").write_bytes(b"p, agent, card:see, open, unit\xff")
    with pytest.raises(BrokenPolicy):
        policy.load(folder)


def test_the_portal_does_not_start_on_a_broken_policy(folder, settings):
    (folder / "policy.csv").write_text("p, *, *")
    with pytest.raises(BrokenPolicy):
        create_app(settings.model_copy(update={"policies_dir": folder}))


def test_the_matrix_says_what_the_lines_say(the_policy):
    accepted = (POLICIES / "matrix.txt").read_text()
    assert accepted == policy.matrix(the_policy), "run `dataspace policy matrix` and read the difference with the DPO"


def test_casbin_is_pycasbin():
    """`casbin` on the index is another, abandoned package: the one we import comes from `pycasbin`."""
    assert "casbin" in metadata.packages_distributions()
    assert metadata.packages_distributions()["casbin"] == ["pycasbin"]
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.distribution("casbin")


@pytest.mark.parametrize("role", Role)
def test_what_a_role_reads_it_sees(the_policy, role):
    for reach in Reach:
        seen = the_policy.level(role, Permission.CARD_SEE, reach)
        for reading in READING:
            read = the_policy.level(role, reading, reach)
            assert read is None or (seen is not None and seen >= read), (reading, reach)


@pytest.mark.parametrize("role", Role)
def test_what_a_role_exports_it_reads(the_policy, role):
    for reach in Reach:
        read, exported = (
            the_policy.level(role, p, reach) for p in (Permission.DATASET_READ, Permission.DATASET_EXPORT)
        )
        assert exported is None or (read is not None and read >= exported)


@pytest.mark.parametrize("role", Role)
def test_no_role_assigns_what_opens_more_than_its_own_line(the_policy, role):
    for assigned in Role:
        for reach in (Reach.UNIT, Reach.AUTHORITY):
            level = the_policy.assigns(role, assigned, reach)
            assert level is None or the_policy.opens(assigned) <= level, assigned


# An administrator of one branch is held back by `giving.goes_beyond` (tests/organisation/test_delegated.py).
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_who_assigns_in_one_unit_gives_nothing_beyond_it_that_she_lacks(the_policy, role):
    """Else a director, who reads the rows of her own units, could open those of the whole authority to somebody."""
    for assigned in Role:
        if the_policy.assigns(role, assigned, Reach.UNIT) is None:
            continue
        if the_policy.assigns(role, assigned, Reach.AUTHORITY) is not None:
            continue
        for permission in Permission:
            given, own = (the_policy.level(r, permission, Reach.AUTHORITY) for r in (assigned, role))
            assert given is None or (own is not None and own >= given), (assigned, permission)


def test_administering_is_not_holding(the_policy):
    for role in (Role.ADMIN, Role.AUDITOR, Role.DPO):
        for reading in (*READING, Permission.DATASET_ROWS, Permission.DATASET_EDIT):
            assert not [reach for reach in Reach if the_policy.level(role, reading, reach) is not None]


def test_an_elu_exports_nothing(the_policy):
    assert not [
        reach for reach in Reach if the_policy.level(Role.ELECTED, Permission.DATASET_EXPORT, reach) is not None
    ]


def test_every_line_is_told_back(the_policy):
    for line in the_policy.lines:
        kind, role, given, level, reach = (word.strip() for word in line.text.split(","))
        if kind == "p":
            found = the_policy.line_for(Role(role), Permission(given), Reach(reach), Sensitivity[level.upper()])
            assert found is not None
            assert found.number <= line.number


NAMES = ("*", "p, *, *, confidential, authority", "admin", "executive\np, agent, card:see, confidential, authority",
         "role == 'admin'", "VALMER", "a,b", '"', "r.role == p.role || true")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_a_pattern(make, access, name):
    """Names of people, units and groups are data: whatever they hold opens nothing."""
    make.asset("Fuites", unit="eau", sensitivity="confidential")
    make.asset("Marchés", unit="finances", sensitivity="restricted")
    make.unit(name, parent="solidarite", name=name)
    make.person(name[:120], name, name, unit=name)
    make.grant(name[:120], "agent", on=name)
    make.grant(to_group=name, role="executive", on="valmer", with_services=True)
    make.asset(name, unit=name, sensitivity="open")
    held = access(name[:120])
    assert {asset.title for asset in held.session.scalars(held.select(Asset, Permission.CARD_SEE))} == {name, "Marchés"}
    assert {asset.title for asset in held.session.scalars(held.select(Asset, Permission.DATASET_READ))} == {name}


def test_no_line_says_again_what_another_says():
    """A line left over under a wider one would hide how far a role really goes."""
    order = [level.code for level in Sensitivity]
    reaches = [reach.value for reach in Reach]
    said: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for text in (shipped("policies") / "policy.csv").read_text("utf-8").splitlines():
        if text.startswith(("p,", "p2,")):
            kind, role, what, level, reach = (part.strip() for part in text.split(","))
            said.setdefault((kind, role, what), []).append((reaches.index(reach), order.index(level)))
    for line, found in said.items():
        wider = sorted(found, reverse=True)
        assert all(far[0] > near[0] and far[1] < near[1] for far, near in itertools.pairwise(wider)), line
