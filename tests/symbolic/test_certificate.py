"""A certificate with one step changed must not pass; nor one for another claim."""

import ast
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import harness.symbolic.verify
from harness.claims.model import Claim
from harness.language.terms import Apply, Equation, Primitive, Term, Variable
from harness.language.transform import children, map_children, with_children
from harness.language.types import Function
from harness.symbolic import build as b
from harness.symbolic.certificate import certify
from harness.symbolic.numbers import Residues, Ring
from harness.symbolic.prove import prove
from harness.symbolic.verify import Certificate, Identity, check_at_random, expand
from tests.arrays.language import CLAIMS, LIBRARY
from tests.symbolic.claims import build_case, cases

FOLD = "folded_qkvo_attention_block_invariant_of_commutes"
TAMPERED = [
    FOLD,
    "folded_qkvo_softmax_attention_block_invariant_of_commutes",
    "residualConcatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes",
    "outputProjection_absorbs_blockDiag",
    "ropeInterleaved_orthogonal",
]


def certificate_of(claim: Claim) -> Certificate:
    return certify(claim, prove(claim, LIBRARY.definitions))


def is_defect(term: Term) -> bool:
    """The defect of RᵀR = 1 is symmetric: its transpose may be lost."""
    while isinstance(term, Apply):
        term = term.function
    return isinstance(term, Variable) and term.name.startswith(b.DEFECT)


def rewritten(term: Term) -> Iterator[tuple[str, Term]]:
    """`term` with one thing changed at its top, by the kind of change."""
    match term:
        case Primitive("add" | "add_vector" | "add_matrix", _, (left, right)):
            yield "a summand dropped", left
            yield "a summand dropped", right
            yield "a sign turned", b.subtract(left, right)
        case Primitive("transpose", _, (inner,)) if inner.type == term.type and not is_defect(
            inner
        ):
            yield "a transpose lost", inner
        case Primitive("matmul" | "matvec", _, (left, right)) if left.type == term.type:
            yield "a factor dropped", right if right.type == term.type else left
        case Primitive("matvec", _, (_, right)) if right.type == term.type:
            yield "a factor dropped", right
        case Variable(name, type_) if name.startswith(b.DEFECT):
            if not isinstance(type_, Function):
                yield "a defect doubled", b.add(term, term)
        case _:
            pass


def tampered(term: Term) -> Iterator[tuple[str, Term]]:
    """`term` with one thing changed, anywhere."""
    for kind, changed in rewritten(term):
        if changed != term:
            yield kind, changed
    parts = children(term)
    for place, part in enumerate(parts):
        for kind, changed in tampered(part):
            yield kind, with_children(term, (*parts[:place], changed, *parts[place + 1 :]))


def variants(certificate: Certificate) -> Iterator[tuple[str, Certificate]]:
    """The certificate with one step changed."""
    for number, identity in enumerate(certificate.identities):
        zero = b.zero(identity.defect.type)
        if identity.defect == zero:  # it follows from the lemmas before it, by congruence alone
            continue

        def put(*found: Identity, number: int = number) -> Certificate:
            before, after = certificate.identities[:number], certificate.identities[number + 1 :]
            return Certificate((*before, *found, *after))

        yield "no defect", put(replace(identity, defect=zero))
        for kind, defect in tampered(identity.defect):
            yield f"defect: {kind}", put(replace(identity, defect=defect))
        if identity.is_lemma:
            equation = identity.equation
            yield "a lemma left out", put()
            yield "a lemma by itself", put(replace(identity, equation=turned(equation)))
            for kind, left in tampered(equation.left):
                yield (
                    f"lemma: {kind}",
                    put(replace(identity, equation=replace(equation, left=left))),
                )
            for kind, right in tampered(equation.right):
                changed = replace(equation, right=right)
                yield f"lemma: {kind}", put(replace(identity, equation=changed))


def turned(equation: Equation) -> Equation:
    return replace(equation, left=equation.right, right=equation.left)


def test_tampering_with_any_step_is_seen() -> None:
    kinds: Counter[str] = Counter()
    for name in TAMPERED:
        claim = CLAIMS[name]
        certificate = certificate_of(claim)
        for kind, changed in variants(certificate):
            found = check_at_random(changed, claim, LIBRARY, (2, 3), seed=3)
            assert found.failed, (name, kind)
            kinds[kind] += 1
    assert {kind.partition(": ")[2] for kind in kinds} >= {
        "a summand dropped",
        "a sign turned",
        "a transpose lost",
        "a factor dropped",
    }
    assert kinds["a lemma left out"] >= 3
    assert sum(kinds.values()) >= 60


def test_tampering_is_seen_by_expansion_too() -> None:
    claim = CLAIMS[FOLD]
    certificate = certificate_of(claim)
    assert not expand(certificate, claim, LIBRARY, (1, 2, 1)).failed
    found = list(variants(certificate))
    for kind, changed in random.Random(0).sample(found, 12):
        expansion = expand(changed, claim, LIBRARY, (1, 2, 1))
        assert expansion.failed, kind
        assert expansion.failed


