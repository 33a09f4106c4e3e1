"""Pages of invented runs, each written once, however many tests look at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from harness.report.html import to_html
from harness.results.run import Run


@cache
def page_of(make: Callable[[], Run]) -> str:
    """The page of the run that `make` makes, a function such as those of `demo.py`."""
    return to_html(make())
