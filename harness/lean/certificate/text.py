"""A certificate as a Lean file: for whoever wants to put a counterexample to Lean by hand.

The kernel is given the term itself; here the same term is laid out as a person would write it, with
numerals, and `decide` in place of the computations that it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.lean import expression as lean
from harness.lean.audit.comparison import Comparison
from harness.lean.expression import Application, Constant, Expression, ForAll, Function, Literal

WIDTH = 96


def lean_file(found: Comparison, imports: Sequence[str], remark: str) -> str:
    """The text of a file that Lean accepts if and only if the certificate holds.

    `found` says `¬ S`, and its proof takes a proof of `S`.
    """
    head, [claim] = lean.spine(found.statement)
    assert head == Constant("Not"), found.statement
    assert isinstance(found.proof, Function), found.proof
    lines = [f"import {name}" for name in imports]
    lines += ["", "/-!", *(f"{line}".rstrip() for line in remark.splitlines()), "-/", ""]
    lines += ["/-- What is claimed. -/", "def Claim : Prop :="]
    lines += [f"  {_text(claim, 2)}", "", "/-- It is false. -/", "example : ¬ Claim :="]
    lines += [f"  fun ({found.proof.name} : Claim) =>", f"    {_text(found.proof.body, 4)}", ""]
    return "\n".join(lines)


def _text(expression: Expression, at: int | None = None) -> str:
    """The text of an expression on one line; broken where it is long, from the column `at` on."""
    if (number := _number(expression)) is not None:
        return number
    if at is not None and len(flat := _text(expression)) + at <= WIDTH:
        return flat
    here, new = (" ", " ") if at is None else ("\n" + " " * at, "\n" + " " * (at + 2))
    match expression:
        case ForAll("", type_, body):
            return f"{_operand(type_, at)} →{here}{_text(body, at)}"
        case ForAll(name, type_, body):
            bound = f"∀ ({lean.identifier(name)} : {_text(type_, _after(at, 6 + len(name)))}),"
            return f"{bound}{here}{_text(body, at)}"
        case Function(name, type_, body):
            bound = f"fun ({lean.identifier(name)} : {_text(type_, _after(at, 8 + len(name)))}) =>"
            return f"{bound}{new}{_text(body, _after(at, 2))}"
        case Application():
            head, operands = _written(expression)
            if not isinstance(head, str):
                head = f"(by decide +kernel :{new}{_text(head[0], _after(at, 2))})"
            inner = _after(at, 2)
            return new.join(
                [head, *(o if isinstance(o, str) else _operand(o, inner) for o in operands)]
            )
        case _:
            return lean.source(expression)


def _after(at: int | None, more: int) -> int | None:
    return None if at is None else at + more


def _operand(expression: Expression, at: int | None = None) -> str:
    """The same as an operand: in brackets, unless it is one word."""
    text = _text(expression)
    return text if _is_atomic(text) else f"({_text(expression, _after(at, 1))})"


def _is_atomic(text: str) -> bool:
    return " " not in text or (text.startswith("(") and _closing(text) == len(text) - 1)


def _closing(text: str) -> int:
    """Where the bracket is closed that the text begins with."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return place
    return -1


def _head(expression: Expression) -> str:
    text = _operand(expression)
    return f"@{text}" if isinstance(expression, Constant) else text


def _number(expression: Expression) -> str | None:
    """A numeral, where that is what an expression is."""
    head, arguments = lean.spine(expression)
    match head, arguments:
        case Constant("OfNat.ofNat"), [Constant("Nat"), Literal(value), _]:
            return str(value)
        case Constant("Int.ofNat"), [Literal(value)]:
            return f"({value} : Int)"
        case Constant("Int.negSucc"), [Literal(value)]:
            return f"(-{value + 1} : Int)"
        case Constant("Fin.mk"), [size, Literal(value), _]:
            return f"({value} : Fin {_operand(size)})"
    return None


def _written(
    expression: Expression,
) -> tuple[str | tuple[Expression], list[Expression | str]]:
    """How an application is written: its head, or what its head decides; and its operands."""
    head, arguments = lean.spine(expression)
    match head, arguments:
        case Constant("of_decide_eq_false"), [_, _, _, found]:
            return "absurd", [found, "(by decide +kernel)"]
        case Constant("of_decide_eq_true"), [proposition, _, _, *rest]:
            return (proposition,), [*rest]
        case Constant("congrFun"), [_, _, _, _, equal, argument]:
            return "congrFun", [equal, argument]
        case Constant("Fin"), [size]:
            return "Fin", [size]
    return _head(head), [*arguments]
