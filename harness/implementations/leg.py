"""The implementation leg: each definition against attention as others write and run it.

Invariance cannot see a definition that is wrong in itself: a RoPE with a flipped sign, weights
that are ignored, a context that is always zero. Where Lean and the specification are wrong alike,
no other leg sees it either.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from zlib import crc32

import numpy as np

from harness.arrays import Unsupported
from harness.claims.model import Definition, Library
from harness.evidence import Evidence, Json, Leg, Outcome
from harness.implementations.bindings import SIGNATURES, renamed, shape, signature
from harness.implementations.compare import Tally, evaluated
from harness.implementations.ignored import ignored
from harness.implementations.layers import draw
from harness.implementations.papers import IMPLEMENTS

CHECK = "papers"
"""The one implementation that is known by the names of definitions; all others are bound by files
of the project, see `harness.programs`."""


def check(definition: Definition, library: Library, *, seed: int = 0) -> Iterator[Evidence]:
    """Compare a definition with attention written from the papers.

    A definition that nothing is known for does not take part; one of a known name with other
    parameters cannot be compared, and is not confirmed. Neither is one that ignores a parameter.
    """
    definition = renamed(definition)
    expected = SIGNATURES.get(definition.name)
    if expected is None:
        yield from _moved(definition, library)
        reason = "No implementation is known for a definition of this name."
        yield _evidence(definition, "known implementations", Outcome.NOT_APPLICABLE, reason)
        return
    if signature(definition) != expected:
        reason = (
            f"The implementations take other parameters: expected ({expected}), "
            f"found ({signature(definition)})."
        )
        yield _evidence(definition, "known implementations", Outcome.INCONCLUSIVE, reason)
        return
    yield from _moved(definition, library)
    yield _ask(definition, library, seed)


def _moved(definition: Definition, library: Library) -> Iterator[Evidence]:
    """A finding where parameters never move the value; nothing where each of them does."""
    try:
        names = ignored(definition, library)
    except Unsupported:
        return
    if names:
        which = f"its parameter{'s' * (len(names) > 1)} {', '.join(names)}"
        reason = f"{definition.name} ignores {which}: no value that was tried moves the result."
        data: dict[str, Json] = {"ignored": list(names)}
        leg = Leg.IMPLEMENTATION
        yield Evidence.of_nothing(definition.name, leg, reason, definition.vacuous, data)


def _ask(definition: Definition, library: Library, seed: int) -> Evidence:
    start = time.monotonic()
    tally = Tally(definition, "attention written from the papers")
    wanted = shape(definition.name)
    key = [seed, crc32(definition.name.encode())]
    try:
        for instance in draw(key, one_head=wanted.one_head, equal=wanted.equal):
            expected = np.asarray(IMPLEMENTS[definition.name](instance), dtype=np.float64)
            tally.add(instance, evaluated(definition, library, instance), expected)
            if tally.wrong is not None:
                break
    except Unsupported as error:
        reason = f"The definition cannot be evaluated: {error}."
        return _evidence(definition, CHECK, Outcome.INCONCLUSIVE, reason)
    outcome, summary = tally.outcome()
    return replace(
        _evidence(definition, CHECK, outcome, summary),
        data=tally.data(),
        counterexample=tally.counterexample(),
        replay=f"harness check --leg {Leg.IMPLEMENTATION} --seed {seed}",
        seconds=time.monotonic() - start,
    )


def _evidence(definition: Definition, name: str, outcome: Outcome, summary: str) -> Evidence:
    return Evidence(definition.name, Leg.IMPLEMENTATION, name, outcome, summary)
