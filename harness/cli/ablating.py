"""`harness ablate`: what becomes of a claim when something is taken away from it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from harness.cli.shared import (
    JSON,
    NO_CACHE,
    THEOREM,
    find_claim,
    kept_folder,
    print_json,
    read_project,
    reports_bad_input,
    unusable,
)
from harness.diagnostics import Diagnostic, InputError, meant

if TYPE_CHECKING:
    from harness.claims.model import Library
    from harness.claims.project import Project
    from harness.claims.toggles import Checker
    from harness.lattice import AnsweredClaim, Lattice


@click.command()
@THEOREM
@click.option(
    "--off",
    metavar="TOGGLE",
    multiple=True,
    help="Show this one combination: what is claimed, and the proof or the counterexample.",
)
@click.option(
    "--lean", "as_lean", is_flag=True, help="With --off: print the counterexample as a Lean file."
)
@JSON
@NO_CACHE
@click.pass_obj
@reports_bad_input
def ablate(
    folder: Path,
    theorem: str,
    off: tuple[str, ...],
    as_lean: bool,
    as_json: bool,
    is_kept: bool,
) -> None:
    """Take hypotheses and parts of THEOREM away, in all combinations: what still holds?

    THEOREM may also be a checker, a file in specs/toggles/, by its name without ending. Each
    answer rests on a proof for every size or on a counterexample. Ends with exit code 3 where
    something is not decided.
    """
    from harness.verdict import Status

    project, checker = _find(folder, theorem)
    off = _toggles(checker, off)
    if as_lean:
        _print_lean(project, checker, off)
    if off and as_json:
        raise click.UsageError("expected --json, which has every combination, or --off, not both")
    if off:
        _show_cell(checker, off, project.library)
        return
    found = _answered(project, checker, is_kept)
    if found.lattice is None:
        click.echo(found.check.summary if found.check else "not run", err=True)
        sys.exit(3)
    if as_json:
        data = found.check.data if found.check else {}
        head = {"name": checker.name, "title": checker.title, "says": checker.says}
        print_json({**head, **data})
    else:
        _show(checker, found.lattice, found.check.summary if found.check else "")
    sys.exit(0 if found.status is Status.CONFIRMED else 3)


def _toggles(checker: Checker, off: tuple[str, ...]) -> tuple[str, ...]:
    """The toggles that were named, as the file has them or as the page's address does."""
    from harness.report.page.checker import slug

    exact = [toggle.name for toggle in checker.toggles]
    slugs = [slug(name) for name in exact]
    names = {s: n for s, n in zip(slugs, exact, strict=True) if slugs.count(s) == 1}
    names |= {name: name for name in exact}
    told = ", ".join(exact)
    if faults := [
        Diagnostic(f"--off {name}", 0, 0, f"{_NO_TOGGLE} {told}{meant(name, names)}")
        for name in off
        if name not in names
    ]:
        raise InputError(faults)
    return tuple(names[name] for name in off)


_NO_TOGGLE = "there is no such toggle; there are"


def _find(folder: Path, name: str) -> tuple[Project, Checker]:
    from harness.necessity.parts import ablation

    project, _ = read_project(folder)
    for checker in project.checkers:
        if name == checker.name or Path(name).resolve() == (project.root / checker.file).resolve():
            return project, checker
    is_near = meant(name, [checker.name for checker in project.checkers])
    if is_near and name not in [claim.theorem for claim in project.claims]:
        raise unusable(name, f"there is no such checker{is_near}")
    project, claim = find_claim(folder, name)
    return project, ablation(claim)


def _answered(project: Project, checker: Checker, is_kept: bool) -> Any:
    from dataclasses import replace

    from harness.evidence import Leg
    from harness.progress import watched
    from harness.results.assemble import assemble
    from harness.run import Plan, run

    alone = replace(project, claims=(), checkers=(checker,))
    plan = Plan(alone, cache=kept_folder(project.root, is_kept), legs=(Leg.NECESSITY,))
    try:
        [found] = assemble(plan, watched(plan, run(plan))).checkers
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(130)
    return found


