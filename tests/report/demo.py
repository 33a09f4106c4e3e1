"""A run that nobody ran: every outcome, every kind of data, and texts that want to be markup.

Each is made once, and nobody may change it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from harness.claims.model import Claim
from harness.claims.project import load_project
from harness.diagnostics import Diagnostic
from harness.evidence import Counterexample, Evidence, Gap, GapKind, Json, Leg, Outcome
from harness.folds.model import Picture, Port, Stage
from harness.language.notation.formula import Formula, Labelled, Statement
from harness.lattice import Lattice
from harness.plain import from_plain
from harness.report.difference import since
from harness.results.assemble import assemble
from harness.results.changes import Change as ChangeTo
from harness.results.changes import ChangeKind, Since
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import Kind, LegResult, Subject
from harness.run import DEFINITION_LEGS, LEGS, Plan
from harness.verdict import Status

ROOT = Path(__file__).parents[2]
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&]]>{{ 7919*7907 }}\x07"
"""Text that would run, break out of an attribute, or be a template, where it is not escaped."""


UNDECIDED = "attentionContext_equivariant_of_orthogonal"
REFUTED = "attentionWeights_invariant_of_orthogonal"
NOT_ASKED = "blockDiag_orthogonal"
BROKEN = "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"
"""The claims of which not every leg is confirmed."""

BELOW = f"{HOSTILE} below"


class Everything(Plan):
    """A plan in which every leg answers."""

    def subjects(self) -> list[tuple[str, tuple[Leg, ...]]]:
        names = [claim.theorem for claim in self.project.claims]
        claims = tuple(leg for leg in self.legs if leg is not Leg.IMPLEMENTATION)
        return [(name, claims) for name in names] + [
            (name, DEFINITION_LEGS) for name in self.project.library.definitions
        ]


GAPS = (
    Gap(GapKind.UNREACHED, "Draft.Unused", "lean/Draft/Unused.lean"),
    Gap(GapKind.UNMENTIONED, "Draft.forgotten", "lean/Draft.lean", 12),
    Gap(GapKind.UNMENTIONED, "Draft.lemma", "lean/Draft.lean", 30, is_used=True),
)


@cache
def demo() -> Run:
    """The project's own claims, with invented evidence."""
    project = load_project(ROOT)
    project = replace(project, checkers=project.checkers[:1])
    plan = Everything(project, cache=ROOT / "nothing-kept", legs=LEGS)
    run = assemble(plan, [*_evidence(plan), *GAPS])
    return replace(
        run,
        started="2026-01-02T09:30:00+00:00",
        finished="2026-01-02T09:31:12+00:00",
        seconds=72.4,
        commit="0123456789abcdef0123456789abcdef01234567",
        versions={"harness": "0.1.0", "python": "3.12.1", "lean": "4.28.0", "numpy": "2.4.6"},
    )


@cache
def later() -> Run:
    """The same project a while after `demo`, which is what it is compared with."""
    old = demo()
    first, second, third, *others = old.claims
    claims = (
        replace(first, status=Status.REFUTED),
        replace(second, status=Status.CONFIRMED),
        replace(third, name="a_new_claim"),
        *others,
    )
    return since(old, replace(old, claims=claims, started="2026-01-03T09:30:00+00:00"))


