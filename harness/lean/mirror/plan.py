"""What the kernel is asked to accept: each specification beside what Lean has, as statements.

Two things are shown equal by the statement `∀ P, P this → P that` with the proof `fun P h => h`,
which the kernel accepts if and only if they are equal by definition; no tactic, and no proof in
between, could make two true statements pass for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from harness.claims.model import Claim, Library
from harness.language.primitives import signatures
from harness.language.terms import Equation, Term
from harness.language.transform import calls, primitives
from harness.language.types import (
    SCALAR,
    DimLit,
    DimSum,
    DimVar,
    Function,
    Index,
    Parameter,
    Sort,
    function_parts,
)
from harness.lean import expression as lean
from harness.lean.expression import Constant, Expression, Local, TypeOf, apply, arrow, postfix
from harness.lean.instances import NEEDS, OPERATIONS
from harness.lean.printer import Binders, Printer
from harness.lean.scope import SCALAR_LEVEL, CannotPrint, LeanScope

REFERENCE = "HarnessReference"
"""The namespace of the definitions that say what each operator means."""

_NOTATION = frozenset({*OPERATIONS, "vector", "entry", "matrix_entry"})
"""Primitives that are Lean's own operators and functions, and so need no constant."""
_OVER_SUMS = {
    "sum_vector": (),
    "dot": ("multiply",),
    "matvec": ("multiply",),
    "matmul": ("multiply",),
}
"""Primitives whose meaning rests on `sum`, with the other operations that they use."""


@dataclass(frozen=True)
class Comparison:
    """One statement for the kernel, with its proof."""

    key: str
    levels: tuple[str, ...]
    statement: Expression
    proof: Expression

    def line(self) -> str:
        """The request to the inspector."""
        fields = [self.key, " ".join(self.levels), postfix(self.statement), postfix(self.proof)]
        return "\t".join(["compare", *fields])

    def source(self) -> str:
        """The same as Lean text, for whoever wants to put it to Lean by hand."""
        return f"example : {lean.source(self.statement)} :=\n  {lean.source(self.proof)}"


@dataclass(frozen=True)
class Plan:
    """Everything to compare, and what could not be printed."""

    comparisons: tuple[Comparison, ...]
    faults: dict[str, str]
    """Why a comparison could not be written down, by its key."""
    statements: dict[str, str]
    """The printed statement of each claim."""

    def references(self) -> list[str]:
        """The reference definitions that are cited."""
        return references(self.comparisons)


def references(comparisons: Iterable[Comparison]) -> list[str]:
    """The reference definitions that these comparisons cite."""
    found = {name for c in comparisons for name in constants(c.statement)}
    return sorted(name for name in found if name.startswith(f"{REFERENCE}."))


def plan(library: Library, claims: tuple[Claim, ...]) -> Plan:
    """All comparisons for these claims, and for every primitive and definition of the library."""
    printer = Printer(library)
    faults: dict[str, str] = {}
    statements: dict[str, str] = {}
    found: list[Comparison] = []

    def add(key: str, comparisons: Iterator[Comparison]) -> None:
        try:
            found.extend(comparisons)
        except CannotPrint as error:
            faults[key] = str(error)

    for operator in library.primitives:
        if operator not in _NOTATION:
            add(primitive_key(operator), _primitive(printer, operator))
    for name in library.definitions:
        add(definition_key(name), text_of_definition(printer, name))
    for claim in claims:
        add(claim_key(claim.theorem), _claim(printer, claim))
        try:
            statements[claim.theorem] = lean.source(printer.claim(claim)[1])
        except CannotPrint:
            statements[claim.theorem] = ""
    return Plan(tuple(found), faults, statements)


def primitive_key(operator: str) -> str:
    """The key of the comparison of a primitive's constant; `sum` has two, that begin with it."""
    return f"primitive:{operator}"


def definition_key(name: str) -> str:
    """The key of the comparison of a definition."""
    return f"definition:{name}"


