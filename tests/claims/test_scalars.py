"""Of which scalars the engines know the laws, and what the names of kinds stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.claims.load import core_scalars, load_library
from harness.claims.model import ScalarKind
from harness.diagnostics import InputError

OPERATIONS = ("zero", "one", "add", "multiply", "negate", "subtract", "divide")


def kind(lean_name: str, *operations: str, is_type: bool = True) -> ScalarKind:
    return ScalarKind("some", lean_name, dict.fromkeys(operations, ("c",)), is_type)


@pytest.mark.parametrize(
    ("lean_name", "operation"),
    [
        ("Nat", "subtract"),  # 0 - 1 = 0
        ("Nat", "divide"),
        ("Int", "divide"),  # 1 / 2 = 0
        ("Lean.Grind.CommRing", "divide"),
        ("Lean.Grind.Ring", "multiply"),  # need not commute
        ("Lean.Grind.Semiring", "multiply"),
        ("UInt8", "add"),
        ("Float", "add"),
    ],
)
def test_an_operation_of_other_laws_is_not_computed_with(lean_name: str, operation: str) -> None:
    assert not kind(lean_name, "zero", operation, is_type="." not in lean_name).has_laws


def test_the_kinds_of_the_core_have_laws_but_for_floats() -> None:
    assert [name for name, own in core_scalars().items() if not own.has_laws] == ["floats"]
    for lean_name in ("Rat", "Real", "Field"):
        assert kind(lean_name, *OPERATIONS, is_type=lean_name != "Field").has_laws


def library(tmp_path: Path, name: str, entry: str) -> object:
    path = tmp_path / "definitions.yaml"
    path.write_text(
        f"namespace: T\nscalars:\n  {name}:\n    {entry}\n    operations: {{add: [c]}}\n"
        "primitives: {}\ndefinitions: {}\n"
    )
    return load_library(path, "definitions.yaml").scalars[name]


@pytest.mark.parametrize(
    ("name", "entry"),
    [("commutative ring", "class: Lean.Grind.Field"), ("integers", "type: UInt8")],
)
def test_the_name_of_a_kind_is_not_given_to_another(tmp_path: Path, name: str, entry: str) -> None:
    with pytest.raises(InputError) as raised:
        library(tmp_path, name, entry)
    (fault,) = raised.value.diagnostics
    assert str(fault).startswith(f"definitions.yaml:3:3: {name!r} is the name of ")


@pytest.mark.parametrize(("name", "entry"), [("field", "class: Field"), ("bytes", "type: UInt8")])
def test_another_librarys_class_of_that_name_may_have_it(
    tmp_path: Path, name: str, entry: str
) -> None:
    assert library(tmp_path, name, entry)
