"""Commands about the installation: `harness doctor`, `harness schema`, `harness completion`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.shared import JSON, print_json, reports_bad_input
from harness.extras import remedy

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_EXTRAS = {
    "embedded": "Lean where there is no `lake`",
    "symbolic": "faster polynomials in the symbolic leg",
    "torch": "PyTorch's arrays in the numeric leg",
    "programs": "programs of PyTorch and Transformers, run modulo primes",
    "checkpoints": "checkpoints: verify, fold, find",
    "cupy": "CuPy's arrays in the numeric leg",
    "dask": "sweeps on a cluster",
    "docs": "the documents as a site",
    "dev": "tests and checks of the harness itself",
}
"""What each optional part of the installation is good for, where its name does not say it."""


@click.command()
@JSON
@click.pass_obj
@reports_bad_input
def doctor(folder: Path, as_json: bool) -> None:
    """Say what is installed, what is missing, and how to get it.

    Installs nothing. Ends with exit code 3 where a leg could not run.
    """
    import platform

    from harness import __version__

    where = Path(__file__).parents[1]
    # One after the other, so that a fault of the project comes last.
    found = chain(_libraries(), _lean(), _project(folder))
    marks: list[str] = []
    if as_json:
        words = {"✓": "present", "–": "not needed", "✗": "missing"}
        told = list(found)
        marks = [mark for mark, _ in told]
        items = [{"state": words[mark], "what": text} for mark, text in told]
        head = {"harness": __version__, "folder": str(where), "python": platform.python_version()}
        print_json({**head, "found": items})
    else:
        click.echo(f"harness {__version__} in {where}, Python {platform.python_version()}")
        for mark, text in found:
            marks.append(mark)
            click.echo(f"{mark} {text}")
    sys.exit(3 if "✗" in marks else 0)


def _libraries() -> Iterator[tuple[str, str]]:
    """The libraries that the installed package asks for, and those of its optional parts."""
    import re
    from importlib.metadata import PackageNotFoundError, requires, version

    optional: dict[str, list[str]] = {}
    present: list[str] = []
    for requirement in requires("lean-harness") or ():
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", requirement)
        try:
            found = f"{name} {version(name)}"
        except PackageNotFoundError:
            found = ""
        if extra:
            optional.setdefault(extra[1], []).append(found or f"no {name}")
        elif found:
            present.append(found)
        else:
            yield "✗", f"{name} is missing: {sys.executable} -m pip install '{requirement}'"
    yield "✓", f"libraries: {', '.join(present)}"
    for extra_name, names in optional.items():
        purpose = f" ({_EXTRAS[extra_name]})" if extra_name in _EXTRAS else ""
        missing = [name for name in names if name.startswith("no ")]
        how = f"; {remedy(extra_name)}" if missing else ""
        yield "–" if missing else "✓", f"optional, {extra_name}{purpose}: {', '.join(names)}{how}"


def _lean() -> Iterator[tuple[str, str]]:
    """The Lean that would be asked; the embedded one is looked for, and not installed."""
    from harness.keeping import cache_folder
    from harness.lean.embedded import node
    from harness.lean.embedded.install import installed, is_undamaged
    from harness.lean.embedded.release import PACKED_BYTES
    from harness.lean.native import native_toolchain
    from harness.lean.toolchain import ToolchainMissing

    native = ""
    try:
        lean = native_toolchain(None)
        native = f"native Lean {lean.version} ({lean.lake})"
        yield "✓", native
    except ToolchainMissing as missing:
        yield "–", f"native Lean: {missing}"
    try:
        node.node()
        place = installed()
        if place is not None and is_undamaged(place):
            yield "✓", f"embedded Lean in {place}"
        elif place is not None:
            how = "remove that folder, and the next use fetches it again"
            yield "✗", f"embedded Lean in {place} is damaged: {how}"
        else:
            size = f"{PACKED_BYTES / 1e6:.0f} MB"
            yield "–", f"embedded Lean: fetched on first use, {size} into {cache_folder()}"
    except ToolchainMissing as missing:
        yield "–" if native else "✗", f"embedded Lean: {missing}"


def _project(folder: Path) -> Iterator[tuple[str, str]]:
    """The project at hand. Raises `InputError` where it has faults."""
    from harness.claims.project import find_root, load_project
    from harness.diagnostics import InputError

    try:
        root = find_root(folder)
    except InputError as error:
        message = error.diagnostics[0].message
        here = folder.resolve()
        if any((here / name).is_file() for name in ("lakefile.toml", "lakefile.lean")):
            message += "; `harness init` sets up the Lean package that lies here"
        yield "–", message
        return
    try:
        project = load_project(root)
    except InputError:
        yield "✗", f"project {root}: nothing is checked before what follows is mended"
        raise
    claims, definitions = len(project.claims), len(project.library.definitions)
    yield "✓", f"project {root}: {claims} claims, {definitions} definitions"
    if (
        not (project.lean / "lakefile.toml").is_file()
        and not (project.lean / "lakefile.lean").is_file()
    ):
        yield "✗", f"no Lake package in {project.lean}: set `lean` in [tool.harness]"


class _Kind(click.ParamType):  # type: ignore[type-arg] # generic in some releases of click only
    """A kind of file that has a schema; looked up when it is asked for."""

    name = "kind"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> str:
        known = _schemas()
        if value not in known:
            self.fail(f"{value!r} is not one of {', '.join(known)}.", param, context)
        return known[value]

    def shell_complete(
        self, context: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(kind) for kind in _schemas() if kind.startswith(incomplete)]


@click.command()
@click.argument("kind", type=_Kind(), required=False)
def schema(kind: str | None) -> None:
    """Print the JSON Schema of a KIND of file; without KIND, the kinds that there are."""
    if kind is not None:
        click.echo(kind, nl=False)
        return
    import json

    for name, text in _schemas().items():
        click.echo(f"{name:12} {json.loads(text)['title']}")


def _schemas() -> dict[str, str]:
    """Every schema by kind: those in the `schema` folders of the parts, and the data file's."""
    import json
    from importlib.resources import files

    from harness.report.json import report_schema

    found = {}
    for part in files("harness").iterdir():
        folder = part / "schema"
        if part.is_dir() and folder.is_dir():
            for file in folder.iterdir():
                if file.name.endswith(".json"):
                    found[file.name.removesuffix(".json")] = file.read_text("utf-8")
    found["report"] = json.dumps(report_schema(), indent=2) + "\n"
    return dict(sorted(found.items()))


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands, options and theorems in SHELL.

    Put `eval "$(harness completion bash)"` into ~/.bashrc, the same with zsh into ~/.zshrc, or
    write `harness completion fish` to ~/.config/fish/completions/harness.fish.
    """
    from click.shell_completion import get_completion_class

    from harness.cli import main

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "harness", "_HARNESS_COMPLETE").source())
