"""Counterexamples made small: still counterexamples, and nothing more to leave out."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from harness.claims.model import Claim
from harness.claims.project import Project
from harness.evidence import Counterexample
from harness.instances.exact import breaks
from harness.instances.shrink import shrink
from harness.instances.steps import worked
from harness.necessity.decide import decide
from tests.numeric.verify import assert_breaks


def without(project: Project, theorem: str, hypothesis: str) -> Claim:
    [claim] = [c for c in project.claims if c.theorem.startswith(theorem)]
    kept = tuple(h for h in claim.hypotheses if h.name != hypothesis)
    assert len(kept) < len(claim.hypotheses)
    return replace(claim, hypotheses=kept)


def large(rows: int, columns: int, seed: int) -> list[list[str]]:
    return [[str(Fraction((i * 7 + j * 5 + seed) % 11 - 4, 2)) for j in range(columns)]
            for i in range(rows)]  # fmt: skip


def rotation(size: int) -> list[list[str]]:
    """3/5, 4/5 in one plane; orthogonal."""
    found = [[str(int(i == j)) for j in range(size)] for i in range(size)]
    found[0][:2], found[1][:2] = ["3/5", "-4/5"], ["4/5", "3/5"]
    return found


def test_a_large_instance_shrinks_to_one_that_a_hand_can_check(project: Project) -> None:
    claim = without(project, "folded_qkvo_attention", "commutes")
    n, d, m, places = 3, 4, 3, 2
    values: dict[str, Any] = {
        "weights": "x ↦ x*x + 1",
        "Θ": [large(d, d, seed) for seed in range(places)],
        "R": rotation(d),
        **{name: large(d, m, seed) for seed, name in enumerate(("Wq", "Wk", "Wv"), 5)},
        "Wo": large(m, d, 9),
        "p": 1,
        "x": ["1/2", "3", "-2"],
        "pos": [0, 1, 1],
        "T": large(n, m, 2),
    }
    given = Counterexample({"n": n, "d": d, "m": m, "P": places}, values, 0, 1)
    assert breaks(given, claim, project.library) is not None
    small = shrink(given, claim, project.library)
    assert_breaks(claim, small, project.library)
    # Rotations of a line commute with everything on it, so there is no example in one dimension.
    assert small.sizes == {"n": 1, "d": 2, "m": 1, "P": 1}
    assert numbers(small.values["Wq"]) <= {0, 1, -1}
    assert numbers(small.values["T"]) <= {0, 1, -1}
    assert shrink(small, claim, project.library) == small


def numbers(value: Any) -> set[Fraction]:
    if isinstance(value, list):
        return set().union(*map(numbers, value))
    return {Fraction(value)}


def test_heads_are_cut_out_of_concatenated_dimensions(project: Project) -> None:
    """Of two heads the second matters; the output projection loses the first one's columns."""
    claim = without(project, "outputProjection_absorbs", "orthogonal")
    values: dict[str, Any] = {
        "R": [[[1, 0], [0, 1]], [[2, 0], [0, 1]]],
        "Wo": [[5, 6, 1, 3]],
        "c": [[7, 8], [1, 0]],
    }
    given = Counterexample({"h": 2, "d": 2, "e": 2, "m": 1}, values, 0, 1)
    small = shrink(given, claim, project.library)
    assert_breaks(claim, small, project.library)
    # By hand: W Rᵀ R c = 0 for R = 0, and W c = 1.
    assert small.sizes == {"h": 1, "d": 1, "e": 1, "m": 1}
    assert (small.values["R"], small.values["Wo"], small.values["c"]) == ([[[0]]], [[1]], [[1]])
    assert (small.left, small.right) == ([0], [1])


def test_what_is_no_counterexample_stays_as_it_is(project: Project) -> None:
    claim = without(project, "blockDiag_orthogonal", "orthogonal")
    given = Counterexample({"h": 1, "d": 1, "e": 1}, {"R": [[[1]]]}, [[1]], [[1]])
    assert breaks(given, claim, project.library) is None
    assert shrink(given, claim, project.library) is given


@pytest.mark.parametrize("values", [{}, {"R": "no"}, {"R": [[["nan"]]]}, {"R": [[[1, 2]]]}])
def test_an_instance_that_cannot_be_read_breaks_nothing(
    project: Project, values: dict[str, Any]
) -> None:
    claim = without(project, "blockDiag_orthogonal", "orthogonal")
    given = Counterexample({"h": 1, "d": 1, "e": 1}, values, [[1]], [[0]])
    assert breaks(given, claim, project.library) is None


def test_both_sides_are_worked_out(project: Project) -> None:
    """R = 0, q = 1, K = (2): with R the score is 0 · 0, without it 1 · 2."""
    claim = without(project, "scores_invariant_of_orthogonal", "orthogonal")
    values: dict[str, Any] = {"R": [[0]], "q": [1], "K": [[2]]}
    example = Counterexample({"n": 1, "d": 1, "e": 1}, values, [0], [2])
    lines = [(line.side, line.text, line.value) for line in worked(example, claim, project.library)]
    assert lines == [
        ("left", "R @ q", [0]),
        ("left", "R @ K(j) at j = 0", [0]),
        ("left", "dot(R @ q, R @ K(j)) at j = 0", 0),
        ("left", "scores(R @ q, j ↦ R @ K(j))", [0]),
        ("right", "dot(q, K(j)) at j = 0", 2),
        ("right", "scores(q, K)", [2]),
    ]


def test_each_head_and_each_key_is_worked_out(project: Project) -> None:
    theorem = "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"
    claim = without(project, theorem, "commutes")
    found = decide(claim, project.library).counterexample
    assert found is not None
    small = shrink(found, claim, project.library)
    lines = worked(small, claim, project.library)
    last = {line.side: line.value for line in lines}
    assert last == {"left": small.left, "right": small.right}
    assert [line.text for line in lines if line.text.startswith("scores")] == [
        "scores(…) at k = 0",
        "scores(…) at k = 0",
    ]
