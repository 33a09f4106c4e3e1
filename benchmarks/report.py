"""The page at growing numbers of claims: bytes, time to write it, first paint, the filter's answer.

Opens each page from a file in a fresh headless Chromium, which has to be on PATH. Times are
medians of several openings; what to compare are the ratios, taken in one run, to an empty page of
as many bytes: a line of text, and the rest a comment.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from harness.report.html import to_html
from tests.browser.conftest import FLAGS, NAMES
from tests.report.demo import many

if TYPE_CHECKING:
    from playwright.sync_api import Page

COUNTS = (18, 100, 1000)
OPENINGS = 5
PAINT = "performance.getEntriesByName('first-contentful-paint').map((e) => e.startTime)[0]"
FILTER = """() => {
  const field = document.querySelector("#filter"), start = performance.now();
  field.value = "status:refuted";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - start;
}"""


def main() -> None:
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        sys.exit(f"no Chromium on PATH (looked for {', '.join(NAMES)})")
    heads = ("claims", "written", "bytes", "first paint", "filter", "empty page", "ratio")
    print(" ".join(f"{head:>11}" for head in heads))
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for count in COUNTS:
            run = many(count)
            start = time.perf_counter()
            text = to_html(run)
            written = time.perf_counter() - start
            size = len(text.encode())
            path, blank = Path(folder) / f"{count}.html", Path(folder) / "empty.html"
            path.write_text(text, "utf-8")
            blank.write_text(f"<!doctype html><p>.</p><!--{'.' * (size - 29)}-->", "utf-8")
            paints, filters, empty = [], [], []
            for _ in range(OPENINGS):
                page = browser.new_page()
                paints.append(painted(page, path))
                filters.append(page.evaluate(FILTER))
                empty.append(painted(page, blank))
                page.close()
            paint, answer, least = map(statistics.median, (paints, filters, empty))
            print(
                f"{count:>11} {written:>9.2f} s {size:>11,} {paint:>8.0f} ms {answer:>8.0f} ms "
                f"{least:>8.0f} ms {paint / least:>11.1f}"
            )
        browser.close()


def painted(page: Page, path: Path) -> float:
    """When something is seen of the file first, in milliseconds after it was asked for."""
    page.goto(path.as_uri())
    page.wait_for_function(f"{PAINT} !== undefined")
    found: float = page.evaluate(PAINT)
    return found


if __name__ == "__main__":
    main()
