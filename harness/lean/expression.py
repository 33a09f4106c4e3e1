"""Lean expressions, as much of them as statements need, in two forms.

`source` is Lean text for people and for Lean's own elaborator; `postfix` is what the inspector
reads, where no notation, instance or coercion of a package can change what is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.lean.levels import put, universe


@dataclass(frozen=True, slots=True)
class Constant:
    """A global constant; `levels` in the order of the types that it takes."""

    name: str
    levels: tuple[str, ...] = ()
    is_declared_order: bool = False
    """Whether they are in the order in which the constant declares them instead."""


@dataclass(frozen=True, slots=True)
class TypeOf:
    """The type of a constant, which Lean is to look up."""

    constant: Constant


@dataclass(frozen=True, slots=True)
class Local:
    """A variable bound further out, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Application:
    function: Expression
    argument: Expression


@dataclass(frozen=True, slots=True)
class Function:
    """`fun (name : type) => body`."""

    name: str
    type: Expression
    body: Expression


@dataclass(frozen=True, slots=True)
class ForAll:
    """`∀ (name : type), body`; an implication where `body` does not use the name."""

    name: str
    type: Expression
    body: Expression


@dataclass(frozen=True, slots=True)
class Sort:
    """`Type level`, or `Prop` without a level."""

    level: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """A natural number, as the kernel has it."""

    value: int


Expression = Constant | TypeOf | Local | Application | Function | ForAll | Sort | Literal

NAT = Constant("Nat")


def apply(function: Expression, *arguments: Expression) -> Expression:
    """`function` at all `arguments`."""
    for argument in arguments:
        function = Application(function, argument)
    return function


def spine(expression: Expression) -> tuple[Expression, list[Expression]]:
    """What is applied, and everything that it is applied to."""
    arguments: list[Expression] = []
    while isinstance(expression, Application):
        arguments.append(expression.argument)
        expression = expression.function
    return expression, arguments[::-1]


