"""What a folder keeps of runs, one small file each: since when a claim is not confirmed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from harness.diagnostics import Diagnostic, InputError, shortened
from harness.plain import from_plain, to_plain
from harness.results.changes import Past
from harness.results.run import Run
from harness.verdict import Status

SCHEMA = "lean-harness/history/1"


def past(run: Run) -> Past:
    """What is kept of a run."""
    words = {subject.name: subject.word for subject in run.judged}
    return Past(run.started, run.commit, run.legs, words)


def record(run: Run) -> str:
    """A run as the text of its file in the folder."""
    return (
        json.dumps({"schema": SCHEMA, **to_plain(past(run))}, indent=1, ensure_ascii=False) + "\n"
    )


def file_name(run: Run) -> str:
    """The name of that file: files in the order of their names are runs in the order of time."""
    return re.sub(r"[^0-9T]+", "-", run.started).strip("-") + ".json"


def read(folder: Path) -> tuple[Past, ...]:
    """The runs that a folder keeps, the oldest first; none where there is no such folder.

    Raises `InputError` for files that are no records.
    """
    found, faults = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            if path.exists() and not path.is_file():  # a pipe would have us wait for ever
                raise ValueError("expected a file")
            data = json.loads(path.read_text("utf-8"))
            if not isinstance(data, dict) or data.pop("schema", None) != SCHEMA:
                raise ValueError(f"expected a record of schema {SCHEMA}")
            run = from_plain(data, Past)
            datetime.fromisoformat(run.started)
            if not all(map(str.isprintable, (run.commit, *run.words))):
                raise ValueError("a name has a character that cannot be seen")
            found.append(run)
        except (OSError, ValueError, RecursionError) as error:
            message = f"not a record of a run: {shortened(str(error))}"
            faults.append(Diagnostic(str(path), 1, 1, message))
    if faults:
        raise InputError(faults)
    return tuple(sorted(found, key=lambda past: past.started))


def after(earlier: Sequence[Past], run: Run) -> Run:
    """`run`, knowing the runs before it in which the same legs were asked."""
    alike = (p for p in earlier if p.legs == run.legs and p.started < run.started)
    return replace(run, history=tuple(alike))


def failing_since(run: Run, name: str) -> Past | None:
    """The run from which on a claim was never confirmed; nothing where that is this one."""
    first = None
    for earlier in reversed(run.history):
        word = earlier.words.get(name, Status.CONFIRMED.value)
        if word == Status.CONFIRMED.value:
            break
        first = earlier
    return first
