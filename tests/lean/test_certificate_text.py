"""What may enter a certificate: numbers and places, whatever a search hands in."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.claims.project import load_project
from harness.evidence import Counterexample, Evidence, Leg, Outcome
from harness.lean.audit.answer import Answer, Ruling
from harness.lean.certificate.leg import Request, _judged
from harness.lean.certificate.numbers import CannotCertify, integer, place
from harness.lean.certificate.statement import difference, refutation, weakening
from harness.lean.expression import postfix, source, substitute
from harness.lean.printer import Printer

PROJECT = load_project(Path(__file__).parents[1] / "fixtures" / "isometry")
PRINTER = Printer(PROJECT.library)
[CLAIM] = [c for c in PROJECT.claims if c.theorem == "inner_invariant"]
REST = replace(CLAIM, hypotheses=())
SIZES: dict[str, Any] = {"m": 1, "n": 1}
VALUES: dict[str, Any] = {"A": [[0]], "u": [1], "v": [1]}


def line(sizes: dict[str, Any], values: dict[str, Any], left: Any = 0, right: Any = 1) -> str:
    return refutation(PRINTER, REST, Counterexample(sizes, values, left, right), "key").line()


def test_a_plain_instance_is_written_down() -> None:
    assert line(SIZES, VALUES).startswith("compare\tkey\t\t")


HOSTILE = ["1); axiom bad : False --", "1/2", "nan", "1/0", float("nan"), float("inf"), None, []]


@pytest.mark.parametrize("number", HOSTILE)
def test_what_is_no_integer_is_not(number: Any) -> None:
    with pytest.raises(CannotCertify):
        line(SIZES, {**VALUES, "A": [[number]]})


@pytest.mark.parametrize(
    ("sizes", "values"),
    [
        ({}, VALUES),
        ({"m": 0, "n": 1}, VALUES),
        ({"m": "1", "n": 1}, VALUES),
        ({"m": 2, "n": 1}, VALUES),
        (SIZES, {}),
        (SIZES, {**VALUES, "A": [[0, 0]]}),
        (SIZES, {**VALUES, "A": "x ↦ x"}),
        (SIZES, {**VALUES, "u": 1}),
    ],
)
def test_a_misshapen_instance_is_not(sizes: dict[str, Any], values: dict[str, Any]) -> None:
    with pytest.raises(CannotCertify):
        line(sizes, values)


def test_sides_that_do_not_differ_are_not() -> None:
    with pytest.raises(CannotCertify, match="the same"):
        line(SIZES, VALUES, 1, 1)
    with pytest.raises(CannotCertify):
        line(SIZES, VALUES, [1], [1, 2])
    with pytest.raises(CannotCertify):
        line(SIZES, VALUES, [1, 1], [1, 2])


def test_the_first_difference_is_found() -> None:
    assert difference([[1, 2], [3, 4]], [[1, 2], [3, 5]]) == (1, 1)
    assert difference(1, 2) == ()
    # Modulo 3 the first two are the same.
    assert difference([0, 1], [3, 0], 3) == (1,)


def test_places_lie_below_their_size() -> None:
    assert source(place(1, 2)).startswith("@Fin.mk")
    for value in (2, -1):
        with pytest.raises(CannotCertify):
            place(value, 2)


def test_integers_by_their_constructors() -> None:
    # Int.negSucc n is −(n + 1).
    assert source(integer(3)) == "@Int.ofNat (nat_lit 3)"
    assert source(integer(-1)) == "@Int.negSucc (nat_lit 0)"


def test_what_binds_a_name_hides_the_value_put_for_it() -> None:
    from harness.lean.expression import NAT, Application, Function, Local

    inner = Application(Function("x", NAT, Local("x")), Local("x"))
    changed = substitute(inner, {"x": integer(5)})
    assert postfix(changed) == "!Nat: #0 L !Int.ofNat: =5 @ @"


@pytest.mark.parametrize(
    ("theorem", "instance", "outcome", "words"),
    [
        (True, True, Outcome.CONFIRMED, "is necessary"),
        (True, False, Outcome.ERROR, "contradict each other"),
        (False, True, Outcome.INCONCLUSIVE, "says nothing of Lean's theorem"),
        (False, False, Outcome.INCONCLUSIVE, "says nothing of Lean's theorem"),
    ],
)
def test_a_specification_that_is_not_leans_theorem_is_no_contradiction(
    theorem: bool, instance: bool, outcome: Outcome, words: str
) -> None:
    example = Counterexample(SIZES, VALUES, 0, 1)
    item = Evidence(
        CLAIM.theorem, Leg.NECESSITY, "without orthogonal", Outcome.INCONCLUSIVE, "",
        {"hypothesis": "orthogonal"}, example,
    )  # fmt: skip
    asked = (
        weakening(PRINTER, CLAIM, 0, "is the theorem less that"),
        refutation(PRINTER, REST, example, "instance"),
    )
    said = {True: Ruling("accepted"), False: Ruling("refused", "the types differ")}
    answer = Answer(compared={asked[0].key: said[theorem], asked[1].key: said[instance]})
    session: Any = SimpleNamespace(toolchain={}, project=PROJECT)
    found = _judged(session, CLAIM, item, Request(asked), answer)
    assert found.outcome is outcome
    assert words in found.summary
