"""The check `dimension-free`: both sides rewritten with the hypotheses."""

from __future__ import annotations

from collections.abc import Sequence

from harness.arrays import Unsupported
from harness.claims.model import Claim
from harness.evidence import Evidence, Json, Outcome
from harness.language.notation import to_latex, to_mathml, to_text
from harness.language.transform import apart
from harness.symbolic.ideal import reduce_modulo_hypotheses
from harness.symbolic.leg.question import Question
from harness.symbolic.prove import Proof
from harness.symbolic.readback import Reader, Unreadable
from harness.symbolic.sketch import NoSketch, sketch
from harness.symbolic.sketch.render import to_data


def dimension_free(question: Question, proof: Proof, settled: Sequence[str]) -> Evidence:
    """The proof by rewriting, written down; or the two sides that it left.

    `settled` are hypotheses that were used up before, by putting what they say a variable is.
    """
    claim = question.claim
    data: dict[str, Json] = {
        "steps": len(proof.uses),
        "lemmas": len(proof.lemmas),
        "rules": proof.rules,
        "rules are confluent": proof.is_confluent,
        "hypotheses used": sorted(proof.used | set(settled)),
        "hypotheses without a rule": list(proof.unused),
    }
    if not proof.is_proved:
        data["normal forms"] = _normal_forms(claim, proof)
        summary = "Rewriting with the hypotheses left two sides that differ; that decides nothing."
        return question.answer(Outcome.INCONCLUSIVE, summary, data)
    try:
        data["sketch"] = to_data(sketch(claim, question.library))
    except (NoSketch, RecursionError) as reason:
        data["sketch"] = []
        data["no sketch because"] = str(reason)
    if proof.combined:
        summary = "Each entry of the difference is, at every size, a combination of entries of the "
        summary += f"hypotheses: {', '.join(sorted(proof.used))}."
        return question.answer(Outcome.CONFIRMED, summary, data)
    uses = len(proof.uses) + len(proof.about_maps) + len(settled)
    count = f"{uses} use{'s' * (uses != 1)} of the hypotheses"
    summary = f"Both sides have one normal form, for every size: proved by rewriting, with {count}."
    return question.answer(Outcome.CONFIRMED, summary, data)


def without_sizes(question: Question) -> Evidence | None:
    """A proof over the fractions of a claim that speaks of no sizes, where rewriting found none."""
    claim = question.claim
    if claim.sized or not claim.scalars.has_characteristic_0:
        return None
    try:
        found = reduce_modulo_hypotheses(claim, question.library, ())
    except Unsupported:
        return None
    if found is None or not found.is_member:
        return None
    summary = "It speaks of no sizes, and over the fractions "
    summary += (
        "the hypotheses generate an ideal that the difference of its sides lies in."
        if found.generators
        else "both sides are one polynomial."
    )
    data: dict[str, Json] = {"symbols": found.symbols, "generators": found.generators}
    return question.answer(Outcome.CONFIRMED, summary, data)


def _normal_forms(claim: Claim, proof: Proof) -> Json:
    conclusion = apart(claim.conclusion, claim.parameters)
    types = {p.name: p.type for p in claim.explicit}
    reader = Reader(types | {v.name: v.type for v in conclusion.parameters})
    found: list[Json] = []
    for side in (proof.left, proof.right):
        try:
            term = reader.poly(side, conclusion.left.type)
        except Unreadable as reason:
            found.append({"text": f"not a term of the language: {reason}"})
        else:
            texts = {"text": to_text(term), "latex": to_latex(term), "mathml": to_mathml(term)}
            found.append(texts)
    return found