def claim_key(theorem: str) -> str:
    """The key of the comparison of a claim; see `forward`, `backward` and `without`."""
    return f"claim:{theorem}"


def forward(theorem: str) -> str:
    """Whether the theorem proves the statement as the specification has it."""
    return f"{claim_key(theorem)}:forward"


def backward(theorem: str) -> str:
    """Whether the statement, as the specification has it, gives the theorem."""
    return f"{claim_key(theorem)}:backward"


def without(theorem: str, hypothesis: str) -> str:
    """Whether the theorem would be what the specification says less one hypothesis."""
    return f"{claim_key(theorem)}:without:{hypothesis}"


def reached(library: Library, claim: Claim) -> tuple[set[str], set[str]]:
    """The definitions and the primitives that a claim rests on, through each other."""
    return reached_by(library, *(h.equation for h in claim.hypotheses), claim.conclusion)


def reached_by(library: Library, *texts: Term | Equation) -> tuple[set[str], set[str]]:
    """The definitions and the primitives that terms and equations rest on."""
    terms: list[Term] = []
    for text in texts:
        terms += [text.left, text.right] if isinstance(text, Equation) else [text]
    return _reached(library, set().union(*map(calls, terms)), set().union(*map(primitives, terms)))


def reached_from(library: Library, definition: str) -> tuple[set[str], set[str]]:
    """The definitions and the primitives that the body of a definition rests on."""
    return reached_by(library, library.definitions[definition].body)


def _reached(library: Library, names: set[str], operators: set[str]) -> tuple[set[str], set[str]]:
    definitions: set[str] = set()
    todo = set(names)
    while todo:
        name = todo.pop()
        definitions.add(name)
        body = library.definitions[name].body
        operators = operators | primitives(body)
        todo |= calls(body) - definitions
    return definitions, operators - _NOTATION


# -- the comparisons -----------------------------------------------------------------------------


def text_of_claim(printer: Printer, claim: Claim) -> Iterator[Comparison]:
    """That a claim says what the theorem of its name says, and that this says what the claim says.

    Raises CannotPrint.
    """
    levels, statement = printer.claim(claim)
    theorem = Constant(printer.library.qualified(claim.theorem), levels)
    yield Comparison(forward(claim.theorem), levels, statement, theorem)
    yield Comparison(
        backward(claim.theorem),
        levels,
        arrow(statement, TypeOf(theorem)),
        lean.Function("h", statement, Local("h")),
    )


def _claim(printer: Printer, claim: Claim) -> Iterator[Comparison]:
    yield from text_of_claim(printer, claim)
    levels, _ = printer.claim(claim)
    theorem = Constant(printer.library.qualified(claim.theorem), levels)
    for hypothesis in claim.hypotheses:
        rest = tuple(h for h in claim.hypotheses if h is not hypothesis)
        _, weaker = printer.claim(replace(claim, hypotheses=rest))
        yield Comparison(without(claim.theorem, hypothesis.name), levels, weaker, theorem)


def text_of_definition(printer: Printer, name: str) -> Iterator[Comparison]:
    """That a definition of the library is Lean's of its name. Raises CannotPrint."""
    definition = printer.library.definitions[name]
    scope, binders = printer.definition(definition)
    levels = (SCALAR_LEVEL, *scope.levels.values())
    constant = Constant(printer.library.qualified(name), levels)
    yield _same(
        definition_key(name),
        levels,
        binders,
        scope.type(definition.body.type),
        _at(constant, binders),
        scope.term(definition.body),
    )


