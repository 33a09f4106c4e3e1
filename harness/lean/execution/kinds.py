"""The numbers that Lean runs definitions on, and what operations on them are called."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Literal

Scalars = Literal["Rat", "Float"]

KINDS: tuple[Scalars, ...] = ("Rat", "Float")

INSTANCES: Mapping[Scalars, Mapping[str, str]] = {
    "Rat": {
        "zero": "harnessZeroRat",
        "one": "harnessOneRat",
        "add": "Rat.instAdd",
        "multiply": "Rat.instMul",
        "power": "harnessPowerRat",
        "negate": "Rat.instNeg",
        "subtract": "Rat.instSub",
        "divide": "Rat.instDiv",
    },
    "Float": {
        "zero": "harnessZeroFloat",
        "one": "harnessOneFloat",
        "add": "instAddFloat",
        "multiply": "instMulFloat",
        "power": "harnessPowerFloat",
        "negate": "instNegFloat",
        "subtract": "instSubFloat",
        "divide": "instDivFloat",
    },
}
"""The instance of each operation on scalars."""

WHOLE: Mapping[str, tuple[str, str]] = {
    "Int": ("({}).num", "mkRat ({}) 1"),
    "Nat": ("({}).num.toNat", "mkRat (Int.ofNat ({})) 1"),
}
"""Types whose numbers travel as fractions: Lean text for one from its fraction, and back."""

POWERS: Mapping[Scalars, str] = {
    "Rat": """
@[noinline] meta def power (mode factor : Nat) (x : Rat) : Rat :=
  match mode with
  | 1 => mkRat (Int.ofNat factor) 1 * x
  | _ => x * x + mkRat (Int.ofNat factor) 1
""",
    "Float": """
@[noinline] meta def power (_ _ : Nat) (x : Float) : Float := Float.exp x
""",
}
"""What stands for functions that a subject leaves open; Python's own is in `python_side`."""


def zero(kind: Scalars) -> str:
    """Lean text for 0."""
    return f"(@OfNat.ofNat {kind} 0 {INSTANCES[kind]['zero']})"


def bits(number: float) -> int:
    """A double as the integer that has its bits."""
    found: int = struct.unpack("<Q", struct.pack("<d", number))[0]
    return found


def from_bits(number: int) -> float:
    """The double with these bits. Raises `ValueError` where there are more than 64."""
    if not 0 <= number < 1 << 64:
        raise ValueError(f"{number} is no double's bits")
    found: float = struct.unpack("<d", struct.pack("<Q", number))[0]
    return found


NUMERALS = f"""
set_option linter.all false

meta def harnessZeroRat : OfNat Rat 0 := ⟨mkRat 0 1⟩
meta def harnessOneRat : OfNat Rat 1 := ⟨mkRat 1 1⟩
meta def harnessZeroFloat : OfNat Float 0 := ⟨Float.ofBits (UInt64.ofNat 0)⟩
meta def harnessOneFloat : OfNat Float 1 := ⟨Float.ofBits (UInt64.ofNat {bits(1.0)})⟩

@[noinline] meta def harnessRaisedRat (x : Rat) : Nat → Rat → Rat
  | 0, done => done
  | n + 1, done => harnessRaisedRat x n (done * x)
@[noinline] meta def harnessRaisedFloat (x : Float) : Nat → Float → Float
  | 0, done => done
  | n + 1, done => harnessRaisedFloat x n (done * x)

meta def harnessPowerRat : HPow Rat Nat Rat := ⟨fun x n => harnessRaisedRat x n (mkRat 1 1)⟩
meta def harnessPowerFloat : HPow Float Nat Float :=
  ⟨fun x n => harnessRaisedFloat x n (Float.ofBits (UInt64.ofNat {bits(1.0)}))⟩
"""
"""Lean text for 0, 1 and powers of each kind; the library's own are not always there to run."""
