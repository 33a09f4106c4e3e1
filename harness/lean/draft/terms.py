"""Lean terms that may be operators: what people write with the signs of their own instances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise, permutations

from harness.claims.faults import is_lean_name
from harness.claims.model import SHAPES, Library
from harness.language.primitives import signatures
from harness.language.types import DimVar, Matrix, Sort, Vector
from harness.lean import expression as lean
from harness.lean.draft.conversions import Unreadable
from harness.lean.draft.signature import Signature, fits
from harness.lean.draft.types import Names, TypeReader
from harness.lean.expression import Constant, Expression, ForAll, Function, spine

_CLASSES = frozenset(
    ("Add", "Sub", "Neg", "Mul", "SMul", "Zero", "One", "OfNat", "HAdd", "HSub", "HMul", "HSMul")
)
_SIGNS = {
    "add": ["fun u v => u + v"],
    "subtract": ["fun u v => u - v"],
    "negate": ["fun u => -u"],
    "zero": ["(0)"],
    "scale": ["fun c u => c • u", "fun c u => c * u"],
    "hadamard": ["fun u v => u * v"],
}
"""What people write for the operators that do the same at each entry."""
TERMS = {
    **{f"{name}_{shape}": texts for name, texts in _SIGNS.items() for shape in SHAPES},
    "identity": ["(1)"],
    "matmul": ["fun A B => A * B"],
    "matvec": ["fun A v => A * v"],
}


_LARGEST = {"max": "Max.max", "min": "Min.min"}


def of_two(expressions: Iterable[Expression], library: Library) -> Iterator[tuple[str, str]]:
    """Lean's `max` and `min`, of the scalars of which most of these expressions take them first."""
    kinds = {kind.lean_name for kind in library.scalars.values() if kind.is_type and kind.order}
    met = Counter(pair for own in expressions for pair in {*pairwise(lean.constants(own))})
    for operator, constant in _LARGEST.items():
        for kind in sorted(kinds, key=lambda kind: (-met[constant, kind], kind)):
            if operator not in library.primitives and met[constant, kind]:
                yield operator, f"fun (a b : {kind}) => {operator} a b"


def has_signs(types: Iterable[Expression]) -> bool:
    """Whether there are instances among declarations of these types that give a sign a meaning."""
    return any(_result(type_) in _CLASSES for type_ in types)


def is_about_signs(type_: Expression) -> bool:
    """Whether it is the type of such an instance, or of a notation: no definition of its own."""
    return _result(type_) in _CLASSES or _result(type_).startswith("Lean.")


def constant_of(text: str) -> str:
    """The constant that a term of `candidates` consists of, if it is one."""
    found = text.removeprefix("(").removesuffix(")").split(" ")[0]
    return found if text.startswith("(") and is_lean_name(found) else ""


def _result(type_: Expression) -> str:
    """The constant that a type ends in."""
    while isinstance(type_, ForAll):
        type_ = type_.body
    head, _ = spine(type_)
    return head.name if isinstance(head, Constant) else ""


def shapes(abbreviations: Mapping[str, Expression], library: Library) -> dict[str, str]:
    """How the package writes the types of vectors and matrices, as far as it has names for them."""
    found: dict[str, str] = {}
    for name, value in abbreviations.items():
        read = _shape(value, library, abbreviations)
        relative = library.relative(name)
        if read is not None and is_lean_name(relative):
            shape, arguments = read
            found.setdefault(shape, " ".join([relative, *arguments]))
    return found


def _shape(
    value: Expression, library: Library, abbreviations: Mapping[str, Expression]
) -> tuple[str, list[str]] | None:
    own: list[tuple[str, bool]] = []
    while isinstance(value, Function):
        match value.type:
            case Constant("Nat"):
                own.append((value.name, True))
            case lean.Sort(level) if level:
                own.append((value.name, False))
            case _:
                return None
        value = value.body
    sizes = [name for name, is_size in own if is_size]
    scalars = [name for name, is_size in own if not is_size]
    kinds = [kind.lean_name for kind in library.scalars.values() if kind.is_type]
    reader = TypeReader(abbreviations=abbreviations)
    for alpha in scalars if len(scalars) == 1 else kinds if not scalars else []:
        try:
            type_ = reader.type(value, Names(alpha, {name: name for name in sizes}))
        except Unreadable:
            continue
        match type_:
            case Vector(DimVar(n)) if sizes == [n]:
                called = {n: "n"}
            case Matrix(DimVar(m), DimVar(n)) if len(sizes) == 2 and {m, n} == set(sizes):
                called = {m: "m", n: "n"}
            case _:
                continue
        shape = "vector" if len(called) == 1 else "matrix"
        return shape, [called.get(name, "α") for name, _ in own]
    return None


def candidates(
    library: Library,
    typed: Mapping[str, Signature],
    *,
    signs: bool,
    unspoken: Collection[str] = (),
) -> Iterator[tuple[str, str]]:
    """Operators that no constant is, and terms to try for them.

    Beside those with signs, a constant that takes the sizes of an operator in another order. Of
    operators that are `unspoken`, no theorem names the constant: a sign may be what they write.
    """
    for operator in signatures():
        is_known = operator in library.primitives
        if signs and (not is_known or operator in unspoken):
            for text in TERMS.get(operator, ()):
                yield operator, text
        if is_known:
            continue
        for name, own in typed.items():
            sizes = [p for p in own.parameters if p.sort is Sort.DIMENSION]
            rest = [p for p in own.parameters if p.sort is not Sort.DIMENSION]
            relative = library.relative(name)
            if len(sizes) < 2 or not is_lean_name(relative):
                continue
            orders = (
                Signature((*o, *rest), own.result, own.scope, own.arguments)
                for o in permutations(sizes)
                if list(o) != sizes
            )
            if any(fits(operator, order) for order in orders):
                yield operator, f"({relative})"
                yield operator, f"({relative} {' '.join('_' * len(sizes))})"
