"""`harness vectors`: inputs of a definition and Lean's own outputs, for tests in any language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.shared import (
    JSON,
    NO_CACHE,
    OUTPUT_FILE,
    TOOLCHAIN,
    asking_lean,
    fail,
    print_json,
    read_project,
    reports_bad_input,
    unusable,
)

if TYPE_CHECKING:
    from harness.claims.model import Definition
    from harness.lean.execution.kinds import Scalars
    from harness.lean.execution.vectors import Vectors

NUMBERS: Mapping[str, Scalars] = {"float64": "Float", "fractions": "Rat"}


@click.command()
@click.argument("definition")
@click.option("--count", type=click.IntRange(min=1), default=1000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--size", "sizes", metavar="NAME=N", multiple=True, help="Of a dimension.  [default: 1 to 3]"
)
@click.option(
    "--numbers",
    type=click.Choice(list(NUMBERS)),
    default="float64",
    show_default=True,
    help="What Lean computes with.",
)
@click.option(
    "-o",
    "--output",
    type=OUTPUT_FILE,
    help="The file of JSON lines; the .npz lies beside it.  [default: DEFINITION.jsonl]",
)
@JSON
@TOOLCHAIN
@NO_CACHE
@click.pass_obj
@reports_bad_input
def vectors(
    folder: Path,
    definition: str,
    count: int,
    seed: int,
    sizes: tuple[str, ...],
    numbers: str,
    output: Path | None,
    as_json: bool,
    toolchain: str,
    is_kept: bool,
) -> None:
    """Write inputs of DEFINITION and what Lean itself computes of them, for tests elsewhere.

    The first of the JSON lines says what the others are; in the .npz arrays of one shape lie
    together. Functions that the definition leaves open are given, and their rules are said. Exit
    code 3: Lean did not compute every one; then nothing is written.
    """
    from harness.files import write_together
    from harness.lean.errand import ErrandFailed
    from harness.lean.execution.vectors import vectors as computed
    from harness.lean.leg import look
    from harness.lean.process import Stopped

    project, _ = read_project(folder)
    known = project.library.definitions
    if definition not in known:
        from harness.diagnostics import meant

        raise unusable(definition, f"there is no such definition{meant(definition, known)}")
    fixed = _fixed(sizes, known[definition])
    output = output or Path(f"{definition}.jsonl")
    packed = output.with_suffix(".npz")
    if packed == output:
        raise unusable(str(output), "expected a name for the JSON lines; the .npz lies beside it")
    with asking_lean(project, toolchain, is_kept) as caller:
        session = look(project, caller)
        try:
            found = computed(
                session,
                caller,
                definition,
                kind=NUMBERS[numbers],
                count=count,
                seed=seed,
                sizes=fixed,
            )
        except (ErrandFailed, Stopped) as error:
            fail(3, f"nothing is written: {error}")
    head = {
        "definition": session.constant(definition),
        "parameters": {p.name: str(p.type) for p in found.subject.parameters if p.is_explicit},
        "functions": found.functions,
        "numbers": numbers,
        "seed": seed,
        "count": count,
        **session.toolchain,
    }
    write_together({output: _lines(head, found), packed: _packed(found)})
    if as_json:
        print_json({**head, "files": [str(output), str(packed)]})
    else:
        click.echo(f"{count} vectors, computed by Lean, in {output} and {packed}")


def _fixed(sizes: tuple[str, ...], definition: Definition) -> dict[str, int]:
    """The sizes that were typed. Raises `InputError`."""
    from harness.language.types import Sort

    dims = [p.name for p in definition.parameters if p.sort is Sort.DIMENSION]
    found = {}
    for text in sizes:
        name, _, size = text.partition("=")
        if name not in dims or not size.isdecimal() or not 0 < int(size) <= 1024:
            expected = f"NAME=N, a dimension ({', '.join(dims) or 'there is none'}) and 1 to 1024"
            raise unusable(f"--size {text}", f"expected {expected}")
        found[name] = int(size)
    return found


def _lines(head: Mapping[str, Any], found: Vectors) -> str:
    import json

    from harness.plain import finite

    lines: list[Mapping[str, Any]] = [head]
    for number, instance in enumerate(found.instances):
        inputs, value = found.arrays(number)
        given = {name: table.tolist() for name, table in inputs.items()}
        lines.append({"sizes": instance.sizes, "inputs": given, "output": value.tolist()})
    texts = (json.dumps(finite(line), ensure_ascii=False, allow_nan=False) for line in lines)
    return "".join(f"{text}\n" for text in texts)


def _packed(found: Vectors) -> bytes:
    """The same as arrays, one for each parameter and shape: `n=2/inputs/v`, `n=2/output`."""
    from io import BytesIO

    import numpy as np

    together: dict[str, list[Any]] = {}
    for number, instance in enumerate(found.instances):
        inputs, value = found.arrays(number)
        shape = ",".join(f"{name}={size}" for name, size in instance.sizes.items()) or "all"
        tables = {f"inputs/{name}": table for name, table in inputs.items()}
        for name, table in {**tables, "output": value}.items():
            together.setdefault(f"{shape}/{name}", []).append(table)
    file = BytesIO()
    stacked: dict[str, Any] = {name: np.stack(tables) for name, tables in together.items()}
    np.savez(file, **stacked)
    return file.getvalue()
