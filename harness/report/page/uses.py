"""What proofs rest on, by Lean's own account; and the claims in the order that follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from harness.evidence import Leg
from harness.report.faults import severity
from harness.report.page.layers import Edges, acyclic
from harness.results.run import Run
from harness.results.subject import Subject


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


@dataclass(frozen=True, slots=True)
class Group:
    """Claims and definitions that stand together on the page."""

    name: str
    """By which it is linked to."""
    title: str
    aside: str
    subjects: tuple[Subject, ...]


def ranked(run: Run) -> list[Group]:
    """The claims and definitions in groups: worst first, then what a reader came for.

    What is not confirmed stands before all else. Then the theorems that the project calls its
    main ones, or, where it names none, those that the proof of no other claim rests on. In each
    group, those come first that rest on most claims, and so each before what it rests on; else
    the specifications' order stays.
    """
    claims = {claim.name for claim in run.claims}
    below = {name: found & claims for name, found in _reached(used(run)).items()}
    support = frozenset().union(*(found - {name} for name, found in below.items()))
    order = sorted(run.claims, key=lambda claim: -len(below[claim.name]))
    named = [run.by_name[name] for name in run.about.main if name in claims]
    rest = [claim for claim in order if claim not in named]
    loose = [claim for claim in rest if claim.name not in support]
    held = [claim for claim in rest if claim.name in support]
    failing = sorted(run.subjects, key=severity)
    uses = "Proofs of the theorems above rest on these."
    ends = "No other claim’s proof rests on these."
    words = (
        "The theorems are only as good as the words they use. These are the definitions that they "
        "unfold to."
    )
    found: list[tuple[str, str, str, list[Subject]]] = [
        ("refuted", "Refuted or unproved", "", [s for s in failing if severity(s) < 2]),
        ("undecided", "Undecided", "", [s for s in failing if severity(s) == 2]),
    ]
    if named:
        found.append(("theorems", "Main theorems", "", named))
        found.append(("theorems-2", "Further theorems", ends, loose))
        found.append(("theorems-3", "Supporting theorems", uses, held))
    elif held:
        found.append(("theorems", "Main theorems", ends, loose))
        found.append(("theorems-2", "Supporting theorems", uses, held))
    else:
        found.append(("theorems", "Theorems", "", list(run.claims)))
    found.append(("definitions", "Definitions", words, list(run.definitions)))
    fine = {id(s) for s in run.subjects if severity(s) == 3}
    groups = [
        Group(name, title, aside, tuple(s for s in listed if i < 2 or id(s) in fine))
        for i, (name, title, aside, listed) in enumerate(found)
    ]
    return [group for group in groups if group.subjects]


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
    """A name of the package as claims have it, without its namespace; empty for any other."""
    if run.packages:
        return full if full.startswith(tuple(f"{name}." for name in run.packages)) else ""
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
