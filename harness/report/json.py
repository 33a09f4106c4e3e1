"""A run as JSON, and back: the form is that of the dataclasses of `harness.results`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from harness.plain import finite, from_plain, schema_of, to_plain
from harness.results.checker import CheckerResult
from harness.results.run import Run

SCHEMA = "lean-harness/report/2"
"""Names the form of the file; it changes when the form does."""


def to_text(run: Run) -> str:
    """A run as the text of a JSON file."""
    return json.dumps(to_json(run), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_json(run: Run) -> dict[str, Any]:
    """A run as JSON holds it; `from_json` gives it back, less what is known of other runs."""
    checkers = tuple(
        # The data of the evidence is the lattice, which need not be here twice.
        c if c.check is None else replace(c, check=replace(c.check, data={}))
        for c in run.checkers
    )
    data = finite(to_plain(replace(run, checkers=checkers, since=None, history=())))
    del data["since"], data["history"]
    return {"schema": SCHEMA, "exit_code": int(run.exit_code), **data}


def from_json(data: Mapping[str, Any]) -> Run:
    """A run from its JSON form. Raises `KeyError` or `ValueError`."""
    if data["schema"] != SCHEMA:
        raise ValueError(f"expected a report of schema {SCHEMA}, found {data['schema']!r}")
    run = from_plain(data, Run)
    return replace(run, checkers=tuple(map(_with_lattice, run.checkers)))


def _with_lattice(checker: CheckerResult) -> CheckerResult:
    if checker.check is None or checker.lattice is None:
        return checker
    return replace(checker, check=replace(checker.check, data=to_plain(checker.lattice)))


@cache
def report_schema() -> dict[str, Any]:
    """The JSON Schema of what `harness check --json` writes, made from the dataclasses once."""
    found = schema_of(Run)
    run = found["$defs"]["Run"]
    del run["properties"]["since"], run["properties"]["history"]
    run["properties"] |= {"schema": {"const": SCHEMA}, "exit_code": {"enum": [0, 1, 2, 3]}}
    run["required"] = list(run["properties"])
    del found["$defs"]["Since"], found["$defs"]["Change"], found["$defs"]["ChangeKind"]
    del found["$defs"]["Past"]
    return {**found, "title": "What a run of the harness found out"}
