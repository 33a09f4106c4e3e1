"""A headless Chromium, where there is one; with HARNESS_REQUIRE_BROWSER=1 there has to be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FLAGS = ("--headless", *QUIET, "--enable-logging=stderr", "--virtual-time-budget=5000")


@dataclass(frozen=True)
class Visit:
    """What a page was after it had loaded, and what the browser complained of."""

    dom: str
    console: list[str]


def missing(reason: str) -> None:
    """Skip the test, or fail it where a browser was asked for."""
    if os.environ.get("HARNESS_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        missing(f"no Chromium on PATH (looked for {', '.join(NAMES)})")
    assert found is not None
    return found


@pytest.fixture
def visit(chromium: str, tmp_path: Path) -> Callable[[str, str], Visit]:
    """Open `html` from a file at `#fragment`."""

    def open_page(html: str, fragment: str = "") -> Visit:
        page = tmp_path / "page.html"
        page.write_text(html, "utf-8")
        address = f"{page.as_uri()}#{fragment}"
        done = subprocess.run(
            [chromium, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", address],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return Visit(done.stdout, [x for x in done.stderr.splitlines() if "CONSOLE" in x])

    return open_page


# -- a browser that can be typed at ---------------------------------------------------------------


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """The Chromium that is installed, driven by Playwright, which brings none of its own."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright is not installed: pip install 'lean-harness[dev]'")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield found
        found.close()


Reading = Callable[..., "Page"]


@pytest.fixture
def read(browser: Browser, tmp_path: Path) -> Iterator[Reading]:
    """Open `html` at `#fragment` in a theme; any complaint of the browser fails the test."""
    complaints: list[str] = []

    def open_page(html: str, fragment: str = "", theme: str = "light", **options: object) -> Page:
        path = tmp_path / "page.html"
        path.write_text(html, "utf-8")
        page = browser.new_page(
            color_scheme=theme,
            reduced_motion="reduce",
            **options,  # type: ignore[arg-type]
        )
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert complaints == []
