"""What changed between two runs, claim by claim."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from harness.diagnostics import Diagnostic, InputError, shortened
from harness.evidence import Leg, Outcome
from harness.lattice import Lattice
from harness.report.json import from_json, report_schema
from harness.results.changes import Change, ChangeKind, Since
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import Subject
from harness.verdict import Status

_MOST_BYTES = 2**28
"""Of a report; a device has no end."""


def read_report(path: Path) -> Run:
    """A run from the file that it was written to. Raises `InputError`."""
    line, column = 1, 1
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise ValueError(f"larger than {_MOST_BYTES} bytes")
        data = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
        if wrong := best_match(Draft202012Validator(report_schema()).iter_errors(data)):
            message = f"{wrong.json_path}: {shortened(wrong.message)}"
        else:
            # What JSON cannot say comes from no report: infinite numbers, halves of characters.
            json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
            run = from_json(data)
            if not all(subject.name.isprintable() for subject in run.judged):
                raise ValueError("a name has a character that cannot be seen")
            return run
    except OSError as error:
        message = error.strerror or str(error)
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        message = f"not JSON: {error.msg}"
    except UnicodeDecodeError:
        message = "not UTF-8 text"
    except RecursionError:
        message = "nested too deeply"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{type(error).__name__}: {shortened(str(error))}"
    message = f"not a report of this harness: {message}"
    raise InputError([Diagnostic(str(path), line, column, message)])


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def since(old: Run, new: Run) -> Run:
    """`new`, knowing what changed since `old`; the page shows it, the data file does not."""
    return replace(new, since=Since(old.started, old.commit, tuple(compare(old, new))))


def compare(old: Run, new: Run) -> list[Change]:
    """What became of every claim, definition and checker of either run."""
    before = {subject.name: subject for subject in old.judged}
    after = {subject.name: subject for subject in new.judged}
    found: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            found.append(Change(name, ChangeKind.NEW, after[name].status.value))
        elif name not in after:
            found.append(Change(name, ChangeKind.GONE, f"was {before[name].status.value}"))
        else:
            found.extend(_changes(before[name], after[name]))
    return found


def _answers(name: str, old: Lattice, new: Lattice) -> Iterator[Change]:
    """Answers of a checker that are not as they were, those together that changed alike."""
    before = dict(_words(old))
    turns = Counter(
        (before[place], word)
        for place, word in _words(new)
        if place in before and before[place] != word
    )
    for (was, now), count in turns.items():
        kind = ChangeKind.REGRESSED if now == "unknown" or was == "holds" else ChangeKind.CHANGED
        kind = ChangeKind.FIXED if was == "unknown" else kind
        yield Change(name, kind, f"{count} answers: {was} became {now}")


def _words(lattice: Lattice) -> Iterator[tuple[object, str]]:
    """The answer to each question for each combination."""
    for cell in lattice.cells:
        for question, number in zip(lattice.questions, cell.answers, strict=False):
            if number < len(lattice.answers):
                yield (frozenset(cell.off), question.name), lattice.answers[number].answer


def _changes(old: Subject | CheckerResult, new: Subject | CheckerResult) -> Iterator[Change]:
    if old.status is not new.status:
        kind = ChangeKind.CHANGED
        if new.status is Status.CONFIRMED:
            kind = ChangeKind.FIXED
        elif old.status is Status.CONFIRMED or new.status is Status.REFUTED:
            kind = ChangeKind.REGRESSED
        yield Change(new.name, kind, f"{old.status.value} became {new.status.value}")
    was = {result.leg: result.outcome for result in old.legs}
    now = {result.leg: result.outcome for result in new.legs}
    for leg in Leg:
        if was.get(leg) is Outcome.CONFIRMED and now.get(leg, Outcome.NOT_RUN) is Outcome.NOT_RUN:
            yield Change(new.name, ChangeKind.NO_LONGER_RUN, f"{leg.value} was confirmed")
    if isinstance(old, Subject) and isinstance(new, Subject):
        yield from _drifts(old, new)
    if (
        isinstance(old, CheckerResult)
        and isinstance(new, CheckerResult)
        and old.lattice
        and new.lattice
    ):
        yield from _answers(new.name, old.lattice, new.lattice)


def _drifts(old: Subject, new: Subject) -> Iterator[Change]:
    if _said(old) != _said(new):
        yield Change(new.name, ChangeKind.DRIFTED, "the specification says something else")
    prints = (_fingerprint(old), _fingerprint(new))
    if None not in prints and prints[0] != prints[1]:
        yield Change(
            new.name, ChangeKind.DRIFTED, "Lean's statement, or a definition below it, changed"
        )


def _said(subject: Subject) -> object:
    """The statement as text; how it is set in print may change without notice."""
    statement = subject.statement
    labelled = (*statement.context, *statement.hypotheses)
    texts = [(item.name, item.formula.text) for item in labelled]
    return statement.scalars, texts, statement.conclusion.text


def _fingerprint(subject: Subject) -> object:
    for check in subject.evidence:
        if check.leg is Leg.PROOF and check.data.get("fingerprint"):
            return check.data["fingerprint"]
    return None
