"""What a page must show to be looked at: no axe violation, no sideways scroll, nothing cut; and its pictures."""

import os
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.servers import CHECKOUT

SCREENS = CHECKOUT / "screens"
# `make screens`: drawing them takes a third of the time of the journeys.
PICTURES = os.environ.get("PICTURES") == "1"
THEMES = ("light", "dark")
WIDTHS = {390: 844, 1280: 900, 1920: 1080}
# Every width and every theme once; each in the other too when the screens are drawn.
INSPECTED = [
    (theme, width) for theme in THEMES for width in (390, 1280) if PICTURES or (theme == "dark") == (width == 390)
]
# A small phone; a screen of 1280 px zoomed to 200 %.
NARROW = {320: 640, 640: 450}

FOCUSED = """([css, text]) => {
    const it = document.activeElement;
    const shown = [it, it.closest("label"), it.parentElement].filter(Boolean);
    const is_seen = it === document.body || it.tagName === "IFRAME" || shown.some((part) => {
        const style = getComputedStyle(part);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    });
    const labels = [...(it.labels ?? [])].map((label) => label.innerText);
    const said = [it.innerText, it.getAttribute("aria-label"), it.value, ...labels]
        .filter(Boolean).join(" ").replace(/\\s+/g, " ");
    return { is_it: it.matches(css) && said.includes(text), is_seen, what: it.outerHTML.slice(0, 200) };
}"""

SIDEWAYS = """() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")]
        .filter((part) => part.getBoundingClientRect().right > root.clientWidth + 1 && !part.closest(".scroll, svg"));
    return [root.scrollWidth + " px", ...wide.slice(0, 4).map((part) => part.outerHTML.slice(0, 120))];
}"""

# Text that its own box hides; what is meant for a screen reader alone, or scrolls, is not lost.
CUT = """() => [...document.querySelectorAll("main *, header *, footer *")]
    .filter((part) => part.childNodes.length && [...part.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((part) => !part.closest(".visually-hidden, .skip, .scroll, svg, details:not([open]), select, option"))
    .filter((part) => part.checkVisibility())
    .filter((part) => {
        const style = getComputedStyle(part);
        return (style.overflowX !== "visible" && part.scrollWidth > part.clientWidth + 1)
            || (style.overflowY !== "visible" && part.scrollHeight > part.clientHeight + 1);
    })
    .map((part) => part.outerHTML.slice(0, 160))"""

# What sticks out of the panel that frames it, and a short word that a column parts in two.
UNTIDY = """() => {
    const out = [...document.querySelectorAll(".panel")].flatMap((panel) => {
        const edge = panel.getBoundingClientRect().right;
        return [...panel.querySelectorAll("input, select, textarea, button, p, label, table")]
            .filter((part) => part.checkVisibility() && !part.closest(".scroll, .visually-hidden"))
            .filter((part) => part.getBoundingClientRect().right > edge + 1);
    });
    const parted = [...document.querySelectorAll("td, th")].filter((cell) => cell.checkVisibility()).flatMap((cell) => {
        const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        const found = [];
        while (walk.nextNode()) {
            for (const word of walk.currentNode.data.matchAll(/(?<!\\p{L})\\p{L}{4,14}(?!\\p{L})/gu)) {
                const range = document.createRange();
                range.setStart(walk.currentNode, word.index);
                range.setEnd(walk.currentNode, word.index + word[0].length);
                const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
                if (tops.size > 1) found.push(cell);
            }
        }
        return found;
    });
    return [...out, ...parted].slice(0, 4).map((part) => part.outerHTML.slice(0, 120));
}"""

# Written in the page once, however often it is asked; of its answer, only what is wrong is brought back.
AXE = Axe().axe_script
VIOLATIONS = "(options) => axe.run(document, options).then((found) => found.violations)"


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with the page, in words; its pictures are written on the way when they are asked for."""
    was = page.viewport_size
    wrong: list[str] = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for width, height in WIDTHS.items():
            if not PICTURES and (theme, width) not in INSPECTED:
                continue
            page.set_viewport_size({"width": width, "height": height})
            if PICTURES:
                picture = SCREENS / f"{name}-{width}{'-sombre' if theme == 'dark' else ''}.png"
                page.screenshot(path=picture, full_page=True, animations="disabled")
            if (theme, width) in INSPECTED:
                wrong += [f"{width} {theme}: {fault}" for fault in _axe(page)]
                wrong += [f"{width}: scrolls sideways: {fault}" for fault in page.evaluate(SIDEWAYS)]
                wrong += [f"{width}: untidy: {fault}" for fault in page.evaluate(UNTIDY)]
    page.emulate_media(color_scheme="light")
    for width, height in NARROW.items():
        page.set_viewport_size({"width": width, "height": height})
        wrong += [f"{width}: scrolls sideways: {fault}" for fault in page.evaluate(SIDEWAYS)]
        wrong += [f"{width}: cut: {fault}" for fault in page.evaluate(CUT)]
    if was:
        page.set_viewport_size(was)
    return wrong


def _axe(page: Page) -> list[str]:
    # Superset draws what is in the frame: the portal's declaration says so, and it is not ours to mend.
    options: dict[str, Any] = {"iframes": False, "resultTypes": ["violations"]}
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(VIOLATIONS, options)
    return [
        f"axe {rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        for node in rule["nodes"][:3]
    ]
