"""The necessity leg's searches: what breaks without each hypothesis, and what meets them all.

What is found here is found by this package alone. `harness.lean.certificate` puts it to Lean's
kernel, and no hypothesis is called necessary before that.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial

from harness.arrays import Unsupported
from harness.claims.model import Claim, Library
from harness.claims.substance import spoken_of, substance
from harness.claims.toggles import Checker
from harness.evidence import Evidence, Json, Leg, Outcome, asked
from harness.instances.exact import breaks
from harness.instances.finite import find_met
from harness.instances.shrink import shrink
from harness.instances.steps import worked
from harness.instances.witness import find_witness
from harness.language.notation import to_text
from harness.lattice import Answer
from harness.necessity.decide import MODULUS, decide
from harness.necessity.lattice import SECONDS, DecidedCell, lattice, spared
from harness.necessity.parts import ablation
from harness.necessity.table import table
from harness.numeric.leg import find_counterexample
from harness.plain import to_plain
from harness.symbolic.sketch import NoSketch, sketch
from harness.symbolic.sketch.render import to_data


def check(claim: Claim, library: Library) -> Iterator[Evidence]:
    """Drop each hypothesis in turn; find what breaks the rest, or prove it; and find a witness.

    A counterexample is evidence that waits for Lean, and so inconclusive by itself.
    """
    if not claim.hypotheses:
        summary = "It assumes nothing: there is no hypothesis to do without."
        about = claim.theorem, Leg.NECESSITY, "hypotheses"
        yield Evidence(*about, Outcome.NOT_APPLICABLE, summary)
        return

    ask = partial(asked, claim.theorem, Leg.NECESSITY)
    for hypothesis in claim.hypotheses:
        name = hypothesis.name
        yield ask(f"without {name}", partial(_without, claim, name, library))
    yield ask("witness", partial(_witness, claim, library))
    checker = ablation(claim)
    if any(not toggle.is_assumption for toggle in checker.toggles):
        yield ask("parts", partial(_ablated, claim, library, checker))


def _without(claim: Claim, name: str, library: Library) -> Evidence:
    said = partial(Evidence, claim.theorem, Leg.NECESSITY, f"without {name}")
    rest = claim.without(name)
    decision = decide(rest, library, seconds=SECONDS)
    if decision.answer in (Answer.HOLDS, Answer.TRIVIAL):
        # Whoever proves is not believed by himself: let the other engine look for an instance.
        contrary = find_counterexample(rest, library, seconds=SECONDS / 10)
        if contrary is not None:
            summary = f"The engines contradict each other about {name}: proved, and broken."
            return said(Outcome.ERROR, summary, counterexample=contrary)
    data: dict[str, Json] = {"hypothesis": name}
    example = decision.counterexample
    match decision.answer:
        case Answer.FAILS if example is not None:
            data["exact"] = breaks(example, rest, library) is not None
            data |= {"modulus": decision.modulus} if decision.modulus else {}
            example = shrink(example, rest, library)
            for line in worked(example, rest, library):
                side = data.setdefault(f"{line.side} side, step by step", {})
                assert isinstance(side, dict)
                side[line.text] = line.value
            outcome = Outcome.INCONCLUSIVE
            summary = f"Without {name} a counterexample breaks the rest; Lean has not been asked."
        case Answer.HOLDS | Answer.TRIVIAL:
            outcome = Outcome.CONFIRMED
            by = f"from {', '.join(decision.used)}" if decision.used else "from no hypothesis"
            summary = f"{name} is superfluous: without it the claim is proved for every size, {by}."
            data |= {"answer": decision.answer.value, "uses": list(decision.used)}
            try:
                data["sketch"] = to_data(sketch(rest, library))
            except NoSketch as reason:
                data["no sketch because"] = str(reason)
        case _:
            outcome = Outcome.INCONCLUSIVE
            summary = f"It is not known whether {name} is needed. {decision.reason}"
    replay = f"harness ablate {claim.theorem} --off {name}"
    return said(outcome, summary, data, example, replay=replay)


def _witness(claim: Claim, library: Library) -> Evidence:
    subjects = ", ".join(map(to_text, substance(claim)))
    data: dict[str, Json] = {"substance": [to_text(term) for term in substance(claim)]}
    found = None
    why = "no small instance meets them with something that is not trivial"
    try:
        found = find_witness(claim, library, seconds=SECONDS)
    except Unsupported as reason:
        why = str(reason)
    if found is None:
        bare = replace(claim, parameters=spoken_of(claim))
        found = find_met(bare, library, substance(claim), MODULUS)
        data |= {"modulus": MODULUS} if found else {}
    if found is None:
        summary = f"Whether all hypotheses can be met is not known: {why}."
    else:
        data["instance"] = asdict(found)
        by = f" by {subjects} not trivial" if subjects else ""
        summary = f"All hypotheses are met{by}; Lean has not been asked."
    return Evidence(claim.theorem, Leg.NECESSITY, "witness", Outcome.INCONCLUSIVE, summary, data)


def _ablated(claim: Claim, library: Library, checker: Checker) -> Evidence:
    """What each part of a claim needs that has parts which can be left out one by one."""
    cells = list(lattice(checker, library))
    texts = [item.text for item in spared(checker, cells, library)]
    alone = {cell.off[0]: cell.answers[""].answer.value for cell in cells if len(cell.off) == 1}
    outcome, summary = _counted(cells)
    data: dict[str, Json] = {"without": dict(alone), "spared": list(texts)}
    replay = f"harness ablate {claim.theorem}"
    about = (claim.theorem, Leg.NECESSITY, "parts", outcome)
    return Evidence(*about, " ".join([summary, *texts]), data, replay=replay)


def check_lattice(checker: Checker, library: Library) -> Iterator[Evidence]:
    """Answer every question of a checker for every combination of its toggles.

    Confirmed where each has an answer, whichever it is; `data` is the lattice as
    `harness.lattice` has it.
    """
    start = time.monotonic()
    cells = list(lattice(checker, library))
    data, seconds = to_plain(table(checker, cells, library)), time.monotonic() - start
    about = (checker.name, Leg.NECESSITY, "lattice")
    yield Evidence(*about, *_counted(cells), data, seconds=seconds)


def _counted(cells: Sequence[DecidedCell]) -> tuple[Outcome, str]:
    counts = Counter(d.answer for cell in cells for d in cell.answers.values())
    total = counts.total()
    unknown = counts[Answer.UNKNOWN]
    parts = ", ".join(f"{counts[a]} {a}" for a in Answer if counts[a])
    summary = f"{len(cells)} combinations, {total} answers: {parts}."
    if unknown:
        return Outcome.INCONCLUSIVE, f"{unknown} of {total} answers are not known. {summary}"
    return Outcome.CONFIRMED, summary
