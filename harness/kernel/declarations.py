"""The kinds of declaration that an export holds, with the fields that the format gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from harness.kernel.terms import Const, Expr, Name, NatLit, Proj, StrLit, parts

Hints = Literal["opaque", "abbrev"] | int
"""When a definition unfolds: never first, always first, or by its height."""
Safety = Literal["unsafe", "safe", "partial"]
QuotientKind = Literal["type", "ctor", "lift", "ind"]


@dataclass(frozen=True, slots=True)
class Constant:
    """What every declared name has. Its level parameters may occur in its type."""

    name: Name
    level_params: tuple[Name, ...]
    type: Expr


@dataclass(frozen=True, slots=True)
class Axiom(Constant):
    is_unsafe: bool


@dataclass(frozen=True, slots=True)
class Definition(Constant):
    value: Expr
    hints: Hints
    safety: Safety
    all: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Theorem(Constant):
    value: Expr
    all: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Opaque(Constant):
    value: Expr
    is_unsafe: bool
    all: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Quotient(Constant):
    kind: QuotientKind


@dataclass(frozen=True, slots=True)
class InductiveType(Constant):
    num_params: int
    num_indices: int
    all: tuple[Name, ...]
    constructors: tuple[Name, ...]
    num_nested: int
    is_recursive: bool
    is_unsafe: bool
    is_reflexive: bool


@dataclass(frozen=True, slots=True)
class Constructor(Constant):
    inductive: Name
    index: int
    num_params: int
    num_fields: int
    is_unsafe: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What a recursor comes to on one constructor: `rhs params motives minors fields`."""

    constructor: Name
    num_fields: int
    rhs: Expr


@dataclass(frozen=True, slots=True)
class Recursor(Constant):
    all: tuple[Name, ...]
    num_params: int
    num_indices: int
    num_motives: int
    num_minors: int
    rules: tuple[Rule, ...]
    k: bool
    is_unsafe: bool


@dataclass(frozen=True, slots=True)
class Inductive:
    """Types that are defined together, with what is declared with them."""

    types: tuple[InductiveType, ...]
    constructors: tuple[Constructor, ...]
    recursors: tuple[Recursor, ...]


Declaration = Axiom | Definition | Theorem | Opaque | Quotient | Inductive


def constants(declaration: Declaration) -> tuple[Constant, ...]:
    """All names that the declaration declares."""
    if isinstance(declaration, Inductive):
        return (*declaration.types, *declaration.constructors, *declaration.recursors)
    return (declaration,)


def expressions(declaration: Declaration) -> Iterator[Expr]:
    """All expressions that the declaration states."""
    for constant in constants(declaration):
        yield constant.type
        if isinstance(constant, Definition | Theorem | Opaque):
            yield constant.value
        elif isinstance(constant, Recursor):
            yield from (rule.rhs for rule in constant.rules)


@dataclass(frozen=True, slots=True)
class Export:
    """Declarations, each after those that it rests on, and who wrote them down."""

    declarations: tuple[Declaration, ...]
    exporter: tuple[str, str] = ("lean-harness", "1")
    """Name and version of the program that wrote the export."""
    lean: tuple[str, str] = ("", "")
    """Lean's commit and version."""
    by_name: dict[Name, Declaration] = field(default_factory=dict, init=False, compare=False)

    def __post_init__(self) -> None:
        for declaration in self.declarations:
            for constant in constants(declaration):
                self.by_name.setdefault(constant.name, declaration)


def reach(export: Export, names: Iterable[Name]) -> Export:
    """What these names rest on, with them, and nothing else. Raises KeyError for an unknown one."""
    wanted: set[int] = set()
    stack = [export.by_name[name] for name in names]
    while stack:
        declaration = stack.pop()
        if id(declaration) in wanted:
            continue
        wanted.add(id(declaration))
        below = (export.by_name.get(name) for name in mentioned(declaration))
        stack.extend(found for found in below if found is not None)
        if isinstance(declaration, Quotient):
            stack.extend(item for item in export.declarations if isinstance(item, Quotient))
    kept = tuple(item for item in export.declarations if id(item) in wanted)
    return Export(kept, export.exporter, export.lean)


def mentioned(declaration: Declaration) -> set[Name]:
    """The names that its expressions speak of; all that a literal stands for is among them."""
    found = set(names_in(expressions(declaration), _OF_TEXTS))
    return found | {("Eq",)} if isinstance(declaration, Quotient) else found


_OF_TEXTS: tuple[Name, ...] = (
    *(("String",), ("String", "ofList"), ("Char", "ofNat")),
    *(("Nat",), ("List",), ("Char",)),
)


def names_in(
    roots: Iterable[Expr], of_texts: tuple[Name, ...] = (("String",),)
) -> dict[Name, None]:
    """The names that expressions speak of, for each text `of_texts`."""
    found: dict[Name, None] = {}
    for e in parts(roots):
        match e:
            case Const():
                found[e.name] = None
            case Proj():
                found[e.structure] = None
            case NatLit():
                found["Nat",] = None
            case StrLit():
                found |= dict.fromkeys(of_texts)
    return found
