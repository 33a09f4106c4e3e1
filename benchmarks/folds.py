"""Random right folds, on which nothing may alarm, and the same with one thing wrong, to be found.

python -m benchmarks.folds [--count 100] [--start 0] [--format float64]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.checkpoints.making import TYPES
from tests.checkpoints.spoiling import tried


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--format", choices=list(TYPES), help="else each of them in turn")
    chosen = parser.parse_args()
    kinds: Counter[str] = Counter()
    wrong = []
    start = time.perf_counter()
    for number in range(chosen.start, chosen.start + chosen.count):
        with tempfile.TemporaryDirectory() as folder:
            dtype = chosen.format or list(TYPES)[number // 3 % 3]
            kind, found = tried(number, dtype, Path(folder))
        kinds[kind] += 1
        wrong += [f"{number}: {text}" for text in found]
    print("\n".join(wrong))
    print(f"{chosen.count} right folds: {sum('alarm' in text for text in wrong)} alarms")
    print(f"{chosen.count} wrong folds: {sum('missed' in text for text in wrong)} missed")
    print(", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    print(f"{time.perf_counter() - start:.0f} s")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
