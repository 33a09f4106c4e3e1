"""How the package's constants take their scalars, read off their types as Lean has stored them.

What is printed of a specification follows it, so that an author may order his instances as he
likes, ask for one class in place of several, or speak of `Int` alone. It decides nothing: whether
what is printed is what Lean has is for the kernel.

What is read off a constant's type is in which order it takes scalars, instances and sizes,
whether it asks for `Mul` and `Add` or for one class, for any universe or none, or is about `Int`
alone; and in which universes types lie (`{α P : Type u}`, `{P : Sort v}`): a comparison is about
all that the constant has, and the evidence says of which alone a claim is true (`types that lie
in one universe`). The usual order is printed first, and Lean is asked again only where a package
has another. `draft/library.py` finds operators the same way: each constant of an operator's type
is compared with the operator's meaning, all in one question.

Engines compute with real numbers and modulo primes. A claim about one type that has hypotheses is
refuted by no instance there (`plan.over_its_scalars`), and of a type without laws they say
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from harness.claims.model import (
    ANY_TYPE,
    ARGUMENT,
    SCALARS,
    Arrangement,
    Claim,
    Library,
    ScalarKind,
    Universes,
)
from harness.claims.needs import definition_needs, needs_of, taken_by
from harness.kernel.declarations import Constant, Definition
from harness.kernel.terms import (
    App,
    Bound,
    Const,
    Expr,
    Lam,
    NatLit,
    Param,
    Pi,
    Sort,
    Succ,
    Zero,
    spine,
)
from harness.language.transform import equation_variables
from harness.language.types import Sort as Sorts
from harness.lean.levels import parameter, stored
from harness.lean.orders import ORDERING
from harness.lean.printer import Printer
from harness.lean.scope import CLASSES, NUMERALS, POINTED

T = TypeVar("T")


def arranged(
    library: Library, claims: Iterable[Claim], constants: Mapping[str, Constant]
) -> Library:
    """The library with the arrangements of the constants that it and the claims name.

    Those that take what they need in the usual order, in any universe, are left out.
    """
    needs = definition_needs(library.definitions)
    usual = {constant: needs_of(operator) for operator, constant in library.primitives.items()}
    usual |= {library.constant(name): needs[name] for name in library.definitions}
    usual |= {library.qualified(claim.theorem): taken_by(claim, library) for claim in claims}
    # After the claims: of a theorem that is claimed and a bridge, the arrangement is told.
    usual |= {
        theorem: needs[name] if name in needs else needs_of(name)
        for name, theorems in library.bridges.items()
        for theorem in theorems
    }
    found: dict[str, Arrangement] = {}
    for name, operations in usual.items():
        constant = constants.get(name)
        own = None if constant is None else arrangement(constant, library.scalars, constants)
        if own is not None and own != Arrangement((SCALARS, *operations)):
            found[name] = own
    # A claim says itself what its scalars are; of its theorem it takes the order alone.
    for claim in claims:
        own = found.get(library.qualified(claim.theorem))
        kinds = {own.kind} if own and own.kind else set(own.items if own else ())
        kinds -= {SCALARS, ARGUMENT}
        if claim.scalars == ANY_TYPE:
            is_so = own is not None and not own.kind and not kinds & library.scalars.keys()
        elif claim.scalars.is_ordered:
            named = [library.scalars.get(kind) for kind in kinds - ORDERING.keys()]
            is_so = [kind and kind.lean_name for kind in named] == [claim.scalars.lean_name]
        else:
            is_so = kinds == {claim.scalars.name}
        if own is not None and not is_so:
            name = library.qualified(claim.theorem)
            del found[name]
            types = [p for p in claim.parameters if p.sort is Sorts.TYPE]
            binders, _ = _telescope(constants[name])
            # The first type was taken for that of scalars, such as `Token` of `Token → Nat`.
            if claim.scalars.is_type and not kinds and len(types) == len(_sorts(binders)):
                found[name] = _about_one_type(constants[name], claim.scalars)
    return replace(library, arrangements=found)


def in_order(
    library: Library, claims: Iterable[Claim], constants: Mapping[str, Constant]
) -> tuple[Claim, ...]:
    """The claims, each hypothesis after as many parameters as in its theorem, where Lean has it."""
    printer = Printer(library)
    found = []
    for claim in claims:
        name = library.qualified(claim.theorem)
        items = printer.arrangement_of(claim).items
        after: list[int] = []
        parameters = 0
        for i, binder in enumerate(_telescope(constants[name])[0] if name in constants else ()):
            if items[i : i + 1] not in ((), (ARGUMENT,)):
                continue
            if _is_proposition(binder, constants):
                after.append(parameters)
            else:
                parameters += 1
        # In another order than the theorem's a hypothesis may speak of what comes after it there.
        late = (
            {p.name for p in claim.parameters[number:]} & equation_variables(h.equation)
            for h, number in zip(claim.hypotheses, after, strict=False)
        )
        if len(after) == len(claim.hypotheses) and not any(late):
            pairs = zip(claim.hypotheses, after, strict=True)
            hypotheses = tuple(replace(h, after=number) for h, number in pairs)
            claim = replace(claim, hypotheses=hypotheses)
        found.append(claim)
    return tuple(found)


def _is_proposition(type_: Expr, constants: Mapping[str, Constant]) -> bool:
    """Whether a binder of this type is a hypothesis."""
    while isinstance(type_, Pi):
        type_ = type_.body
    head, _ = spine(type_)
    constant = constants.get(".".join(map(str, head.name))) if isinstance(head, Const) else None
    if constant is None:
        return False
    result = _telescope(constant)[1]
    return isinstance(result, Sort) and isinstance(result.level, Zero)


def arrangement(
    constant: Constant,
    scalars: Mapping[str, ScalarKind],
    constants: Mapping[str, Constant] | None = None,
) -> Arrangement | None:
    """How a constant takes its scalars; `None` where it computes with none that are known.

    Definitions among `constants` that stand for types, such as `ℝ` for `Float`, are looked into.
    """
    binders, rest = _telescope(constant)
    kind = concrete_kind(constant.type, scalars, constants or {})
    concrete = None if kind is None else _about_one_type(constant, kind)
    found = [instance_of(binder, scalars) for binder in binders]
    # Bound variables count from the innermost binder: as places of binders they are the same.
    # An order is one of scalars alone, and equality may be decided of indices.
    places = {
        i - 1 - item[1]
        for i, item in enumerate(found)
        if item is not None and item[0] not in ORDERING
    }
    if not places:
        # Without an instance, the result is of the scalars, or of a type that is made of the first.
        types = _sorts(binders)
        if not types or (kind is not None and kind.lean_name != "Nat"):
            return concrete
        places = {len(binders) - 1 - rest.index if isinstance(rest, Bound) else types[0]}
    if len(places) != 1 or not isinstance(binders[place := places.pop()], Sort):
        return concrete
    items = [
        item[0] if item is not None and i - 1 - item[1] == place else ARGUMENT
        for i, item in enumerate(found)
    ]
    items[place] = SCALARS
    while items[-1] == ARGUMENT:
        items.pop()
    return Arrangement(tuple(items), "", universes(constant, binders, place))


def _telescope(constant: Constant) -> tuple[list[Expr], Expr]:
    """The types of all that a constant takes, and what it gives."""
    binders: list[Expr] = []
    rest = constant.type
    while isinstance(rest, Pi):
        binders.append(rest.type)
        rest = rest.body
    return binders, rest


def _sorts(binders: Sequence[Expr]) -> list[int]:
    """The places of the types among what a constant takes."""
    return [i for i, binder in enumerate(binders) if isinstance(binder, Sort)]


def _about_one_type(constant: Constant, kind: ScalarKind) -> Arrangement:
    return Arrangement((), kind.name, universes(constant, _telescope(constant)[0]))


def universes(
    constant: Constant, binders: Sequence[Expr], scalars: int | None = None
) -> Universes | None:
    """Where the types lie that a constant ranges over; those of the binder `scalars` come first.

    `None` where each lies in a universe of its own and that of the scalars stands first: then the
    inspector numbers them as they come.
    """
    places = _sorts(binders)
    levels = {i: binders[i].level for i in places}  # type: ignore[attr-defined]
    order = places
    if scalars is not None:
        order = [scalars, *(i for i in places if i != scalars)]
    own = {l.of.name for l in levels.values() if isinstance(l, Succ) and isinstance(l.of, Param)}
    if order == places and len(own) == len(places) == len(constant.level_params):
        return None
    params = constant.level_params
    own_types = (stored(levels[i], lambda name: parameter(params.index(name))) for i in order)
    return Universes(len(params), tuple(own_types))


def instance_of(binder: Expr, scalars: Mapping[str, ScalarKind]) -> tuple[str, int] | None:
    """Of the type of an instance, the operation or kind of scalars, and its bound variable.

    `[Add α]` is an `add`, and `[OfNat α 0]` a `zero`; `None` where it is something else.
    """
    head, arguments = spine(binder)
    if not isinstance(head, Const) or not arguments or not isinstance(arguments[0], Bound):
        return None
    name, of, rest = ".".join(map(str, head.name)), arguments[0].index, arguments[1:]
    for kind in scalars.values():
        if name == kind.lean_name and not kind.is_type and not rest:
            return kind.name, of
    if (name in POINTED and not rest) or (name in ORDERING and len(rest) == len(ORDERING[name])):
        return name, of
    if name == CLASSES["power"]:
        exponent, result = rest
        is_power = isinstance(exponent, Const) and exponent.name == ("Nat",)
        return ("power", of) if is_power and result == arguments[0] else None
    for operation, class_ in CLASSES.items():
        if class_ == name and [_number(argument) for argument in rest] == (
            [NUMERALS[operation]] if operation in NUMERALS else []
        ):
            return operation, of
    return None


def concrete_kind(
    type_: Expr, scalars: Mapping[str, ScalarKind], constants: Mapping[str, Constant]
) -> ScalarKind | None:
    """The kind of scalars whose Lean type `type_` speaks of; `None` where it speaks of none.

    Natural numbers are sizes first of all, so they count where there is no other.
    """
    found: set[str] = set()
    todo, seen = [type_], {type_}
    while todo:
        match todo.pop():
            case Const(name=name):
                found.add(shown := ".".join(map(str, name)))
                parts: Sequence[Expr] = _meaning_of_type(constants.get(shown))
            case App(fn=left, arg=right):
                parts = (left, right)
            case Pi(type=left, body=right) | Lam(type=left, body=right):
                parts = (left, right)
            case _:
                continue
        todo += [part for part in parts if part not in seen]
        seen.update(parts)
    kinds = [kind for kind in scalars.values() if kind.is_type and kind.lean_name in found]
    return min(kinds, key=lambda kind: kind.lean_name == "Nat", default=None)


def _meaning_of_type(constant: Constant | None) -> tuple[Expr, ...]:
    """The value of a definition that stands for a type; nothing of any other constant."""
    if not isinstance(constant, Definition):
        return ()
    result = constant.type
    while isinstance(result, Pi):
        result = result.body
    return (constant.value,) if isinstance(result, Sort) else ()


def _number(expression: Expr) -> int | None:
    """The value of a numeral: a literal, or `OfNat.ofNat Nat 0 _` as Lean elaborates `0`."""
    _, arguments = spine(expression)
    literal = arguments[1] if len(arguments) == 3 else expression
    return literal.value if isinstance(literal, NatLit) else None
