"""A proof as identities that anyone can expand, and a check that knows nothing of rewriting.

For each lemma, and for the claim, a certificate says

    left − right = Σ (terms, each with a hypothesis's defect in it)

where the defect is the difference of that hypothesis's two sides. This holds for *all* values of
all variables, whether they satisfy the hypotheses or not, so it is checked with a symbol in every
entry; where the hypotheses hold, the right side is 0. Lemmas are about arguments of open
functions: once `left = right` is known to follow, the function has one value at both (congruence),
and later identities may use that.

The check evaluates the claim's own terms with the array interpreter; of the engine it takes the
right sides only. It also sees that these vanish when the defects do.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.arrays import Evaluator, Value
from harness.claims.model import Claim, Hypothesis, Library
from harness.language.terms import Equation, Lambda, Term, Variable
from harness.language.transform import children, substitute
from harness.language.types import SCALAR, Function, Type, function_parts
from harness.symbolic import build as b
from harness.symbolic.exact import Ring, Table, arithmetic, entries, sizes_of, values_of
from harness.symbolic.prove import Proof, apart
from harness.symbolic.readback import Reader
from harness.symbolic.rules import DEFECT


@dataclass(frozen=True)
class Identity:
    """`∀ parameters, left − right = defect`, the defect in letters of its own."""

    equation: Equation
    defect: Term
    is_lemma: bool = False


@dataclass(frozen=True)
class Certificate:
    """Lemmas, each resting on those before it, and the claim."""

    identities: tuple[Identity, ...]

    @property
    def summands(self) -> int:
        """How many terms with a defect there are in all."""
        return sum(_summands(identity.defect) for identity in self.identities)


@dataclass(frozen=True)
class Expansion:
    """What came of checking a certificate at some sizes."""

    sizes: Mapping[str, int]
    symbols: int
    is_valid: bool
    failed: str = ""
    """Which identity does not hold, where one does not."""


def defect_types(hypotheses: Sequence[Hypothesis]) -> dict[str, Type]:
    """The types of the letters for defects."""
    found: dict[str, Type] = {}
    for hypothesis in hypotheses:
        type_: Type = hypothesis.equation.left.type
        for variable in reversed(hypothesis.equation.parameters):
            type_ = Function(variable.type, type_)
        found[DEFECT + hypothesis.name] = type_
    return found


def certify(claim: Claim, proof: Proof) -> Certificate:
    """The certificate of a proof. Raises `Unreadable` where the language has no term for it."""
    conclusion = apart(claim.conclusion, claim.parameters)
    types = {p.name: p.type for p in claim.parameters if p.is_explicit}
    types |= {v.name: v.type for v in conclusion.parameters}
    arguments = dict(types)
    types |= defect_types(claim.hypotheses)
    reader = Reader(types, is_right=True)
    identities: list[Identity] = []
    for lemma in proof.lemmas:
        type_: Type = SCALAR
        if lemma.function:
            type_ = function_parts(arguments[lemma.function])[0][lemma.argument]
        parameters = []
        for index in lemma.parameters:
            variable = reader.variable(index)
            reader.scope[index.name] = variable
            parameters.append(variable)
        try:
            left, right = reader.value(lemma.left, type_), reader.value(lemma.right, type_)
            defect = reader.value(lemma.defect, type_)
        finally:
            reader.scope.clear()
        identities.append(Identity(Equation(tuple(parameters), left, right), defect, True))
    defect = reader.poly(proof.defect, conclusion.left.type)
    return Certificate((*identities, Identity(conclusion, defect)))


def expand(
    certificate: Certificate,
    claim: Claim,
    library: Library,
    dims: Sequence[int],
    *,
    backend: str = "sympy",
) -> Expansion:
    """Check a certificate with a symbol in every entry, at sizes taken from `dims` in turn."""
    sizes = sizes_of(claim.parameters, dims)
    rehearsal = check_at_random(certificate, claim, library, dims, seed=0)
    if not rehearsal.is_valid:
        return rehearsal
    ring = Ring(rehearsal.symbols + 8, backend)
    table = Table(ring.symbol, ring.key)
    failed = _failed(certificate, claim, library, sizes, table, ring.of)
    return Expansion(sizes, ring.used, not failed, failed)


def check_at_random(
    certificate: Certificate, claim: Claim, library: Library, dims: Sequence[int], seed: int
) -> Expansion:
    """Check a certificate at random integers, which satisfy no hypothesis."""
    sizes = sizes_of(claim.parameters, dims)
    generator = random.Random(seed)
    drawn = 0

    def symbol(name: str) -> int:
        nonlocal drawn
        drawn += 1
        return generator.randint(-(10**6), 10**6)

    failed = _failed(certificate, claim, library, sizes, Table(symbol), int)
    return Expansion(sizes, drawn, not failed, failed)


def symbols(claim: Claim, dims: Sequence[int]) -> int:
    """How many entries the claim's variables have, at sizes taken from `dims` in turn."""
    return entries(claim.parameters, sizes_of(claim.parameters, dims))


def _failed(
    certificate: Certificate,
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    table: Table,
    of: Any,
) -> str:
    walk = Evaluator(library, arithmetic(of, table), sizes)
    values = values_of(claim.parameters, sizes, table)
    for identity in certificate.identities:
        equation = identity.equation
        left, right = walk.equation(equation, values)
        whole = _defect(walk, identity, claim.hypotheses, values, vanishing=False)
        none = _defect(walk, identity, claim.hypotheses, values, vanishing=True)
        place = "a lemma" if identity.is_lemma else "the claim"
        if np.any(left - right - whole):
            return f"{place}: the sides do not differ by the defect"
        if np.any(none):
            return f"{place}: the defect does not vanish with the hypotheses'"
        if identity.is_lemma:
            core = left.ndim - 1 - len(equation.parameters)
            for index in np.ndindex(*left.shape[: left.ndim - core]):
                table.merge(left[index], right[index])
    return ""


def _defect(
    walk: Evaluator[Any],
    identity: Identity,
    hypotheses: Sequence[Hypothesis],
    values: Mapping[str, Value[Any]],
    *,
    vanishing: bool,
) -> Any:
    known: dict[str, Term] = {}
    for hypothesis in hypotheses:
        equation = hypothesis.equation
        body = (
            b.zero(equation.left.type) if vanishing else b.subtract(equation.left, equation.right)
        )
        for variable in reversed(equation.parameters):
            body = Lambda(variable, body)
        known[DEFECT + hypothesis.name] = body
    term = substitute(identity.defect, known)
    pair = replace(identity.equation, left=term, right=b.zero(term.type))
    return walk.equation(pair, values)[0]


def _summands(term: Term) -> int:
    match term:
        case Variable(name):
            return int(name.startswith(DEFECT))
        case _:
            return sum(map(_summands, children(term)))
