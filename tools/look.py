"""Draw every page template with sample values into `var/look/`, and photograph it, to lay beside the reference pages.

`python tools/look.py` writes the pages and the pictures (390 and 1280 px, light and dark); names given as
arguments limit it.
Serves them itself: icons come by reference from one file, which browsers refuse from `file:`.
"""

import shutil
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    make_logging_undefined,
    select_autoescape,
)
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from look_samples import PAGES, frame

from dataspace.web import templating, theme

ROOT = Path(__file__).parents[1]
OUT = ROOT / "var" / "look"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def url_for(endpoint: str, **values: Any) -> str:
    """Static files for real; every other address leads nowhere."""
    return f"/static/{values['filename']}" if endpoint == "static" else f"#{endpoint}"


def environment() -> Environment:
    """Jinja as the app equips it, with what Flask would give; a variable that the samples forget is told."""
    folders = [ROOT / "tools" / "look_templates", *sorted((ROOT / "dataspace").glob("*/templates"))]
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=select_autoescape(),
        extensions=["jinja2.ext.i18n"],
        undefined=make_logging_undefined(base=ChainableUndefined),
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    templating.equip(made)
    request = SimpleNamespace(args={}, path="/page", full_path="/page")
    made.globals.update(
        url_for=url_for, csp_nonce="x", csrf_token=lambda: "x", request=request, theme="auto", bare=False
    )
    return made


def write(names: list[str]) -> None:
    """Render the pages, with the folder of static files beside them."""
    OUT.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "dataspace" / "web" / "static", OUT / "static", dirs_exist_ok=True)
    (OUT / "theme.css").write_text(theme.stylesheet())
    made = environment()
    for name in names:
        template, current, values = PAGES[name]
        said = values.get("said", [])
        made.globals["get_flashed_messages"] = lambda said=said, **_: said
        context = frame(current, admin=current == "Administration") | {"today": None} | values
        page = made.get_template(template).render(context)
        if ' style="' in page:
            sys.exit(f"{name}: an inline style, which the security policy refuses")
        (OUT / f"{name}.html").write_text(page)


class Silent(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def photograph(names: list[str]) -> None:
    """One picture for each page, width and theme; says which pages scroll sideways or complain in the console."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(OUT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM)
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
                page.on("console", lambda message: print("console:", message.text, file=sys.stderr))
                for name in names:
                    page.set_viewport_size({"width": width, "height": 900})
                    page.goto(f"http://127.0.0.1:{server.server_port}/{name}.html")
                    page.evaluate("document.fonts.ready")
                    # The bottom bar of the phone is fixed: give the picture the height of the page.
                    page.set_viewport_size({"width": width, "height": page.evaluate("document.body.scrollHeight")})
                    page.screenshot(path=str(OUT / f"{name}-{width}-{scheme}.png"))
                    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                        print(f"{name} scrolls sideways at {width} px", file=sys.stderr)
                page.close()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    chosen = sys.argv[1:] or list(PAGES)
    write(chosen)
    photograph(chosen)