@cache
def many(count: int = 1000, of: Callable[[], Run] = demo) -> Run:
    """More claims than fit on a page as they are."""
    run = of()
    copies = -(-count // len(run.claims))
    claims = [
        replace(claim, name=f"{claim.name}_{i}") for i in range(copies) for claim in run.claims
    ]
    return replace(run, claims=tuple(claims[:count]))


@cache
def hostile() -> Run:
    """One claim in which every text is hostile."""
    formula = Formula(HOSTILE, HOSTILE, HOSTILE)
    check = Evidence(
        HOSTILE,
        Leg.PROOF,
        HOSTILE,
        Outcome.REFUTED,
        HOSTILE,
        data={
            HOSTILE: HOSTILE,
            "source": HOSTILE,
            "file": HOSTILE,
            "axioms": [HOSTILE],
            "uses": [HOSTILE],
            "versions": {HOSTILE: HOSTILE},
            "matrix": [[HOSTILE, 1], [2, 3]],
            "records": [{HOSTILE: HOSTILE}],
            "nested": {HOSTILE: {HOSTILE: [HOSTILE]}},
            "sketch": [
                *sketched(HOSTILE),
                {"steps": [{"right": {"mathml": "<math><mi onclick='alert(1)'>x</mi></math>"}}]},
                {"steps": [HOSTILE, {"right": HOSTILE, "left": HOSTILE}, {}]},
            ],
        },
        counterexample=Counterexample(
            {HOSTILE: 1}, {HOSTILE: [HOSTILE]}, [HOSTILE, "1"], ["0", HOSTILE], HOSTILE
        ),
        diagnostics=(Diagnostic(HOSTILE, 1, 2, HOSTILE),),
        replay=HOSTILE,
    )
    subject = Subject(
        name=HOSTILE,
        kind=Kind.THEOREM,
        says=HOSTILE,
        file=HOSTILE,
        line=1,
        specification=HOSTILE,
        statement=Statement(
            HOSTILE, (Labelled(HOSTILE, formula),), (Labelled(HOSTILE, formula),), formula
        ),
        status=Status.REFUTED,
        legs=(
            LegResult(Leg.PROOF, Outcome.REFUTED, (check,)),
            LegResult(Leg.MIRROR, Outcome.INCONCLUSIVE, (drift(HOSTILE),)),
            LegResult(Leg.NUMERIC, Outcome.NOT_RUN, (), HOSTILE),
        ),
        source=HOSTILE,
        calls=(BELOW,),
        picture=Picture(
            (
                Stage(
                    HOSTILE,
                    HOSTILE,
                    (Port(HOSTILE, formula, formula, True, HOSTILE),),
                    formula,
                    formula,
                    formula,
                    formula,
                    False,
                    HOSTILE,
                ),
            )
        ),
    )
    below = replace(subject, name=BELOW, kind=Kind.DEFINITION, calls=(), picture=None)
    changes = tuple(ChangeTo(HOSTILE, kind, HOSTILE) for kind in ChangeKind)
    return Run(
        HOSTILE,
        (subject,),
        (below,),
        programs_not_run=3,
        checkers=(
            CheckerResult(
                *(HOSTILE, HOSTILE, HOSTILE, HOSTILE, Status.UNDECIDED),
                replace(check, counterexample=None, data=lattice(HOSTILE)),
                from_plain(lattice(HOSTILE), Lattice),
            ),
        ),
        gaps=tuple(Gap(kind, HOSTILE, HOSTILE) for kind in GapKind),
        versions={HOSTILE: HOSTILE},
        commit=HOSTILE,
        started=HOSTILE,
        finished=HOSTILE,
        seconds=1.0,
        since=Since(HOSTILE, HOSTILE, changes),
    )


def drift(mark: str) -> Evidence:
    """A definition that is not what was locked, and a theorem that never was."""
    changed = {
        "was": f"def f (a b : Nat) := a + b{mark}",
        "now": f"def f (a b : Nat) := b + a{mark}",
    }
    new = {"what": "is not in the lock file", "was": "", "now": f"theorem new : 1 = 1{mark}"}
    return Evidence(
        mark, Leg.MIRROR, "lock", Outcome.INCONCLUSIVE, f"Drifted.{mark}",
        data={"drifted": [
            {"name": f"Draft.f{mark}", "what": f"is not what was locked{mark}", **changed},
            {"name": f"Draft.new{mark}", **new},
        ]},
    )  # fmt: skip


@cache
def drifting() -> Run:
    """The same project, with two claims that are not what was locked."""
    run = demo()
    claims = tuple(
        replace(
            claim, legs=(*claim.legs, LegResult(Leg.MIRROR, Outcome.INCONCLUSIVE, (drift(""),)))
        )
        for claim in run.claims[:2]
    )
    return replace(run, claims=(*claims, *run.claims[2:]))


def _evidence(plan: Plan) -> Iterator[Evidence]:
    claims = plan.project.claims
    for claim in claims:
        name, file = claim.theorem, f"specs/{claim.theorem}.yaml"
        yield _proof(name)
        yield _mirror(name, file, Outcome.CONFIRMED)
        if name == UNDECIDED:
            yield Evidence(
                name, Leg.SYMBOLIC, "dimension-free", Outcome.INCONCLUSIVE,
                "No rewriting led from one side to the other within 10 s.",
                data={"rules tried": 412}, seconds=10.0,
            )  # fmt: skip
        else:
            yield _symbolic(name)
        if name == REFUTED:
            yield _refuted(name, file)
        elif name != NOT_ASKED:
            yield _numeric(name)
        if name == BROKEN:
            yield Evidence(
                name, Leg.EXECUTION, "rationals", Outcome.ERROR,
                "Lean stopped before it answered: exit code 7.", seconds=3.1,
            )  # fmt: skip
        elif not claim.hypotheses:
            summary = "There is nothing to run."
            yield Evidence(name, Leg.EXECUTION, "rationals", Outcome.NOT_APPLICABLE, summary)
        else:
            yield _execution(name)
        yield from _necessity(claim)
    for checker in plan.checkers:
        yield Evidence(
            checker.name, Leg.NECESSITY, "lattice", Outcome.CONFIRMED,
            "4 combinations, 4 answers: 1 holds, 2 fails, 1 trivial.", data=lattice(""),
        )  # fmt: skip
    for name in plan.project.library.definitions:
        yield _mirror(name, "specs/definitions.yaml", Outcome.CONFIRMED)
        yield _execution(name)
        yield Evidence(
            name, Leg.IMPLEMENTATION, "papers", Outcome.CONFIRMED,
            "Equal to attention written from the papers on 30 instances of 15 shapes.",
            {"instances": 30, "largest_ratio": 0.011}, seconds=0.1,
        )  # fmt: skip
        if name == "softmax":
            yield from program(name, "soft")


def program(definition: str, name: str) -> Iterator[Evidence]:
    """What a program is found to be that computes `definition`."""
    facts: dict[str, Json] = {
        "program": f"{name}.py:{name}", "tensors": {f"{name}.weight": "Wq"},
        "operators": ["exp", "divide"], "versions": {"numpy": "2.4.6"},
    }  # fmt: skip
    claim = "folded_qkvo_softmax_attention_block_invariant_of_commutes"
    for check, outcome in (
        (claim, Outcome.NOT_APPLICABLE), ("exact", Outcome.CONFIRMED),
        ("float64", Outcome.CONFIRMED), ("a_claim_of_it", Outcome.CONFIRMED),
    ):  # fmt: skip
        data = facts if check == "exact" else {"program": facts["program"]}
        what = f"{name}: {check}"
        yield Evidence(definition, Leg.IMPLEMENTATION, what, outcome, "It is so.", data)


def _necessity(claim: Claim) -> Iterator[Evidence]:
    name = claim.theorem
    if not claim.hypotheses:
        summary = "It assumes nothing."
        yield Evidence(name, Leg.NECESSITY, "hypotheses", Outcome.NOT_APPLICABLE, summary)
    for hypothesis in claim.hypotheses:
        yield Evidence(
            name, Leg.NECESSITY, f"without {hypothesis.name}", Outcome.CONFIRMED,
            "Certified necessary: Lean's kernel accepts the negation of the rest.",
            counterexample=Counterexample({"n": 1, "d": 1}, {"R": [[0]]}, [0], [1], "exact"),
        )  # fmt: skip


def lattice(mark: str) -> dict[str, Json]:
    """Two toggles of one question; `mark` stands in every text."""
    formula: Json = {"text": f"1 = 1{mark}", "latex": f"1 = 1{mark}", "mathml": ""}
    example = {"sizes": {"n": 1}, "values": {"x": [1]}, "left": [1], "right": [0], "remark": mark}

    def answer(kind: str, *hypotheses: int, uses: tuple[str, ...] = ()) -> Json:
        return {
            "answer": kind,
            "reason": f"It {kind}.{mark}",
            "hypotheses": list(hypotheses),
            "conclusion": 0,
            "uses": list(uses),
            "sketch": sketched(mark) if kind == "holds" else [],
            "counterexample": example if kind == "fails" else None,
        }

    return {
        "questions": [{"name": f"sum{mark}", "says": f"Is it?{mark}", "claim": f"sum{mark}"}],
        "toggles": [
            {"name": f"{name}{mark}", "says": f"It is {name}.{mark}", "needs": []}
            for name in ("small", "even")
        ],
        "hypotheses": [{"name": f"small{mark}", "formula": formula, "gloss": ""}],
        "conclusions": [formula],
        "answers": [answer("holds", 0, uses=(f"small{mark}",)), answer("fails"), answer("trivial")],
        "cells": [
            {"off": [], "answers": [0]},
            {"off": [f"small{mark}"], "answers": [1]},
            {"off": [f"even{mark}"], "answers": [1]},
            {"off": [f"small{mark}", f"even{mark}"], "answers": [2]},
        ],
        "spared": [
            {
                **{"question": f"sum{mark}", "toggle": f"small{mark}", "uses": [mark]},
                **{"off": [f"even{mark}"], "on": [mark], "text": f"small is not needed{mark}"},
            }
        ],
    }


def _proof(name: str) -> Evidence:
    source = (
        f"/-- What {name} says, in one sentence. -/\n"
        f"theorem {name} {{n d : Nat}}\n"
        "    (R : Mat α d d) (Wq : Mat α d m)\n"
        "    (commutes : ∀ p, mul (Θ p) R = mul R (Θ p))\n"
        "    (orthogonal : mul (transpose R) R = identity) :\n"
        "    scores (mulVec R q) (fun j => mulVec R (K j)) = scores q K"
    )
    return Evidence(
        name, Leg.PROOF, "kernel", Outcome.CONFIRMED,
        "Lean's kernel accepts the proof; it rests on propext and Quot.sound.",
        data={
            "file": "lean/Foldability/Folding/SingleHead.lean", "line": 25, "end_line": 31,
            "source": source, "axioms": ["propext", "Quot.sound"],
            **_uses(name),
            "versions": {"lean": "4.28.0"},
        },
        seconds=2.4,
    )  # fmt: skip


def _uses(name: str) -> dict[str, Json]:
    """What a proof rests on: the theorem of the same family before it, or lemmas."""
    below = _BELOW.get(name, ("mul_mulVec",))
    lemmas = {"dot_mulVec": ["sum_comm"], "mul_mulVec": ["sum_comm"], "sum_comm": []}
    return {
        "uses": [f"Foldability.{other}" for other in below],
        "lemmas": {
            f"Foldability.{lemma}": [f"Foldability.{other}" for other in uses]
            for lemma, uses in lemmas.items()
        },
    }


_BELOW = {
    "scores_invariant_of_orthogonal": ("dot_mulVec", "mul_mulVec", "identity_mulVec"),
    "attentionWeights_invariant_of_orthogonal": ("scores_invariant_of_orthogonal",),
    "attentionContext_equivariant_of_orthogonal": ("attentionWeights_invariant_of_orthogonal",),
    "attentionBlockOutput_invariant_of_shared_rotation": (
        "attentionContext_equivariant_of_orthogonal",
    ),
    "ropeAttentionHeadContext_equivariant_of_commutes": (
        "ropeVector_equivariant_of_commutes",
        "attentionContext_equivariant_of_orthogonal",
    ),
    "folded_qkvo_softmax_attention_block_invariant_of_commutes": (
        "folded_qkvo_attention_block_invariant_of_commutes",
    ),
    "folded_qkvo_attention_block_invariant_of_commutes": (
        "attentionBlockOutput_invariant_of_shared_rotation",
        "ropeVector_equivariant_of_commutes",
    ),
    "outputProjection_absorbs_blockDiag": ("blockDiag_orthogonal", "mul_mulVec"),
    "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes": (
        "ropeAttentionHeadContext_equivariant_of_commutes",
        "outputProjection_absorbs_blockDiag",
    ),
    "residualConcatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes": (
        "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes",
    ),
    "ropeScores_invariant_of_commutes": (
        "ropeVector_equivariant_of_commutes",
        "scores_invariant_of_orthogonal",
    ),
    "ropeInterleaved_orthogonal": ("blockDiag_orthogonal", "planeRotation_orthogonal"),
    "ropeInterleaved_commutes": ("planeRotation_commutes",),
    "planeRotation_orthogonal": (),
    "planeRotation_commutes": (),
    "ropeHalfSplit_commutes": (),
}


def _mirror(name: str, file: str, outcome: Outcome) -> Evidence:
    return Evidence(
        name, Leg.MIRROR, "definitional equality", outcome,
        "The specification and Lean's statement are equal by definition, in both directions.",
        data={"directions": 2, "universes": ["u", "v"]}, seconds=0.31,
    )  # fmt: skip


def sketched(mark: str) -> Json:
    """A sketch of three steps; `mark` stands in every text."""
    mathml = "<math><mrow><msup><mi>R</mi><mo>⊤</mo></msup><mi>R</mi></mrow></math>"
    first = {"text": f"dot(R @ q, R @ K(j)){mark}", "latex": mark, "mathml": mark}
    second = {"text": f"dot(q, Rᵀ @ (R @ K(j))){mark}", "latex": mark, "mathml": ""}
    third = {"text": f"dot(q, K(j)){mark}", "latex": mark, "mathml": mathml}
    steps: list[Json] = [
        {"number": 1, "reason": f"moving a factor{mark}", "left": first, "right": second},
        {"number": 2, "reason": f"orthogonal{mark}", "left": None, "right": third},
        {"number": 3, "reason": f"(1), (2){mark}", "left": first, "right": third},
    ]
    return [{"title": f"Both sides meet{mark}", "says": mark, "result": first, "steps": steps}]


def _symbolic(name: str) -> Evidence:
    return Evidence(
        name, Leg.SYMBOLIC, "dimension-free", Outcome.CONFIRMED,
        "Both sides rewrite to one normal form, with the hypotheses as rules, for every dimension.",
        data={
            "normal form": "Wo @ (Σ j, weights(scores)[j] * V(j))",
            "rules": ["orthogonal", "commutes"],
            "sketch": sketched(""),
        },
        seconds=0.012,
    )  # fmt: skip


def _numeric(name: str) -> Evidence:
    counts = [round(200 * math.exp(-(((i - 7) / 4) ** 2))) for i in range(20)]
    return Evidence(
        name, Leg.NUMERIC, "float64", Outcome.CONFIRMED,
        f"{sum(counts)} random instances agree within the rounding bound.",
        data={
            "instances": sum(counts), "largest error": 3.55e-15, "largest ratio": 0.214,
            "families": ["generic Θ", "reflections", "equal blocks", "det R = −1"],
            "sizes": {"n": 3, "d": 4, "m": 5, "h": 2},
            "batches": [{"batch": i, "lanes": 471, "seed": 17 + i} for i in range(3)],
            "ratio_histogram": {"edges": [i * 0.0125 for i in range(21)], "counts": counts},
        },
        replay=f"harness replay {name}:0:1:412", seconds=0.41,
    )  # fmt: skip


def _refuted(name: str, file: str) -> Evidence:
    return Evidence(
        name, Leg.NUMERIC, "exact", Outcome.REFUTED,
        "An instance meets every hypothesis and breaks the conclusion.",
        data={"instances": 1000, "broken": 993},
        counterexample=Counterexample(
            {"n": 2, "d": 2},
            {
                "R": [[0, -1], [1, 0]],
                "q": [1, "3/5"],
                "K": [[1, 0], [0, 2]],
                "weights": "softmax",
            },
            [["7/25", "1"], [0, 1]],
            [["7/25", "-1"], [0, 1]],
            "R turns the query alone.",
        ),
        diagnostics=(
            Diagnostic(
                file, 15, 5,
                "expected  attentionWeights(weights, R @ q, j ↦ R @ K(j))\n"
                "found     attentionWeights(weights, R @ q, K)",
            ),
        ),
        replay=f"harness replay {name}:0:0:7", seconds=0.2,
    )  # fmt: skip


def _execution(name: str) -> Evidence:
    return Evidence(
        name, Leg.EXECUTION, "rationals", Outcome.CONFIRMED,
        "Lean and Python agree exactly on 8 instances over the rationals.",
        data={"instances": 8}, seconds=1.2,
    )  # fmt: skip
