"""Each derived operator as a package writes it, and something else of the same type: both judged.

What the operators are is written here by hand, in Lean's words; the harness prints its own.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from harness.claims.project import Project, load_project
from harness.language.prelude import derived
from harness.language.syntax import CONDITIONS
from harness.lean.audit.comparison import Comparison
from harness.lean.audit.inspection import inspect
from harness.lean.build import build
from harness.lean.find import find_toolchain, package_for
from harness.lean.mirror.plan import plan
from harness.lean.toolchain import Caller

pytestmark = pytest.mark.lean

V, W, M = "(u v : Fin n → α)", "Fin n → α", "(A B : Fin m → Fin n → α)"
RING = "[OfNat α 0] [Add α] [Mul α]"
ENTRY, ENTRIES = "fun i =>", "fun i j =>"

OPERATORS = {
    "dot": (RING, f"{{n : Nat}} {V} : α", "sum fun i => u i * v i", "sum fun i => u i * u i"),
    "sum_vector": (
        "[OfNat α 0] [Add α]",
        "{n m : Nat} (f : Fin n → Fin m → α) : Fin m → α",
        "fun i => sum fun j => f j i",
        "fun i => sum fun j => f j i + f j i",
    ),
    "matvec": (
        RING,
        "{m n : Nat} (A : Fin m → Fin n → α) (v : Fin n → α) : Fin m → α",
        "fun i => sum fun j => A i j * v j",
        "fun i => sum fun j => v j * A i j",
    ),
    "matmul": (
        RING,
        "{m k n : Nat} (A : Fin m → Fin k → α) (B : Fin k → Fin n → α) : Fin m → Fin n → α",
        "fun i j => sum fun l => A i l * B l j",
        "fun i j => sum fun l => B l j * A i l",
    ),
    "transpose": (
        "",
        "{m n : Nat} (A : Fin m → Fin n → α) : Fin n → Fin m → α",
        "fun i j => A j i",
        "",
    ),
    "zero_vector": ("[OfNat α 0]", f"{{n : Nat}} : {W}", "fun _ => 0", ""),
    "zero_matrix": ("[OfNat α 0]", "{m n : Nat} : Fin m → Fin n → α", "fun _ _ => 0", ""),
    **{
        f"{name}_vector": (f"[{class_} α]", f"{{n : Nat}} {V} : {W}", f"fun i => {right}", wrong)
        for name, class_, right, wrong in (
            ("add", "Add", "u i + v i", "fun i => v i + u i"),
            ("subtract", "Sub", "u i - v i", "fun i => v i - u i"),
            ("hadamard", "Mul", "u i * v i", "fun i => u i * u i"),
        )
    },
    **{
        f"{name}_matrix": (
            f"[{class_} α]",
            f"{{m n : Nat}} {M} : Fin m → Fin n → α",
            f"fun i j => {right}",
            wrong,
        )
        for name, class_, right, wrong in (
            ("add", "Add", "A i j + B i j", "fun i j => B i j + A i j"),
            ("subtract", "Sub", "A i j - B i j", "fun i j => B i j - A i j"),
            ("hadamard", "Mul", "A i j * B i j", "fun i j => A i j * A i j"),
        )
    },
    "negate_vector": ("[Neg α]", "{n : Nat} (v : Fin n → α) : Fin n → α", "fun i => -v i", "v"),
    "negate_matrix": (
        "[Neg α]",
        "{m n : Nat} (A : Fin m → Fin n → α) : Fin m → Fin n → α",
        "fun i j => -A i j",
        "A",
    ),
    "scale_vector": (
        "[Mul α]",
        "{n : Nat} (a : α) (v : Fin n → α) : Fin n → α",
        "fun i => a * v i",
        "fun i => v i * a",
    ),
    "scale_matrix": (
        "[Mul α]",
        "{m n : Nat} (a : α) (A : Fin m → Fin n → α) : Fin m → Fin n → α",
        "fun i j => a * A i j",
        "fun i j => A i j * a",
    ),
}
"""What each needs, takes, is, and is not; empty where nothing else of the type needs the same."""

LEAN = """\
module

@[expose] public section

namespace Operators

universe u
variable {α : Type u}

def sum [OfNat α 0] [Add α] : {n : Nat} → (Fin n → α) → α
  | 0, _ => 0
  | _ + 1, f => sum (fun i => f i.castSucc) + f (Fin.last _)

theorem same [OfNat α 0] (a : α) (h : a = 0) : 0 = a := h.symm
"""


def other(name: str) -> str:
    """What is something else is called."""
    return f"{name}_other"


def project(root: Path) -> Project:
    lines = [
        f"def {called} {needs} {takes} :=\n  {body}\n"
        for name, (needs, takes, right, wrong) in OPERATORS.items()
        for called, body in ((name, right), (other(name), wrong))
        if body
    ]
    for folder in ("lean", "specs"):
        (root / folder).mkdir(parents=True)
    text = "\n".join([LEAN, *lines, "end Operators\n\nend\n"])
    (root / "lean" / "Operators.lean").write_text(text, "utf-8")
    (root / "lean" / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n", "utf-8")
    (root / "lean" / "lakefile.toml").write_text(
        'name = "Operators"\nversion = "0.1.0"\ndefaultTargets = ["Operators"]\n\n'
        '[leanOptions]\nautoImplicit = false\n\n[[lean_lib]]\nname = "Operators"\n',
        "utf-8",
    )
    named = "".join(f"  {name}: {name}\n" for name in ("sum", *OPERATORS))
    (root / "specs" / "definitions.yaml").write_text(
        "namespace: Operators\n\nscalars:\n  commutative ring:\n"
        "    class: Lean.Grind.CommRing\n    operations:\n"
        "      zero: [Lean.Grind.CommRing.toRing, Lean.Grind.Ring.toSemiring, "
        "Lean.Grind.Semiring.ofNat]\n"
        f"\nprimitives:\n{named}\ndefinitions: {{}}\n",
        "utf-8",
    )
    (root / "specs" / "same.yaml").write_text(
        "theorem: same\nsays: An equation can be turned.\nfor:\n  a: scalar\n"
        "assume:\n  h: a = 0\nthen: 0 = a\n",
        "utf-8",
    )
    (root / "pyproject.toml").write_text(
        '[tool.harness]\nlean = "lean"\nspecs = "specs"\n', "utf-8"
    )
    return load_project(root)


def test_the_operators_are_all_of_the_derived_ones() -> None:
    """But `if` and numbers, which are Lean's own, and those of an order: tests/fixtures/order."""
    assert set(OPERATORS) == set(derived()) - {
        *chain(*CONDITIONS.values()),
        *("max", "min", "numeral"),
    }


def test_the_kernel_tells_an_operator_from_another(tmp_path: Path) -> None:
    own = project(tmp_path / "project")
    caller = Caller(find_toolchain(), tmp_path / "cache")
    built = build(package_for(own.lean, caller.lean), caller.lean, build_dir=tmp_path / "build")
    assert built.ok, built.errors
    expected: dict[str, bool] = {}
    asked: list[Comparison] = []
    for name, (*_, wrong) in OPERATORS.items():
        for called in (name, other(name)) if wrong else (name,):
            primitives = {**own.library.primitives, name: f"Operators.{called}"}
            made = plan(replace(own.library, primitives=primitives), own.claims)
            assert made.faults == {}
            [comparison] = made.about(f"primitive:{name}")
            asked.append(replace(comparison, key=called))
            expected[called] = called == name
    answer, _ = inspect(built, caller, asked, folder="operators", what="")
    assert {name: ruling.accepted for name, ruling in answer.compared.items()} == expected
