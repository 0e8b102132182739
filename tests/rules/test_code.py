"""The laws of the house that no type and no import contract can hold (DESIGN 8)."""

import ast
import re

import pytest

from dataspace.db import Base
from tests.rules.code import modules, texts, tracked

# Where the house may act without a person: the module, and the tasks it is known for.
HOUSE = {
    "dataspace/cli.py": {"LAST_RESORT", "COUNTS", "INDEX", "RETENTION", "LEAVING"},
    "dataspace/accounts/signin.py": {"SIGN_IN"},
    "dataspace/catalog/commands.py": {"IMPORT", "INDEX", "COUNTS", "FILES"},
    "dataspace/demo/load.py": {"SEED"},
    "dataspace/directory/commands.py": {"IMPORT"},
    "dataspace/demo/dashboards.py": {"PROVISION"},
    "dataspace/matrix/commands.py": {"POLICY"},
    "dataspace/dashboards/commands.py": {"PROVISION"},
    "dataspace/requests/reminders.py": {"REMINDERS"},
    "dataspace/reviews/services.py": {"REVIEW"},
    "dataspace/reviews/commands.py": {"REVIEW"},
    "dataspace/reviews/views.py": {"REVIEW"},
    "dataspace/proof/run.py": {"LEAK_WALK"},
}
# SQL as text hides names from readers and from type checkers.
TEXT_SQL = {"dataspace/db.py"}
# What the standard library draws at random is foreseen there, so that two worlds can be compared; nothing of ours is.
FORESEEN = {"tests/leaks/chance.py"}
# Statements on what belongs to assets already found, declared through `auth.listing.attached` (ids in, nothing else).
ATTACHED = {"dataspace/catalog/queries.py", "dataspace/catalog/sheets.py", "dataspace/referents/queries.py"}
LONGEST = 350
BANNED_NAMES = ("utils", "helpers", "manager", "data", "info", "handle", "process")


def guarded() -> set[str]:
    """The classes mapped to guarded tables."""
    return {m.class_.__name__ for m in Base.registry.mappers if m.local_table.info.get("guarded")} | {"asset_search"}


def test_the_house_acts_in_few_places():
    found: dict[str, set[str]] = {}
    for module in modules():
        for called, call in module.calls():
            if called.split(".")[-1] == "system" and module.name != "dataspace/auth/__init__.py":
                tasks = {ast.unparse(word) for word in [*call.args, *[k.value for k in call.keywords]]}
                found.setdefault(module.name, set()).update(t.split(".")[1] for t in tasks if t.startswith("Task."))
            assert called.split(".")[-1] != "HouseAccess" or module.name == "dataspace/auth/__init__.py", module.name
    assert set(found) <= set(HOUSE)
    named = {name: tasks - HOUSE[name] for name, tasks in found.items()}
    assert {name: tasks for name, tasks in named.items() if tasks} == {}


def test_only_the_kernel_declares():
    """`db.declare` opens guarded tables: it belongs to `auth`, where the predicate is."""
    for module in modules():
        if module.name.startswith("dataspace/auth/") or module.name == "dataspace/db.py":
            continue
        assert not [i for i in module.imports() if i in ("dataspace.db.declare", "dataspace.db.declared")], module.name
        assert not [called for called, _ in module.calls() if called in ("db.declare", "db.declared")], module.name
        assert "dataspace_declared" not in module.text, module.name


def test_no_engine_goes_without_the_guard():
    for module in modules("dataspace", "migrations"):
        if module.name not in ("dataspace/db.py", "migrations/env.py"):
            assert "guarded=False" not in module.text, module.name


def test_no_connection_is_taken_from_under_the_guard():
    drivers = ("pysqlite3", "sqlite3", "psycopg", "psycopg2")
    for module in modules():
        if module.name == "dataspace/db.py" or module.name.startswith(("dataspace/demo/", "dataspace/bi/")):
            continue
        assert not [i for i in module.imports() if i.split(".")[0] in drivers], module.name
        taken = [c for c, _ in module.calls() if c.split(".")[-1] in ("raw_connection", "cursor", "create_engine")]
        assert not taken, f"{module.name}: {taken}"


def test_sql_is_not_written_as_text():
    for module in modules():
        if module.name not in TEXT_SQL:
            assert "sqlalchemy.text" not in list(module.imports()), module.name
            assert not [c for c, _ in module.calls() if c.endswith("exec_driver_sql")], module.name


def test_what_is_owned_is_not_fetched_by_key_nor_changed_in_bulk():
    names = guarded()
    for module in modules():
        for called, call in module.calls():
            first = ast.unparse(call.args[0]) if call.args else ""
            if called.endswith("session.get") or called in ("update", "delete", "sqlalchemy.update"):
                is_index = module.name == "dataspace/auth/search.py" and first == "asset_search"
                assert first not in names or is_index, f"{module.name}:{call.lineno} {called}({first})"
            may_select = module.name.startswith("dataspace/auth/") or module.name in ATTACHED
            assert may_select or called != "select" or first not in names, (
                f"{module.name}:{call.lineno} select({first})"
            )


def test_nothing_depends_on_who_has_a_role():
    """Roles open permissions through the policy; code asks for permissions."""
    for module in modules():
        if module.name.startswith(("dataspace/auth/policy", "dataspace/demo/")):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.If | ast.IfExp | ast.While):
                test = ast.unparse(node.test)
                assert not re.search(
                    r"\.role\b\s*(==|!=|is|is not|in|not in)\s*(Role|['\"(\[{])|Role\.[A-Z]+\b\s*(==|in)", test
                ), f"{module.name}:{node.lineno} {test}"


def test_no_relationship_loads_by_itself():
    import dataspace.app  # noqa: F401 - every model is known

    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            assert relation.lazy == "raise", f"{mapper.class_.__name__}.{relation.key}"


def test_a_file_is_one_idea():
    files = [name for name in tracked() if name.endswith(".py") and not name.startswith("migrations/")]
    lines = {name: len(texts()[name].splitlines()) for name in files}
    assert {name: n for name, n in lines.items() if n > LONGEST} == {}


@pytest.mark.parametrize("folder", ["dataspace", "tests", "tools", "bench"])
def test_names_say_something(folder):
    for module in modules(folder):
        assert module.name.rsplit("/", 1)[-1].removesuffix(".py") not in BANNED_NAMES, module.name


def test_nothing_tells_of_the_machine_it_was_written_on():
    machine = re.compile(r"/work/main|/work/shared|/tmp/team|/root/|/home/\w+/")
    registry = re.compile(
        r"https?://[\w.-]*(?:pypi|registry|artifact|nexus|mirror)[\w.-]*(?:/simple|:\d+)", re.IGNORECASE
    )
    wrong = {
        name: found[0]
        for name, text in texts().items()
        if name != "tests/rules/test_code.py" and (found := machine.findall(text) or registry.findall(text))
    }
    assert wrong == {}


def test_nothing_is_mocked_or_skipped_in_silence():
    for module in modules("tests"):
        if module.name in FORESEEN:
            continue
        named = [i for i in module.imports() if i.startswith(("unittest.mock", "mock", "pytest_mock"))]
        assert not named, module.name
        skipped = [c for c, _ in module.calls() if c in ("pytest.skip", "pytest.importorskip", "pytest.mark.skip")]
        assert not skipped, f"{module.name}: {skipped}"
