"""`pytest specs/`: every claim or definition × leg is a test, with marks, `-k` and failure texts.

pytest finds this by itself (an entry point). It acts only on specification files, and asks a leg
once for all the claims that were collected, so a selection costs what it should.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.claims.model import Project
    from harness.evidence import Evidence, Leg

_ANSWERS = pytest.StashKey[dict[str, list[Any]]]()

DEFINITIONS_FILE = "definitions.yaml"

MARKS = {
    "proof": "Lean's kernel accepts the proof",
    "mirror": "the specification says what Lean says",
    "symbolic": "it follows, for every size and all values",
    "numeric": "it holds on random instances",
    "execution": "Lean's own definitions, run by Lean, give what Python gives",
    "implementation": "attention as people write and run it gives the same",
    "necessity": "it breaks without each hypothesis, and all of them can be met",
}


def pytest_configure(config: pytest.Config) -> None:
    for leg, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{leg}: {meaning} (a leg of evidence)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in (".yaml", ".yml") or not _is_specification(file_path):
        return None
    kind = DefinitionsFile if file_path.name == DEFINITIONS_FILE else SpecFile
    found: pytest.Collector = kind.from_parent(parent, path=file_path)
    return found


def _is_specification(path: Path) -> bool:
    is_other = path.name == "lock.yaml" or path.parent.name == "toggles"
    return not is_other and any(
        (folder / DEFINITIONS_FILE).is_file() for folder in path.parents[:3]
    )


class SpecFile(pytest.File):
    """One specification; its items are the legs that answer for its claim."""

    def collect(self) -> Iterator[pytest.Item]:
        from harness.run import CLAIM_LEGS

        for claim in self.project([self.path]).claims:
            yield from self.items(claim.theorem, claim.says, CLAIM_LEGS, claim.waived)

    def project(self, selected: Sequence[Path]) -> Project:
        """The project that the file belongs to, with the claims of the selected files."""
        from harness.claims.project import find_root, load_project
        from harness.diagnostics import InputError

        try:
            return load_project(find_root(self.path.parent), selected)
        except InputError as error:
            raise self.CollectError(str(error)) from None

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

        for definition in self.project(()).library.definitions.values():
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
        from harness.evidence import Outcome
        from harness.verdict import leg_outcome

        checks = [e for e in _answers(self) if (e.subject, e.leg) == (self.subject, self.leg)]
        outcome = leg_outcome(checks)
        if outcome is Outcome.NOT_APPLICABLE:
            pytest.skip("; ".join(check.summary for check in checks))
        if outcome is not Outcome.CONFIRMED:
            if self.waiver and outcome is not Outcome.REFUTED:
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
    from harness.run import LEAN_LEGS, Plan, run

    root = find_root(item.path.parent)
    together: tuple[Leg, ...] = (item.leg,)
    wanted = [i for i in item.session.items if isinstance(i, LegItem)]
    if item.leg in LEAN_LEGS:  # one start of Lean answers for all of its legs
        together = tuple(leg for leg in LEAN_LEGS if any(i.leg == leg for i in wanted))
    known = item.session.stash.setdefault(_ANSWERS, {})
    key = f"{root}:{','.join(together)}"
    if key not in known:
        names = {i.subject for i in wanted if i.leg in together}
        project = load_project(root)
        claims = tuple(claim for claim in project.claims if claim.theorem in names)
        plan = Plan(
            replace(project, claims=claims, checkers=()), cache=root / ".cache", legs=together
        )
        known[key] = [event for event in run(plan) if isinstance(event, Evidence)]
    return known[key]
