"""Each function is an engine with one vice."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace

from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Evidence, Leg, Outcome


def _evidence(claim: Claim, outcome: Outcome, leg: Leg = Leg.SYMBOLIC) -> Evidence:
    return Evidence(claim.theorem, leg, "miniature", outcome, "Because it says so.")


def confirms(claim: Claim, library: Library) -> list[Evidence]:
    return [_evidence(claim, Outcome.CONFIRMED)]


def refutes(claim: Claim, library: Library) -> list[Evidence]:
    return [_evidence(claim, Outcome.REFUTED)]


def says_nothing(claim: Claim, library: Library) -> list[Evidence]:
    return []


def answers_for_another_leg(claim: Claim, library: Library) -> list[Evidence]:
    return [_evidence(claim, Outcome.CONFIRMED, Leg.PROOF)]


def answers_in_words(claim: Claim, library: Library) -> list[str]:
    return ["confirmed"]


def raises(claim: Claim, library: Library) -> list[Evidence]:
    raise ZeroDivisionError("on purpose")


def crashes(claim: Claim, library: Library) -> list[Evidence]:
    os._exit(7)


def hangs(claim: Claim, library: Library) -> list[Evidence]:
    time.sleep(600)
    return confirms(claim, library)


def hangs_half_way(claim: Claim, library: Library) -> Iterator[Evidence]:
    yield replace(_evidence(claim, Outcome.CONFIRMED), check="first")
    yield replace(_evidence(claim, Outcome.REFUTED), check="second")
    time.sleep(600)
    yield replace(_evidence(claim, Outcome.CONFIRMED), check="third")


def never_ends(claim: Claim, library: Library) -> Iterator[Evidence]:
    while True:
        yield _evidence(claim, Outcome.CONFIRMED)


def answers_at_length(claim: Claim, library: Library) -> Iterator[Evidence]:
    yield _evidence(claim, Outcome.CONFIRMED)
    yield replace(_evidence(claim, Outcome.CONFIRMED), summary="x" * (65 << 20))


def crashes_half_way(claim: Claim, library: Library) -> Iterator[Evidence]:
    yield _evidence(claim, Outcome.CONFIRMED)
    os._exit(7)


def raises_half_way(claim: Claim, library: Library) -> Iterator[Evidence]:
    yield _evidence(claim, Outcome.CONFIRMED)
    raise ZeroDivisionError("on purpose")


def strays_and_hangs(claim: Claim, library: Library) -> Iterator[Evidence]:
    yield _evidence(claim, Outcome.CONFIRMED)
    yield _evidence(claim, Outcome.CONFIRMED, Leg.PROOF)
    time.sleep(600)


def hangs_whatever_it_is_told(claim: Claim, library: Library, **_: object) -> list[Evidence]:
    return hangs(claim, library)


def eats_memory(claim: Claim, library: Library) -> list[Evidence]:
    block = bytearray(8 << 30)
    block[::4096] = b"x" * len(block[::4096])
    return confirms(claim, library)


def returns_nan(claim: Claim, library: Library, **_: object) -> list[Evidence]:
    """Numbers that are none, where a number is looked for."""
    nan = float("nan")
    example = Counterexample({"n": 1}, {"q": [nan]}, [nan], [nan])
    data = {"largest_ratio": nan, "answer": "fails", "miss_per_instance": -nan}
    evidence = _evidence(claim, Outcome.CONFIRMED)
    return [replace(evidence, data=data, counterexample=example)]


def takes_no_number_of_seconds(claim: Claim, library: Library) -> list[Evidence]:
    return [replace(_evidence(claim, Outcome.CONFIRMED), seconds=float("nan"))]


def searches_falsely(claim: Claim, library: Library) -> list[Evidence]:
    """Finds a counterexample to every claim without its hypotheses, and it is none."""
    names = [f"without {h.name}" for h in claim.hypotheses]
    ones = {p.name: 1 for p in claim.parameters}
    example = Counterexample(ones, ones, [0], [1])
    return [
        Evidence(claim.theorem, Leg.NECESSITY, name, Outcome.CONFIRMED, "Needed.", {}, example)
        for name in names
    ]


def answers_for_necessity(claim: Claim, library: Library) -> list[Evidence]:
    """Confirms, refutes and says that it does not apply, each without a reason."""
    outcomes = (Outcome.CONFIRMED, Outcome.REFUTED, Outcome.NOT_APPLICABLE)
    return [_evidence(claim, outcome, Leg.NECESSITY) for outcome in outcomes]
