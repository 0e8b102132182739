"""A changed policy, looked at before it is installed: by name and counted, nothing changed."""

import shutil

import pytest
from click.testing import CliRunner

from dataspace.auth import Permission, Task, comparing, policy, system
from dataspace.auth.words import Role
from dataspace.cli import main
from dataspace.config import shipped


@pytest.fixture
def changed(tmp_path):
    """`changed(line, other)`: a copy of the rules where a line is another one."""

    def of(line, other):
        folder = tmp_path / "policies"
        shutil.copytree(shipped("policies"), folder, dirs_exist_ok=True)
        text = (folder / "policy.csv").read_text()
        assert line in text
        (folder / "policy.csv").write_text(text.replace(line, other))
        return folder

    return of


def differences(sessions, the_policy, folder):
    with sessions() as session:
        house = system(session, Task.POLICY, the_policy)
        return {one.person.login: one for one in comparing.compare(house, policy.load(folder))}


def test_who_gains_and_who_loses_by_name_and_how_much(make, sessions, the_policy, changed):
    for number in range(3):
        make.dataset(f"Comptes {number}", unit="finances", sensitivity="restricted", card="internal")
    make.dataset("RSA", unit="solidarite", sensitivity="restricted", card="internal")
    make.denial("awa", theme="insertion-rsa")
    found = differences(sessions, the_policy, changed("p, agent, dataset:read, restricted, unit\n", ""))
    assert not {"viviane", "lucie"} & set(found), "another line opens it to them"
    make.grant("remi", "agent", "finances", with_services=True)
    found = differences(sessions, the_policy, changed("p, agent, dataset:read, restricted, unit\n", ""))
    assert found["remi"].lost == {Permission.DATASET_READ: 3}
    wider = changed("p, agent, dataset:read, restricted, unit\n", "p, agent, dataset:read, restricted, authority\n")
    found = differences(sessions, the_policy, wider)
    assert found["remi"].gained == {Permission.DATASET_READ: 1}
    assert "awa" not in found or Permission.DATASET_READ not in found["awa"].lost


def test_who_may_give_more_is_told_too(sessions, the_policy, changed):
    found = differences(sessions, the_policy, changed("p2, admin, dpo, restricted, unit\n", ""))
    assert set(found) == {"claire", "bruno"}
    assert {role for role, _, _ in found["claire"].gives_no_more} == {Role.DPO}


def test_the_command_says_it_in_french_and_changes_nothing(make, engine_url, monkeypatch, changed):
    make.dataset("Comptes", unit="finances", sensitivity="restricted", card="internal")
    make.grant("remi", "agent", "finances", with_services=True)
    monkeypatch.setenv("DATASPACE_DATABASE_URL", engine_url)
    monkeypatch.setenv("DATASPACE_SECRET_KEY", "a secret for the tests, and only them")
    folder = changed("p, agent, dataset:read, restricted, unit\n", "")
    said = CliRunner().invoke(main, ["policy", "compare", str(folder)])
    assert said.exit_code == 0, said.output
    assert "Rien n’est changé." in said.output
    assert "Rémi Faure (remi)\u00a0: lire des données −1" in said.output
    same = CliRunner().invoke(main, ["policy", "compare", str(shipped("policies"))])
    assert "celles qui sont en vigueur" in same.output
    (folder / "policy.csv").write_text("p, agent, dataset:read, partout\n")
    broken = CliRunner().invoke(main, ["policy", "compare", str(folder)])
    assert broken.exit_code == 1
    assert "n’est pas comprise" in broken.output
