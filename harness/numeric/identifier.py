"""What names one random instance, so that anyone can compute it again.

    THEOREM:CHECK:SEED:BATCH:LANE[/SIZES[/lanes=N][/backend=NAME][/device=NAME]]

The first part says what was drawn, and from which seed. SIZES is n=8,d=16,… or `drawn`; what
follows is left out where it is as in `harness check`: 32 lanes, NumPy. `samples=none` stands for
instances that were drawn without regard to what the author says is to be drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.claims.model import Claim
from harness.evidence import Counterexample, Evidence, Json, Leg, Outcome

LANES = 32
"""The instances of a batch, unless an identifier says otherwise."""

_DRAWN = "drawn"


@dataclass(frozen=True)
class ReplayId:
    """Names one instance: rerunning its batch reproduces it bit for bit."""

    theorem: str
    check: str
    seed: int
    batch: int
    lane: int
    sizes: Mapping[str, int] | None = None
    """Those that all batches have; nothing where each batch draws its own."""
    lanes: int = LANES
    backend: str = "numpy"
    device: str = ""
    is_free: bool = False
    """Whether it was drawn without regard to the samples of the claim."""

    def __str__(self) -> str:
        check = self.check.replace(" ", "-")
        first = f"{self.theorem}:{check}:{self.seed}:{self.batch}:{self.lane}"
        settings = {
            "lanes": str(self.lanes) if self.lanes != LANES else "",
            "backend": self.backend if self.backend != "numpy" else "",
            "device": self.device,
            "samples": "none" if self.is_free else "",
        }
        rest = [f"{name}={value}" for name, value in settings.items() if value]
        if not self.sizes and not rest:
            return first
        sizes = ",".join(f"{name}={size}" for name, size in (self.sizes or {}).items())
        return "/".join([first, sizes or _DRAWN, *rest])

    @staticmethod
    def parse(text: str) -> ReplayId:
        """Read what `str` gives. Raises `ValueError`."""
        first, *rest = text.split("/")
        theorem, *others = first.rsplit(":", 4)
        if len(others) != 4 or not all(part.isdecimal() for part in others[1:]):
            raise ValueError(f"expected theorem:check:seed:batch:lane, found {text!r}")
        check, seed, batch, lane = others
        sizes = None if not rest or rest[0] == _DRAWN else _sizes(rest[0])
        settings = {"lanes": str(LANES), "backend": "numpy", "device": "", "samples": ""}
        for part in rest[1:]:
            name, _, value = part.partition("=")
            if name not in settings or not value:
                raise ValueError(f"expected {', '.join(settings)}, found {part!r}")
            settings[name] = value
        lanes = settings["lanes"]
        if not lanes.isdecimal() or int(lanes) == 0:
            raise ValueError(f"expected a number of lanes, found {lanes!r}")
        if (samples := settings["samples"]) not in ("", "none"):
            raise ValueError(f"expected samples=none, found {samples!r}")
        return ReplayId(
            theorem,
            check.replace("-", " "),
            int(seed),
            int(batch),
            int(lane),
            sizes,
            int(lanes),
            settings["backend"],
            settings["device"],
            bool(samples),
        )


def _sizes(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in text.split(","):
        name, _, size = part.partition("=")
        if not name or not size.isdecimal() or name in found:
            raise ValueError(f"expected sizes such as n=8,d=16, found {text!r}")
        found[name] = int(size)
    return found


def evidence(
    claim: Claim,
    check: str,
    outcome: Outcome,
    summary: str,
    data: Mapping[str, Json] | None = None,
    identifier: str = "",
    example: Counterexample | None = None,
) -> Evidence:
    """What a check of the leg came to, with what names the instance to look at, if there is one."""
    replay = f"harness replay {identifier}" if identifier else ""
    about = (claim.theorem, Leg.NUMERIC, check)
    return Evidence(*about, outcome, summary, data or {}, example, replay=replay)
