"""A proof as identities that anyone can expand.

For each lemma, and for the claim, a certificate says

    left − right = Σ (terms, each with a hypothesis's defect in it)

where the defect is the difference of that hypothesis's two sides. This holds for *all* values of
all variables, whether they satisfy the hypotheses or not; where they do, the right side is 0.
Lemmas are about arguments of open functions: once `left = right` is known to follow, the function
has one value at both (congruence), and later identities may use that. `verify` checks all this.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.claims.model import Claim, Hypothesis
from harness.language.terms import Equation
from harness.language.transform import apart, free_variables
from harness.language.types import SCALAR, Function, Type, function_parts
from harness.symbolic import build as b
from harness.symbolic.build import DEFECT, UNIT_DEFECT
from harness.symbolic.prove import Proof
from harness.symbolic.readback import Reader
from harness.symbolic.verify import Certificate, Identity


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
    types = {p.name: p.type for p in claim.explicit}
    types |= {v.name: v.type for v in conclusion.parameters}
    arguments = dict(types)
    types |= {**defect_types(claim.hypotheses), UNIT_DEFECT: Function(SCALAR, SCALAR)}
    reader = Reader(types, is_right=True)
    identities: list[Identity] = []
    for lemma in proof.lemmas:
        type_: Type = SCALAR
        if lemma.function:
            type_ = function_parts(arguments[lemma.function])[0][lemma.argument]
        with reader.bind(*lemma.parameters) as parameters:
            left, right = reader.value(lemma.left, type_), reader.value(lemma.right, type_)
            if lemma.unit:
                left = b.scale(*(reader.value(p, SCALAR) for p in lemma.unit))
            defect = reader.value(lemma.defect, type_)
        # A lemma may speak of what the claim is for all of.
        spoken = free_variables(left) | free_variables(right) | free_variables(defect)
        outer = tuple(v for v in conclusion.parameters if v.name in spoken)
        equation = Equation((*outer, *parameters), left, right)
        identities.append(Identity(equation, defect, True, bool(lemma.unit)))
    defect = reader.poly(proof.defect, conclusion.left.type)
    return Certificate((*identities, Identity(conclusion, defect)))
