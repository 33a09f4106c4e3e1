"""The instances that are drawn: the same for a seed, of many shapes, with the awkward ones."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.claims.library import core_scalars
from harness.claims.model import Definition, Library
from harness.claims.project import Project, load_project
from harness.evidence import Outcome
from harness.language.terms import Call, Primitive, Variable
from harness.language.types import SCALAR, DimLit, Index, Parameter
from harness.lean.execution.functions import function
from harness.lean.execution.inputs import draw
from harness.lean.execution.questions import FEWEST, questions
from harness.lean.execution.subjects import Subject, of_claim
from harness.lean.printer import Printer
from harness.lean.scope import CannotPrint

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(ROOT)


def subjects(project: Project) -> list[Subject]:
    return list(map(of_claim, project.claims))


def instances(project: Project, seed: int) -> list[str]:
    asked, faults = questions(subjects(project), seed)
    assert not faults
    return [f"{q.subject.name} {q.side} {q.kind} {q.instance}" for q in asked]


def test_a_seed_fixes_every_instance(project: Project) -> None:
    assert instances(project, 7) == instances(project, 7)
    assert instances(project, 7) != instances(project, 8)


@pytest.mark.parametrize("count", [1, 2, 18])
def test_however_few_subjects_there_are_a_run_has_enough_instances(
    project: Project, count: int
) -> None:
    asked, _ = questions(subjects(project)[:count], 0)
    assert sum(question.side == 0 for question in asked) >= FEWEST == 200


def test_every_subject_meets_the_awkward_instances(project: Project) -> None:
    for subject in subjects(project):
        dims = [p.name for p in subject.parameters if not p.is_explicit and p.sort == "dimension"]
        asked, _ = questions([subject], 0)
        rational = [q.instance for q in asked if q.kind == "Rat"]
        if dims:
            assert any(all(q.sizes[dim] == 1 for dim in dims) for q in rational)
        for dim in dims:
            assert any(q.sizes[dim] == 0 for q in rational), (subject.name, dim)
        divided = [q for q in rational if q.style == "zeros"]
        assert divided
        assert all(q.mode == 1 and not any(map(np.any, q.numbers.values())) for q in divided)


def test_rotations_are_rotations(project: Project) -> None:
    claim = next(c for c in project.claims if c.theorem == "scores_invariant_of_orthogonal")
    found = 0
    for instance in draw(claim.parameters, 40, "seed"):
        R = instance.numbers["R"]
        if instance.style == "rotations" and R.shape[0] == R.shape[1]:
            found += 1
            identity = np.array(
                [[Fraction(i == j) for j in range(len(R))] for i in range(len(R))], dtype=object
            )
            assert (identity == R.T @ R).all()
    assert found


def test_what_fails_for_one_subject_fails_for_it_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in drawing, ours or of a claim over nothing, is an answer for that subject."""
    first, second, third, *_ = subjects(project)
    nothing = replace(second, parameters=(*second.parameters, Parameter("i", Index(DimLit(0)))))
    honest = draw

    def faulty(parameters: Any, *words: Any, **more: Any) -> Any:
        if parameters is third.parameters:
            raise ValueError("on purpose")
        return honest(parameters, *words, **more)

    monkeypatch.setattr("harness.lean.execution.questions.draw", faulty)
    asked, faults = questions([first, nothing, third], 0)
    assert {question.subject.name for question in asked} == {first.name}
    assert faults[nothing.name][0] is Outcome.INCONCLUSIVE
    assert "no index below 0" in faults[nothing.name][1]
    assert faults[third.name] == (
        Outcome.ERROR,
        "No instance was drawn: ValueError: on purpose",
    )


def test_what_no_fraction_tells_of_integers_is_not_run() -> None:
    """`Int` rounds where it divides: Python's fractions would differ from what is right."""
    scalars = core_scalars()
    x, y = (Parameter(name, SCALAR) for name in "xy")
    operands = Variable("x", SCALAR), Variable("y", SCALAR)
    quotient = Primitive("divide", (), operands, SCALAR)
    library = Library("T", scalars, {}, {"ratio": Definition("ratio", "", (x, y), quotient, "")})
    called = Call("ratio", (), operands, SCALAR)
    of_rationals = Subject("t", (x, y), called, scalars["rational numbers"])
    printer = Printer(library)
    assert "T.ratio" in function(printer, "Rat", of_rationals, called, "side")
    of_integers = replace(of_rationals, scalars=scalars["integers"])
    with pytest.raises(CannotPrint, match="another than that of fractions"):
        function(printer, "Rat", of_integers, called, "side")
    product = replace(quotient, operator="multiply")
    definitions = {"ratio": Definition("ratio", "", (x, y), product, "")}
    printer = Printer(replace(library, definitions=definitions))
    assert "T.ratio" in function(printer, "Rat", of_integers, called, "side")
