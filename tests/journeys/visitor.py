"""A named person with a browser of her own: what she opens is inspected, in each size and theme."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Response

from tests.journeys import eye
from tests.journeys.whole import Whole


class Visitor:
    """One browser context. `open` and `look` refuse a page that axe, the console or the layout complains of."""

    def __init__(self, whole: Whole, context: BrowserContext, login: str = "") -> None:
        self.whole = whole
        self.login = login
        self.context = context
        self.page = self._listen(context.new_page())
        self.complaints: list[str] = []
        self.foreseen: list[str] = []
        self.hosts: set[str] = set()

    def _listen(self, page: Page) -> Page:
        page.on("console", self._heard)
        page.on("pageerror", self._broken)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        return page

    # Superset's own pages and the provider's talk to themselves: ours may not.

    def _broken(self, error: Error) -> None:
        if self.whole.portal in (error.stack or ""):
            self.complaints.append(f"{self.page.url}: {error.stack}")

    def _heard(self, message: ConsoleMessage) -> None:
        is_ours = message.location.get("url", "").startswith(self.whole.portal)
        if message.type in ("error", "warning") and is_ours:
            self.complaints.append(f"{message.location['url']}: {message.text}")

    # Moving about.

    def open(self, path: str, name: str = "", *, status: int = 200) -> Page:
        """Go to `path` and look at the page; `name` is that of its pictures."""
        answer = self.page.goto(urljoin(self.whole.portal, path))
        self._expect(answer, status)
        return self.look(name) if name else self.page

    def _expect(self, answer: Response | None, status: int) -> None:
        assert answer is not None
        assert answer.status == status, f"{answer.url}: {answer.status}, not {status}"
        if status >= 400:
            # The browser repeats the status of the very page in its console.
            self.expected(f"{answer.url}: Failed to load")

    def expected(self, words: str) -> None:
        """What the story itself makes the console say is no complaint."""
        self.foreseen.append(words)

    def look(self, name: str) -> Page:
        """Inspect the page that is shown, at every width and in both themes, and keep its pictures as `name`."""
        wrong = eye.faults(self.page, name)
        wrong += [line for line in self.complaints if not any(words in line for words in self.foreseen)]
        allowed = {urlsplit(address).netloc for address in (self.whole.portal, self.whole.idp, self.whole.bi)}
        wrong += [f"asked an outside host: {host}" for host in self.hosts - allowed if host and host != "null"]
        assert not wrong, f"« {name} » ({self.page.url}):\n" + "\n".join(wrong)
        return self.page

    def program(self, path: str, secret: str) -> int:
        """The status that a program gets, which has a token and no cookie."""
        request = urllib.request.Request(
            urljoin(self.whole.portal, path), headers={"Authorization": f"Bearer {secret}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    # Signing in at the provider, with a mouse or without.

    def sign_in(self, login: str, password: str) -> None:
        """Fill the provider's two forms, and come back."""
        self.page.goto(urljoin(self.whole.portal, "/connexion"))
        self.page.locator("input[name=login]").fill(login)
        self.page.keyboard.press("Enter")
        self.page.locator("input[name=password]").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.whole.portal}/**")
        self.login = login

    # The keyboard.

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, css: str, text: str = "", *, at_most: int = 90) -> None:
        """Press Tab until the focus is on what `css` selects and says `text`, seeing where it goes all along."""
        for _ in range(at_most):
            found = self.page.evaluate(eye.FOCUSED, [css, text])
            assert found["is_seen"], f"the focus is not seen on {found['what']}"
            if found["is_it"]:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{at_most} times Tab on {self.page.url} never reached {css} « {text} »")

    def enter(self) -> Page:
        """Press Enter on what has the focus, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self.page

    def confirm(self) -> Page:
        """Press Enter on a button that asks first, and say yes."""
        self.page.keyboard.press("Enter")
        self.tab_to("dialog button", "Confirmer")
        return self.enter()

    def forget_files(self) -> None:
        """As on a machine that never came here."""
        session = self.context.new_cdp_session(self.page)
        session.send("Network.clearBrowserCache")
        session.detach()

    def transferred(self, path: str) -> int:
        """Open `path` and count the bytes that the portal sends for it, compressed, its headers included."""
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        ours: set[str] = set()
        total = [0]

        def asked(event: Mapping[str, Any]) -> None:
            if event["request"]["url"].startswith(self.whole.portal):
                ours.add(event["requestId"])

        def came(event: Mapping[str, Any]) -> None:
            if event["requestId"] in ours:
                total[0] += int(event["encodedDataLength"])

        session.on("Network.requestWillBeSent", asked)
        session.on("Network.loadingFinished", came)
        self.page.goto(urljoin(self.whole.portal, path), wait_until="load")
        # Fonts and icons come after the page.
        self.page.evaluate("document.fonts.ready")
        self.page.wait_for_timeout(300)
        session.detach()
        return total[0]
