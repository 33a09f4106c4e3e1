"""A headless Chromium, where there is one; with HARNESS_REQUIRE_BROWSER=1 there has to be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.probe import answer, asking

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=5000",
)


@dataclass(frozen=True)
class Visit:
    """What a page was after it had loaded, and what the browser complained of."""

    dom: str
    console: list[str]


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = f"no Chromium on PATH (looked for {', '.join(NAMES)})"
        if os.environ.get("HARNESS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
def visit(chromium: str, tmp_path: Path) -> Callable[..., Visit]:
    """Open `html` from a file at `#fragment`, with more flags of Chromium's."""

    def open_page(html: str, fragment: str = "", *flags: str) -> Visit:
        page = tmp_path / "page.html"
        page.write_text(html, "utf-8")
        address = f"{page.as_uri()}#{fragment}"
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        done = subprocess.run(
            [chromium, *FLAGS, *flags, profile, "--dump-dom", address],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return Visit(done.stdout, [x for x in done.stderr.splitlines() if "CONSOLE" in x])

    return open_page


@pytest.fixture
def ask(visit: Callable[..., Visit]) -> Callable[..., Any]:
    """Open `html` and have a script in it answer a question; a complaint fails the test."""

    def open_and_ask(
        html: str, *scripts: str, fragment: str = "", flags: Sequence[str] = ()
    ) -> Any:
        found = visit(asking(html, *scripts), fragment, *flags)
        assert found.console == []
        return answer(found.dom)

    return open_and_ask
