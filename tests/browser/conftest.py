"""A headless Chromium, where there is one; with HARNESS_REQUIRE_BROWSER=1 there has to be.

Playwright drives the Chromium that is on the machine; it installs none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

HELPERS = """
  const until = async (found, seconds = 20) => {
    const start = performance.now();
    while (!found()) {
      if (performance.now() - start > 1000 * seconds) throw new Error(`never came true: ${found}`);
      await new Promise((next) => setTimeout(next, 10));
    }
  };
  const press = (key, more = {}) => (document.activeElement || document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (id) => document.getElementById(id);
  const shown = () => all("article").filter((article) => !article.hidden).length;
"""


@dataclass(frozen=True)
class Visit:
    """A page that is open, and what the browser complained of so far."""

    page: Page
    console: list[str] = field(default_factory=list)

    def ask(self, script: str) -> Any:
        """What `script`, the body of a function, returns."""
        return self.page.evaluate(f"async () => {{ {HELPERS} {script} }}")

    @property
    def dom(self) -> str:
        return self.page.content()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = f"no Chromium on PATH (looked for {', '.join(NAMES)})"
        if os.environ.get("HARNESS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Open `html` from a file at `#fragment`, as a browser that never saw it before."""
    contexts = []

    def open_page(
        html: str, fragment: str = "", *, width: int = 1280, theme: Any = "light"
    ) -> Visit:
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(html, "utf-8")
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, offline=True
        )
        contexts.append(context)
        found = Visit(context.new_page())
        found.page.on("console", lambda message: found.console.append(message.text))
        found.page.on("pageerror", lambda error: found.console.append(str(error)))
        found.page.goto(file.as_uri() + (f"#{fragment}" if fragment else ""))
        return found

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def ask(visit: Callable[..., Visit]) -> Callable[..., Any]:
    """Open `html` and have a script in it answer a question; a complaint fails the test."""

    def open_and_ask(html: str, script: str, fragment: str = "", **options: Any) -> Any:
        found = visit(html, fragment, **options)
        answer = found.ask(script)
        assert found.console == []
        return answer

    return open_and_ask
