"""`harness programs`: what people run, held to the definitions that its files bind it to."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.shared import JSON, print_json, reports_bad_input, unusable
from harness.diagnostics import meant


@click.command("programs")
@click.argument("names", metavar="[FILES]...", nargs=-1)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Of the random numbers.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0.1),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="How long one program may take.",
)
@JSON
@click.pass_obj
@reports_bad_input
def programs(
    folder: Path,
    /,
    names: tuple[str, ...],
    seed: int,
    time_limit: float,
    as_json: bool,
) -> None:
    """Run the programs that FILES bind to definitions, or all, and the models of specs/models/.

    A file of specs/programs/ may be called by its name alone, as its answers are.

    A program is code, and is run: exactly, modulo primes, and as it is, in floating point; and
    every claim about its definition is asked of it.
    """
    from dataclasses import replace

    from rich.console import Console
    from rich.text import Text

    from harness.claims.project import (
        PROGRAMS_FOLDER,
        find_root,
        load_claims_of,
        open_project,
        read_models,
        read_programs,
    )
    from harness.evidence import Leg, Outcome
    from harness.isolation import Workers
    from harness.plan import Plan, model_question, program_question
    from harness.report.terminal import MARK
    from harness.verdict import exit_code, judge

    opened = open_project(find_root(folder))
    project = replace(opened, claims=load_claims_of(opened))
    asked = read_programs(project, [_file(project.specs / PROGRAMS_FOLDER, n) for n in names])
    models = () if names else read_models(project)
    plan = Plan(project, cache=project.root / ".cache", seed=seed)
    console = Console(stderr=as_json)
    found = []
    # PyTorch reserves many times more addresses than it uses, so no limit is set on these.
    with Workers(plan.workers, seconds=time_limit, memory=0) as workers:
        tasks = [(p.name, p.target, program_question(plan, p)) for p in asked]
        tasks += [(m.name, m.target, model_question(plan, m)) for m in models]
        futures = [workers.submit(task) for _, _, task in tasks]
        for (name, target, task), future in zip(tasks, futures, strict=True):
            console.print(Text(f"{name}  ", "bold").append(target, "dim"))
            for item in workers.answer(task, future):
                found.append(item)
                mark, style = MARK[item.outcome]
                check = item.check.removeprefix(f"{name}: ")
                console.print(Text(f"  {mark} {check}: {item.outcome.value}", style))
                if item.outcome is not Outcome.CONFIRMED:
                    console.print(Text(f"    {item.summary}"), soft_wrap=True)
                for diagnostic in item.diagnostics:
                    console.print(Text(f"    {diagnostic}"), soft_wrap=True)
    if as_json:
        print_json(found)
    counts = {o: sum(item.outcome is o for item in found) for o in Outcome}
    said = ", ".join(f"{count} {o.value}" for o, count in counts.items() if count)
    plural = "program" if len(tasks) == 1 else "programs"
    console.print(f"{len(tasks)} {plural}: {said}")
    subjects = {item.subject for item in found}
    sys.exit(exit_code(judge(name, found, (Leg.IMPLEMENTATION,)) for name in subjects))


def _file(folder: Path, name: str) -> Path:
    """The file of this path, or of this name within `folder`. Raises `InputError`."""
    if Path(name).exists():
        return Path(name)
    known = {path.stem: path for path in sorted(folder.glob("**/*.y*ml"), reverse=True)}
    if name not in known:
        message = f"expected a file, or the name of one in {folder.name}/{meant(name, known)}"
        raise unusable(name, message)
    return known[name]
