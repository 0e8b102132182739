"""Every pair of colours of the stylesheet can be read: 4.5 for text, 3 for marks (WCAG 2.2), in light and in dark."""

import re
from pathlib import Path

import pytest

from dataspace.web import theme

STYLESHEET = (Path(__file__).parents[2] / "dataspace" / "web" / "static" / "dataspace.css").read_text()
GROUNDS = ("paper", "surface", "sunk")
TEXT = [
    *[(text, ground) for text in ("ink", "muted", "accent", "amber", "leaf", "brick") for ground in GROUNDS],
    ("ink", "accent-soft"), ("accent", "accent-soft"), ("on-accent", "accent"),
    *[("on-mark", mark) for mark in ("leaf", "blue", "amber", "plum")],
]  # fmt: skip
MARKS = [
    (mark, ground) for mark in ("field", "c1", "c2", "c3", "c4", "blue", "plum") for ground in ("paper", "surface")
]


def tokens(selector: str) -> dict[str, str]:
    """The colours a rule of the stylesheet gives, by name."""
    block = STYLESHEET[STYLESHEET.index(selector + " {") :].partition("}")[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", block))


LIGHT = tokens(":root")
DARK = tokens(':root[data-theme="dark"]')
SYSTEM_DARK = tokens(':root:not([data-theme="light"])')


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (MARKS, 3)], ids=["text", "marks"])
def test_every_pair_can_be_read(colours, pairs, least):
    poor = {pair: round(theme.contrast(*map(colours.get, pair)), 1) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < least} == {}


def test_dark_is_the_same_by_choice_and_by_system():
    assert DARK == SYSTEM_DARK
    assert DARK.keys() <= LIGHT.keys()


def test_the_theme_of_the_demo_is_the_one_of_the_stylesheet():
    for accent, colours in ((theme.VALMER_LIGHT, LIGHT), (theme.VALMER_DARK, DARK)):
        assert (accent.accent, accent.on, accent.soft) == (
            colours["accent"], colours["on-accent"], colours["accent-soft"],
        )  # fmt: skip
    assert theme.LIGHT_GROUND == LIGHT["paper"]
    assert theme.DARK_GROUND == DARK["paper"]


def test_a_pale_accent_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="accent sur le papier"):
        theme.stylesheet(light=theme.Accent("#9adada", "#ffffff", "#e5f0ee"))
