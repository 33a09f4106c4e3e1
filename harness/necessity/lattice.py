"""All combinations of a checker's toggles, each question answered for each of them.

A cell is a universally quantified claim; it holds with a proof for every size, or fails with a
counterexample. Cells that ask the same claim are answered once, and claims that assume more are
answered first, since what breaks them breaks those that assume less.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from harness.claims.model import Claim, Library
from harness.claims.toggles import Checker, Question, Toggle
from harness.evidence import Counterexample
from harness.instances.exact import Trials
from harness.lattice import Answer, Spared
from harness.necessity.decide import Decision, decide


@dataclass(frozen=True)
class DecidedCell:
    """One combination of toggles and what is known of each question there."""

    off: tuple[str, ...]
    """The toggles that are switched off; the others are on."""
    claims: Mapping[str, Claim]
    answers: Mapping[str, Decision]


SECONDS = 20.0
"""How long each undecided search takes, twice; told by work."""


def lattice(checker: Checker, library: Library) -> Iterator[DecidedCell]:
    """Every cell, all toggles on first."""
    cells: dict[tuple[str, ...], dict[str, Claim]] = {}
    for off in subsets(checker.toggles):
        asked = {q.name: checker.claim(q, off, library) for q in checker.questions}
        cells[tuple(toggle.name for toggle in off)] = asked
    decisions = {
        q.name: _decided([asked[q.name] for asked in cells.values()], library)
        for q in checker.questions
    }
    for i, (names, claims) in enumerate(cells.items()):
        yield DecidedCell(names, claims, {q: decisions[q][i] for q in claims})


def subsets(toggles: tuple[Toggle, ...]) -> Iterator[tuple[Toggle, ...]]:
    """All combinations of toggles that can make a difference, the small ones first."""
    for count in range(len(toggles) + 1):
        for off in combinations(toggles, count):
            names = {toggle.name for toggle in off}
            if not any(names & set(toggle.needs) for toggle in off):
                yield off


def key(claim: Claim) -> tuple[object, ...]:
    """What two claims have in common that say the same."""
    return (claim.parameters, claim.hypotheses, claim.conclusion)


def _decided(claims: Sequence[Claim], library: Library) -> list[Decision]:
    """The decision about each claim, each made once."""
    # Hashing a term takes a walk, so that each is hashed once.
    conclusions: dict[Hashable, int] = {}
    numbers: dict[Hashable, int] = {}
    distinct: dict[int, tuple[Claim, int]] = {}
    which: list[int] = []
    for claim in claims:
        about = conclusions.setdefault((claim.parameters, claim.conclusion), len(conclusions))
        which.append(numbers.setdefault((about, claim.hypotheses), len(numbers)))
        distinct[which[-1]] = claim, about
    known: list[Counterexample] = []
    trials = Trials(library)
    found: dict[int, Decision] = {}
    alike: dict[int, list[tuple[Claim, Decision]]] = {}
    for number, (claim, about) in sorted(
        distinct.items(), key=lambda item: -len(item[1][0].hypotheses)
    ):
        others = alike.setdefault(about, [])
        decision = next((d for other, d in others if _answers(other, d, claim)), None)
        if decision is None:
            decision = decide(claim, library, known=known, trials=trials, seconds=SECONDS)
            others.append((claim, decision))
        example = decision.counterexample
        if example is not None and all(example.values != other.values for other in known):
            known.append(example)
        found[number] = decision
    return [found[number] for number in which]


def _answers(other: Claim, decision: Decision, claim: Claim) -> bool:
    """Whether what was found of a claim answers one of the same conclusion as it stands.

    What breaks a conclusion under more hypotheses breaks it under fewer, and a proof asks for the
    hypotheses that it uses.
    """
    match decision.answer:
        case Answer.FAILS:
            return all(h in other.hypotheses for h in claim.hypotheses)
        case Answer.HOLDS:
            return all(h in claim.hypotheses for h in other.hypotheses if h.name in decision.used)
        case _:
            return False


def spared(checker: Checker, cells: Sequence[DecidedCell], library: Library) -> Iterator[Spared]:
    """For each question, which assumptions it can do without, and when.

    Where nothing turns any more there is nothing to say, and nothing is said.
    """
    for question in checker.questions:
        answers = {frozenset(cell.off): cell.answers[question.name] for cell in cells}
        matter = [t for t in checker.toggles if _matters(t, question, library)]
        parts = [t.name for t in matter if not t.is_assumption]
        for toggle in matter:
            if toggle.is_assumption:
                yield from _spared(question.name, toggle.name, parts, answers)


def _matters(toggle: Toggle, question: Question, library: Library) -> bool:
    asked = toggle.asks(question.name) or question.claim
    return key(toggle.off(asked, library)) != key(question.claim)


def _spared(
    question: str, toggle: str, parts: Sequence[str], answers: Mapping[frozenset[str], Decision]
) -> Iterator[Spared]:
    found: list[frozenset[str]] = []
    for count in range(len(parts)):
        for off in map(frozenset, combinations(parts, count)):
            decision = answers.get(off | {toggle})
            if decision is None or decision.answer is not Answer.HOLDS:
                continue
            if not any(smaller <= off for smaller in found):
                found.append(off)
                left = tuple(name for name in parts if name in off)
                on = tuple(name for name in parts if name not in off)
                text = _sentence(question, toggle, left, decision.used)
                yield Spared(question, toggle, left, on, decision.used, text)


def _sentence(question: str, toggle: str, off: Sequence[str], uses: Sequence[str]) -> str:
    by = f"from {_listed(uses)}" if uses else "from no hypothesis"
    without = f" once {_listed(off)} {_be(off)} off" if off else ""
    about = f"{question}: " if question else ""
    return f"{about}{toggle} is not needed{without}; proved {by}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
