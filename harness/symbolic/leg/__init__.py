"""The symbolic leg: does a claim follow from its hypotheses, for every size and all values?

Three checks answer. `dimension-free` is the proof by rewriting; `certificate` expands that proof
as polynomial identities with a symbol in every entry; `ground` compares both sides at small sizes
without the rewriter, once it has looked in vain for a counterexample to what is not proved. What
has a certificate stands, whatever could not be compared for its size or for want of time.

A claim without sizes is one statement about finitely many numbers. Where rewriting does not prove
it, and no sum 1 + … + 1 is 0, the ideal of the hypotheses over the fractions may: `x = 7` of
`x + y = 10` and `x - y = 4` is half the sum of both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from harness.claims.given import with_functions_given, with_places_given, with_units
from harness.claims.model import Claim, Library
from harness.evidence import Evidence, Leg, Outcome, asked
from harness.symbolic.contradiction import contradiction
from harness.symbolic.interpret import UnsupportedTerm
from harness.symbolic.leg.certified import certificate
from harness.symbolic.leg.given_sizes import ground
from harness.symbolic.leg.ordered import divided, every_size, given_sizes
from harness.symbolic.leg.proved import dimension_free, without_sizes
from harness.symbolic.leg.question import Question
from harness.symbolic.prove import Proof, prove

SECONDS = 60.0
"""How long what was proved is compared at given sizes as well, where no deadline is given."""


def check(claim: Claim, library: Library, *, deadline: float | None = None) -> Iterator[Evidence]:
    """Ask the symbolic leg's question. `deadline` is a time of `time.monotonic`."""
    stated, claim = claim, with_units(claim)
    plain, used = with_places_given(with_functions_given(claim))

    def ask(name: str, answer: Callable[[Question], Evidence], about: Claim = plain) -> Evidence:
        question = Question(about, library, name, deadline)
        return asked(claim.theorem, Leg.SYMBOLIC, name, lambda: answer(question))

    if not claim.conclusion.is_equation:
        yield ask("dimension-free", every_size, claim)
        yield ask("ground", given_sizes, claim)
        return
    proof: Proof | None = None

    def proved(question: Question) -> Evidence:
        nonlocal proof
        try:
            proof = prove(plain, library.definitions)
        except UnsupportedTerm as reason:
            if claim.compares:
                return every_size(question)
            return question.answer(Outcome.INCONCLUSIVE, f"Not tried: {reason}.")
        if claim.has_relations and not proof.is_proved:
            return every_size(question)
        by_ideal = None if proof.is_proved else without_sizes(question)
        return by_ideal or dimension_free(question, proof, used)

    yield ask("dimension-free", proved)
    is_certified = False
    if proof is not None and (found := proof).is_proved:
        certified = ask("certificate", lambda question: certificate(question, found))
        is_certified = certified.outcome is Outcome.CONFIRMED
        yield certified
    if deadline is None and is_certified:
        deadline = time.monotonic() + SECONDS
    is_proved = is_certified or (proof is not None and proof.is_proved)
    # A counterexample shows the variables of the claim as it was written.
    about = plain if is_proved else claim
    if claim.has_relations and not is_proved:
        yield ask("ground", given_sizes, claim)
    elif claim is not stated and is_certified:
        yield ask("ground", divided)
    else:
        yield ask("ground", lambda question: ground(question, is_proved, is_certified), about)
    if claim.hypotheses and (reason := contradiction(claim, library)):
        yield Evidence.of_nothing(claim.theorem, Leg.SYMBOLIC, reason, claim.vacuous)
