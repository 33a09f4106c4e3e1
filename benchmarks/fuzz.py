"""Damaged files by the million: `python -m benchmarks.fuzz --count 1000000 --kind claim`.

Prints how many inputs of each kind were read, how many of them were good ones, and how many a
second; stops at the first that does not end in words, and says its number.
"""

from __future__ import annotations

import argparse
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.targets import TARGETS, attack


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="inputs of all kinds together")
    parser.add_argument("--first", type=int, default=0, help="the number of the first of each kind")
    parser.add_argument("--kind", choices=list(TARGETS), action="append")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after these")
    chosen = parser.parse_args()
    kinds = chosen.kind or list(TARGETS)
    each = -(-chosen.count // len(kinds))
    ends = time.monotonic() + chosen.seconds
    read, good, took = dict.fromkeys(kinds, 0), dict.fromkeys(kinds, 0), dict.fromkeys(kinds, 0.0)
    # What is interrupted says how far it came, so that several runs can make one number.
    with suppress(KeyboardInterrupt), TemporaryDirectory() as folder:
        # In turns, so that every kind has had its share whenever it ends.
        for first in range(chosen.first, chosen.first + each, 100):
            numbers = range(first, min(first + 100, chosen.first + each))
            for kind in kinds:
                if time.monotonic() < ends:
                    started = time.monotonic()
                    good[kind] += attack(kind, numbers, Path(folder))
                    read[kind] += len(numbers)
                    took[kind] += time.monotonic() - started
    for kind in kinds:
        rate = read[kind] / max(took[kind], 1e-9)
        print(f"{kind:12} {read[kind]:8} inputs, {good[kind]:8} good, {rate:7.0f} a second")
    print(f"{sum(read.values())} inputs, no fault")


if __name__ == "__main__":
    main()
