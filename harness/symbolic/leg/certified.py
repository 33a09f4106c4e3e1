"""The check `certificate`: the proof as polynomial identities."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib.util import find_spec

from harness.arrays import Unsupported
from harness.evidence import Evidence, Json, Outcome
from harness.instances.tables import sizes_of
from harness.language.notation import to_text
from harness.symbolic.certificate import certify
from harness.symbolic.leg.question import Question, sets
from harness.symbolic.prove import Proof
from harness.symbolic.readback import Unreadable
from harness.symbolic.verify import Certificate, check_at_random, expand, rehearse

EXPANSIONS = ((2,), (1, 2), (3, 2, 2), (3, 2, 4), (1, 4), (3, 4))
"""At which sizes, taken in turn, certificates are expanded."""

MAX_WORK = {"sympy": 20_000, "flint": 1_000_000}
"""How many products of monomials an expansion may take, by whose polynomials are used."""


def certificate(question: Question, proof: Proof) -> Evidence:
    """The proof as identities, expanded with a symbol in every entry."""
    try:
        found = certify(question.claim, proof)
        expansions = _expansions(found, question)
    except (Unreadable, Unsupported) as reason:
        summary = f"The proof has no certificate in the language of claims: {reason}."
        return question.answer(Outcome.INCONCLUSIVE, summary)
    data: dict[str, Json] = {
        "identities": len(found.identities),
        "terms with a defect": found.summands,
        "expansions": expansions,
        "equations": [
            {
                "left minus right": to_text(identity.equation),
                "is": to_text(identity.defect),
                "is lemma": identity.is_lemma,
            }
            for identity in found.identities
        ],
    }
    failed = [e["failed"] for e in expansions if e["failed"]]
    if failed:
        summary = f"The proof does not expand to an identity ({failed[0]}): an error of the engine."
        return question.answer(Outcome.ERROR, summary, data)
    made = [e for e in expansions if "products" in e]
    if not made:
        summary = "The proof adds up at random values; its expansion is too large at every size."
        return question.answer(Outcome.INCONCLUSIVE, summary, data)
    most = max(int(str(e["symbols"])) for e in made)
    summary = (
        "Left minus right is a combination of the hypotheses' defects, whatever the values are: "
        f"expanded at {sets(len(made))}, in up to {most} symbols, "
        "and evaluated at random values."
    )
    return question.answer(Outcome.CONFIRMED, summary, data)


def _expansions(certificate: Certificate, question: Question) -> list[dict[str, Json]]:
    claim, library = question.claim, question.library
    found: list[dict[str, Json]] = []
    seen: list[Mapping[str, int]] = []
    for dims in EXPANSIONS:
        if found and question.is_late:
            break
        if sizes_of(claim.parameters, dims) in seen:
            continue
        begun = time.monotonic()
        rehearsal = rehearse(certificate, claim, library, dims)
        needed = rehearsal.products
        known = [name for name in MAX_WORK if needed <= MAX_WORK[name] and find_spec(name)]
        if not known:
            continue
        about = (certificate, claim, library, dims)
        expansion = expand(*about, backend=known[0], rehearsal=rehearsal)
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