def mapped(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """`expression` with what it is directly made of changed."""
    match expression:
        case Application(called, argument):
            return Application(change(called), change(argument))
        case Function(name, type_, body) | ForAll(name, type_, body):
            return type(expression)(name, change(type_), change(body))
        case _:
            return expression


def arrow(source: Expression, target: Expression) -> Expression:
    """`source → target`, or `source` implies `target`."""
    return ForAll("", source, target)


def for_all(binders: Sequence[tuple[str, Expression]], body: Expression) -> Expression:
    """`∀ binders, body`."""
    for name, type_ in reversed(binders):
        body = ForAll(name, type_, body)
    return body


def function(binders: Sequence[tuple[str, Expression]], body: Expression) -> Expression:
    """`fun binders => body`."""
    for name, type_ in reversed(binders):
        body = Function(name, type_, body)
    return body


def substitute(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    """`expression` with `values` put for variables that it does not bind itself.

    What is put must be closed, or its names unique (`stored.py`): nothing is renamed.
    """
    if not values:
        return expression
    match expression:
        case Local(name):
            return values.get(name, expression)
        case Application(called, argument):
            return Application(substitute(called, values), substitute(argument, values))
        case Function(name, type_, body) | ForAll(name, type_, body):
            inner = {k: v for k, v in values.items() if k != name}
            binder = type(expression)
            return binder(name, substitute(type_, values), substitute(body, inner))
        case _:
            return expression


def at_levels(
    expression: Expression,
    levels: Mapping[str, str],
    chosen: Callable[[Constant], Constant] = lambda constant: constant,
) -> Expression:
    """`expression` with other universes: `levels` maps the name of each to a level.

    `chosen` says at which levels a constant takes types of given ones. Proofs by computation have
    many parts in common; each is looked at once.
    """
    done: dict[int, Expression] = {}

    def changed(part: Expression) -> Expression:
        if id(part) not in done:
            done[id(part)] = at(part)
        return done[id(part)]

    def constant(part: Constant) -> Constant:
        return chosen(replace(part, levels=tuple(put(l, levels) for l in part.levels)))

    def at(part: Expression) -> Expression:
        match part:
            case Constant():
                return constant(part)
            case TypeOf(about):
                return TypeOf(constant(about))
            case Sort(level) if level:
                return Sort(put(level, levels))
            case _:
                return mapped(part, changed)

    return changed(expression)


def postfix(expression: Expression) -> str:
    """The form that the inspector reads. Raises `KeyError` for a name that nothing binds."""
    words: list[str] = []
    _postfix(expression, {}, 0, words)
    return " ".join(words)


def _postfix(e: Expression, places: dict[str, int], depth: int, words: list[str]) -> None:
    match e:
        case Constant():
            words.append(f"!{_constant(e)}")
        case TypeOf(constant):
            words.append(f"%{_constant(constant)}")
        case Local(name):
            words.append(f"#{depth - 1 - places[name]}")
        case Application(called, argument):
            _postfix(called, places, depth, words)
            _postfix(argument, places, depth, words)
            words.append("@")
        case Function(name, type_, body) | ForAll(name, type_, body):
            _postfix(type_, places, depth, words)
            _postfix(body, {**places, name: depth}, depth + 1, words)
            words.append("L" if isinstance(e, Function) else "P")
        case Sort(level):
            words.append(f"^{level[1:]}" if level.startswith("-") else f"*{level}")
        case Literal(value):
            words.append(f"={value}")


def _constant(constant: Constant) -> str:
    mark = "=" if constant.is_declared_order else ""
    return f"{constant.name}:{mark}{','.join(constant.levels)}"


def source(expression: Expression) -> str:
    """Lean text for `expression`, with everything explicit.

    Names must have been checked: they enter the text as they are, but for Lean's keywords.
    """
    match expression:
        case ForAll("", type_, body):
            return f"{_operand(type_)} → {source(body)}"
        case ForAll(name, type_, body):
            return f"∀ ({identifier(name)} : {source(type_)}), {source(body)}"
        case Function(name, type_, body):
            return f"fun ({identifier(name)} : {source(type_)}) => {source(body)}"
        case Application(called, argument):
            return f"{_head(called)} {_operand(argument)}"
        case Constant(name):
            return ".".join(map(identifier, name.split(".")))
        case TypeOf(constant):
            return f"type_of% {_head(constant)}"
        case Local(name):
            return identifier(name)
        case Sort(level):
            return universe(level)
        case Literal(value):
            return f"nat_lit {value}"


def _head(expression: Expression) -> str:
    match expression:
        case Constant():
            return f"@{source(expression)}"
        case Application():
            return source(expression)
        case _:
            return _operand(expression)


def _operand(expression: Expression) -> str:
    text = source(expression)
    atomic = isinstance(expression, Constant | Local) or expression == Sort()
    return text if atomic else f"({text})"


def identifier(name: str) -> str:
    """A name as Lean reads it, even where it is one of Lean's words."""
    return f"«{name}»" if name in KEYWORDS else name


_KEYWORDS = """
abbrev at attribute axiom break by calc catch class continue coinductive decreasing_by def
deriving do dsimproc elab elab_rules else end erw example exact exists export exposing extends
finally for forall from fun generalizing have haveI hiding if import in include inductive infix
infixl infixr init_quot initialize instance intro let letI let_fun local macro macro_rules
match matches meta module mut mutual namespace nat_lit nofun nomatch noncomputable nonrec
notation obtain omit only opaque open partial postfix prefix prelude private protected public
register_simp_attr renaming repeat return rewrite run_cmd rw scoped section set_option show
simproc sorry structure suffices syntax tactic termination_by then theorem this throw try
type_of universe universes unless unsafe using variable variables where while with Prop Sort
Type
"""
KEYWORDS = frozenset(_KEYWORDS.split())
"""Words that Lean reads as something else than a name."""


def constants(expression: Expression) -> Iterator[str]:
    """The names of the constants that an expression cites."""
    match expression:
        case Constant(name) | TypeOf(Constant(name)):
            yield name
        case Application(first, second) | Function(_, first, second) | ForAll(_, first, second):
            yield from constants(first)
            yield from constants(second)
