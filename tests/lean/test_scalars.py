"""Instances of scalars: of types that are instances of classes, and by ways through `Zero`."""

from __future__ import annotations

from dataclasses import replace

from harness.claims.library import core_scalars
from harness.claims.model import SCALARS, Arrangement, Library, ScalarKind
from harness.lean.expression import source
from harness.lean.printer import Printer

RING = Arrangement((SCALARS, "commutative ring"))
LIBRARY = Library("T", core_scalars(), {}, {}, arrangements={"T.f": RING})


def test_a_definition_over_a_class_is_understood_at_a_type_that_is_one() -> None:
    for kind, wanted in (
        ("integers", "@T.f Int Lean.Grind.instCommRingInt"),
        ("rational numbers", "@T.f Rat (@Lean.Grind.Field.toCommRing Rat Lean.Grind.instFieldRat)"),
    ):
        scope = Printer(LIBRARY).of_type(LIBRARY.scalars[kind])
        assert source(scope.constant("T.f", (), (), ())) == wanted


def test_a_class_of_the_same_name_is_another() -> None:
    other = replace(LIBRARY.scalars["commutative ring"], lean_name="CommRing")
    library = replace(LIBRARY, scalars={**LIBRARY.scalars, other.name: other})
    assert other.name not in Printer(library).of_type(library.scalars["integers"]).classes


def test_a_way_through_zero_leads_to_the_numeral_itself() -> None:
    through = ("Ring.toZero", "Zero.toOfNat0")
    ring = ScalarKind("ring", "Ring", {"zero": through, "one": ("Ring.ofNat",)})
    library = replace(LIBRARY, scalars={**LIBRARY.scalars, "ring": ring})
    own = Arrangement((SCALARS, "ring"))
    scope, _ = Printer(library).signature((), own)
    # The instance is the last argument; of all numerals it takes which.
    assert source(scope.operate("zero")).endswith(" (@Zero.toOfNat0 α (@Ring.toZero α inst_class))")
    assert " (@Ring.ofNat α inst_class (@OfNat.ofNat Nat " in source(scope.operate("one"))
    real = ScalarKind("reals", "Real", {"zero": ("Real.ring", *through)}, is_type=True)
    assert source(Printer(library).of_type(real).operate("zero")).endswith(
        " (@Zero.toOfNat0 Real (@Ring.toZero Real Real.ring))"
    )
