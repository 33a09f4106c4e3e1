"""The work of one chunk, in whatever process it is done."""

from __future__ import annotations

import pickle
import time
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import numpy as np

from harness.arrays import Unsupported
from harness.arrays.backend import BackendMissing
from harness.cache import code_fingerprint
from harness.claims.hypotheses import Unmet
from harness.evidence import Json
from harness.numeric.bounded import Float64Check
from harness.numeric.check import Drawn
from harness.numeric.exact import PrimeFieldCheck
from harness.numeric.identifier import ReplayId
from harness.numeric.precisions import NARROW, Precision, lacks, measure
from harness.numeric.replay import tester_of
from harness.numeric.tally import Spread, Tally
from harness.numeric.threads import one_thread
from harness.sweep.chunks import Chunk

SHOWN = 3
"""Failing instances that a record names; all are counted."""

Record = dict[str, Json]


def compute(chunk: Chunk) -> Record:
    """The record of a chunk. What goes wrong is told in it, and nothing is raised."""
    start = time.perf_counter()
    try:
        if code_fingerprint() != chunk.code:
            return fault(chunk, "error", "this worker has another version of the harness")
        with one_thread():
            found = _measure(chunk) if chunk.cell.dtype in NARROW else _decide(chunk)
    except (Unmet, Unsupported, BackendMissing) as error:
        return fault(chunk, "not_run", str(error))
    except Exception as error:  # an engine's fault is this chunk's, not the sweep's
        return fault(chunk, "error", f"{type(error).__name__}: {error}")
    return {**_named(chunk), **found, "seconds": round(time.perf_counter() - start, 4)}


def fault(chunk: Chunk, kind: str, reason: str) -> Record:
    """The record of a chunk that came to nothing: `not_run` or `error`, with the reason."""
    return {**_named(chunk), kind: reason}


def _named(chunk: Chunk) -> Record:
    claim, shape, seed, dtype, first = chunk.key
    named: Record = {"claim": claim, "shape": shape, "seed": seed, "dtype": dtype}
    return {"kind": "chunk", **named, "first": first, "batches": chunk.batches}


@lru_cache(maxsize=16)
def _tester(subject: bytes, identifier: str) -> PrimeFieldCheck | Float64Check:
    """Kept, since the chunks of one cell come one after the other."""
    claim, library = pickle.loads(subject)  # noqa: S301 - from the process that asks
    return tester_of(ReplayId.parse(identifier), claim, library)


class _Batches:
    """The batches of a chunk one after the other, and how its instances are named."""

    def __init__(self, chunk: Chunk) -> None:
        cell, where = chunk.cell, (chunk.backend, chunk.device)
        self.numbers = range(chunk.first, chunk.first + chunk.batches)
        self.first = ReplayId(
            cell.claim, cell.dtype, cell.seed, 0, 0, cell.sizes, cell.lanes, *where
        )
        self.tester = _tester(chunk.subject, str(self.first))
        self.worst = ""
        self._largest = -1.0

    def see(self, ratios: Any, drawn: Drawn) -> None:
        """Keep the name of the instance with the largest ratio."""
        counted = np.where(drawn.fair & ~np.isnan(ratios), ratios, -1.0)
        lane = int(counted.argmax())
        if counted[lane] > self._largest:
            self._largest, self.worst = float(counted[lane]), self.name(drawn.number, lane)

    def name(self, batch: int, lane: int) -> str:
        return str(replace(self.first, batch=batch, lane=lane))


def _decide(chunk: Chunk) -> Record:
    """Both sides compared, exactly or within the rounding bound."""
    batches = _Batches(chunk)
    tester = batches.tester
    tally, ratios = Tally(), Spread()
    failures: list[Json] = []
    for number in batches.numbers:
        drawn = tester.draw(number)
        found = tester.compare(drawn, tester.plans.claim.conclusion)
        tally.merge(Tally.of(tester, drawn, found))
        ratios.add(found.ratio[drawn.fair])
        batches.see(found.ratio, drawn)
        lanes = np.flatnonzero(found.wrong)[: SHOWN - len(failures)]
        failures += [batches.name(number, lane) for lane in lanes.tolist()]
    shown: Record = {"failures": failures} if failures else {}
    return {**asdict(tally), "ratios": ratios.to_json(), "worst": batches.worst, **shown}


def _measure(chunk: Chunk) -> Record:
    """Both sides in a narrow format, against its noise; nothing is decided."""
    batches = _Batches(chunk)
    tester = batches.tester
    assert isinstance(tester, Float64Check)
    reason = lacks(tester.placing.backend, chunk.cell.dtype)
    if reason:
        raise BackendMissing(reason)
    tally, precision = Tally(), Precision()
    for number in batches.numbers:
        drawn = tester.draw(number)
        found = measure(tester, drawn, chunk.cell.dtype)
        met = int(drawn.fair.sum())
        tally.merge(Tally(batches=1, instances=drawn.instance.lanes, met=met))
        precision.add(found, drawn)
        batches.see(found.ratio, drawn)
    return {**asdict(tally), "precision": precision.to_json(), "worst": batches.worst}
