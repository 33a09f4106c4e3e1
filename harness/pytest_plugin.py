"""`pytest specs/`: every claim or definition × leg is a test, with marks, `-k` and failure texts.

pytest finds this by itself (an entry point). It acts only on specification files, and asks a leg
once for all the claims that were collected, so a selection costs what it should.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.claims.project import Project
    from harness.evidence import Evidence, Leg

_ANSWERS = pytest.StashKey[dict[str, list[Any]]]()

_OPENED = pytest.StashKey[dict[Path, Any]]()

DEFINITIONS_FILE = "definitions.yaml"

MARKS = {
    "proof": "Lean's kernel accepts the proof",
    "mirror": "the specification says what Lean says",
    "symbolic": "it follows, for every size and all values",
    "numeric": "it holds on random instances",
    "execution": "Lean's own definitions, run by Lean, give what Python gives",
    "implementation": "what people run is the definition, exactly and in floats",
    "necessity": "it breaks without each hypothesis, and all of them can be met",
}


def pytest_configure(config: pytest.Config) -> None:
    for leg, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{leg}: {meaning} (a leg of evidence)")


@pytest.fixture
def conforms() -> Any:
    """`conforms(function, "definition", project=…, …)` fails unless the function computes it."""
    from harness.conformance import assert_conforms

    return assert_conforms


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in (".yaml", ".yml") or not _may_be_ours(file_path):
        return None
    opened = _opened(parent.config, file_path)
    kind: type[SpecFile] = SpecFile
    if file_path.name == DEFINITIONS_FILE:
        kind = DefinitionsFile
    elif opened is None or (not isinstance(opened, str) and file_path not in opened.unread):
        return None  # a lock, a checker, a sweep: no specification
    found: SpecFile = kind.from_parent(parent, path=file_path)
    found.opened = opened
    return found


def _may_be_ours(path: Path) -> bool:
    """A cheap look, for the YAML files of everybody else."""
    return any((folder / DEFINITIONS_FILE).is_file() for folder in path.parents[:3])


def _opened(config: pytest.Config, path: Path) -> Project | str | None:
    """The project that `path` belongs to, with no claim read yet, or what is wrong with it."""
    from harness.claims.project import find_root, open_project
    from harness.diagnostics import InputError

    try:
        root = find_root(path.parent)
    except InputError:
        return None
    known = config.stash.setdefault(_OPENED, {})
    if root not in known:
        try:
            known[root] = open_project(root)
        except InputError as error:
            known[root] = str(error)
    found: Project | str = known[root]
    return found


class SpecFile(pytest.File):
    """One specification; its items are the legs that answer for its claim."""

    opened: Project | str | None

    def collect(self) -> Iterator[pytest.Item]:
        from harness.claims.load import load_claims
        from harness.diagnostics import InputError
        from harness.run import CLAIM_LEGS

        project = self.project()
        name = self.path.relative_to(project.root).as_posix()
        try:
            claims = load_claims([(self.path, name)], project.library)
        except InputError as error:
            raise self.CollectError(str(error)) from None
        for claim in claims:
            for doubt in claim.doubts:
                warnings.warn(str(doubt), stacklevel=1)
            # A claim with every leg waived is confirmed by none: then all are asked.
            is_asked = any(leg not in claim.waived for leg in CLAIM_LEGS)
            waived = claim.waived if is_asked else {}
            yield from self.items(claim.theorem, claim.says, CLAIM_LEGS, waived)

    def project(self) -> Project:
        """The project that the file belongs to."""
        if self.opened is None or isinstance(self.opened, str):
            raise self.CollectError(self.opened or "no project of the harness here or above")
        return self.opened

    def items(
        self, subject: str, says: str, legs: Iterable[Leg], waived: Mapping[str, str]
    ) -> Iterator[pytest.Item]:
        """One item for each leg that is asked about a claim or a definition."""
        for leg in legs:
            item: LegItem = LegItem.from_parent(self, name=f"{subject}[{leg}]")
            item.subject, item.says, item.leg = subject, says, leg
            item.waiver = waived.get(leg)
            item.add_marker(leg.value)
            yield item


class DefinitionsFile(SpecFile):
    """The definitions of a project; its items are the legs that answer for each of them."""

    def collect(self) -> Iterator[pytest.Item]:
        from harness.run import DEFINITION_LEGS

        for definition in self.project().library.definitions.values():
            yield from self.items(definition.name, definition.says, DEFINITION_LEGS, {})


class Unconfirmed(Exception):
    """A leg that did not confirm its subject, with the evidence that says why."""

    def __init__(self, says: str, checks: Iterable[Evidence]) -> None:
        self.says = says
        self.checks = list(checks)
        super().__init__("; ".join(check.summary for check in self.checks))


class LegItem(pytest.Item):
    """One leg asked about one claim or definition."""

    subject: str
    says: str
    leg: Leg
    waiver: str | None

    def runtest(self) -> None:
        from harness.evidence import VACUITY, Outcome
        from harness.verdict import judge, leg_outcome

        checks = [e for e in _answers(self) if (e.subject, e.leg) == (self.subject, self.leg)]
        outcome = leg_outcome(checks)
        if outcome is Outcome.NOT_APPLICABLE:
            pytest.skip("; ".join(check.summary for check in checks))
        if outcome is not Outcome.CONFIRMED:
            waiver = {self.leg: self.waiver} if self.waiver else {}
            is_waived = judge(self.subject, checks, [self.leg], waiver).waived
            is_empty = any(e.check == VACUITY and not e.outcome.is_fine for e in checks)
            if is_waived and outcome is not Outcome.REFUTED and not is_empty:
                pytest.skip(f"waived: {self.waiver}")
            raise Unconfirmed(self.says, checks)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        error = excinfo.value
        if not isinstance(error, Unconfirmed):
            return super().repr_failure(excinfo, style)
        lines = [error.says, ""]
        for check in error.checks or ():
            lines.append(f"E   {check.leg.value}, {check.check}: {check.outcome.value}")
            lines.append(f"E   {check.summary}")
            lines += [f"{diagnostic}" for diagnostic in check.diagnostics]
            if check.counterexample is not None:
                lines.append(f"E   at {dict(check.counterexample.sizes)}")
                lines += [f"E   {k} = {v}" for k, v in check.counterexample.values.items()]
                lines.append(f"E   left:  {check.counterexample.left}")
                lines.append(f"E   right: {check.counterexample.right}")
            if check.replay:
                lines.append(f"replay: {check.replay}")
        if not error.checks:
            lines.append("E   no check answered: not run is never passed")
        return "\n".join(lines)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, 0, self.name


def _answers(item: LegItem) -> list[Evidence]:
    """What the item's leg answers for all collected claims of its project; asked once."""
    from dataclasses import replace

    from harness.claims.project import find_root, load_project
    from harness.evidence import Evidence
    from harness.keeping import kept_or_not
    from harness.run import LEAN_LEGS, Plan, run

    root = find_root(item.path.parent)
    together: tuple[Leg, ...] = (item.leg,)
    wanted = [i for i in item.session.items if isinstance(i, LegItem)]
    if item.leg not in LEAN_LEGS and hasattr(item.config, "workerinput"):
        # A worker of pytest-xdist gets some of the items, and cannot tell which.
        wanted = [item]
    if item.leg in LEAN_LEGS:  # one start of Lean answers for all of its legs
        together = tuple(leg for leg in LEAN_LEGS if any(i.leg == leg for i in wanted))
    known = item.session.stash.setdefault(_ANSWERS, {})
    names = {i.subject for i in wanted if i.leg in together}
    key = repr((root, together, sorted(names)))
    if key not in known:
        project = load_project(root)
        claims = tuple(claim for claim in project.claims if claim.theorem in names)
        with kept_or_not(root, warnings.warn) as cache:
            plan = Plan(replace(project, claims=claims, checkers=()), cache=cache, legs=together)
            known[key] = [event for event in run(plan) if isinstance(event, Evidence)]
    return known[key]
