"""The symbolic leg: does a claim follow from its hypotheses, for every size and all values?

Three checks answer. `dimension-free` is the proof by rewriting; `certificate` expands that proof
as polynomial identities with a symbol in every entry; `ground` compares both sides at small sizes
without the rewriter, once it has looked in vain for a counterexample to what is not proved.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

from harness.arrays import Unsupported
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Evidence, Json, Leg, Outcome
from harness.language.notation import to_latex, to_mathml, to_text
from harness.language.transform import apart
from harness.symbolic.certificate import certify
from harness.symbolic.exact import sizes_of
from harness.symbolic.ground import Ground, TooLarge, compare
from harness.symbolic.ideal import Membership, reduce_modulo_hypotheses
from harness.symbolic.interpret import UnsupportedTerm
from harness.symbolic.prove import Proof, Prover
from harness.symbolic.readback import Reader, Unreadable
from harness.symbolic.refute import find_counterexample
from harness.symbolic.sketch import NoSketch, sketch
from harness.symbolic.sketch.render import to_data
from harness.symbolic.verify import Certificate, check_at_random, expand, work

EXPANSIONS = ((2,), (1, 2), (3, 2, 2), (3, 2, 4), (1, 4), (3, 4))
"""At which sizes, taken in turn, certificates are expanded."""

MAX_WORK = {"sympy": 20_000, "flint": 1_000_000}
"""How many products of monomials an expansion may take, by whose polynomials are used."""

MEMBERSHIPS = ((2,), (1, 2, 1))
"""At which sizes, taken in turn, both sides are reduced modulo the hypotheses."""

COMPARISONS = ((2,), (2, 3))
"""At which sizes, taken in turn, sides are compared."""


def check(claim: Claim, library: Library, *, deadline: float | None = None) -> Iterator[Evidence]:
    """Ask the symbolic leg's question. `deadline` is a time of `time.monotonic`."""
    start = time.monotonic()
    try:
        proof = Prover(library.definitions, claim.parameters, claim.hypotheses).prove(
            claim.conclusion
        )
    except UnsupportedTerm as error:
        proof = None
        summary = f"Not tried: {error}."
        yield _evidence(claim, "dimension-free", Outcome.INCONCLUSIVE, summary, start)
    if proof is not None:
        yield _dimension_free(claim, library, proof, start)
        if proof.is_proved:
            yield _certificate(claim, library, proof, deadline)
    yield _ground(claim, library, proof is not None and proof.is_proved, deadline)


def _evidence(
    claim: Claim,
    check: str,
    outcome: Outcome,
    summary: str,
    start: float,
    data: Mapping[str, Json] | None = None,
    counterexample: Counterexample | None = None,
) -> Evidence:
    return Evidence(
        subject=claim.theorem,
        leg=Leg.SYMBOLIC,
        check=check,
        outcome=outcome,
        summary=summary,
        data=data or {},
        counterexample=counterexample,
        seconds=time.monotonic() - start,
    )


# -- the proof ------------------------------------------------------------------------------------


def _dimension_free(claim: Claim, library: Library, proof: Proof, start: float) -> Evidence:
    data: dict[str, Json] = {
        "steps": len(proof.uses),
        "lemmas": len(proof.lemmas),
        "rules": proof.rules,
        "rules are confluent": proof.is_confluent,
        "hypotheses used": sorted({n for u in proof.uses for n in u.rule.source.split(", ")}),
        "hypotheses without a rule": list(proof.unused),
    }
    if not proof.is_proved:
        data["normal forms"] = _normal_forms(claim, proof)
        summary = "Rewriting with the hypotheses left two sides that differ; that decides nothing."
        return _evidence(claim, "dimension-free", Outcome.INCONCLUSIVE, summary, start, data)
    try:
        data["sketch"] = to_data(sketch(claim, library))
    except NoSketch as reason:
        data["sketch"] = []
        data["no sketch because"] = str(reason)
    uses = len(proof.uses)
    count = f"{uses} use{'s' * (uses != 1)} of the hypotheses"
    summary = f"Both sides have one normal form, for every size: proved by rewriting, with {count}."
    return _evidence(claim, "dimension-free", Outcome.CONFIRMED, summary, start, data)


def _normal_forms(claim: Claim, proof: Proof) -> Json:
    conclusion = apart(claim.conclusion, claim.parameters)
    types = {p.name: p.type for p in claim.parameters if p.is_explicit}
    reader = Reader(types | {v.name: v.type for v in conclusion.parameters})
    found: list[Json] = []
    for side in (proof.left, proof.right):
        try:
            term = reader.poly(side, conclusion.left.type)
        except Unreadable as reason:
            found.append({"text": f"not a term of the language: {reason}"})
        else:
            texts = {"text": to_text(term), "latex": to_latex(term), "mathml": to_mathml(term)}
            found.append(texts)
    return found


# -- the certificate ------------------------------------------------------------------------------


