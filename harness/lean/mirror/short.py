"""Terms of Lean as a reader would write them, so that two of them can be laid side by side.

For reading alone: what is left out here, the kernel has compared.
"""

from __future__ import annotations

from collections.abc import Set

from harness.lean import expression as lean
from harness.lean.expression import Constant, Expression, ForAll, Local
from harness.lean.stored import spine, spoken_name

_RELATIONS = {"Eq": "=", "Ne": "≠"}
_SORTS = {"": "Prop", "0": "Type"}


PROPOSITIONS = frozenset(
    {"Eq", "Ne", "And", "Or", "Not", "Exists", "LE.le", "LT.lt", "Iff", "True"}
)


def is_proposition(type_: Expression) -> bool:
    """Whether a binder's type is something that is assumed."""
    while isinstance(type_, ForAll):
        type_ = type_.body
    head, _ = spine(type_)
    return isinstance(head, Constant) and head.name in PROPOSITIONS


class Short:
    """Text of terms without sizes, types and instances as arguments."""

    def __init__(self, constants: Set[str] | None) -> None:
        """`constants` is what the package declares; with none, nothing is left out."""
        self._constants = constants
        self._silent: set[str] = set()
        """Variables that are sizes, types or instances."""

    def statement(self, statement: Expression) -> str:
        """A statement, a line for each binder and one for the conclusion."""
        lines = []
        while isinstance(statement, ForAll):
            name, type_ = statement.name, statement.type
            if self._is_silent(type_):
                self._silent.add(name)
            # What a hypothesis is called is no part of what is stated.
            own = "" if is_proposition(type_) else f"{spoken_name(name)} : "
            lines.append(f"{own}{self.text(type_)}")
            statement = statement.body
        return "\n".join([*lines, f"⊢ {self.text(statement)}"])

    def text(self, term: Expression, *, tight: bool = False) -> str:
        """A term; `tight` puts what has several words in parentheses."""
        head, arguments = spine(term)
        match head:
            case ForAll(name, type_, body) | lean.Function(name, type_, body):
                inner = self.text(body)
                of = self.text(type_, tight=isinstance(type_, ForAll))
                if isinstance(head, lean.Function):
                    found = f"fun {spoken_name(name)} => {inner}"
                elif not name or not _mentions(body, name):
                    found = f"{of} → {inner}"
                else:
                    found = f"∀ {spoken_name(name)}, {inner}"
            case Constant(name) if name in _RELATIONS and len(arguments) == 3:
                left, right = (self.text(a) for a in arguments[1:])
                found, arguments = f"{left} {_RELATIONS[name]} {right}", []
            case Constant(name):
                found = name.rsplit(".", 1)[-1] if self._constants else name
            case Local(name):
                found = spoken_name(name)
            case lean.Sort(level):
                found = _SORTS.get(level, "Type _")
            case other:
                found = lean.source(other)
        words = [self.text(a, tight=True) for a in arguments if not self._left_out(head, a)]
        found = " ".join([f"({found})" if " " in found and words else found, *words])
        return f"({found})" if tight and " " in found else found

    def _left_out(self, head: Expression, argument: Expression) -> bool:
        """Whether an argument of `head` is a size, a type or an instance."""
        if self._constants is None or (isinstance(head, Constant) and head.name == "Fin"):
            return False
        inner, _ = spine(argument)
        match inner:
            case Local(name):
                return name in self._silent
            case Constant(name):
                return name not in self._constants
            case ForAll() | lean.Sort():
                return True
            case _:
                return False

    def _is_silent(self, type_: Expression) -> bool:
        head, arguments = spine(type_)
        if isinstance(head, lean.Sort):
            return True
        if not isinstance(head, Constant):
            return False
        is_class = (
            bool(arguments)
            and head.name not in (self._constants or ())
            and (head.name not in {"Fin", *_RELATIONS})
        )
        return head.name == "Nat" or is_class


def _mentions(term: Expression, name: str) -> bool:
    head, arguments = spine(term)
    match head:
        case Local(other) if other == name:
            return True
        case ForAll(own, type_, body) | lean.Function(own, type_, body):
            if _mentions(type_, name) or (own != name and _mentions(body, name)):
                return True
    return any(_mentions(argument, name) for argument in arguments)
