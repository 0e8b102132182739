"""What is shown is French, well set, and nothing inline goes with it."""

import ast
import re
from pathlib import Path

import jinja2
import pytest

from dataspace.audit import Act
from dataspace.auth.words import AssetKind, MembershipKind, Permission, Protection, Role, Sensitivity, Source
from tests.inspect_page import inspect
from tests.rules.code import ROOT, modules

TEMPLATES = sorted((ROOT / "dataspace").rglob("templates/**/*.html"))
# Read by people once the template's own words are taken away.
SPEECH = re.compile(r"\{[%#{].*?[%#}]\}|<[^>]+>|&\w+;", re.DOTALL)


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT / "dataspace"))


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_a_template_carries_nothing_inline(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<[^>]*\son\w+\s*=", text)
    assert not re.search(r"javascript:", text)
    for opening in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in opening or 'type="application/json"' in opening, opening
    assert "|safe" not in text.replace(" ", ""), "Markup is made in Python, where it is escaped"


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_a_template_asks_the_database_nothing(path):
    tree = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(path.read_text())
    named = {node.name for node in tree.find_all(jinja2.nodes.Name)}
    assert not named & {"db", "policy", "queries"}


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_a_template_is_set_as_french_is(path):
    speech = SPEECH.sub(" ", path.read_text())
    assert faults(speech) == []


def test_our_errors_are_set_as_french_is():
    """Sentences of errors, forms and presenters: every string that is clearly a French one."""
    wrong = {}
    for module in modules():
        if module.name.startswith(("dataspace/demo/", "dataspace/bi/", "dataspace/idp/")):
            continue
        alone = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
        found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Constant) and id(node) not in alone]
        strings = [node.value for node in found if isinstance(node.value, str)]
        said = [text for text in strings if re.search(r"[éèàç’]| (?:le|la|les|un|une|est) ", text) and len(text) > 12]
        if badly := [fault for text in said for fault in faults(text)]:
            wrong[module.name] = badly
    assert wrong == {}


def faults(speech: str) -> list[str]:
    """Where French is badly set: straight apostrophes, plain spaces before high punctuation, three dots."""
    return [
        *re.findall(r"\w{0,12}[a-zéè]'[a-zéèêàh]\w{0,8}", speech),
        *re.findall(r"[\w»)]{1,12} [;?!](?=\s|$)", speech),
        *re.findall(r"[\w»)]{1,12} :(?=\s|$)", speech),
        *re.findall(r"\d [%€]", speech),
        *re.findall(r"«\s?\S{1,12}|\S{1,12}\s?»", " ".join(re.findall(r"« \S+|\S+ »|«\w\S*|\S*\w»", speech))),
        *re.findall(r"\w+\.\.\.", speech),
    ]


@pytest.mark.parametrize("words", [Role, Act, Permission, Protection, AssetKind, MembershipKind, Source, Sensitivity])
def test_every_word_has_a_french_one(words):
    labels = [word.label for word in words]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    for label in labels:
        assert faults(label) == []


def test_a_bad_page_is_not_let_through(app):
    """The inspection itself: what it must see, it sees."""
    bad = (
        '<html lang="en"><head><title>Autre</title><style>p{}</style></head><body onload="x()"><h1>Titre</h1><h1>B</h1>'
        '<p id="a" style="color:red"></p><p id="a"></p><form method="post" action="https://ailleurs.example/">'
        '<input name="q"></form><img src="//ailleurs.example/x.png"><a href="javascript:x()"></a>'
        "<script>x()</script></body></html>"
    )
    with app.test_request_context("/aide"):
        wrong = "\n".join(inspect(app.make_response(bad)))
    for fault in ("HTML:", "in French", "2 h1", "used twice", "no label", "CSRF tokens", "inline script", "style sheet",
                  "carries style", "carries onload", "runs a script", "without alt", "nothing to read", "another host",
                  "security policy", "cache"):  # fmt: skip
        assert fault in wrong, f"« {fault} » is not seen"
