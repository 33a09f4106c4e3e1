"""Verdicts on a terminal: a table of claims by legs, and below it what is not confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.evidence import VACUITY, Evidence, GapKind, Outcome
from harness.folds.model import Cost
from harness.report.faults import alike, check_word, severity, told_apart
from harness.report.history import failing_since
from harness.report.shapes import shape
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import VACUOUS, LegResult, Subject
from harness.verdict import Status

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MARK = {
    Outcome.CONFIRMED: ("✓", "green"),
    Outcome.REFUTED: ("✗", "bold red"),
    Outcome.INCONCLUSIVE: ("?", "yellow"),
    Outcome.NOT_RUN: ("○", "yellow"),
    Outcome.NOT_APPLICABLE: ("–", "dim"),
    Outcome.ERROR: ("!", "bold yellow"),
}
_STATUS = {Status.CONFIRMED: "green", Status.REFUTED: "bold red", Status.UNDECIDED: "yellow"}


COLUMN = 17
"""How wide an outcome is in the table."""


NO_BREAK = "\u00a0"

NAMED = 3
"""How many failures the last lines name."""


def show(run: Run, console: Console | None = None) -> None:
    """Print the verdicts of `run`, worst first; `conclude` has the last word."""
    console = console or _console()
    width = max((len(subject.name) for subject in run.judged), default=0)
    if width + COLUMN * len(run.legs) <= console.width:
        _show_table(console, run)
    else:
        _show_list(console, run)
    for names, check in _faults(run):
        _show_fault(console, names, check)
    _show_notes(console, run)
    _show_doubts(console, run)
    _show_gaps(console, run)
    _show_changes(console, run)
    _show_kept(console, run)


def conclude(run: Run, console: Console | None = None, *, with_reasons: bool = False) -> None:
    """Print what somebody needs who reads the last lines alone: what failed, and how many.

    With reasons for those who see nothing else.
    """
    from rich.text import Text

    console = console or _console()
    found = alike(run)
    console.print()
    for fault, *others in found[:NAMED]:
        mark, style = MARK[fault.legs[0].outcome] if fault.legs else ("?", "yellow")
        why = fault.words or fault.subject.word
        names = _names([f.subject.name for f in (fault, *others)])
        text = Text(f"{mark} {names}", style).append(f": {why} ({fault.place})", "")
        if (first := failing_since(run, fault.subject.name)) is not None:
            text.append(f", since {first.started}", "dim")
        console.print(text, soft_wrap=True)
        if with_reasons:
            console.print(Text(f"  {fault.reason}"), soft_wrap=True)
    if rest := sum(map(len, found[NAMED:])):
        console.print(Text(f"  and {rest} more", "dim"))
    console.print(_counts(run), soft_wrap=True)


def _console() -> Console:
    """Standard output; in a pipe or a file, lines are as long as they are."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=_ENDLESS)


_ENDLESS = 10_000


def _show_table(console: Console, run: Run) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", *(leg.value for leg in run.legs)):
        table.add_column(heading, no_wrap=True)
    for title, subjects in _sections(run):
        table.add_row(Text(title, "dim"))
        for subject in subjects:
            results = {result.leg: result for result in subject.legs}
            cells = (_cell(results.get(leg)) for leg in run.legs)
            table.add_row(_named(subject), *cells)
    console.print(table)


def _show_list(console: Console, run: Run) -> None:
    """For a narrow terminal: the legs of a claim stand below its name."""
    from rich.padding import Padding
    from rich.text import Text

    for title, subjects in _sections(run):
        console.print(Text(title, "dim"))
        for subject in subjects:
            console.print(_named(subject))
            legs = Text()
            for result in subject.legs:
                mark, style = MARK[result.outcome]
                word = "" if result.outcome is Outcome.CONFIRMED else f" {result.word}"
                # A line ends between legs, and not between a leg and what it came to.
                told = f"{mark}{word}".replace(" ", NO_BREAK)
                legs.append(f"{result.leg.value}{NO_BREAK}").append(told, style).append("  ")
            console.print(Padding(legs, (0, 0, 0, 4)))


