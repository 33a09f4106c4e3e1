"""Every leg is asked about every mutant: which of them sees that something is wrong?

The engines are those of a run, in processes of their own and with its limits; Lean answers for
all mutants together. What was found is cached as in a run, so that a hunt goes on where it was.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread

from harness.claims.model import Claim
from harness.evidence import Evidence, Leg, Outcome
from harness.isolation import Task
from harness.mutation.mutants import Mutant
from harness.mutation.survivors import Explanation, explain, second_questions
from harness.run import ENGINES, Notice, Plan, answers
from harness.verdict import leg_outcome

CLAIM_LEGS = (Leg.MIRROR, Leg.SYMBOLIC, Leg.NUMERIC)
"""The legs that are asked about a changed claim."""

DEFINITION_LEGS = (Leg.MIRROR, Leg.EXECUTION, Leg.IMPLEMENTATION)
"""The legs that are asked about a changed definition."""


@dataclass(frozen=True)
class Finding:
    """What came of one mutant."""

    mutant: Mutant
    legs: Mapping[Leg, Outcome]
    explanation: Explanation | None = None
    """Why no engine refutes it, where none does and the reason is known."""

    @property
    def caught_by(self) -> tuple[Leg, ...]:
        """The legs that refute it."""
        return tuple(leg for leg, outcome in self.legs.items() if outcome is Outcome.REFUTED)


def hunt(plan: Plan, mutants: Sequence[Mutant]) -> Iterator[Finding | Notice]:
    """Ask about all mutants; notices first, then the findings in the order of the mutants.

    Closing the generator, or an interrupt, stops what is running; what was found stays cached.
    """
    notices: SimpleQueue[Notice | None] = SimpleQueue()
    stop = Event()
    lean: dict[tuple[int, Leg], Outcome] = {}
    thread = Thread(target=_ask_lean, args=(plan, mutants, lean, notices, stop), daemon=True)
    thread.start()
    try:
        first = yield from _asked(plan, list(_first_questions(plan, mutants)), "engines")
        legs = [_legs(first, number, mutant) for number, mutant in enumerate(mutants)]
        open_ = [n for n, found in enumerate(legs) if Outcome.REFUTED not in found.values()]
        more = [
            (number, task)
            for number in open_
            for task in second_questions(mutants[number], plan.project.library)
        ]
        second = yield from _asked(plan, more, "survivors")
        while (notice := notices.get()) is not None:
            yield notice
    finally:
        stop.set()
        thread.join()
    for number, mutant in enumerate(mutants):
        every = CLAIM_LEGS if isinstance(mutant.about, Claim) else DEFINITION_LEGS
        found = {**legs[number], **{leg: o for (n, leg), o in lean.items() if n == number}}
        explanation = None
        if number in open_ and not _caught_without_mirror(found):
            explanation = explain(mutant, found, first.get(number, []), second.get(number, []))
        outcomes = {leg: found.get(leg, Outcome.NOT_RUN) for leg in every}
        yield Finding(mutant, outcomes, explanation)


def _caught_without_mirror(found: Mapping[Leg, Outcome]) -> bool:
    return any(o is Outcome.REFUTED for leg, o in found.items() if leg is not Leg.MIRROR)


def _first_questions(plan: Plan, mutants: Sequence[Mutant]) -> Iterator[tuple[int, Task]]:
    for number, mutant in enumerate(mutants):
        legs = CLAIM_LEGS if isinstance(mutant.about, Claim) else DEFINITION_LEGS
        library = mutant.library(plan.project.library)
        for leg in legs:
            if leg in ENGINES:
                yield number, Task(mutant.about, library, leg, ENGINES[leg])


def _legs(
    answers: Mapping[int, list[Evidence]], number: int, mutant: Mutant
) -> Mapping[Leg, Outcome]:
    found = answers.get(number, [])
    return {leg: leg_outcome(e for e in found if e.leg is leg) for leg in {e.leg for e in found}}


def _asked(
    plan: Plan, questions: Sequence[tuple[int, Task]], what: str
) -> Generator[Notice, None, dict[int, list[Evidence]]]:
    """Yields how far it is; returns the evidence for each number."""
    found: dict[int, list[Evidence]] = {}
    done = 0
    with closing(answers(plan, questions)) as events:
        for event in events:
            if isinstance(event, Notice):
                yield event
                continue
            number, evidence = event
            found.setdefault(number, []).extend(evidence)
            done += 1
            if done % 50 == 0 or done == len(questions):
                yield Notice(f"{what}: {done} of {len(questions)} answers")
    return found


def _ask_lean(
    plan: Plan,
    mutants: Sequence[Mutant],
    found: dict[tuple[int, Leg], Outcome],
    notices: SimpleQueue[Notice | None],
    stop: Event,
) -> None:
    from harness.diagnostics import InputError
    from harness.lean.errand import ErrandFailed
    from harness.lean.find import caller_for
    from harness.lean.process import Stopped
    from harness.lean.toolchain import ToolchainMissing
    from harness.mutation.in_lean import in_lean

    def say(text: str) -> None:
        notices.put(Notice(text))

    try:
        caller = caller_for(plan.project.lean, plan.toolchain, plan.cache / "lean", say, stop)
        found.update(in_lean(plan.project, mutants, caller))
    except (ErrandFailed, InputError, Stopped, ToolchainMissing) as error:
        say(f"Lean did not answer: {error}")
    except Exception as error:  # a thread's own traceback would go by unseen
        say(f"Lean did not answer: {type(error).__name__}: {error}")
    finally:
        notices.put(None)
