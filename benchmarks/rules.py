"""Rules that people state, each with a false twin: what the engines find, and in what time.

Run: python -m benchmarks.rules [PART OF A NAME [LEG]]

The rules stand in rules.yaml: axioms and rules of tensor compilers in the manner of TASO and
TensorRight, and of kernels, written anew. Every true one should be confirmed by the symbolic and
the numeric leg, and every twin refuted by both; what is not, is shown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from harness.claims.library import load_library
from harness.claims.load import load_claim
from harness.claims.model import Claim, Library
from harness.evidence import Outcome
from harness.numeric.leg import check as numeric
from harness.symbolic.leg import check as symbolic
from harness.verdict import leg_outcome

HERE = Path(__file__).parent
RINGS = ("field", "commutative ring")
ENGINES = {"symbolic": symbolic, "numeric": numeric}


@dataclass(frozen=True)
class Rule:
    """A rule, or the false twin of one."""

    name: str
    is_true: bool
    data: Mapping[str, Any]
    """What its specification would say."""

    @cached_property
    def claim(self) -> Claim:
        """Read when it is asked for: who collects tests asks for names alone."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "rule.yaml"
            text = yaml.safe_dump(self.data, allow_unicode=True, sort_keys=False)
            path.write_text(text, "utf-8")
            return load_claim(path, path.name, library())


@cache
def library() -> Library:
    """The project's definitions, which name the kinds of scalars."""
    path = HERE.parent / "specs" / "definitions.yaml"
    return load_library(path, path.name)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, each followed by its twin."""
    return tuple(_read())


def _read() -> Iterator[Rule]:
    entries: list[dict[str, Any]] = yaml.safe_load((HERE / "rules.yaml").read_text("utf-8"))
    for entry in entries:
        for then, is_true in ((entry["then"], True), (entry["twin"], False)):
            data = {
                "theorem": "rule",
                "says": entry["name"],
                "scalars": entry.get("scalars") or RINGS[bool(entry.get("ring"))],
                "for": entry["for"],
                **({"assume": entry["assume"]} if "assume" in entry else {}),
                "then": then,
            }
            yield Rule(entry["name"], is_true, data)


def main(part: str = "", only: str = "") -> None:
    """Print one line for each rule that is not as it should be, and a table."""
    known = library()
    times: dict[tuple[str, bool], list[float]] = {}
    right: dict[tuple[str, bool], int] = {}
    for rule in rules():
        if part not in rule.name:
            continue
        wanted = Outcome.CONFIRMED if rule.is_true else Outcome.REFUTED
        for leg, engine in ENGINES.items():
            if only not in leg:
                continue
            key = (leg, rule.is_true)
            start = time.process_time()
            found = list(engine(rule.claim, known))
            times.setdefault(key, []).append(time.process_time() - start)
            came = leg_outcome(found)
            right[key] = right.get(key, 0) + (came is wanted)
            if came is not wanted:
                kind = "true" if rule.is_true else "twin"
                why = next(e.summary for e in found if e.outcome is came)
                print(f"{rule.name} ({kind}), {leg}: {came}: {why}")
    print("| | rules | as they should be | median | longest |\n|---|---|---|---|---|")
    for (leg, is_true), own in sorted(times.items()):
        kind = "true, confirmed" if is_true else "false twins, refuted"
        middle, longest = (f"{1000 * t:,.0f} ms" for t in (median(own), max(own)))
        print(f"| {leg}: {kind} | {len(own)} | {right[leg, is_true]} | {middle} | {longest} |")


if __name__ == "__main__":
    main(*sys.argv[1:3])
