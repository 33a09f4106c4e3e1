"""Powers by a number, `x ^ 2`: what is true of them is confirmed by each engine, and what is not
is refuted by each alone."""

from __future__ import annotations

import pytest

from harness.claims.forms import UnitSquares, recognise
from harness.claims.model import Claim
from harness.claims.vacuity import vacuous
from harness.evidence import Leg, Outcome
from harness.instances.exact import breaks
from harness.lean.expression import source
from harness.lean.printer import Printer
from harness.numeric.leg import check as numeric
from harness.plan import over_its_scalars
from harness.symbolic.leg import check as symbolic
from tests.test_bounds import PROJECT, over

LIBRARY = PROJECT.library
UNIT = {"unit": "c ^ 2 + s ^ 2 = 1"}
NORM = "(c * x - s * y) ^ 2 + (s * x + c * y) ^ 2 = "

TRUE = {
    "the square of a sum": over("integers", "x y", "(x + y) ^ 2 = x ^ 2 + 2 * x * y + y ^ 2"),
    "a power of a power": over("commutative ring", "x", "(x ^ 2) ^ 3 * x ^ 0 = x ^ 5 * x ^ 1"),
    "a power of a quotient": over("field", "x y", "(x / y) ^ 3 = x ^ 3 / y ^ 3"),
    "what a rotation keeps": over("field", "c s x y", f"{NORM}x ^ 2 + y ^ 2", **UNIT),
    "a square is not negative": over("rational numbers", "x y", "0 ≤ (x - y) ^ 2"),
    "what is negated first": over("integers", "x", "-x ^ 2 + (-x) ^ 2 = 0"),
}
FALSE = {
    "the middle forgotten": over("integers", "x y", "(x + y) ^ 2 = x ^ 2 + y ^ 2"),
    "exponents multiplied": over("commutative ring", "x", "x ^ 2 * x ^ 3 = x ^ 6"),
    "nothing is 0": over("commutative ring", "x", "x ^ 0 = 0"),
    "a cube in place of a square": over("field", "c s x y", f"{NORM}x ^ 2 + y ^ 3", **UNIT),
    "a rotation that is none": over("field", "c s x y", f"{NORM}x ^ 2 + y ^ 2"),
    "a cube is not negative": over("rational numbers", "x", "0 ≤ x ^ 3"),
    "what is negated last": over("integers", "x", "-x ^ 2 = (-x) ^ 2"),
}


def outcomes(claim: Claim, leg: Leg) -> set[Outcome]:
    check = symbolic(claim, LIBRARY) if leg is Leg.SYMBOLIC else numeric(claim, LIBRARY, effort=0.3)
    found = [over_its_scalars(claim, evidence) for evidence in check]
    for evidence in found:
        if evidence.outcome is Outcome.REFUTED and evidence.counterexample:
            assert breaks(evidence.counterexample, claim, LIBRARY) is not None
    return {evidence.outcome for evidence in found}


@pytest.mark.parametrize("leg", [Leg.SYMBOLIC, Leg.NUMERIC])
@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_confirmed(name: str, leg: Leg) -> None:
    found = outcomes(TRUE[name], leg)
    assert Outcome.CONFIRMED in found
    assert found <= {Outcome.CONFIRMED, Outcome.NOT_APPLICABLE, Outcome.INCONCLUSIVE}


@pytest.mark.parametrize("leg", [Leg.SYMBOLIC, Leg.NUMERIC])
@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted(name: str, leg: Leg) -> None:
    assert Outcome.REFUTED in outcomes(FALSE[name], leg)


def test_squares_that_make_1_are_drawn_as_products_are() -> None:
    (equation,) = TRUE["what a rotation keeps"].assumed
    [form] = [f for f in recognise(equation, LIBRARY) if isinstance(f, UnitSquares)]
    assert [atom.name for atom in form.atoms] == ["c", "s"]


def test_a_power_that_says_nothing_is_called_vacuous() -> None:
    assert vacuous(over("integers", "x", "x ^ 2 = x ^ 2"), LIBRARY)
    assert not vacuous(over("integers", "x", "x ^ 2 = x * x"), LIBRARY)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3])
def test_a_power_is_printed_as_lean_elaborates_it(exponent: int) -> None:
    """Neither written out nor simplified: `x ^ 1` and `x` are not one by definition in a ring."""
    _, statement = Printer(LIBRARY).claim(over("commutative ring", "x", f"x ^ {exponent} = x"))
    ring = "@Lean.Grind.Ring.toSemiring α (@Lean.Grind.CommRing.toRing α inst)"
    number = f"@OfNat.ofNat Nat (nat_lit {exponent}) (@instOfNatNat (nat_lit {exponent}))"
    power = f"@HPow.hPow α Nat α (@Lean.Grind.Semiring.npow α ({ring})) x ({number})"
    assert source(statement).endswith(f"@Eq α ({power}) x")