def _sections(run: Run) -> list[tuple[str, Sequence[Subject | CheckerResult]]]:
    every: list[tuple[str, Sequence[Subject | CheckerResult]]] = [
        ("Theorems", run.claims),
        ("Definitions", run.definitions),
        ("Checkers", run.checkers),
    ]
    return [(title, sorted(subjects, key=severity)) for title, subjects in every if subjects]


def _named(subject: Subject | CheckerResult) -> Text:
    """Its name in the colour of its status, and whether it says nothing."""
    from rich.text import Text

    text = Text(f"  {subject.name}", _STATUS[subject.status])
    is_empty = isinstance(subject, Subject) and subject.is_vacuous
    return text.append(f" ({VACUOUS})", "yellow") if is_empty else text


def _cell(result: LegResult | None) -> Text:
    from rich.text import Text

    if result is None:
        return Text("")
    mark, style = MARK[result.outcome]
    return Text(f"{mark} {result.word}", style)


def _faults(run: Run) -> list[tuple[list[str], Evidence]]:
    """What is not confirmed; where many fail for one reason, that reason comes once.

    Of what is refuted or unproved, what others could not decide is left to the table.
    """
    found: dict[object, tuple[list[str], Evidence]] = {}
    for subject in sorted(run.judged, key=severity):
        refuted = [c for c in subject.evidence if c.outcome is Outcome.REFUTED]
        for check in refuted or subject.evidence:
            if not check.outcome.is_fine:
                reason = (check.leg, check.check, check.outcome, check.summary, check.diagnostics)
                own = subject.name if check.counterexample or check.replay else ""
                found.setdefault((reason, own), ([], check))[0].append(subject.name)
    return list(found.values())


def _show_fault(console: Console, names: list[str], check: Evidence) -> None:
    from rich.text import Text

    mark, style = MARK[check.outcome]
    console.print()
    console.print(Text(f"{mark} {_names(names)}", style), soft_wrap=True)
    console.print(Text(f"  {check.leg.value}, {check.check}: {check_word(check)}", "bold"))
    console.print(Text(f"  {check.summary}"))
    for diagnostic in check.diagnostics:
        said = replace(diagnostic, message=told_apart(check, diagnostic.message))
        console.print(Text(f"  {str(said).removesuffix(': ')}"), soft_wrap=True)
    if check.counterexample is not None:
        sizes = ", ".join(f"{k} = {v}" for k, v in check.counterexample.sizes.items())
        remark = check.counterexample.remark and f", {check.counterexample.remark}"
        console.print(Text(f"  counterexample{sizes and f' at {sizes}'}{remark}", "dim"))
        own = [f"    {k} = {_value(v)}" for k, v in check.counterexample.values.items()]
        # What nobody computes by hand is the replay's to show.
        for text in own if sum(map(len, own)) < _BY_HAND else ():
            console.print(Text(text), soft_wrap=True)
        console.print(Text(f"    left:  {_value(check.counterexample.left)}"), soft_wrap=True)
        console.print(Text(f"    right: {_value(check.counterexample.right)}"), soft_wrap=True)
    if check.replay:
        console.print(Text(f"  replay: {check.replay}", "dim"), soft_wrap=True)


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 4 else ""
    return ", ".join(names[: 3 if more else None]) + more


_BY_HAND = 400
"""Letters of a counterexample that a reader may compute by hand."""


def _value(value: Any) -> str:
    """Numbers and lists of them as people write them; fractions are text in the data."""
    if shape(value) == "function":
        rows = (f"{', '.join(map(_value, row['at']))} ↦ {_value(row['is'])}" for row in value)
        return "; ".join(rows)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value)


