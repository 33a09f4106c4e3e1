"""The score of a hunt: what every mutant came to, as data that reports hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from harness.evidence import Json, Leg, Outcome
from harness.mutation.hunt import CLAIM_LEGS, DEFINITION_LEGS, Finding
from harness.mutation.survivors import SAME
from harness.run import LEAN_LEGS
from harness.verdict import ExitCode

LEGS = tuple(leg for leg in Leg if leg in (*CLAIM_LEGS, *DEFINITION_LEGS))
"""The legs that are asked about mutants, in the order in which tables show them."""


@dataclass(frozen=True)
class Score:
    """What came of all mutants. Each is caught, true as well, or a survivor; none is two of them.

    The mirror leg sees any change of what is stated, true or not. So it does not count here: a
    mutant is caught when another leg refutes it.
    """

    findings: tuple[Finding, ...]

    @cached_property
    def caught(self) -> tuple[Finding, ...]:
        """Refuted by a leg other than the mirror."""
        return tuple(f for f in self.findings if set(f.caught_by) - {Leg.MIRROR})

    @cached_property
    def explained(self) -> tuple[Finding, ...]:
        """Refuted by no such leg, since what the mutant says is shown to be true."""
        caught = set(map(id, self.caught))
        return tuple(f for f in self.findings if f.explanation and id(f) not in caught)

    @cached_property
    def survivors(self) -> tuple[Finding, ...]:
        """Neither refuted nor shown to be true: each is a defect of the harness."""
        known = set(map(id, (*self.caught, *self.explained)))
        return tuple(f for f in self.findings if id(f) not in known)

    @cached_property
    def unmirrored(self) -> tuple[Finding, ...]:
        """Those that the mirror leg did not refuse: all that are seen by its text alone must be."""
        return tuple(f for f in self.findings if f.legs.get(Leg.MIRROR) is not Outcome.REFUTED)

    @cached_property
    def by_kind(self) -> Mapping[str, Score]:
        """The score of each kind of change."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.mutant.kind, []).append(finding)
        return {kind: Score(tuple(findings)) for kind, findings in found.items()}

    @cached_property
    def by_leg(self) -> Counter[Leg]:
        """How many each leg refutes."""
        return Counter(leg for finding in self.findings for leg in finding.caught_by)

    @property
    def is_whole(self) -> bool:
        """Whether Lean answered for every mutant that it is asked about.

        The numeric leg does not run where no sampler meets a mutant's hypotheses; then the others
        must refute it or show it true, so that nothing is left open.
        """
        ran = (finding.legs.get(leg) for finding in self.findings for leg in LEAN_LEGS)
        return Outcome.NOT_RUN not in ran

    @property
    def exit_code(self) -> ExitCode:
        """Confirmed where nothing survives and the mirror saw each mutant that is true as well.

        Not where Lean did not answer: what it would have said is not known.
        """
        if self.survivors:
            return ExitCode.REFUTED
        other = (f for f in self.explained if f.explanation and f.explanation.reason != SAME)
        unseen = set(map(id, self.unmirrored)) & set(map(id, other))
        if not self.findings or unseen or not self.is_whole:
            return ExitCode.UNDECIDED
        return ExitCode.CONFIRMED


def to_data(score: Score) -> Mapping[str, Json]:
    """The score as plain data.

    {"mutants", "caught", "true", "survived": how many, and by which "legs": {leg: how many},
     "kinds": [{"kind", "mutants", "caught", "true", "survived", "legs"}],
     "explained": [{"subject", "kind", "what", "text"}], "survivors": [… with "legs"],
     "unmirrored": [… with "legs"]}
    """
    return {
        **_counts(score),
        "kinds": [{"kind": kind, **_counts(part)} for kind, part in score.by_kind.items()],
        "explained": [
            {**_named(f), "text": f.explanation.text if f.explanation else ""}
            for f in score.explained
        ],
        "survivors": _with_legs(score.survivors),
        "unmirrored": _with_legs(score.unmirrored),
    }


def _counts(score: Score) -> dict[str, Json]:
    return {
        "mutants": len(score.findings),
        "caught": len(score.caught),
        "true": len(score.explained),
        "survived": len(score.survivors),
        "legs": {leg.value: score.by_leg[leg] for leg in LEGS},
    }


def _named(finding: Finding) -> dict[str, Json]:
    mutant = finding.mutant
    return {"subject": mutant.subject, "kind": mutant.kind, "what": mutant.what}


def _with_legs(findings: Iterable[Finding]) -> list[Json]:
    return [
        {**_named(f), "legs": {leg.value: o.value for leg, o in f.legs.items()}} for f in findings
    ]
