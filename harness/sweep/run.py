"""A sweep from beginning to end: what is in the file is not computed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from harness import __version__
from harness.cache import code_fingerprint
from harness.diagnostics import Diagnostic, InputError
from harness.keeping import digest
from harness.sweep.chunks import chunks
from harness.sweep.execution import Start, execute
from harness.sweep.ledger import FORMAT, Ledger
from harness.sweep.plan import SweepPlan
from harness.sweep.summary import Summary


class Sweep:
    """A plan, its file, and what is known of it so far.

    `run` yields after each chunk, when its record is written. Leaving the context writes the
    footer: `complete`, or `interrupted` where anything is missing.
    """

    def __init__(
        self,
        plan: SweepPlan,
        path: Path,
        *,
        resume: bool = False,
        backend: str = "numpy",
        device: str = "",
    ) -> None:
        self.plan = plan
        self.summary = Summary(plan.cells())
        self._where = (backend, device)
        self._ledger = Ledger(path, _header(plan, backend, device), resume=resume)

    def __enter__(self) -> Sweep:
        self._ledger.__enter__()
        try:
            self._recall()
        except BaseException:
            self._ledger.__exit__(None, None, None)
            raise
        return self

    def _recall(self) -> None:
        for number, record in enumerate(self._ledger.known, 2):
            try:
                if "error" not in record and "not_run" not in record:
                    self.summary.add(record)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                message = f"this is no record of this sweep: {type(error).__name__}: {error}"
                raise InputError([Diagnostic(str(self._ledger.path), number, 1, message)]) from None
        self._ledger.known.clear()

    def __exit__(self, *raised: Any) -> None:
        try:
            whole = all(r.is_whole for r in self.summary.results.values())
            state = "complete" if whole else "interrupted"
            self._ledger.close({"state": state, **self.summary.to_json()})
        finally:
            self._ledger.__exit__(*raised)

    def run(self, start: Start, in_flight: int) -> Iterator[int]:
        """Compute what is missing; yields the instances that are done, after each chunk."""
        todo = chunks(self.plan, code_fingerprint(), *self._where, self.summary.is_done)
        done = sum(r.batches * r.cell.lanes for r in self.summary.results.values())
        yield done
        lanes = self.plan.lanes
        with closing(execute(todo, start, in_flight)) as found:
            for record in found:
                self._ledger.write(record)
                self.summary.add(record)
                done += int(record["batches"]) * lanes  # type: ignore[arg-type]
                yield done


def _header(plan: SweepPlan, backend: str, device: str) -> dict[str, Any]:
    claims = [(c.theorem, c.scalars, c.parameters, c.hypotheses, c.conclusion) for c in plan.claims]
    return {
        "format": FORMAT,
        "harness": __version__,
        "code": code_fingerprint(),
        "claims": digest(claims, sorted(plan.library.definitions.items())),
        "plan": plan.to_json(),
        "backend": backend,
        "device": device,
    }
