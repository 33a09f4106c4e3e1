"""Several runs as one: the packages of a repository on one page, in one verdict.

Names become full ones, as Lean has them, so that what proofs rest on is found as in one package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.claims.about import About
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence
from harness.folds.model import Picture
from harness.results.checker import CheckerResult
from harness.results.run import Run
from harness.results.subject import Subject


def joined(about: About, runs: Mapping[str, Run]) -> Run:
    """One run of several, each with its folder in the repository; no two have one name."""
    names = tuple(run.project for run in runs.values())
    parts = [_within(folder, run) for folder, run in runs.items()]
    first = parts[0]
    main = about.main or tuple(theorem for run in parts for theorem in run.about.main)
    return Run(
        project=", ".join(names),
        packages=names,
        about=replace(about, main=main),
        claims=tuple(claim for run in parts for claim in run.claims),
        definitions=tuple(definition for run in parts for definition in run.definitions),
        checkers=tuple(checker for run in parts for checker in run.checkers),
        gaps=tuple(gap for run in parts for gap in run.gaps),
        programs_not_run=sum(run.programs_not_run for run in parts),
        versions={key: value for run in parts for key, value in run.versions.items()},
        commit=first.commit,
        started=first.started,
        finished=parts[-1].finished,
        seconds=round(sum(run.seconds for run in parts), 3),
    )


def _within(folder: str, run: Run) -> Run:
    """A run as part of a whole: full names, and files as they are found from the repository."""

    def full(name: str) -> str:
        return f"{run.project}.{name}"

    def path(file: str) -> str:
        return f"{folder}/{file}" if file else ""

    def placed(found: Diagnostic) -> Diagnostic:
        return replace(found, file=path(found.file))

    def check(item: Evidence) -> Evidence:
        diagnostics = tuple(map(placed, item.diagnostics))
        data = {k: path(str(v)) if k == "file" and v else v for k, v in item.data.items()}
        return replace(item, subject=full(item.subject), diagnostics=diagnostics, data=data)

    def picture(found: Picture) -> Picture:
        stages = (
            replace(s, definition=full(s.definition), claim=s.claim and full(s.claim))
            for s in found.stages
        )
        return replace(found, stages=tuple(stages))

    def subject(item: Subject) -> Subject:
        return replace(
            item,
            name=full(item.name),
            file=path(item.file),
            calls=tuple(map(full, item.calls)),
            doubts=tuple(map(placed, item.doubts)),
            picture=item.picture and picture(item.picture),
            legs=tuple(replace(r, checks=tuple(map(check, r.checks))) for r in item.legs),
        )

    def checker(item: CheckerResult) -> CheckerResult:
        found = item.check and check(item.check)
        return replace(item, name=full(item.name), file=path(item.file), check=found)

    return replace(
        run,
        about=replace(run.about, main=tuple(map(full, run.about.main))),
        claims=tuple(map(subject, run.claims)),
        definitions=tuple(map(subject, run.definitions)),
        checkers=tuple(map(checker, run.checkers)),
        gaps=tuple(replace(gap, file=path(gap.file)) for gap in run.gaps),
    )