@pytest.mark.parametrize("backend", ["sympy", "flint"])
def test_the_expansion_itself_sees_what_random_values_are_not_asked(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a rehearsal that is content with everything, the polynomials still differ."""
    if backend == "flint":
        pytest.importorskip("flint")
    claim = CLAIMS["ropeScores_invariant_of_commutes"]
    certificate = certificate_of(claim)
    monkeypatch.setattr(Residues, "are_zero", staticmethod(lambda array: True))
    assert not expand(certificate, claim, LIBRARY, (1, 2, 1), backend=backend).failed
    for kind, changed in variants(certificate):
        found = expand(changed, claim, LIBRARY, (1, 2, 1), backend=backend)
        assert found.failed, kind


def test_a_certificate_for_another_claim_is_refused() -> None:
    claim, other = CLAIMS[FOLD], CLAIMS["ropeScores_invariant_of_commutes"]
    found = check_at_random(certificate_of(other), claim, LIBRARY, (2,), seed=0)
    assert found.failed == "the last identity is not the claim"


def test_a_defect_that_does_not_vanish_is_refused() -> None:
    """`left − right = left − right` is an identity, and no proof."""
    claim = CLAIMS["ropeVector_equivariant_of_commutes"]
    equation = claim.conclusion
    identity = Identity(equation, b.subtract(equation.left, equation.right))
    found = check_at_random(Certificate((identity,)), claim, LIBRARY, (2,), seed=0)
    assert "does not vanish" in found.failed


def test_a_certificate_is_of_no_use_once_a_hypothesis_is_gone() -> None:
    claim = CLAIMS[FOLD]
    certificate = certificate_of(claim)
    for hypothesis in claim.hypotheses:
        rest = tuple(h for h in claim.hypotheses if h != hypothesis)
        with pytest.raises(KeyError):
            expand(certificate, replace(claim, hypotheses=rest), LIBRARY, (1, 2, 1))


def test_verification_imports_nothing_of_the_rewriter() -> None:
    allowed = {"build", "numbers", "verify"}
    folder = Path(harness.symbolic.verify.__file__).parent
    for name in allowed:
        tree = ast.parse((folder / f"{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                head, _, tail = node.module.partition("harness.symbolic")
                names = [tail[1:]] if tail else [a.name for a in node.names] if not head else []
                if node.module.startswith("harness.symbolic"):
                    assert set(names) <= allowed, (name, names)


def test_random_values_meet_no_hypothesis() -> None:
    """What the check evaluates at violates what is assumed: else it would show nothing."""
    claim = CLAIMS[FOLD]
    conclusion = Identity(claim.conclusion, b.zero(claim.conclusion.left.type))
    found = check_at_random(Certificate((conclusion,)), claim, LIBRARY, (2,), seed=0)
    assert "do not differ by the defect" in found.failed


# -- whatever is proved is certified ---------------------------------------------------------------


def exchanged(term: Term, names: dict[str, Any], rng: random.Random) -> Term:
    """`term` with some variables exchanged for others of their type."""
    if isinstance(term, Variable):
        others = names.get(term.name)
        return rng.choice(others) if others and rng.random() < 0.15 else term
    return map_children(lambda part: exchanged(part, names, rng), term)


@pytest.mark.slow
@pytest.mark.parametrize("case", cases("true.yaml"), ids=lambda case: case["name"])
def test_mutants_that_are_proved_have_certificates_that_add_up(
    case: dict[str, Any], tmp_path: Path
) -> None:
    claim = build_case(tmp_path, LIBRARY, case)
    variables = [Variable(p.name, p.type) for p in claim.parameters if p.is_explicit]
    names = {v.name: [o for o in variables if o.type == v.type] for v in variables}
    rng = random.Random(case["name"])
    for _ in range(8):
        equation = claim.conclusion
        left = exchanged(equation.left, names, rng)
        right = exchanged(equation.right, names, rng)
        hypotheses = tuple(h for h in claim.hypotheses if rng.random() < 0.8)
        mutant = replace(
            claim,
            conclusion=replace(equation, left=left, right=right),
            hypotheses=hypotheses,
        )
        proof = prove(mutant, LIBRARY.definitions)
        if proof.is_proved:
            found = check_at_random(certify(mutant, proof), mutant, LIBRARY, (2, 3), seed=5)
            assert not found.failed, found.failed


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [lambda: Residues(seed=0), lambda: Ring(24)], ids=["mod p", "ring"]
)
def test_an_inverse_respects_products_and_undoes_itself_and_no_more(make: Any) -> None:
    numbers = make()
    x, y, z = (numbers.symbol(name) for name in "xyz")
    inverse, key = numbers.reciprocal, numbers.key
    six = numbers.of(6)
    assert key(inverse(x * y * six)) == key(inverse(x) * inverse(y) * inverse(six))
    assert key(inverse(inverse(x + y))) == key(x + y)
    assert key(inverse(-x - y)) == key(-inverse(x + y))
    assert key(inverse((x + y) * (x * x - z))) == key(inverse(x + y) * inverse(x * x - z))
    assert key(inverse(numbers.of(1))) == key(numbers.of(1))
    assert key(x * inverse(x)) != key(numbers.of(1))
    assert key(inverse(x + y)) != key(inverse(x) + inverse(y))
