"""An order as Lean's core has it, which a theorem takes in pieces beside the class of its scalars.

`[Lean.Grind.Field α] [LE α] [LT α] [Std.IsLinearOrder α] [Std.LawfulOrderLT α]
[Lean.Grind.OrderedRing α]` is an ordered field; a theorem that needs less takes fewer of them, or
weaker ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.language.terms import Relation

DECIDING: Mapping[str, str] = {
    Relation.AT_MOST: "DecidableLE",
    Relation.LESS: "DecidableLT",
    Relation.EQUAL: "DecidableEq",
}
"""The class that decides a relation of two scalars."""

ORDERING: Mapping[str, tuple[str, ...]] = {
    "LE": (),
    "LT": (),
    "DecidableLE": ("LE",),
    "DecidableLT": ("LT",),
    "DecidableEq": (),
    "Std.IsPreorder": ("LE",),
    "Std.IsPartialOrder": ("LE",),
    "Std.IsLinearPreorder": ("LE",),
    "Std.IsLinearOrder": ("LE",),
    "Std.LawfulOrderLT": ("LT", "LE"),
    "Lean.Grind.OrderedRing": ("semiring", "LE", "LT", "Std.IsPreorder"),
}
"""Lean's classes of an order, what decides it, and its laws, each with the instances that it takes.

All laws hold in every linearly ordered ring, so that a theorem may ask for any of them.
"""

ORDER_LAWS = frozenset(name for name in ORDERING if "." in name)
"""Those of them that say what holds of an order: there are rings and fields that have none such."""

WEAKER: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Std.IsPreorder": (
        ("Std.IsLinearPreorder", "Std.IsLinearPreorder.toIsPreorder"),
        ("Std.IsPartialOrder", "Std.IsPartialOrder.toIsPreorder"),
    ),
    "Std.IsLinearPreorder": (("Std.IsLinearOrder", "Std.IsLinearOrder.toIsLinearPreorder"),),
    "Std.IsPartialOrder": (("Std.IsLinearOrder", "Std.IsLinearOrder.toIsPartialOrder"),),
}
"""By which stronger classes an order has what a class says, and by which way."""