def _show_notes(console: Console, run: Run) -> None:
    """One line for each thing that stands in nobody's way, and that a reader wants to know."""
    from rich.text import Text

    notes: list[str] = []
    for subject in (*run.claims, *run.definitions):
        for result in subject.legs:
            if result.waived is not None:
                found = f"{result.leg.value} is waived ({result.outcome.value})"
                notes.append(f"{subject.name}: {found}: {result.waived}")
            for check in result.checks:
                if check.outcome.is_fine and (check.diagnostics or check.check == VACUITY):
                    notes.append(f"{subject.name}: {check.summary}")
    if notes:
        console.print()
        for note in notes:
            # In one line: what an author says is not to read like lines of ours.
            console.print(Text(f"note: {' '.join(note.split())}", "yellow"), soft_wrap=True)


def _show_doubts(console: Console, run: Run) -> None:
    """What a reader may mistake in the specifications."""
    from rich.text import Text

    if run.doubts:
        console.print()
    for doubt in run.doubts:
        console.print(Text(f"warning: {doubt}", "yellow"), soft_wrap=True)


def _show_gaps(console: Console, run: Run) -> None:
    """What no claim is about; lemmas of claims are what proofs are made of, and only counted."""
    from rich.text import Text

    for kind in GapKind:
        found = [gap for gap in run.gaps if gap.kind is kind]
        loose = [gap for gap in found if not gap.is_used]
        if loose:
            console.print()
            console.print(Text(f"{len(loose)} × {kind.value}", "yellow"))
            for gap in loose:
                console.print(Text(f"  {gap.file}:{gap.line}: {gap.name}"), soft_wrap=True)
        if used := len(found) - len(loose):
            console.print()
            text = f"{used} × {kind.value}, but that the proof of a claim rests on"
            console.print(Text(text, "dim"))


def _show_changes(console: Console, run: Run) -> None:
    from rich.text import Text

    if run.since is None:
        return
    console.print()
    console.print(Text("Since the earlier run", "dim"))
    for change in run.since.changes:
        console.print(Text(f"  {change}", "bold red" if change.is_worse else ""), soft_wrap=True)
    if not run.since.changes:
        console.print(Text("  nothing changed"))


def _show_kept(console: Console, run: Run) -> None:
    """That evidence was found by earlier runs, and since when it stands."""
    from rich.text import Text

    if (found := run.kept) is not None:
        old, every, oldest = found
        text = f"{old} of {every} checks were found by earlier runs, the oldest at {oldest}"
        console.print()
        console.print(Text(f"{text} (--no-cache finds them anew)", "dim"), soft_wrap=True)


def _counts(run: Run) -> Text:
    from rich.text import Text

    counts = Counter((c.word, c.status) for c in sorted(run.claims, key=severity))
    parts = [(f"{count} {word}", _STATUS[status]) for (word, status), count in counts.items()]
    plural = "claim" if len(run.claims) == 1 else "claims"
    text = Text(f"{len(run.claims)} {plural}: " if run.claims else "no claim was asked about")
    for i, part in enumerate(parts):
        text.append(", " if i else "")
        text.append(*part)
    if run.programs_not_run:
        text.append(f"; programs: {run.programs_not_run} not run here (harness programs)", "yellow")
    return text.append(f"; {run.seconds:.1f} s", "dim")


COST_RULE = (
    "Counted on the terms as they are written: each subterm once for each value of the indices "
    "that it depends on, every size at least 1, zeros of block diagonals not multiplied."
)


def show_cost(cost: Cost, console: Console | None = None) -> None:
    """Print what a fold costs, a way to compute beside its counts."""
    console = console or _console()
    for row in cost.rows:
        console.print(f"{row.what}", markup=False, style="bold")
        for name in ("parameters", "multiplications", "additions", "divisions", "calls"):
            if (value := getattr(row, name)) not in ("", "0"):
                console.print(f"  {name:16} {value}", markup=False, highlight=False, soft_wrap=True)
    console.print()
    console.print(f"changed: {', '.join(cost.changed)}; inputs: {', '.join(cost.inputs)}")
    verdict = "as many parameters and operations as before" if cost.is_free else "not free"
    console.print(f"folded: {verdict}", style="green" if cost.is_free else "bold red")
    console.print(COST_RULE, style="dim")
