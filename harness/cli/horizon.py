"""`harness horizon`: how far a given rotation commutes with RoPE."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.shared import JSON, Finite, print_json, reports_bad_input
from harness.diagnostics import Diagnostic, InputError, shortened

if TYPE_CHECKING:
    from harness.implementations.horizon import Commutation, Horizon

_LARGEST = 1e100
"""Of an entry. A rotation has none above 1, and the squares of these can still be added."""

_ARRAY = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("matrix", type=_ARRAY)
@click.option(
    "--layout",
    type=click.Choice(["interleaved", "half-split"]),
    required=True,
    help="Which coordinates are a pair: 2i and 2i + 1, or i and i + d/2.",
)
@click.option(
    "--base",
    type=Finite(min=0, min_open=True),
    default=1e4,
    show_default=True,
    help="Of the frequencies base^(-2i/d).",
)
@click.option(
    "--frequencies",
    type=_ARRAY,
    help="A .npy file of d/2 frequencies instead, in radians a token; 0 where RoPE does nothing.",
)
@click.option(
    "--tolerance",
    type=Finite(min=0, min_open=True),
    default=1e-6,
    show_default=True,
    help="The largest error of a score, in units of |query| |key|.",
)
@click.option(
    "--until",
    type=click.IntRange(min=1, max=10**12),
    default=131072,
    show_default=True,
    metavar="DISTANCE",
    help="The longest distance of query and key that occurs.",
)
@JSON
@reports_bad_input
def horizon(
    matrix: Path,
    layout: Any,
    base: float,
    frequencies: Path | None,
    tolerance: float,
    until: int,
    as_json: bool,
) -> None:
    """Say up to which distance of query and key MATRIX may be folded through RoPE.

    MATRIX is a .npy file: (d, d), or (heads, d, d) with one matrix for each head. What commutes
    with RoPE only nearly passes a short probe, and errs more with every token.

    Ends with exit code 1 where the tolerance is exceeded before --until.
    """
    import numpy as np

    from harness.implementations.horizon import Commutation
    from harness.implementations.layers import LAYOUTS

    heads = _read(matrix)
    shape = heads.shape
    size = shape[-1] if shape else 0
    if len(shape) not in (2, 3) or shape[-2] != size or size % 2 or 0 in shape:
        expected = "expected (d, d) or (heads, d, d) with an even d"
        raise _fault(matrix, f"{expected}, found {shape}")
    heads = heads.reshape(-1, size, size)
    with np.errstate(over="ignore"):
        turns = _read(frequencies) if frequencies else base ** (-2 * np.arange(size // 2) / size)
    if turns.shape != (size // 2,):
        raise _fault(frequencies or matrix, f"expected {size // 2} numbers, found {turns.shape}")
    if not np.abs(turns).max() <= _LARGEST:  # nor is NaN
        raise _fault(frequencies or Path("--base"), "expected finite frequencies")
    if not np.abs(heads).max() <= _LARGEST:
        raise _fault(matrix, f"expected finite entries, none above {_LARGEST:g}")
    codes = set()
    answers = []
    other = next(name for name in LAYOUTS if name != layout)
    for number, head in enumerate(heads):
        try:
            found = Commutation(head, turns, layout)
        except ValueError as error:
            raise _fault(matrix, str(error)) from None
        # By eights: a glance down the column shows whether the error grows with the distance.
        distances = [*(8**k for k in range(20) if 8**k < until), until]
        errors = [(n, found.worst(n), found.typical(n)) for n in distances]
        end = found.horizon(tolerance, until)
        # What fails at once may be made for the other layout.
        fits = end.first == 1 and _passes(head, turns, other, tolerance, until)
        if as_json:
            codes.add((0 if end.first is None else 1) if end.is_decided else 3)
            table = [
                dict(zip(("distance", "worst", "typical"), row, strict=True)) for row in errors
            ]
            answer = {"head": number, "orthogonality": found.orthogonality, "errors": table}
            answers.append({**answer, **asdict(end), "fits_other_layout": fits})
        else:
            title = f"head {number}" if len(heads) > 1 else ""
            codes.add(_show(title, found, errors, end, tolerance, until))
            if fits:
                click.echo(f"with --layout {other}: within {tolerance:g} at each up to {until}")
    if as_json:
        print_json({"tolerance": tolerance, "until": until, "heads": answers})
    sys.exit(1 if 1 in codes else max(codes))


def _passes(head: Any, turns: Any, layout: Any, tolerance: float, until: int) -> bool:
    """Whether a matrix keeps within the tolerance in a layout."""
    from harness.implementations.horizon import Commutation

    end = Commutation(head, turns, layout).horizon(tolerance, until)
    return end.is_decided and end.first is None


def _show(
    title: str,
    found: Commutation,
    errors: list[tuple[int, float, float]],
    end: Horizon,
    tolerance: float,
    until: int,
) -> int:
    """Print what was found; the exit code that it asks for."""
    if title:
        click.echo(title)
    click.echo("distance  worst error  typical error")
    for distance, worst, typical in errors:
        click.echo(f"{distance:8}  {worst:11.2g}  {typical:13.2g}")
    if not end.is_decided:
        click.echo(f"within {tolerance:g} up to distance {end.within}; not decided beyond")
        return 3
    if end.first is None:
        click.echo(f"within {tolerance:g} at every distance up to {until}")
        return 0
    if end.first == 0:
        click.echo(f"not orthogonal: |RᵀR - 1| = {found.orthogonality:.2g}, above {tolerance:g}")
    else:
        click.echo(f"within {tolerance:g} up to distance {end.within}, and not at {end.first}")
    return 1


def _read(path: Path) -> Any:
    """The numbers in a .npy file. Raises `InputError`."""
    import numpy as np

    try:
        found = np.load(path, allow_pickle=False)
    except Exception as error:  # a damaged header ends in any error that Python has
        message = f"expected a .npy file of numbers: {shortened(str(error) or repr(error))}"
        raise _fault(path, message) from None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "fiu":
        raise _fault(path, "expected a .npy file of real numbers")
    with np.errstate(over="ignore"):  # of formats with larger numbers; they become infinite
        return found.astype(float)


def _fault(path: Path, message: str) -> InputError:
    return InputError([Diagnostic(str(path), 1, 1, message)])