def _show(checker: Checker, lattice: Lattice, summary: str) -> None:
    """The cells with one toggle off at most, and what is spared."""
    rows = [cell for cell in lattice.cells if len(cell.off) <= 1]
    labels = [f"without {cell.off[0]}" if cell.off else "everything on" for cell in rows]
    width = max(map(len, labels))
    heads = [q.name for q in lattice.questions]
    click.echo(f"{checker.title}\n{checker.says}\n")
    if len(heads) > 1:
        click.echo("  ".join([" " * width, *heads]))
    for label, cell in zip(labels, rows, strict=True):
        answers = [lattice.answers[number] for number in cell.answers]
        columns = [_brief(a).ljust(len(h)) for a, h in zip(answers, heads, strict=True)]
        click.echo("  ".join([label.ljust(width), *columns]).rstrip())
    click.echo(f"\n{summary}")
    for item in lattice.spared:
        click.echo(item.text)
    click.echo(f"\nOne combination in full: harness ablate {checker.name} --off NAME …")


def _brief(answer: AnsweredClaim) -> str:
    return answer.answer


def _show_cell(checker: Checker, off: tuple[str, ...], library: Library) -> None:
    """What each question asks in one cell, and on what its answer rests."""
    from harness.instances.shrink import shrink
    from harness.instances.steps import worked
    from harness.language.notation import to_text
    from harness.lattice import Answer
    from harness.necessity.decide import decide
    from harness.symbolic.sketch import NoSketch, sketch
    from harness.symbolic.sketch.render import render

    toggles = [toggle for toggle in checker.toggles if toggle.name in off]
    undecided = False
    for question in checker.questions:
        claim = checker.claim(question, toggles, library)
        decision = decide(claim, library, seconds=30.0)
        example = decision.counterexample
        undecided |= decision.answer is Answer.UNKNOWN
        if len(checker.questions) > 1:
            click.echo(f"{question.name}: {question.says}")
        for hypothesis in claim.hypotheses:
            click.echo(f"  assume {hypothesis.name}: {to_text(hypothesis.equation)}")
        click.echo(f"  then {to_text(claim.conclusion)}")
        click.echo(f"{decision.answer}: {decision.reason}")
        if example is not None:
            example = shrink(example, claim, library)
            _show_counterexample(example)
            for line in worked(example, claim, library):
                click.echo(f"  {line.side:<5}  {line.text} = {line.value}")
        elif decision.answer is Answer.HOLDS:
            try:
                click.echo(render(sketch(claim, library)))
            except NoSketch as reason:
                click.echo(f"(no sketch: {reason})")
        click.echo()
    sys.exit(3 if undecided else 0)


def _print_lean(project: Project, checker: Checker, off: tuple[str, ...]) -> NoReturn:
    """A Lean file with the counterexample of one combination, and nothing else on the output.

    Ends with exit code 3 where there is none, or none that the kernel can decide.
    """
    from harness.instances.shrink import shrink
    from harness.lean.certificate.numbers import CannotCertify
    from harness.lean.certificate.statement import refutation
    from harness.lean.certificate.text import lean_file
    from harness.lean.package import read_package
    from harness.lean.printer import Printer
    from harness.lean.scope import CannotPrint
    from harness.necessity.decide import decide

    library = project.library
    toggles = [toggle for toggle in checker.toggles if toggle.name in off]
    code = 3
    for question in checker.questions:
        claim = checker.claim(question, toggles, library)
        decision = decide(claim, library, seconds=30.0)
        if decision.counterexample is None:
            click.echo(f"{question.name}: {decision.answer}: {decision.reason}", err=True)
            continue
        example = shrink(decision.counterexample, claim, library)
        try:
            found = refutation(Printer(library), claim, example, claim.theorem)
        except (CannotCertify, CannotPrint) as reason:
            click.echo(f"{question.name}: not to be decided by the kernel: {reason}", err=True)
            continue
        without = f" without {', '.join(off)}" if off else ""
        remark = f"{claim.theorem}{without} is false. A counterexample:\n\n"
        roots = read_package(project.lean).roots
        click.echo(lean_file(found, roots, remark + "\n".join(_instance(example))), nl=False)
        code = 0
        break  # one file, one example
    sys.exit(code)


def _instance(example: Any) -> Iterator[str]:
    """A counterexample, a line for each thing that it is made of."""
    if example.sizes:
        yield "  at " + ", ".join(f"{name} = {size}" for name, size in example.sizes.items())
    for name, value in example.values.items():
        yield f"  {name} = {value}"
    yield f"  left  = {example.left}"
    yield f"  right = {example.right}"


def _show_counterexample(example: Any) -> None:
    for line in _instance(example):
        click.echo(line)
