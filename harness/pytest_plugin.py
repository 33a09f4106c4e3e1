"""`pytest specs/`: every claim × leg is a test, with marks, `-k` and the usual failure text.

pytest finds this by itself (an entry point). It acts only on specification files, and asks a leg
once for all the claims that were collected, so a selection costs what it should.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.claims.model import Claim
    from harness.evidence import Evidence, Leg

_ANSWERS = pytest.StashKey[dict[str, list[Any]]]()

MARKS = {
    "proof": "Lean's kernel accepts the proof",
    "mirror": "the specification says what the theorem says",
    "symbolic": "it follows, for every size and all values",
    "numeric": "it holds on random instances",
}


def pytest_configure(config: pytest.Config) -> None:
    for leg, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{leg}: {meaning} (a leg of evidence)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in (".yaml", ".yml") or not _is_specification(file_path):
        return None
    found: pytest.Collector = SpecFile.from_parent(parent, path=file_path)
    return found


def _is_specification(path: Path) -> bool:
    return path.name not in ("definitions.yaml", "lock.yaml") and any(
        (folder / "definitions.yaml").is_file() for folder in path.parents[:3]
    )


class SpecFile(pytest.File):
    """One specification; its items are the legs that answer for its claim."""

    def collect(self) -> Iterator[pytest.Item]:
        from harness.claims.project import find_root, load_project
        from harness.diagnostics import InputError

        try:
            project = load_project(find_root(self.path.parent), [self.path])
        except InputError as error:
            raise self.CollectError(str(error)) from None
        for claim in project.claims:
            for leg in MARKS:
                item: LegItem = LegItem.from_parent(self, name=f"{claim.theorem}[{leg}]")
                item.claim, item.leg = claim, leg
                item.add_marker(leg)
                yield item


class Unconfirmed(Exception):
    """A leg that did not confirm its claim, with the evidence that says why."""

    def __init__(self, claim: Claim, checks: Iterable[Evidence]) -> None:
        self.claim = claim
        self.checks = list(checks)
        super().__init__("; ".join(check.summary for check in self.checks))


class LegItem(pytest.Item):
    """One leg asked about one claim."""

    claim: Claim
    leg: str

    def runtest(self) -> None:
        from harness.evidence import Leg, Outcome
        from harness.verdict import leg_outcome

        checks = [e for e in _answers(self) if e.subject == self.claim.theorem]
        waiver = self.claim.waived.get(self.leg)
        outcome = leg_outcome(e for e in checks if e.leg == Leg(self.leg))
        if outcome is Outcome.NOT_APPLICABLE:
            pytest.skip("; ".join(check.summary for check in checks))
        if outcome is not Outcome.CONFIRMED:
            if waiver and outcome is not Outcome.REFUTED:
                pytest.skip(f"waived: {waiver}")
            raise Unconfirmed(self.claim, checks)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        error = excinfo.value
        if not isinstance(error, Unconfirmed):
            return super().repr_failure(excinfo, style)
        lines = [error.claim.says, ""]
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
    from harness.evidence import Evidence, Leg
    from harness.run import LEAN_LEGS, Plan, run

    root = find_root(item.path.parent)
    together: tuple[Leg, ...] = (Leg(item.leg),)
    wanted = [i for i in item.session.items if isinstance(i, LegItem)]
    if Leg(item.leg) in LEAN_LEGS:  # one start of Lean answers for all of its legs
        together = tuple(leg for leg in LEAN_LEGS if any(i.leg == leg for i in wanted))
    known = item.session.stash.setdefault(_ANSWERS, {})
    key = f"{root}:{','.join(together)}"
    if key not in known:
        names = {i.claim.theorem for i in wanted if i.leg in together}
        project = load_project(root)
        claims = tuple(claim for claim in project.claims if claim.theorem in names)
        plan = Plan(replace(project, claims=claims), cache=root / ".cache", legs=together)
        known[key] = [event for event in run(plan) if isinstance(event, Evidence)]
    return known[key]
