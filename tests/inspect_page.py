"""What every page of the portal must be, checked each time a test opens one."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import bs4
import html5lib
from werkzeug.test import TestResponse

FETCHED = (("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("form", "action"),
           ("source", "src"), ("video", "src"), ("audio", "src"), ("object", "data"))  # fmt: skip
UNNAMED_INPUTS = ("hidden", "submit", "button", "reset", "image")


def inspect(response: TestResponse, allowed_hosts: set[str] | None = None) -> list[str]:
    """What is wrong with the HTML of `response`; `allowed_hosts` are the origins a frame may come from."""
    text = response.get_data(as_text=True)
    soup = bs4.BeautifulSoup(text, "html.parser")
    checks = (language, headings, identities, fields, forms, inline, names)
    wrong = [fault for check in checks for fault in check(soup)]
    return [*syntax(text), *wrong, *hosts(soup, allowed_hosts or set()), *headers(response)]


def syntax(text: str) -> Iterator[str]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(text)
    lines = text.splitlines()
    for (line, _column), code, facts in parser.errors:
        yield f"HTML: {code} {facts or ''} line {line}: {lines[min(line, len(lines)) - 1].strip()[:160]}"


def language(soup: bs4.BeautifulSoup) -> Iterator[str]:
    html = soup.find("html")
    if html is None or html.get("lang") != "fr":
        yield "the page does not say it is in French"


def headings(soup: bs4.BeautifulSoup) -> Iterator[str]:
    titles = [words(h1) for h1 in soup.find_all("h1")]
    title = words(soup.title) if soup.title else ""
    if len(titles) != 1:
        yield f"{len(titles)} h1: {titles}"
    elif not titles[0] or not title.startswith(titles[0]):
        yield f"the title « {title} » does not open with the h1 « {titles[0]} »"


def identities(soup: bs4.BeautifulSoup) -> Iterator[str]:
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"id {twice} is used twice"
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
        for tag in soup.select(f"[{attribute}]"):
            value = tag[attribute]
            for name in value.split() if isinstance(value, str) else value:
                if name not in ids:
                    yield f"{attribute}={name} names nothing"
    for tag in soup.select("a[href^='#']"):
        if str(tag["href"])[1:] not in ids:
            yield f"{tag['href']} leads nowhere in the page"


def fields(soup: bs4.BeautifulSoup) -> Iterator[str]:
    for field in soup.select("input, select, textarea"):
        if field.name == "input" and field.get("type") in UNNAMED_INPUTS:
            continue
        label = soup.select_one(f'label[for="{field["id"]}"]') if field.get("id") else None
        label = label or field.find_parent("label")
        if not (field.get("aria-label") or field.get("aria-labelledby") or (label and words(label))):
            yield f"field {field.get('name')} has no label"


def forms(soup: bs4.BeautifulSoup) -> Iterator[str]:
    for form in soup.find_all("form"):
        if str(form.get("method", "get")).lower() != "post":
            if form.select("[name=csrf_token]"):
                yield f"form {form.get('action')} shows its token in the address"
            continue
        tokens = form.select("input[type=hidden][name=csrf_token]")
        if len(tokens) != 1 or not tokens[0].get("value"):
            yield f"form {form.get('action')} has {len(tokens)} CSRF tokens"


def inline(soup: bs4.BeautifulSoup) -> Iterator[str]:
    for script in soup.find_all("script"):
        if not script.get("src") and script.get("type") != "application/json":
            yield f"inline script: {script.get_text()[:60]}"
    if soup.find("style"):
        yield "inline style sheet"
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            if name == "style" or name.startswith("on"):
                yield f"{tag.name} carries {name}"
            if isinstance(value, str) and re.match(r"\s*(javascript|vbscript):", value, re.IGNORECASE):
                yield f"{tag.name} {name} runs a script"


def names(soup: bs4.BeautifulSoup) -> Iterator[str]:
    for image in soup.select("img:not([alt])"):
        yield f"image without alt: {image.get('src')}"
    for tag in soup.select("a[href], button, summary"):
        if not words(tag) and not tag.get("aria-label") and not tag.select("img[alt]:not([alt=''])"):
            yield f"nothing to read on {str(tag)[:100]}"
    for frame in soup.select("iframe:not([title])"):
        yield f"frame without a title: {frame.get('src')}"


def hosts(soup: bs4.BeautifulSoup, allowed: set[str]) -> Iterator[str]:
    for kind, attribute in FETCHED:
        for tag in soup.select(f"{kind}[{attribute}]"):
            parts = urlsplit(str(tag[attribute]))
            is_allowed = kind == "iframe" and f"{parts.scheme}://{parts.netloc}" in allowed
            if parts.netloc and not is_allowed:
                yield f"{kind} asks another host: {tag[attribute]}"


def headers(response: TestResponse) -> Iterator[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe" in policy or "*" in policy:
        yield f"the content security policy lets too much: {policy}"
    if "no-store" not in response.headers.get("Cache-Control", ""):
        yield "the page may be kept by a cache"


def words(tag: bs4.Tag) -> str:
    return " ".join(tag.get_text(" ").split())
