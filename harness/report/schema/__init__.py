"""The JSON Schema of the report's data file, as it is published."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def report_schema() -> dict[str, Any]:
    """The schema that `harness check --json` writes to."""
    text = files(__package__).joinpath("report.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
