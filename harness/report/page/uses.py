"""What proofs rest on, by Lean's own account; and the claims in the order that follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter

from harness.evidence import Leg
from harness.report.model.run import Run
from harness.report.model.subject import Subject
from harness.report.page.layers import Edges, acyclic


def used(run: Run) -> Edges:
    """For each claim, and each lemma that its proof rests on, what is used directly."""
    lemmas = {short: uses for full, uses in _lemmas(run) if (short := _short(full, run))}
    listed = {subject.name for subject in run.subjects} | lemmas.keys()
    found = {claim.name: _known(claim.lean.uses, run, listed) for claim in run.claims}
    definitions = {definition.name for definition in run.definitions}
    waiting = [name for below in found.values() for name in below]
    while waiting:
        name = waiting.pop()
        if name not in found and name not in definitions:
            found[name] = _known(lemmas.get(name, ()), run, listed)
            waiting += found[name]
    return {name: frozenset(below - {name}) for name, below in found.items()}


def ranked(run: Run) -> list[tuple[str, str, tuple[Subject, ...]]]:
    """The claims in groups, each with a title and with what its claims have in common.

    First those that the proof of no other claim rests on. In each group, those come first that
    rest on most claims, and so each before what it rests on; else the specifications' order stays.
    Where no proof rests on a claim, or Lean did not say so, there is one group.
    """
    claims = {claim.name for claim in run.claims}
    below = {name: found & claims for name, found in _reached(used(run)).items()}
    support = frozenset().union(*(found - {name} for name, found in below.items()))
    order = sorted(run.claims, key=lambda claim: -len(below[claim.name]))
    main = tuple(claim for claim in order if claim.name not in support)
    rest = tuple(claim for claim in order if claim.name in support)
    if not rest:
        return [("Theorems", "", run.claims)] if run.claims else []
    return [
        ("Main theorems", "No other claim’s proof rests on these.", main),
        ("Supporting theorems", "Proofs of the theorems above rest on these.", rest),
    ]


def _reached(edges: Edges) -> Edges:
    """For each node, what it rests on, directly or not."""
    found: dict[str, frozenset[str]] = {}
    cut = acyclic(edges)
    for node in TopologicalSorter(cut).static_order():
        direct = cut.get(node, frozenset())
        found[node] = direct.union(*(found[other] for other in direct))
    return found


def _known(names: tuple[str, ...], run: Run, listed: set[str]) -> set[str]:
    """Of Lean's names, those of subjects, of lemmas that Lean describes, and of the package."""
    found = {_short(name, run) for name in names}
    return {name for name in found if name and (name in listed or not _is_made_up(name))}


def _short(full: str, run: Run) -> str:
    """A name of the package without its namespace; empty for any other name."""
    return full.removeprefix(f"{run.project}.") if full.startswith(f"{run.project}.") else ""


def _is_made_up(name: str) -> bool:
    """Whether Lean, and nobody else, gave the name."""
    return any(part.startswith(("_", "match_", "eq_", "proof_")) for part in name.split("."))


def _lemmas(run: Run) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What proofs brought along about the lemmas below them: full name, and what each uses."""
    for subject in run.claims:
        for check in subject.evidence:
            lemmas = check.data.get("lemmas") if check.leg is Leg.PROOF else None
            if isinstance(lemmas, Mapping):
                for name, uses in lemmas.items():
                    if isinstance(uses, list | tuple):
                        yield str(name), tuple(map(str, uses))
