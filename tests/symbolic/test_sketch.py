"""Sketches: every line is true, by the plain meaning of its terms; every format shows all lines."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from harness.arrays import Data, Places
from harness.arrays.shapes import size_of
from harness.claims.model import Claim
from harness.instances.models import Models
from harness.instances.tables import sizes_of
from harness.language.notation import to_text
from harness.language.terms import Equation, Lambda, Relation, Term, Variable
from harness.language.transform import children
from harness.language.types import Function, Index, Named, Sort, Type, Vector
from harness.symbolic import build as b
from harness.symbolic.sketch import NoSketch, Sketch, sketch
from harness.symbolic.sketch.render import FORMATS, render
from tests.arrays.language import CLAIMS, LIBRARY
from tests.arrays.naive import function
from tests.numeric.verify import is_open, shape, sides, target
from tests.symbolic.claims import build

RESIDUAL = "residualConcatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"
FOLD = "folded_qkvo_attention_block_invariant_of_commutes"


def variables(term: Term, bound: frozenset[str] = frozenset()) -> Iterator[Variable]:
    """The free variables of a term."""
    match term:
        case Variable(name):
            if name not in bound:
                yield term
        case Lambda(parameter, body):
            yield from variables(body, bound | {parameter.name})
        case _:
            for child in children(term):
                yield from variables(child, bound)


def square_plus_one(type_: Type) -> Any:
    """An open function that is not linear: x² + 1, entry by entry."""
    assert isinstance(type_, Function)
    match type_.source:
        case Index() | Named():
            return lambda i: lambda *rest: square_plus_one(type_.target)(*rest)
        case Vector():
            return lambda v: lambda i: v(i) * v(i) + 1
        case _:
            return lambda x: x * x + 1


def instance(claim: Claim, seed: int) -> tuple[dict[str, Any], dict[str, int]]:
    """Values that meet the hypotheses, as plain functions."""
    rng = random.Random(seed)
    sizes = sizes_of(claim.parameters, (2, 2, 3))
    model = next(Models(claim, LIBRARY, sizes, rng).models(20))
    values: dict[str, Any] = {}
    for p in claim.parameters:
        if isinstance(p.sort, Sort):
            continue
        axes = shape(p.type, sizes)
        match model.values.get(p.name):
            case Data(array) | Places(array):
                values[p.name] = function(array[0].tolist() if axes else array[0], len(axes))
            case _ if is_open(p.type):
                values[p.name] = square_plus_one(p.type)
            case _:
                kind = target(p.type)
                count = size_of(kind, sizes) if isinstance(kind, Index | Named) else 0
                cells = {
                    cell: rng.randrange(count) if count else Fraction(rng.randint(-3, 3))
                    for cell in itertools.product(*(range(n) for n in axes))
                }
                values[p.name] = curried(cells, len(axes))
    return values, sizes


def curried(cells: dict[tuple[int, ...], Any], depth: int, *given: int) -> Any:
    if depth == 0:
        return cells[given]
    return lambda i: curried(cells, depth - 1, *given, i)


def differences(claim: Claim, found: Sketch, seed: int) -> list[str]:
    """The lines that do not hold at an instance of the hypotheses."""
    values, sizes = instance(claim, seed)
    for hypothesis in claim.hypotheses:
        for left, right in sides(hypothesis.equation, values, sizes, LIBRARY):
            assert left == right
    wrong = []
    for step in found.steps:
        free = dict.fromkeys([*variables(step.left), *variables(step.right)])
        parameters = tuple(v for v in free if v.name not in values)
        equation = Equation(parameters, step.left, step.right)
        pairs = sides(equation, values, sizes, LIBRARY)
        assert pairs
        if any(left != right for left, right in pairs):
            wrong.append(f"({step.number}) {to_text(equation)}")
    return wrong


@cache
def sketched(name: str) -> Sketch:
    return sketch(CLAIMS[name], LIBRARY)


CONVERSE = "ropeHalfSplit_of_commutes"
"""Shown entry by entry, in one line; no sampler of exact numbers solves for four matrices."""


def test_what_is_shown_entry_by_entry_is_one_line() -> None:
    (step,) = sketch(CLAIMS[CONVERSE], LIBRARY).steps
    assert step.reason == "commutes, apart, mirrored"
    for hypothesis in CLAIMS[CONVERSE].hypotheses:
        with pytest.raises(NoSketch):
            sketch(CLAIMS[CONVERSE].without(hypothesis.name), LIBRARY)


@pytest.mark.parametrize("name", [name for name in CLAIMS if name != CONVERSE])
def test_every_line_is_true(name: str) -> None:
    found = sketched(name)
    assert found.steps
    assert not differences(CLAIMS[name], found, 1)


def test_a_line_that_is_false_would_be_seen() -> None:
    claim = CLAIMS[FOLD]
    found = sketch(claim, LIBRARY)
    for group in found.groups:
        step = replace(group.steps[0], right=b.negate(group.steps[0].right))
        broken = replace(group, steps=(step,))
        assert differences(claim, Sketch(found.theorem, (broken,)), 1)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_sketch_goes_from_one_side_of_the_claim_to_the_other(name: str) -> None:
    claim = CLAIMS[name]
    found = sketched(name)
    chain = found.groups[-1].steps
    assert to_text(chain[0].left) == to_text(claim.conclusion.left)
    assert to_text(chain[-1].right) == to_text(claim.conclusion.right)
    assert [step.number for step in found.steps] == list(range(1, len(found.steps) + 1))


def test_the_residual_block_is_told_from_the_inside_out() -> None:
    found = sketch(CLAIMS[RESIDUAL], LIBRARY)
    assert [group.title for group in found.groups] == [
        "ropeVector",
        "scores",
        "attentionWeights",
        "attentionContext",
        "ropeAttentionHeadContext",
        "multiHeadRopeAttentionContext",
        "concatProjectedMultiHeadRopeAttentionBlockOutput",
        "residualConcatProjectedMultiHeadRopeAttentionBlockOutput",
    ]
    reasons = {step.reason for step in found.steps}
    assert {"commutes", "orthogonal", "adjoint", "linearity", "block by block"} <= reasons
    assert "algebra" not in reasons


def test_every_reason_is_a_hypothesis_a_definition_a_law_or_a_line_before() -> None:
    laws = {"associativity", "adjoint", "linearity", "block by block", "algebra"}
    for name, claim in CLAIMS.items():
        names = {h.name for h in claim.hypotheses}
        found = sketched(name)
        for step in found.steps:
            for reason in step.reason.split(", "):
                if reason in names:
                    assert reason in {h.name for h in found.given}
                is_line = reason.startswith("(") and int(reason[1:-1]) < step.number
                known = reason in names | laws or reason in LIBRARY.definitions
                told = reason.startswith(("definition of ", "congruence of "))
                assert is_line or known or told, reason


@pytest.mark.parametrize("name", CLAIMS)
def test_every_format_shows_every_line(name: str) -> None:
    found = sketched(name)
    for format_ in FORMATS:
        text = render(found, format_)
        for step in found.steps:
            assert f"({step.number})" in text
        for hypothesis in found.given:
            assert hypothesis.name in text.partition("given")[2].partition("(1)")[0]
        if format_ != "text":
            assert text.count("{aligned}") % 2 == text.count("{align*}") % 2 == 0


def test_what_is_not_proved_has_no_sketch(tmp_path: Any) -> None:
    claim = build(tmp_path, LIBRARY, "vectors", "scores(R @ q, K) = scores(q, K)")
    with pytest.raises(NoSketch):
        sketch(claim, LIBRARY)


def test_an_order_has_no_sketch(tmp_path: Any) -> None:
    """It may be proved, of one hypothesis less even; a sketch is a chain of equations."""
    claim = build(tmp_path, LIBRARY, "vectors", "a = a + b * b")
    ordered = replace(claim.conclusion, relation=Relation.AT_MOST)
    with pytest.raises(NoSketch, match="of no ≤"):
        sketch(replace(claim, conclusion=ordered), LIBRARY)
