"""Scalars of any type, and numbers: printed for Lean, and read back from what Lean would store."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.library import core_scalars
from harness.claims.load import load_claim
from harness.claims.model import ANY_TYPE, ARGUMENT, SCALARS, Arrangement, Claim, Library
from harness.lean import expression as lean
from harness.lean.draft.statement import draft
from harness.lean.draft.types import numeral_of
from harness.lean.printer import Printer
from harness.lean.scope import CannotPrint

LIBRARY = Library("T", core_scalars(), {}, {})


def claim(folder: Path, text: str) -> Claim:
    path = folder / "t.yaml"
    path.write_text(f"theorem: t\nsays: It is so.\n{text}\n", "utf-8")
    return load_claim(path, path.name, LIBRARY)


def stored(expression: lean.Expression) -> lean.Expression:
    """An expression as Lean stores it, whose numerals are of literals."""
    match lean.spine(expression):
        case lean.Constant("OfNat.ofNat") as head, [type_, number, instance]:
            value = numeral_of(number)
            assert value is not None
            return lean.apply(head, type_, lean.Literal(value), instance)
    return lean.mapped(expression, stored)


ADDED = (
    "scalars: any type\nfor:\n  n: dimension\n  v: vector(n)\n  i: index(n)\n"
    "then: v[i] + 0 = 0 + v[i]"
)


@pytest.mark.parametrize(
    ("items", "instances"),
    [
        ((), "OfNat Add Nat"),
        ((SCALARS, "add", "zero"), "Add OfNat Nat"),
        # An instance that nothing needs, and one of another class.
        ((SCALARS, "Zero", "multiply", "add"), "Zero Mul Add Nat"),
        ((ARGUMENT, SCALARS, "add", "zero"), "Nat Add OfNat"),
    ],
)
def test_instances_are_taken_as_the_theorem_takes_them(
    items: tuple[str, ...], instances: str, tmp_path: Path
) -> None:
    own = {"T.t": Arrangement(items)} if items else {}
    library = replace(LIBRARY, arrangements=own)
    found = claim(tmp_path, ADDED)
    levels, printed = Printer(library).claim(found)
    assert levels == ("u",)
    classes = re.findall(r": @?(Nat|Add|Mul|Zero|OfNat)\b", lean.source(printed))
    assert classes == instances.split()
    again = draft("t", stored(printed), library, {})
    assert again.is_whole
    assert again.scalars == ANY_TYPE
    assert again.parameters == found.parameters
    assert again.conclusion == found.conclusion


def test_a_theorem_without_instances_is_about_any_type(tmp_path: Path) -> None:
    found = claim(
        tmp_path,
        "scalars: any type\nfor:\n  m, n: dimension\n  A, B: matrix(m, n)\n"
        "assume:\n  h: A = B\nthen: B = A",
    )
    printed = Printer(LIBRARY).claim(found)[1]
    assert "OfNat.{u}" not in lean.source(printed)
    again = draft("t", stored(printed), LIBRARY, {})
    assert (again.scalars, again.is_whole) == (ANY_TYPE, True)
    assert [equation for _, equation in again.hypotheses] == [h.equation for h in found.hypotheses]


def test_a_class_that_the_language_cannot_ask_for_is_told(tmp_path: Path) -> None:
    printed = Printer(LIBRARY).claim(claim(tmp_path, ADDED))[1]
    assert isinstance(printed, lean.ForAll)
    law = lean.apply(lean.Constant("T.Law", ("u",)), lean.Local(printed.name))
    more = lean.ForAll(printed.name, printed.type, lean.ForAll("inst", law, printed.body))
    [left] = draft("t", stored(more), LIBRARY, {}).untranslated
    assert left.reason.startswith("an instance that the language cannot ask for; ")


@pytest.mark.parametrize("kind", ["commutative ring", "integers", "floats", "natural numbers"])
def test_numbers_are_numerals(kind: str, tmp_path: Path) -> None:
    found = claim(tmp_path, f"scalars: {kind}\nfor:\n  x: scalar\nthen: 2 * x + 10 = 10 + x * 2")
    printed = Printer(LIBRARY).claim(found)[1]
    assert {"(nat_lit 2)", "(nat_lit 10)"} <= set(
        re.findall(r"\(nat_lit \d+\)", lean.source(printed))
    )
    again = draft("t", stored(printed), LIBRARY, {})
    assert again.is_whole
    assert again.conclusion == found.conclusion


def test_of_scalars_with_0_and_1_alone_no_number_is_drafted(tmp_path: Path) -> None:
    found = claim(tmp_path, "for:\n  x: scalar\nthen: 2 * x = x + x")
    printed = stored(Printer(LIBRARY).claim(found)[1])
    own = core_scalars()["commutative ring"]
    assert draft("t", printed, LIBRARY, {}).is_whole
    zero = {**own.operations, "zero": ("T.zero", "Zero.toOfNat0")}
    few = replace(LIBRARY, scalars={own.name: replace(own, operations=zero)})
    [left] = draft("t", printed, few, {}).untranslated
    assert left.reason.startswith("numbers other than 0 and 1")


def test_a_type_that_has_0_and_1_alone_has_no_other_number(tmp_path: Path) -> None:
    found = claim(tmp_path, "scalars: any type\nfor:\n  x: scalar\nthen: 2 * x = x + x")
    library = replace(
        LIBRARY, arrangements={"T.t": Arrangement((SCALARS, "zero", "one", "add", "multiply"))}
    )
    with pytest.raises(CannotPrint, match="no number 2, but 0 and 1"):
        Printer(library).claim(found)
