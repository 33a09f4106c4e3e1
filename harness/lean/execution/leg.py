"""The execution leg: Lean and Python compute the same things from the same inputs, apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from harness.evidence import Evidence, Leg, Outcome
from harness.lean.errand import Errand, ErrandFailed, run_errand
from harness.lean.execution.carried import carried
from harness.lean.execution.compare import compare
from harness.lean.execution.findings import evidence
from harness.lean.execution.program import Program, program
from harness.lean.execution.questions import Question, questions
from harness.lean.execution.subjects import Subject, subjects
from harness.lean.execution.wire import inputs, line
from harness.lean.header import parse_header
from harness.lean.process import Signal
from harness.lean.session import Session
from harness.lean.toolchain import Toolchain


def execute(
    session: Session,
    toolchain: Toolchain,
    *,
    folder: Path,
    seed: int = 0,
    stop: Signal | None = None,
    on_start: Callable[[], None] = lambda: None,
) -> Iterator[Evidence]:
    """Evidence for every claim and definition. Raises ErrandFailed and Stopped."""
    found, refusals = subjects(session)
    yield from refusals
    made = program_for(session, found)
    asked, faults = questions([s for s in found if s.name not in made.faults], seed)
    for name, fault in {**made.faults, **faults}.items():
        summary = f"Not run: {fault}."
        yield Evidence(name, Leg.EXECUTION, "execution", Outcome.INCONCLUSIVE, summary)
    if not asked:
        return
    answers, seconds = ask(
        made, asked, session, toolchain, folder=folder, stop=stop, on_start=on_start
    )
    tallies = compare(session.project.library, session.project.claims, asked, answers)
    for (name, kind), tally in tallies.items():
        share = seconds * tally.questions / len(asked)
        yield evidence(session, name, kind, tally, share)


def program_for(session: Session, found: Sequence[Subject]) -> Program:
    """The Lean file that runs these subjects, with the text of the package's definitions."""
    library = session.project.library
    constants = [*library.primitives.values(), *map(library.qualified, library.definitions)]
    declarations = session.answer.declarations
    homes = {declarations[name].module for name in constants if name in declarations}
    return program(library, found, carried(session.build.package, homes))


def ask(
    made: Program,
    asked: Sequence[Question],
    session: Session,
    toolchain: Toolchain,
    *,
    folder: Path,
    stop: Signal | None = None,
    on_start: Callable[[], None] = lambda: None,
) -> tuple[list[str], float]:
    """Lean's answer to each question, one line each, and the seconds that all of them took.

    Raises ErrandFailed where it does not give as many, and Stopped.
    """
    imported = (item.module for item in parse_header(made.text).imports)
    text, seconds = run_errand(
        Errand(
            "Execution",
            made.text,
            {"inputs.txt": _text(made, asked)},
            ends_with="\nend\n",
            # The file carries the text of the definitions; theorems may change beside them.
            modules=tuple(name for name in imported if name in session.build.modules),
        ),
        session.build,
        toolchain,
        folder=folder,
        stop=stop,
        on_start=on_start,
    )
    answers = text.split("\n")[:-2]
    if len(answers) != len(asked):
        raise ErrandFailed(f"Lean gave {len(answers)} answers to {len(asked)} questions.")
    return answers, seconds


def _text(made: Program, asked: Sequence[Question]) -> str:
    lines = []
    for question in asked:
        function = made.functions[question.subject.name, question.side]
        integers, numbers = inputs(question.subject, question.instance)
        lines.append(line(function, question.kind, integers, numbers))
    return "\n".join(lines)
