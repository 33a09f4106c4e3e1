"""`harness verify`, `fold`, `find`, `record` and `probe`: checkpoints of models."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.shared import JSON, OUTPUT_FILE, Written, print_json, reports_bad_input
from harness.extras import remedy

if TYPE_CHECKING:
    from harness.checkpoints.finding import Found
    from harness.checkpoints.findings import Report

_MODEL = click.Path(path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FAMILY = click.option(
    "--family", type=_FILE, help="A file that says where the attention of the model lies."
)
_MOST_FAULTS = 40


def _needs_libraries(*, runs: bool = False) -> None:
    """End with 3 where the libraries of checkpoints are missing, or those that run them."""
    names = ["gguf", "ml_dtypes", "safetensors", *["torch", "transformers"] * runs]
    if missing := [name for name in names if find_spec(name) is None]:
        verb = "is" if len(missing) == 1 else "are"
        how = remedy("checkpoints", *["programs"] * runs)
        click.echo(f"{', '.join(missing)} {verb} missing; {how}", err=True)
        sys.exit(3)


@click.command()
@click.argument("old", type=_MODEL)
@click.argument("new", type=_MODEL)
@_FAMILY
@click.option(
    "--layout",
    type=click.Choice(["half-split", "interleaved"]),
    help="How the program that runs NEW pairs coordinates, where it is not the family's own.",
)
@click.option("--certificate", is_flag=True, help="Repeat what NEW's fold.json says.")
@JSON
@click.option("--html", "page", type=OUTPUT_FILE, help="Write a page of every head.")
@reports_bad_input
def verify(
    old: Path,
    new: Path,
    family: Path | None,
    layout: Any,
    certificate: bool,
    as_json: bool,
    page: Path | None,
) -> None:
    """Say whether the checkpoints OLD and NEW are one model in another frame.

    Each is a folder with config.json and safetensors, one file of safetensors beside its
    config.json, or a GGUF file. Nothing is run: what is read are the two files.
    """
    _needs_libraries()
    from harness.checkpoints import verify as judge
    from harness.checkpoints.fold import check_certificate
    from harness.checkpoints.licences import licences
    from harness.checkpoints.sides import open_side

    faults: list[str] = []
    with _Progress("verify") as progress:
        if certificate:
            report, faults = check_certificate(old, new, family, progress, licences)
        else:
            sides = open_side(old, family), open_side(new, family, layout)
            report = judge.verify(*sides, progress)
    if as_json:
        print_json({**report.to_json(), **({"certificate": faults} if certificate else {})})
    else:
        _show(report, faults)
    if page is not None:
        from harness.files import write_atomically
        from harness.report.checkpoint import to_html

        write_atomically(page, to_html(report, faults))
    sys.exit(1 if faults else report.exit_code)


@click.command()
@click.argument("old", type=_MODEL)
@click.argument("new", type=_MODEL)
@click.option("--recipe", "recipe_file", type=_FILE, required=True, help="What is to be folded.")
@_FAMILY
@JSON
@reports_bad_input
def fold(old: Path, new: Path, recipe_file: Path, family: Path | None, as_json: bool) -> None:
    """Fold a recipe into the checkpoint OLD, as the folder NEW, which is verified or not left.

    OLD is only read. A run that was killed goes on where it was when it is started again. A recipe
    is YAML, `values: hadamard` say; `harness schema recipe` is all that it may say.
    """
    _needs_libraries()
    from harness.checkpoints.fold import fold as run
    from harness.checkpoints.licences import licences
    from harness.checkpoints.recipes import read_recipe

    recipe = read_recipe(recipe_file)
    with _Progress("fold") as progress:
        report = run(old, new, recipe, family, progress, licences)
    if as_json:
        print_json(report.to_json())
    else:
        _show(report, [])
        is_left = report.exit_code == 0
        click.echo(f"{new} is written" if is_left else f"{new} does not verify: not left")
    sys.exit(report.exit_code)


@click.command()
@click.argument("model", type=_MODEL)
@click.option(
    "--calibrate",
    type=_FILE,
    required=True,
    help="A .npz of keys after RoPE, values, and queries if any: (layers, tokens, heads, d).",
)
@click.option(
    "--output",
    "-o",
    type=OUTPUT_FILE,
    default="found.yaml",
    show_default=True,
    help="The recipe; its numbers lie beside it in a .npz file.",
)
@_FAMILY
@JSON
@reports_bad_input
def find(model: Path, calibrate: Path, output: Path, family: Path | None, as_json: bool) -> None:
    """Find a recipe that makes keys and values of MODEL easier to quantize.

    Angles and scales of pairs, and a turn of values, in closed form, from the first half of the
    tokens; the table is measured on the second. Ends with 1 where nothing is gained.
    """
    _needs_libraries()
    from harness.checkpoints.finding import find as look
    from harness.checkpoints.finding import read_activations
    from harness.checkpoints.sides import open_side

    side = open_side(model, family)
    found = look(side, read_activations(calibrate, side))
    lines = [f"{key}: given" for key in ("angles", "scales") if key in found.keys]
    lines += ["values: hadamard"] * found.turns_values
    if lines:
        _write_recipe(output, lines, found)
    if as_json:
        recipe = str(output) if lines else None
        print_json({"rows": found.rows, "notes": found.notes, "recipe": recipe})
    else:
        _show_measured(found)
        none = "nothing that was tried makes int4 per token better: no recipe is written"
        click.echo(f"{output}: {', '.join(lines)}" if lines else none)
    sys.exit(0 if lines else 1)


def _show_measured(found: Found) -> None:
    click.echo(f"{'':13} {'quantized':17} {'folded':18} {'before':>8} {'after':>8}")
    for row in found.rows:
        worse = "  no gain" if row.error >= row.before else ""
        line = f"{row.what:13} {row.quantized:17} {row.way:18} {row.before:8.4f} {row.error:8.4f}"
        click.echo(line + worse)
    for note in found.notes:
        click.echo(note)


def _write_recipe(file: Path, lines: list[str], found: Found) -> None:
    """The recipe of these lines, and its numbers beside it."""
    import io

    import numpy as np

    from harness.files import write_atomically

    numbers = file.with_suffix(".npz")
    raw = io.BytesIO()
    np.savez(raw, angles=found.angles, scales=found.scales)
    numbers.write_bytes(raw.getvalue())
    write_atomically(file, "\n".join([f"given: {numbers.name}", *lines]) + "\n")


@click.command()
@click.argument("model", type=_MODEL)
@click.argument("text", type=_FILE)
@click.option("--tokens", type=click.IntRange(4), default=768, show_default=True)
@click.option("--output", "-o", type=OUTPUT_FILE, default="seen.npz", show_default=True)
@JSON
@reports_bad_input
def record(model: Path, text: Path, tokens: int, output: Path, as_json: bool) -> None:
    """Run MODEL over TEXT and keep its keys, values and queries, for `harness find --calibrate`.

    TEXT is read by the model's own tokenizer; a .npy file holds tokens. Needs PyTorch.
    """
    _needs_libraries(runs=True)
    import numpy as np

    from harness.checkpoints.recording import record as run
    from harness.checkpoints.recording import tokens_of

    found = run(model, tokens_of(model, text, tokens))
    np.savez(output, **found)  # type: ignore[arg-type]
    layers, count, heads, size = found["keys"].shape
    Written(as_json).wrote(output, layers=layers, tokens=count, heads=heads, size=size)


@click.command()
@click.argument("model", type=_MODEL)
@_FAMILY
@JSON
@reports_bad_input
def probe(model: Path, family: Path | None, as_json: bool) -> None:
    """Ask the running MODEL, by gradients, whether its family's file is right.

    Which pairs of coordinates RoPE rotates, which it leaves alone, and which query heads share a
    key head, of each layer. Needs PyTorch, in doubles; nothing is written.
    """
    _needs_libraries(runs=True)
    from itertools import groupby

    from harness.checkpoints.probing import probe as ask
    from harness.checkpoints.sides import open_side

    found = ask(open_side(model, family))
    if as_json:
        print_json(found)
    alike = groupby(found, lambda x: (x.found, x.holds, x.reason))
    for (text, holds, reason), same in alike if not as_json else ():
        layers = [item.layer for item in same]
        where = f"layer {layers[0]}" + (f" to {layers[-1]}" if len(layers) > 1 else "")
        word = {True: "confirmed", False: "refuted", None: "not decided"}[holds]
        click.echo(f"{where}: {text}: {word}" + (f", {reason}" if reason else ""))
    sys.exit(1 if any(x.holds is False for x in found) else 0 if all(x.holds for x in found) else 3)


def _show(report: Report, others: list[str]) -> None:
    """Faults first, then what was looked at, and the verdict in the last line."""
    from harness.checkpoints.findings import VERDICTS

    faults = [*others, *map(str, report.faults)]
    for text in faults[:_MOST_FAULTS]:
        click.echo(text)
    if len(faults) > _MOST_FAULTS:
        click.echo(f"… and {len(faults) - _MOST_FAULTS} more (--json has all)")
    for item in report.undecided[:_MOST_FAULTS]:
        click.echo(f"not decided: {item}")
    wrong = sum(not head.holds for head in report.heads)
    click.echo(
        f"{report.family}: {len(report.heads)} heads of keys and values, {report.turned} turned, "
        f"{wrong} wrong; {report.equal} other tensors equal bit by bit"
    )
    if report.frame:
        follow = sum(stream.holds for stream in report.streams)
        total = len(report.streams)
        click.echo(f"residual stream: {report.frame}; {follow} of {total} other tensors follow it")
    largest = max((h.product for h in report.heads if h.holds), default=0.0)
    worst = max((h.residual for h in report.heads if h.holds), default=0.0)
    if report.layout:
        click.echo(f"read as {report.layout} pairs: no program of the family does that by itself")
    click.echo(
        f"worst right head: {worst:.2f} times what rounding explains, |AᵀB - 1| {largest:.2g}"
    )
    code = 1 if others else report.exit_code
    click.echo(VERDICTS[code])


class _Progress:
    """Bytes done and time left, once a second, where somebody watches."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.start = self.last = time.monotonic()
        self.is_watched = sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_watched:
            click.echo("\r\x1b[K", nl=False, err=True)

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self.is_watched or now - self.last < 1:
            return
        self.last = now
        left = (now - self.start) * (total - done) / max(done, 1)
        text = f"\r\x1b[K{self.title}: {done / 1e9:.2f} of {total / 1e9:.2f} GB, {left:.0f} s left"
        click.echo(text, nl=False, err=True)