def _certificate(claim: Claim, library: Library, proof: Proof, deadline: float | None) -> Evidence:
    start = time.monotonic()
    try:
        certificate = certify(claim, proof)
        expansions = _expansions(certificate, claim, library, deadline)
    except (Unreadable, Unsupported) as reason:
        summary = f"The proof has no certificate in the language of claims: {reason}."
        return _evidence(claim, "certificate", Outcome.INCONCLUSIVE, summary, start)
    data: dict[str, Json] = {
        "identities": len(certificate.identities),
        "terms with a defect": certificate.summands,
        "expansions": expansions,
        "equations": [
            {
                "left minus right": to_text(identity.equation),
                "is": to_text(identity.defect),
                "is lemma": identity.is_lemma,
            }
            for identity in certificate.identities
        ],
    }
    failed = [e["failed"] for e in expansions if e["failed"]]
    if failed:
        summary = f"The proof does not expand to an identity ({failed[0]}): an error of the engine."
        return _evidence(claim, "certificate", Outcome.ERROR, summary, start, data)
    made = [e for e in expansions if "products" in e]
    if not made:
        summary = "The proof adds up at random values; its expansion is too large at every size."
        return _evidence(claim, "certificate", Outcome.INCONCLUSIVE, summary, start, data)
    most = max(int(str(e["symbols"])) for e in made)
    summary = (
        "Left minus right is a combination of the hypotheses' defects, whatever the values are: "
        f"expanded at {len(made)} set{'s' * (len(made) != 1)} of sizes, in up to {most} symbols, "
        "and evaluated at random values."
    )
    return _evidence(claim, "certificate", Outcome.CONFIRMED, summary, start, data)


def _expansions(
    certificate: Certificate, claim: Claim, library: Library, deadline: float | None
) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    seen: list[Mapping[str, int]] = []
    for dims in EXPANSIONS:
        if found and _is_late(deadline):
            break
        needed = work(certificate, claim, library, dims)
        known = [name for name in MAX_WORK if needed <= MAX_WORK[name] and find_spec(name)]
        if not known or sizes_of(claim.parameters, dims) in seen:
            continue
        begun = time.monotonic()
        expansion = expand(certificate, claim, library, dims, backend=known[0])
        seen.append(expansion.sizes)
        found.append(
            {
                "sizes": dict(expansion.sizes),
                "symbols": expansion.symbols,
                "products": needed,
                "polynomials": known[0],
                "failed": expansion.failed,
                "seconds": time.monotonic() - begun,
            }
        )
    violated = check_at_random(certificate, claim, library, (3, 2, 4), seed=1)
    found.append(
        {
            "sizes": dict(violated.sizes),
            "symbols": 0,
            "polynomials": "random integers modulo a prime, which violate the hypotheses",
            "failed": violated.failed,
        }
    )
    return found


# -- given sizes ----------------------------------------------------------------------------------


def _ground(claim: Claim, library: Library, is_proved: bool, deadline: float | None) -> Evidence:
    start = time.monotonic()
    if not is_proved:  # what is refuted need not be compared
        example = find_counterexample(claim, library, deadline=deadline)
        if example is not None:
            return _broken(claim, example, start, {})
    compared: list[Ground] = []
    left_out: list[str] = []
    try:
        for dims in COMPARISONS:
            if compared and _is_late(deadline):
                break
            try:
                found = compare(claim, library, dims)
            except TooLarge as reason:
                left_out.append(str(reason))
                continue
            if found is not None and found.sizes not in [c.sizes for c in compared]:
                compared.append(found)
    except Unsupported as reason:
        summary = f"Not compared at given sizes: {reason}."
        return _evidence(claim, "ground", Outcome.NOT_APPLICABLE, summary, start)
    data: dict[str, Json] = {"comparisons": [_comparison(c) for c in compared]}
    membership = None if _is_late(deadline) else _membership(claim, library)
    if membership is not None:
        data["ideal membership"] = {
            "sizes": dict(membership.sizes),
            "symbols": membership.symbols,
            "generators": membership.generators,
            "basis": membership.basis,
            "member": membership.is_member,
        }
    if left_out:
        data["left out for their size"] = list(left_out)
    if is_proved and not all(c.is_equal for c in compared):
        example = find_counterexample(claim, library, deadline=deadline)
        if example is not None:
            return _broken(claim, example, start, data)
    if not compared:
        summary = "No instance of the hypotheses was found, so nothing was compared."
        if left_out:
            summary = f"Nothing was compared: it would take {', '.join(left_out)}."
        return _evidence(claim, "ground", Outcome.INCONCLUSIVE, summary, start, data)
    if not all(c.is_equal for c in compared):
        summary = "The sides differ as polynomials, but no instance was found at which they do."
        return _evidence(claim, "ground", Outcome.INCONCLUSIVE, summary, start, data)
    most = max(c.symbols for c in compared)
    count = f"{len(compared)} set{'s' * (len(compared) != 1)} of sizes"
    summary = f"Both sides are one polynomial at {count}, in up to {most} symbols"
    families = {name: kind for c in compared for name, kind in c.families.items()}
    if families:
        summary += "; " + ", ".join(f"{name} among {kind}" for name, kind in families.items())
    if membership is not None and membership.is_member:
        sizes = ", ".join(f"{name} = {size}" for name, size in membership.sizes.items())
        summary += (
            f"; for all that the hypotheses allow (ideal membership) at {sizes or 'its size'}"
        )
    return _evidence(claim, "ground", Outcome.CONFIRMED, summary + ".", start, data)


def _broken(
    claim: Claim, example: Counterexample, start: float, data: Mapping[str, Json]
) -> Evidence:
    sizes = ", ".join(f"{name} = {size}" for name, size in example.sizes.items())
    summary = f"False: a small exact instance ({sizes}) breaks it."
    return _evidence(claim, "ground", Outcome.REFUTED, summary, start, data, example)


def _membership(claim: Claim, library: Library) -> Membership | None:
    """The first sizes at which the hypotheses are few and small enough."""
    for dims in MEMBERSHIPS:
        try:
            found = reduce_modulo_hypotheses(claim, library, dims)
        except Unsupported:
            return None
        if found is not None:
            return found
    return None


def _comparison(found: Ground) -> Json:
    return {
        "sizes": dict(found.sizes),
        "symbols": found.symbols,
        "families": dict(found.families),
        "equal": found.is_equal,
    }


def _is_late(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() > deadline