def _primitive(printer: Printer, operator: str) -> Iterator[Comparison]:
    if operator == "sum":
        yield from _sum(printer)
        return
    signature = signatures()[operator]
    arguments, result = function_parts(signature.type)
    dims = [Parameter(dim, Sort.DIMENSION) for dim in signature.dims]
    given = [Parameter(f"x_{i}", type_) for i, type_ in enumerate(arguments)]
    scope, binders = printer.signature([*dims, *given], NEEDS[operator])
    constant = Constant(printer.library.primitives[operator], (SCALAR_LEVEL,))
    names = binders[len(binders) - len(dims) - len(given) :]
    own = _OVER_SUMS.get(operator)
    instances = [scope.instances[op] for op in (NEEDS[operator] if own is None else own)]
    sums = [] if own is None else [_sum_function(printer, scope)]
    reference = apply(
        Constant(f"{REFERENCE}.{operator}", (SCALAR_LEVEL,)), scope.alpha, *instances, *sums
    )
    yield _same(
        primitive_key(operator),
        (SCALAR_LEVEL,),
        binders,
        scope.type(result),
        _at(constant, binders),
        _at(reference, names),
    )


def _sum(printer: Printer) -> Iterator[Comparison]:
    key, levels = primitive_key("sum"), (SCALAR_LEVEL,)

    def family(size: DimLit | DimSum) -> Parameter:
        return Parameter("f", Function(Index(size), SCALAR))

    empty, larger = DimLit(0), DimSum(DimVar("n"), DimLit(1))
    scope, binders = printer.signature([family(empty)], NEEDS["sum"])
    total = scope.constant(
        printer.library.primitives["sum"],
        (),
        NEEDS["sum"],
        [scope.dimension(empty), Local("f")],
    )
    reference = Constant(f"{REFERENCE}.sum_empty", levels)
    value = apply(reference, scope.alpha, scope.instances["zero"], Local("f"))
    yield _same(f"{key}:empty", levels, binders, scope.alpha, total, value)

    size = Parameter("n", Sort.DIMENSION)
    scope, binders = printer.signature([size, family(larger)], NEEDS["sum"])
    total = scope.constant(
        printer.library.primitives["sum"],
        (),
        NEEDS["sum"],
        [scope.dimension(larger), Local("f")],
    )
    reference = Constant(f"{REFERENCE}.sum_next", levels)
    own = _sum_function(printer, scope)
    addition = scope.instances["add"]
    value = apply(reference, scope.alpha, addition, own, Local("n"), Local("f"))
    yield _same(f"{key}:next", levels, binders, scope.alpha, total, value)


def _sum_function(printer: Printer, scope: LeanScope) -> Expression:
    """The package's sum at the scalars of `scope`, as a function of the size and the terms."""
    if "sum" not in printer.library.primitives:
        raise CannotPrint("definitions.yaml names no Lean constant for the primitive 'sum'")
    return scope.constant(printer.library.primitives["sum"], (), NEEDS["sum"], [])


def _at(head: Expression, binders: Binders) -> Expression:
    return apply(head, *(Local(name) for name, _ in binders))


def _same(
    key: str,
    levels: tuple[str, ...],
    binders: Binders,
    type_: Expression,
    this: Expression,
    that: Expression,
) -> Comparison:
    """That `this` and `that`, both of type `type_`, are equal by definition."""
    taken = {name for name, _ in binders}
    prop = next(p for p in ("P", "P'", "P''", "P'''", "P''''") if p not in taken)
    about = (prop, arrow(type_, lean.Sort()))
    here, there = apply(Local(prop), this), apply(Local(prop), that)
    statement = lean.for_all([*binders, about], arrow(here, there))
    proof = lean.function([*binders, about, ("premise", here)], Local("premise"))
    return Comparison(key, levels, statement, proof)


def constants(expression: Expression) -> Iterator[str]:
    """The names of the constants that an expression cites."""
    match expression:
        case Constant(name):
            yield name
        case TypeOf(constant):
            yield constant.name
        case lean.Application(function, argument):
            yield from constants(function)
            yield from constants(argument)
        case lean.Function(_, type_, body) | lean.ForAll(_, type_, body):
            yield from constants(type_)
            yield from constants(body)
        case _:
            return
