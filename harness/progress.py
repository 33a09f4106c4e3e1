"""What is going on, on standard error: a live bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from harness.evidence import Evidence, Gap
from harness.run import Notice, Plan


def watched(
    plan: Plan, events: Iterable[Evidence | Gap | Notice], *, is_quiet: bool = False
) -> Iterator[Evidence | Gap]:
    """Pass on what was found, and show how far the run is while it comes, or only what lasts."""
    total = sum(len(legs) for _, legs in plan.subjects())
    answered: set[tuple[str, str]] = set()
    if is_quiet or not sys.stderr.isatty():
        for event in events:
            if isinstance(event, Notice):
                if is_quiet and not event.is_lasting:
                    continue
                print(event.text, file=sys.stderr, flush=True)
            else:
                yield event
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        bar = progress.add_task("asking", total=total)
        for event in events:
            if isinstance(event, Notice):
                if event.is_lasting:
                    progress.console.print(event.text, markup=False, soft_wrap=True)
                else:
                    progress.update(bar, description=event.text)
                continue
            if isinstance(event, Evidence):
                answered.add((event.subject, event.leg))
                progress.update(bar, completed=len(answered))
            yield event
