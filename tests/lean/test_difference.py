"""The words for what a specification and a theorem differ in, on terms made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.model import Claim
from harness.claims.project import load_project
from harness.lean import expression as lean
from harness.lean.expression import Constant, Expression, ForAll, Local, apply
from harness.lean.mirror.difference import Difference, Statements
from harness.lean.printer import Printer
from harness.lean.stored import MARK

PROJECT = load_project(Path(__file__).parents[1] / "fixtures" / "isometry")
CONSTANTS = frozenset(
    f"Isometry.{name}"
    for name in ("total", "inner", "act", "compose", "flip", "unit", "squaredLength")
)
[CLAIM] = [claim for claim in PROJECT.claims if claim.theorem == "inner_invariant"]
PRINTED = Printer(PROJECT.library).claim(CLAIM)[1]


def differences(stored: Expression, claim: Claim = CLAIM, text: str = "") -> list[Difference]:
    printed = Printer(PROJECT.library).claim(claim)[1]
    return Statements(claim, "P.theorem", printed, stored, CONSTANTS, text).differences()


def binders(statement: Expression) -> list[tuple[str, Expression]]:
    found = []
    while isinstance(statement, ForAll):
        found.append((statement.name, statement.type))
        statement = statement.body
    return found


def rebuilt(found: list[tuple[str, Expression]], statement: Expression = PRINTED) -> Expression:
    while isinstance(statement, ForAll):
        statement = statement.body
    return lean.for_all(found, statement)


def test_one_statement_has_no_differences() -> None:
    assert differences(PRINTED) == []


def test_other_instances_are_no_difference_that_can_be_told() -> None:
    other = lean.for_all([(n, t) for n, t in binders(PRINTED)], lean.Sort())
    assert [d.kind for d in differences(other)] == ["words that mean something else"]


@pytest.mark.parametrize(
    ("index", "type_", "kind", "words"),
    [
        (
            0,
            lean.Sort("0"),
            "fewer universes",
            "scalars in any universe, P.theorem in `Type` alone",
        ),
        (
            1,
            apply(Constant("Lean.Grind.Field"), Local("α")),
            "other scalars",
            "[Lean.Grind.Field α]",
        ),
        (4, Constant("Nat"), "a parameter of another type", "`A` is matrix(m, n) in"),
    ],
)
def test_a_binder_of_another_type(index: int, type_: Expression, kind: str, words: str) -> None:
    found = binders(PRINTED)
    assert len(found) == 8  # α, its instance, m, n, A, u, v and the hypothesis
    found[index] = (found[index][0], type_)
    [difference] = [d for d in differences(rebuilt(found)) if d.kind == kind]
    assert words in difference.summary


def test_a_parameter_and_a_hypothesis_too_many_in_lean() -> None:
    found = binders(PRINTED)
    more = apply(Constant("Eq"), Constant("Nat"), Local("m"), Local("n"))
    found[4:4] = [("k", Constant("Nat")), ("square", more)]
    text = "theorem t {m n k : Nat} (square : m = n) (A : Fin m → Fin n → α) : x = y"
    assert [(d.kind, d.summary) for d in differences(rebuilt(found), text=text)] == [
        ("a parameter more in Lean", "P.theorem takes `k : Nat`, which the specification has not."),
        (
            "a hypothesis more in Lean",
            "P.theorem assumes `square : m = n`, which the specification does not.",
        ),
    ]


def test_a_hypothesis_too_many_in_the_specification_stands_at_its_line() -> None:
    [difference] = differences(rebuilt(binders(PRINTED)[:-1]))
    assert difference.kind == "a hypothesis more in the specification"
    assert "assumes `orthogonal: Aᵀ @ A = 1`, which P.theorem does not" in difference.summary
    assert difference.path == ("assume", "orthogonal")


def test_another_conclusion() -> None:
    other = next(claim for claim in PROJECT.claims if claim.theorem == "squaredLength_invariant")
    stored = Printer(PROJECT.library).claim(replace(CLAIM, conclusion=other.conclusion))[1]
    text = "theorem t (A : M) : squaredLength (act A v) = squaredLength v"
    [difference] = differences(stored, text=text)
    assert difference.kind == "another conclusion"
    assert difference.path == ("then",)
    assert "`dot(A @ u, A @ v) = dot(u, v)` in the specification, and `squaredLength (act" in (
        difference.summary
    )


def test_both_statements_are_laid_side_by_side_in_one_notation() -> None:
    less = replace(CLAIM, hypotheses=())
    printed = Printer(PROJECT.library).claim(less)[1]
    ours, theirs = Statements(less, "P.theorem", printed, PRINTED, CONSTANTS, "").texts()
    missing = [line for line in theirs.splitlines() if line not in ours.splitlines()]
    assert missing == ["compose (flip A) A = unit"]
    assert ours.splitlines()[-1] == "⊢ inner (act A u) (act A v) = inner u v"
    assert "A : Fin m → Fin n → α" in ours.splitlines()


def test_what_lean_appends_to_a_name_that_nobody_wrote_is_no_difference() -> None:
    other = [(n, t) for n, t in binders(PRINTED)]
    other[1] = (f"inst._@.P.1493469217._hygCtx._hyg.3{MARK}7", other[1][1])
    less = replace(CLAIM, hypotheses=())
    printed = Printer(PROJECT.library).claim(less)[1]
    ours, theirs = Statements(less, "P.theorem", printed, rebuilt(other), CONSTANTS, "").texts()
    assert set(theirs.splitlines()) - set(ours.splitlines()) == {"compose (flip A) A = unit"}


def test_what_reads_alike_and_is_not_is_shown_with_its_instances() -> None:
    other = [(n, t) for n, t in binders(PRINTED)]
    other[1] = (other[1][0], apply(Constant("P.Own"), Local(other[0][0])))
    ours, theirs = Statements(CLAIM, "P.theorem", PRINTED, rebuilt(other), CONSTANTS, "").texts()
    assert ours != theirs
