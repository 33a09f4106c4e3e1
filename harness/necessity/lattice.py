"""All combinations of a checker's toggles, each question answered for each of them.

A cell is a universally quantified claim; it holds with a proof for every size, or fails with a
counterexample. Cells that ask the same claim are answered once, and claims that assume more are
answered first, since what breaks them breaks those that assume less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from harness.claims.model import Claim, Project
from harness.evidence import Counterexample
from harness.necessity.decide import Decision, decide
from harness.necessity.toggles import Checker, Question, Toggle


@dataclass(frozen=True)
class Cell:
    """One combination of toggles and what is known of each question there."""

    off: tuple[str, ...]
    """The toggles that are switched off; the others are on."""
    claims: Mapping[str, Claim]
    answers: Mapping[str, Decision]


def lattice(checker: Checker, project: Project, *, seconds: float = 1.0) -> Iterator[Cell]:
    """Every cell, all toggles on first. Each undecided search takes at most `seconds`, twice."""
    cells: dict[tuple[str, ...], dict[str, Claim]] = {}
    for off in subsets(checker.toggles):
        asked = {q.name: checker.claim(q, off, project) for q in checker.questions}
        cells[tuple(toggle.name for toggle in off)] = asked
    decisions = {q.name: _decided(q, cells, project, seconds) for q in checker.questions}
    for names, claims in cells.items():
        yield Cell(names, claims, {q: decisions[q][_key(claim)] for q, claim in claims.items()})


def subsets(toggles: tuple[Toggle, ...]) -> Iterator[tuple[Toggle, ...]]:
    """All combinations of toggles that can make a difference, the small ones first."""
    for count in range(len(toggles) + 1):
        for off in combinations(toggles, count):
            names = {toggle.name for toggle in off}
            if not any(names & set(toggle.needs) for toggle in off):
                yield off


def _key(claim: Claim) -> tuple[object, ...]:
    return (claim.parameters, claim.hypotheses, claim.conclusion)


def _decided(
    question: Question,
    cells: Mapping[tuple[str, ...], Mapping[str, Claim]],
    project: Project,
    seconds: float,
) -> dict[tuple[object, ...], Decision]:
    claims = {_key(asked[question.name]): asked[question.name] for asked in cells.values()}
    known: list[Counterexample] = []
    found: dict[tuple[object, ...], Decision] = {}
    for key, claim in sorted(claims.items(), key=lambda item: -len(item[1].hypotheses)):
        decision = decide(claim, project.library, known=known, seconds=seconds)
        if decision.counterexample is not None and decision.counterexample not in known:
            known.append(decision.counterexample)
        found[key] = decision
    return found
