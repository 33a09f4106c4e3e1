"""Each derived operator as a package writes it, and something else of the same type: both judged.

What the operators are is written here by hand, in Lean's words; the harness prints its own.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.language.prelude import derived
from harness.language.syntax import CONDITIONS
from harness.lean.find import find_toolchain
from harness.lean.leg import look
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


def project(root: Path, *, is_right: bool) -> Path:
    names = {name: own for name, own in OPERATORS.items() if is_right or own[3]}
    lines = [
        f"def {name} {needs} {takes} :=\n  {right if is_right else wrong}\n"
        for name, (needs, takes, right, wrong) in names.items()
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
    named = "".join(f"  {name}: {name}\n" for name in ("sum", *names))
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
    return root


def test_the_operators_are_all_of_the_derived_ones() -> None:
    """But `if` and numbers, which are Lean's own, and those of an order: tests/fixtures/order."""
    assert set(OPERATORS) == set(derived()) - {
        *chain(*CONDITIONS.values()),
        *("max", "min", "numeral"),
    }


@pytest.mark.parametrize("is_right", [True, False])
def test_the_kernel_tells_an_operator_from_another(tmp_path: Path, is_right: bool) -> None:
    root = project(tmp_path / "project", is_right=is_right)
    session = look(load_project(root), Caller(find_toolchain(), tmp_path / "cache"))
    assert session.plan.faults == {}
    ruled = {
        name: session.answer.compared[f"primitive:{name}"].accepted
        for name in OPERATORS
        if is_right or OPERATORS[name][3]
    }
    assert ruled == dict.fromkeys(ruled, is_right)
