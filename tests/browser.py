"""The one Chromium of a test run: Playwright cannot be started twice in a process."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, else Playwright's (tools/bootstrap.py has one ready)."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    # As root, Chromium has no sandbox to start in.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found and Path(found), args=arguments)
        yield browser
        browser.close()
