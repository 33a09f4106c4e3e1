"""The execution leg: Lean and Python compute the same things from the same inputs, apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.arrays.values import Unsupported
from harness.evidence import Evidence, Outcome
from harness.lean.errand import Errand, ErrandFailed, Told, tell
from harness.lean.execution.compare import compare
from harness.lean.execution.findings import evidence
from harness.lean.execution.program import Program, program, runner
from harness.lean.execution.questions import Question, questions
from harness.lean.execution.subjects import CHECK, Subject, constants, subjects
from harness.lean.execution.wire import inputs, line
from harness.lean.process import Stopped
from harness.lean.session import Session
from harness.lean.toolchain import Caller

STARTS = 4
"""How often Lean is started at most, where it dies of what it is to compute."""

Fault = tuple[Outcome, str]


def execute(session: Session, caller: Caller, *, seed: int = 0) -> Iterator[Evidence]:
    """Evidence for every claim and definition. Raises ErrandFailed and Stopped.

    What goes wrong with one of them costs no other its answer.
    """
    found, refusals = subjects(session)
    yield from refusals
    made = program_for(session, found)
    asked, unasked = questions([s for s in found if s.name not in made.faults], seed, made.kinds)
    faults: dict[str, Fault] = {
        name: (Outcome.INCONCLUSIVE, f"Not run: {why}.") for name, why in made.faults.items()
    }
    faults |= unasked
    answers = Answers([])
    if asked:
        answers = ask(made, asked, session, caller)
    for name, (outcome, summary) in {**faults, **answers.faults}.items():
        yield CHECK.found(name, outcome, summary, session.toolchain)
    for subject in found:
        if subject.name not in faults and subject.name not in answers.faults:
            yield from _compared(session, subject, asked, answers)


def _compared(
    session: Session, subject: Subject, asked: Sequence[Question], answers: Answers
) -> Iterator[Evidence]:
    own = [i for i, question in enumerate(asked) if question.subject.name == subject.name]
    try:
        tallies = compare(
            session.project.library,
            session.project.claims,
            [asked[i] for i in own],
            [answers.lines[i] for i in own],
        )
        found = [
            evidence(session, name, kind, tally, answers.seconds * tally.questions / len(asked))
            for (name, kind), tally in tallies.items()
        ]
    except Unsupported as error:
        summary = f"Lean runs it, and the evaluator of the specifications cannot: {error}."
        found = [CHECK.found(subject.name, Outcome.INCONCLUSIVE, summary)]
    except Exception as error:  # a fault of ours, or an answer without sense: this subject's alone
        summary = f"The comparison failed: {type(error).__name__}: {error}"
        found = [CHECK.found(subject.name, Outcome.ERROR, summary)]
    yield from found


def program_for(session: Session, found: Sequence[Subject]) -> Program:
    """The Lean file that runs these subjects."""
    library = session.project.library
    declarations = session.answer.declarations
    named = [*library.primitives.values(), *library.constants()]
    wanted = [name for name in dict.fromkeys(named) if name in declarations]
    homes = {declarations[name].module for name in wanted}
    return program(library, found, session.build.package.closure(homes), wanted)


@dataclass
class Answers:
    """What Lean gave."""

    lines: list[str]
    """The answer to each question; empty where there is none."""
    faults: dict[str, Fault] = field(default_factory=dict)
    """Subjects that Lean does not run, or died of."""
    seconds: float = 0.0


def ask(
    made: Program,
    asked: Sequence[Question],
    session: Session,
    caller: Caller,
    *,
    folder: str = "execution",
    what: str = "running its own definitions",
) -> Answers:
    """Lean's answer to each question, in one start; in more where it dies of one of them.

    Raises ErrandFailed where it does not begin to answer or gives too many, and Stopped.
    """
    found = Answers([""] * len(asked))
    waiting = list(range(len(asked)))
    for _ in range(STARTS):
        errand = Errand(
            "Execution",
            made.text,
            {"inputs.txt": _text(made, [asked[i] for i in waiting])},
            own=runner(),
            ends_with="\nend\n",
            # Theorems may change beside the definitions.
            modules=made.modules,
            bears_errors=True,
        )
        try:
            told = tell(errand, session.build, caller, folder=folder, what=what)
            outcome = Outcome.ERROR
        except Stopped as stopped:
            if caller.is_called_off:
                raise
            text = _written(caller.cache / folder)
            told, outcome = Told(text, 0.0, (), f"{stopped}"), Outcome.INCONCLUSIVE
        found.seconds += told.seconds
        lines = _read(made, session, told, found)
        if len(lines) > len(waiting):
            raise ErrandFailed(f"Lean gave {len(lines)} answers to {len(waiting)} questions.")
        for number, answer in zip(waiting, lines, strict=False):
            found.lines[number] = answer
        if not told.complaint:
            if len(lines) < len(waiting):
                raise ErrandFailed(f"Lean gave {len(lines)} answers to {len(waiting)} questions.")
            return found
        if len(lines) == len(waiting):
            raise ErrandFailed(told.complaint)
        culprit = asked[waiting[len(lines)]].subject.name
        found.faults[culprit] = outcome, f"Lean came to no end with it: {told.complaint}"
        rest = waiting[len(lines) :]
        waiting = [number for number in rest if asked[number].subject.name != culprit]
        if not waiting:
            return found
    for number in waiting:
        summary = f"Not run: Lean died of others {STARTS} times."
        found.faults.setdefault(asked[number].subject.name, (Outcome.NOT_RUN, summary))
    return found


def _read(made: Program, session: Session, told: Told, found: Answers) -> list[str]:
    """The answers among what was told; what cannot be run is noted as a fault of its subjects."""
    lines = told.text.split("\n")
    if "begin" not in lines:
        raise ErrandFailed(told.complaint or "Lean's answer was cut short.")
    head, rest = lines[: lines.index("begin")], lines[lines.index("begin") + 1 :]
    failed: dict[str, str] = {}
    for word, number, why in (text.split(" ", 2) for text in head):
        if word != "failed":
            raise ErrandFailed(f"Lean answered with a line that means nothing: {word[:80]}")
        failed[made.constants[int(number)]] = why
    library = session.project.library
    for subject in made.subjects:
        for name in constants(library, subject):
            if name in failed:
                found.faults[subject.name] = (
                    Outcome.NOT_RUN,
                    f"Not run: Lean makes no code of {name}: {failed[name]}",
                )
    for error in told.errors:
        name = made.subject_at(error.line)
        if not name:
            raise ErrandFailed(str(error))
        found.faults.setdefault(name, (Outcome.NOT_RUN, f"Not run: Lean says: {error.text}"))
    # What follows the last end of a line was cut short, or is nothing.
    answers = rest[:-1]
    return answers[:-1] if answers[-1:] == ["end"] else answers


def _written(folder: Path) -> str:
    try:
        return (folder / "answer.txt").read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _text(made: Program, asked: Sequence[Question]) -> str:
    lines = []
    for question in asked:
        function = made.functions[question.subject.name, question.side]
        integers, numbers = inputs(question.subject, question.instance)
        lines.append(line(function, question.kind, integers, numbers))
    return "\n".join(lines)
