"""Of which scalars the engines know the laws, and what the names of kinds stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.claims.library import core_scalars, load_library
from harness.claims.model import Claim, ScalarKind
from harness.claims.project import load_project
from harness.diagnostics import InputError
from harness.plan import Plan, questions, uncomputed_claims

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


def test_nothing_is_computed_of_a_class_that_is_not_known() -> None:
    """A theorem may say of it what is false of numbers, as `a = b` of a `Subsingleton`."""
    assert not kind("Subsingleton", is_type=False).has_laws
    assert kind("Rat", is_type=True).has_laws


def test_the_kinds_of_the_core_have_laws_but_for_semirings_floats_and_what_is_any() -> None:
    lawless = [name for name, own in core_scalars().items() if not own.has_laws]
    assert lawless == ["semiring", "floats", "any type"]
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
    [
        ("commutative ring", "class: Lean.Grind.Field"),
        ("integers", "type: UInt8"),
        ("real numbers", "type: Nat"),  # as a profile calls them, extended or not
    ],
)
def test_the_name_of_a_kind_is_not_given_to_another(tmp_path: Path, name: str, entry: str) -> None:
    with pytest.raises(InputError) as raised:
        library(tmp_path, name, entry)
    (fault,) = raised.value.diagnostics
    assert str(fault).startswith(f"definitions.yaml:3:3: {name!r} is the name of ")


@pytest.mark.parametrize(
    ("name", "entry", "title"),
    [
        ("reals", "type: Int", "reals (Int in Lean)"),
        ("ring", "class: Lean.Grind.CommRing", "ring (Lean.Grind.CommRing in Lean)"),
        ("ring", "class: Ring", "ring"),
        ("integers", "type: Int", "integers"),
    ],
)
def test_beside_a_name_of_the_projects_own_stands_what_lean_has(
    tmp_path: Path, name: str, entry: str, title: str
) -> None:
    """No real number is left out by `x + x ≠ 1` of Lean's whole numbers, for who reads `reals`."""
    kind = library(tmp_path, name, entry)
    assert isinstance(kind, ScalarKind)
    assert kind.title == title


@pytest.mark.parametrize("entry", ["class: ''", "type: ''", "class: |"])
def test_a_kind_without_a_name_of_lean(tmp_path: Path, entry: str) -> None:
    with pytest.raises(InputError, match="'' is not a Lean name"):
        library(tmp_path, "mine", entry)


@pytest.mark.parametrize(("name", "entry"), [("field", "class: Field"), ("bytes", "type: UInt8")])
def test_another_librarys_class_of_that_name_may_have_it(
    tmp_path: Path, name: str, entry: str
) -> None:
    assert library(tmp_path, name, entry)


@pytest.mark.parametrize(
    ("scalars", "then", "missing"),
    [
        ("natural numbers", "a - b + b = a", "subtract"),
        ("natural numbers", "half(a, b) = b", "divide"),
        ("integers", "half(a, b) = a * half(1, b)", "divide"),
        ("commutative ring", "a / a * a = a", "divide"),
        ("integers", "a - b + b = a", ""),
        ("field", "half(a, b) = a * half(1, b)", ""),
        ("natural numbers", "a + b = b + a", ""),
    ],
)
def test_what_scalars_cannot_do_is_not_computed_with(
    tmp_path: Path, scalars: str, then: str, missing: str
) -> None:
    """By the laws of a field the false ones hold: 0 - 1 + 1 is 1 in Lean's natural numbers."""
    (tmp_path / "specs").mkdir()
    variables = 'for: {"a, b": scalar}'
    (tmp_path / "specs" / "definitions.yaml").write_text(
        "namespace: T\nprimitives: {}\ndefinitions:\n"
        f"  half: {{says: A quotient., {variables}, is: a / b}}\n"
    )
    (tmp_path / "specs" / "it.yaml").write_text(
        f"theorem: it\nsays: Something.\nscalars: {scalars}\n{variables}\nthen: {then}\n"
    )
    plan = Plan(load_project(tmp_path), tmp_path / "kept")
    engines = {task.leg for task in questions(plan) if isinstance(task.about, Claim)}
    told = [e.summary for e in uncomputed_claims(plan)]
    assert (engines == set()) == bool(missing)
    assert all(f"'{scalars}' have no operation {missing}" in summary for summary in told)
    assert bool(told) == bool(missing)
