"""Statements and their proofs by computation, as the kernel's own terms.

What is shown of a claim `S` is `¬ S`, with `S` printed as for the mirror: the proof takes a proof
of `S`, applies it to an instance, shows the hypotheses of that instance by `decide`, and has an
equation in hand whose two sides `decide` tells apart. Equations between functions are stated for
each index, since Lean's core decides equality of numbers and not of functions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.claims.model import Claim
from harness.claims.substance import spoken_of, substance
from harness.evidence import Counterexample, Json, Witness
from harness.language.terms import Relation
from harness.language.transform import fresh
from harness.lean import expression as lean
from harness.lean.audit.comparison import Comparison
from harness.lean.certificate.equation import Point
from harness.lean.certificate.instance import Instance
from harness.lean.certificate.numbers import CannotCertify, fraction
from harness.lean.certificate.trivial import FALSEHOOD, Trivial
from harness.lean.expression import (
    Constant,
    Expression,
    Local,
    TypeOf,
    apply,
    arrow,
    at_levels,
)
from harness.lean.printer import Printer
from harness.lean.scope import SCALAR_LEVEL


def refutation(
    printer: Printer, claim: Claim, example: Counterexample, key: str, modulus: int = 0
) -> Comparison:
    """`¬ claim`, with the proof that the counterexample is.

    Raises `CannotCertify` and `CannotPrint`; whether the proof holds is for the kernel to say.
    """
    instance = Instance(printer, claim, example.sizes, example.values, modulus)
    levels, general = printer.claim(claim)
    conclusion = instance.sides(claim.conclusion)
    used = instance.applied(*(instance.sides(h.equation).proof() for h in claim.hypotheses))
    relation, modulus = claim.conclusion.relation, instance.numbers.modulus
    point = difference(example.left, example.right, modulus, relation)
    proof = conclusion.contradiction(used, point)
    # The integers, and finite types of positions, lie in the lowest universe.
    zero = dict.fromkeys(levels, "0")
    statement = at_levels(general, zero)
    return Comparison(
        key,
        (),
        apply(Constant("Not"), statement),
        lean.Function("claim", statement, at_levels(proof, zero)),
    )


def weakening(printer: Printer, claim: Claim, dropped: int, key: str) -> Comparison:
    """That the claim less one hypothesis gives its theorem, by leaving that hypothesis unused.

    The kernel accepts this if and only if everything else is, by definition, what the theorem
    has. Raises `CannotPrint`.
    """
    kept = tuple(h for i, h in enumerate(claim.hypotheses) if i != dropped)
    levels, stronger = printer.claim(replace(claim, hypotheses=kept))
    _, whole_ = printer.claim(claim)
    theorem = TypeOf(Constant(printer.library.qualified(claim.theorem), levels))
    binders: list[tuple[str, Expression]] = []
    rest = whole_
    taken = printer.claim_scope(claim)[1]
    numbers = printer.in_order(claim, [-1] * len(taken), range(len(claim.hypotheses)))
    for number in numbers:
        assert isinstance(rest, lean.ForAll)
        binders.append((rest.name or f"h_{number}", rest.type))
        rest = rest.body
    given = [Local(b) for (b, _), i in zip(binders, numbers, strict=True) if i != dropped]
    name = fresh("stronger", {name for name, _ in binders})
    proof = lean.function([(name, stronger), *binders], apply(Local(name), *given))
    return Comparison(key, levels, arrow(stronger, theorem), proof)


def satisfaction(
    printer: Printer, claim: Claim, witness: Witness, key: str, modulus: int = 0
) -> Comparison:
    """That the hypotheses can be met, all at once and by something that is not trivial.

    Stated as `¬ ∀ …, hypotheses → ¬ A is trivial → … → False`, for each `A` that `substance` of
    the claim names: a matrix is trivial where all that is off its diagonal is 0 (of a family,
    in every member), a vector or scalar where it is 0. Raises `CannotCertify`, `CannotPrint`.
    """
    # It is no theorem of the package, so nothing says in what order it takes what.
    hypotheses = tuple(replace(h, after=None) for h in claim.hypotheses)
    bare = replace(claim, theorem="", parameters=spoken_of(claim), hypotheses=hypotheses)
    subjects = substance(claim)
    if len(subjects) != len(witness.points) or not subjects:
        raise CannotCertify("it is not said what is not trivial")
    instance = Instance(printer, bare, witness.sizes, witness.values, modulus)
    scope, binders = printer.claim_scope(bare)
    statement: Expression = FALSEHOOD
    for subject in reversed(subjects):
        statement = arrow(arrow(Trivial(scope, subject).proposition(), FALSEHOOD), statement)
    for hypothesis in reversed(bare.hypotheses):
        statement = arrow(scope.equation(hypothesis.equation), statement)
    zero = dict.fromkeys((SCALAR_LEVEL, *scope.levels.values()), "0")
    statement = at_levels(lean.for_all(binders, statement), zero)
    proofs = [instance.sides(h.equation).proof() for h in bare.hypotheses]
    for subject, point in zip(subjects, witness.points, strict=True):
        proofs.append(Trivial(instance.scope, subject).refutation(instance, point))
    used = instance.applied(*proofs)
    proof = lean.Function("claim", statement, at_levels(used, zero))
    return Comparison(key, (), apply(Constant("Not"), statement), proof)


def difference(
    left: Json, right: Json, modulus: int = 0, relation: Relation = Relation.EQUAL
) -> Point:
    """The first place at which two values differ, or a relation of them fails.

    Raises `CannotCertify` where there is none.
    """
    found = _difference(left, right, modulus, relation)
    if found is None:
        why = "are the same" if relation is Relation.EQUAL else f"are as {relation} says"
        raise CannotCertify(f"the two sides {why}")
    return found


def _difference(left: Any, right: Any, modulus: int, relation: Relation) -> Point | None:
    if not isinstance(left, list | tuple):
        apart = fraction(right) - fraction(left)
        return () if relation.fails(0, apart % modulus if modulus else apart) else None
    if not isinstance(right, list | tuple) or len(left) != len(right):
        raise CannotCertify("the two sides are not of one shape")
    for i, (one, other) in enumerate(zip(left, right, strict=True)):
        below = _difference(one, other, modulus, relation)
        if below is not None:
            return (i, *below)
    return None
