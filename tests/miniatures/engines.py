"""Each function is an engine with one vice."""

import os
import time

from harness.claims.model import Claim, Library
from harness.evidence import Evidence, Leg, Outcome


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


def eats_memory(claim: Claim, library: Library) -> list[Evidence]:
    block = bytearray(8 << 30)
    block[::4096] = b"x" * len(block[::4096])
    return confirms(claim, library)
