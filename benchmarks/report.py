"""The page at growing numbers of claims: bytes, time to write it, first paint, the filter's answer.

Opens each page from a file in a fresh headless Chromium, which has to be on PATH. Times are
medians of several openings; the ratios, taken in one run, are what to compare.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from harness.report.html import to_html
from tests.browser.conftest import FLAGS, NAMES
from tests.report.demo import many

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
    print(f"{'claims':>7} {'written':>9} {'bytes':>10} {'first paint':>12} {'filter':>9}")
    first: list[float] = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for count in COUNTS:
            run = many(count)
            start = time.perf_counter()
            text = to_html(run)
            written = time.perf_counter() - start
            path = Path(folder) / f"{count}.html"
            path.write_text(text, "utf-8")
            paints, filters = [], []
            for _ in range(OPENINGS):
                page = browser.new_page()
                page.goto(path.as_uri())
                page.wait_for_function(f"{PAINT} !== undefined")
                paints.append(page.evaluate(PAINT))
                filters.append(page.evaluate(FILTER))
                page.close()
            paint, answer = statistics.median(paints), statistics.median(filters)
            size = len(text.encode())
            print(f"{count:>7} {written:>7.2f} s {size:>10,} {paint:>9.0f} ms {answer:>6.0f} ms")
            first.append(paint)
        browser.close()
    print(f"first paint at {COUNTS[-1]} claims: {first[-1] / first[0]:.1f} × that at {COUNTS[0]}")


if __name__ == "__main__":
    main()
