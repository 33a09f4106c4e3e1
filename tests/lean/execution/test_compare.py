"""The comparison by itself: answers that lie, break off, or say that they are no numbers."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.claims.library import load_library
from harness.claims.project import load_project
from harness.evidence import Outcome
from harness.lean.errand import ErrandFailed
from harness.lean.execution.compare import Tally, compare
from harness.lean.execution.findings import evidence
from harness.lean.execution.inputs import Instance
from harness.lean.execution.kinds import Scalars, bits
from harness.lean.execution.questions import Question
from harness.lean.execution.subjects import of_definition

NO_SESSION: Any = SimpleNamespace(toolchain={})
PROJECT = load_project(Path(__file__).parents[2] / "fixtures" / "isometry")


def vector(*numbers: str) -> Instance:
    from fractions import Fraction

    import numpy as np

    table = np.array([Fraction(n) for n in numbers], dtype=object)
    return Instance("dense", 0, {"n": len(numbers)}, {"v": table})


def length(kind: Scalars, instance: Instance, answer: str) -> Tally:
    """What comes of one answer about the squared length of a vector."""
    subject = of_definition(PROJECT.library.definitions["squaredLength"], PROJECT.library)
    asked = [Question(subject, 0, kind, instance)]
    [tally] = compare(PROJECT.library, PROJECT.claims, asked, [answer]).values()
    return tally


def judge(kind: Scalars, tally: Tally) -> tuple[Outcome, str]:
    found = evidence(NO_SESSION, "squaredLength", kind, tally, 0.0)
    return found.outcome, found.summary


def test_the_right_answer_is_confirmed_and_a_wrong_one_refuted() -> None:
    # (1/2)² + (-3)² = 37/4
    right = length("Rat", vector("1/2", "-3"), "r 37/4")
    assert judge("Rat", right)[0] is Outcome.CONFIRMED
    wrong = length("Rat", vector("1/2", "-3"), "r 36/4")
    outcome, summary = judge("Rat", wrong)
    assert outcome is Outcome.REFUTED
    assert "n = 2" in summary
    assert wrong.difference is not None
    assert (wrong.difference.example.left, wrong.difference.example.right) == (["9"], ["37/4"])
    assert wrong.difference.example.values == {"v": ["1/2", "-3"]}


@pytest.mark.parametrize("answer", ["r", "r 37/4 0/1"])
def test_too_few_and_too_many_numbers_are_refuted(answer: str) -> None:
    assert judge("Rat", length("Rat", vector("1/2", "-3"), answer))[0] is Outcome.REFUTED


def double(number: float) -> str:
    return f"f {bits(number)}"


def test_doubles_may_err_as_far_as_rounding_goes_and_no_further() -> None:
    instance = vector("1/10", "1/5")  # 0.01 + 0.04
    for number in (0.05, 0.05 + 1e-17, math.nextafter(0.05, 1)):
        assert judge("Float", length("Float", instance, double(number)))[0] is Outcome.CONFIRMED
    for number in (0.05 + 1e-14, 0.0, -0.05, math.inf, -math.inf, math.nan):
        assert judge("Float", length("Float", instance, double(number)))[0] is Outcome.REFUTED


def test_doubles_without_a_bound_are_not_compared_and_nothing_compared_is_not_confirmed() -> None:
    tally = length("Float", vector("1e200", "1"), double(math.inf))
    assert (tally.entries, tally.without_bound) == (1, 1)
    assert judge("Float", tally)[0] is Outcome.INCONCLUSIVE
    assert judge("Rat", Tally())[0] is Outcome.INCONCLUSIVE


def ratio(tmp_path: Path, kind: Scalars, x: str, y: str, answer: str) -> Tally:
    """What comes of one answer about a quotient."""
    from fractions import Fraction

    import numpy as np

    path = tmp_path / "definitions.yaml"
    path.write_text(
        "namespace: ''\nprimitives: {}\ndefinitions:\n  ratio:\n    says: It is.\n"
        "    for:\n      x, y: scalar\n    is: x / y\n",
        "utf-8",
    )
    library = load_library(path, path.name)
    subject = of_definition(library.definitions["ratio"], library)
    numbers = {name: np.array(Fraction(n), dtype=object) for name, n in (("x", x), ("y", y))}
    asked = [Question(subject, 0, kind, Instance("dense", 0, {}, numbers))]
    [tally] = compare(library, (), asked, [answer]).values()
    return tally


def test_what_is_divided_by_0_is_no_number_among_doubles(tmp_path: Path) -> None:
    """In a field it is 0, and so it is in Lean's fractions."""
    for x, value in (("0", math.nan), ("1", math.inf), ("1", 0.0)):
        tally = ratio(tmp_path, "Float", x, "0", double(value))
        assert (tally.entries, tally.without_bound) == (1, 1)
        assert judge("Float", tally)[0] is Outcome.INCONCLUSIVE
    for value, outcome in ((2.0, Outcome.CONFIRMED), (math.nan, Outcome.REFUTED)):
        assert judge("Float", ratio(tmp_path, "Float", "6", "3", double(value)))[0] is outcome
    assert judge("Rat", ratio(tmp_path, "Rat", "1", "0", "r 0/1"))[0] is Outcome.CONFIRMED
    assert judge("Rat", ratio(tmp_path, "Rat", "1", "0", "r 1/1"))[0] is Outcome.REFUTED


@pytest.mark.parametrize(
    "answer",
    ["", "f 0", "r 1/0", "r x", "r 1/2/3", "r nan", "37/4", "error: no"],
)
def test_what_is_no_answer_is_not_read_as_one(answer: str) -> None:
    with pytest.raises(ErrandFailed, match="means nothing"):
        length("Rat", vector("1/2", "-3"), answer)


@pytest.mark.parametrize("answer", ["f", "f -1", "f 1.5", "f 99999999999999999999999", "r 1"])
def test_neither_are_bits_that_no_double_has(answer: str) -> None:
    if answer == "f":
        assert judge("Float", length("Float", vector("1"), answer))[0] is Outcome.REFUTED
        return
    with pytest.raises(ErrandFailed, match="means nothing"):
        length("Float", vector("1"), answer)
