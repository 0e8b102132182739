"""What every page of the portal must be, checked each time a test opens one."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import bs4
import html5lib
from werkzeug.test import TestResponse

FETCHED = (("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("form", "action"),
           ("source", "src"), ("video", "src"), ("audio", "src"), ("object", "data"))  # fmt: skip
REFERRING = {"for", "aria-describedby", "aria-labelledby", "aria-controls"}
SAID = re.compile(r'(?<==)"[^"<>]*"|(?<=>)[^<>]+(?=<)')
SOUND: set[int] = set()
UNNAMED_INPUTS = ("hidden", "submit", "button", "reset", "image")


class Tags:
    """The tags of a page, gone through once: a test opens hundreds of pages, and asks a dozen things of each."""

    def __init__(self, soup: bs4.BeautifulSoup) -> None:
        self.soup = soup
        self.all = soup.find_all(True)
        self.named: dict[str, list[bs4.Tag]] = {}
        for tag in self.all:
            self.named.setdefault(tag.name, []).append(tag)

    def of(self, *kinds: str) -> Iterator[bs4.Tag]:
        for kind in kinds:
            yield from self.named.get(kind, ())


def inspect(
    response: TestResponse, allowed_hosts: set[str] | None = None, *, soup: bs4.BeautifulSoup | None = None
) -> list[str]:  # fmt: skip
    """What is wrong with the HTML of `response`; `allowed_hosts` are the origins a frame may come from."""
    text = response.get_data(as_text=True)
    tags = Tags(soup or bs4.BeautifulSoup(text, "html.parser"))
    checks = (language, headings, identities, fields, forms, inline, names)
    wrong = [fault for check in checks for fault in check(tags)]
    return [*syntax(text), *wrong, *hosts(tags, allowed_hosts or set()), *headers(response)]


def syntax(text: str) -> Iterator[str]:
    # Two pages of the same tags and attributes are as sound one as the other: only what they say differs.
    shape = hash(SAID.sub(lambda said: "&" if "&" in said[0] else "", text))
    if shape in SOUND:
        return
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(text)
    lines = text.splitlines()
    for (line, _column), code, facts in parser.errors:
        yield f"HTML: {code} {facts or ''} line {line}: {lines[min(line, len(lines)) - 1].strip()[:160]}"
    if not parser.errors:
        SOUND.add(shape)


def language(tags: Tags) -> Iterator[str]:
    if not any(html.get("lang") == "fr" for html in tags.of("html")):
        yield "the page does not say it is in French"


def headings(tags: Tags) -> Iterator[str]:
    titles = [words(h1) for h1 in tags.of("h1")]
    title = words(tags.soup.title) if tags.soup.title else ""
    if len(titles) != 1:
        yield f"{len(titles)} h1: {titles}"
    elif not titles[0] or not title.startswith(titles[0]):
        yield f"the title « {title} » does not open with the h1 « {titles[0]} »"


def identities(tags: Tags) -> Iterator[str]:
    ids = Counter(str(tag["id"]) for tag in tags.all if tag.has_attr("id"))
    for twice in sorted(name for name, n in ids.items() if n > 1):
        yield f"id {twice} is used twice"
    for tag in tags.all:
        for attribute in REFERRING & tag.attrs.keys():
            value = tag[attribute]
            for name in value.split() if isinstance(value, str) else value:
                if name not in ids:
                    yield f"{attribute}={name} names nothing"
    for tag in tags.of("a"):
        href = str(tag.get("href", ""))
        if href.startswith("#") and href[1:] not in ids:
            yield f"{href} leads nowhere in the page"


def fields(tags: Tags) -> Iterator[str]:
    labels = {str(label["for"]): label for label in tags.of("label") if label.has_attr("for")}
    for field in tags.of("input", "select", "textarea"):
        if field.name == "input" and field.get("type") in UNNAMED_INPUTS:
            continue
        label = labels.get(str(field.get("id", ""))) or field.find_parent("label")
        if not (field.get("aria-label") or field.get("aria-labelledby") or (label and words(label))):
            yield f"field {field.get('name')} has no label"


def forms(tags: Tags) -> Iterator[str]:
    for form in tags.of("form"):
        tokens = [field for field in form.find_all("input") if field.get("name") == "csrf_token"]
        if str(form.get("method", "get")).lower() != "post":
            if tokens:
                yield f"form {form.get('action')} shows its token in the address"
        elif len(tokens) != 1 or not tokens[0].get("value") or tokens[0].get("type") != "hidden":
            yield f"form {form.get('action')} has {len(tokens)} CSRF tokens"


def inline(tags: Tags) -> Iterator[str]:
    for script in tags.of("script"):
        if not script.get("src") and script.get("type") != "application/json":
            yield f"inline script: {script.get_text()[:60]}"
    if "style" in tags.named:
        yield "inline style sheet"
    for tag in tags.all:
        for name, value in tag.attrs.items():
            if name == "style" or name.startswith("on"):
                yield f"{tag.name} carries {name}"
            if isinstance(value, str) and value.lstrip()[:11].lower().startswith(("javascript:", "vbscript:")):
                yield f"{tag.name} {name} runs a script"


def names(tags: Tags) -> Iterator[str]:
    for image in tags.of("img"):
        if not image.has_attr("alt"):
            yield f"image without alt: {image.get('src')}"
    for tag in tags.of("a", "button", "summary"):
        if tag.name == "a" and not tag.has_attr("href"):
            continue
        if not words(tag) and not tag.get("aria-label") and not any(img.get("alt") for img in tag.find_all("img")):
            yield f"nothing to read on {str(tag)[:100]}"
    for frame in tags.of("iframe"):
        if not frame.has_attr("title"):
            yield f"frame without a title: {frame.get('src')}"


def hosts(tags: Tags, allowed: set[str]) -> Iterator[str]:
    for kind, attribute in FETCHED:
        for tag in tags.of(kind):
            parts = urlsplit(str(tag.get(attribute, "")))
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
