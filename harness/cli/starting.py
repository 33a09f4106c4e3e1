"""`harness init` and `harness build`: from a Lean package to a project with specifications."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from harness.cli.shared import (
    JSON,
    NO_CACHE,
    TOOLCHAIN,
    Written,
    asking_lean,
    print_json,
    reports_bad_input,
    unusable,
)
from harness.diagnostics import Diagnostic, InputError

if TYPE_CHECKING:
    from harness.claims.project import Project
    from harness.lean.build import Build
    from harness.lean.draft.statement import Draft
    from harness.lean.toolchain import Caller

LAKEFILES = ("lakefile.toml", "lakefile.lean")


@click.command()
@click.option("--lean", metavar="FOLDER", help="The Lake package.  [default: looked for here]")
@click.option("--specs", default="specs", show_default=True, help="Where specifications go.")
@JSON
@TOOLCHAIN
@NO_CACHE
@click.pass_obj
@reports_bad_input
def init(
    folder: Path, lean: str | None, specs: str, as_json: bool, toolchain: str, is_kept: bool
) -> None:
    """Set up the harness for the Lean package that lies here, and draft all that it can say.

    Writes `[tool.harness]` into pyproject.toml, `definitions.yaml` with the operators and
    definitions that the kernel recognizes, a specification for each theorem, and a workflow for
    GitHub. What cannot be said is listed with the reason. Writes over nothing.
    """
    from harness.claims.library import DEFINITIONS_FILE, PROFILES, core_scalars, profile
    from harness.claims.model import Library
    from harness.claims.project import Project
    from harness.claims.write import definitions as definitions_text
    from harness.files import write_atomically
    from harness.lean.draft.package import read_all, with_definitions

    told = Written(as_json)
    root = folder.resolve()
    package = _package(root, lean)
    definitions = root / specs / DEFINITIONS_FILE
    if definitions.exists():
        message = (
            "the file is there already; `harness new --all` drafts theorems by it, and "
            "--specs FOLDER drafts all anew in another folder"
        )
        raise InputError([Diagnostic(f"{specs}/{DEFINITIONS_FILE}", 1, 1, message)])
    empty = Library("", core_scalars(), {}, {})
    project = Project(root, package, root / specs, empty, ())
    built, caller = built_package(project, toolchain, is_kept)
    for shipped in map(profile, PROFILES):
        if _imports(built, shipped.believed[0]):
            project = replace(project, library=shipped)
            built, caller = built_package(project, toolchain, is_kept)
    reader = read_all(project, built, caller)
    found = reader.discover()
    library = found.library
    definitions.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(definitions, definitions_text(library))
    told.wrote(
        f"{specs}/{DEFINITIONS_FILE}",
        operators=len(library.primitives),
        definitions=len(library.definitions),
        **({"extends": library.believed[0]} if library.extends else {}),
    )
    needs_lake = bool(built.package.required or built.package.tops)
    for written in (
        _settings(root, package, specs),
        _workflow(root, package, specs, needs_lake=needs_lake),
    ):
        if written:
            told.wrote(written)
    for name, reason in sorted(found.left_out.items()):
        told.not_written("left out", name, reason)
    drafts = reader.drafts(library, patterns=found.patterns)
    whole = write_drafts(
        with_definitions(project, found), drafts, reader.session.place, told, found.left_out
    )
    tell_unreached(built, told)
    if not whole:
        reason = "no theorem could be drafted: the reasons stand above"
        if not drafts:
            reason = "there is no theorem in what was built: an `example` has no name"
        click.echo(
            f"{reason}. A specification is about equations of numbers, vectors and matrices; "
            "*Add a theorem* in README.md shows one",
            err=True,
        )
        sys.exit(3)
    told.say("next: read what was drafted, then `harness check`")


def tell_unreached(built: Build, told: Written) -> None:
    """Name the files that were not read, since nothing imports them."""
    for module in built.package.unreached:
        file = built.package.modules[module].file
        told.not_written("not read", file, f"no root of the package imports {module}")


def write_drafts(
    project: Project,
    drafts: list[Draft],
    place: object,
    told: Written | None = None,
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Write a specification for each draft that is whole; say why the others are not.

    `left_out` says why a definition that one speaks of has no name. Returns how many were written.
    """
    from harness.claims.faults import is_lean_name
    from harness.claims.load import load_claim
    from harness.files import write_atomically
    from harness.lean.draft.text import draft_text

    assert callable(place)
    told = told or Written(as_json=False)
    written = 0
    for draft in drafts:
        # A name in guillemets may hold anything, the path of another folder among it.
        if not is_lean_name(draft.theorem):
            reason = "a specification cannot name it; a theorem of a plain name that is it can be"
            told.not_written("not drafted", draft.theorem, reason)
            continue
        target = project.specs / f"{draft.theorem}.yaml"
        if not draft.is_whole:
            part = draft.untranslated[0]
            what = part.name or "its conclusion"
            reason = part.reason
            if part.unnamed in left_out:
                reason = f"{part.unnamed} was left out: {left_out[part.unnamed]}"
            told.not_written("not drafted", draft.theorem, f"{what}: {reason}")
            continue
        if target.exists():
            told.not_written("not drafted", draft.theorem, f"{target.name} is there already")
            continue
        text = draft_text(draft, project.library, place(project.library.qualified(draft.theorem)))
        write_atomically(target, text)
        try:
            load_claim(target, target.name, project.library)
        except InputError as error:
            # Such as `1 @ B`, of which nobody could tell the size.
            target.unlink()
            reason = f"it has no text in the language: {error.diagnostics[0].message}"
            told.not_written("not drafted", draft.theorem, reason)
            continue
        written += 1
        told.wrote(target.relative_to(project.root))
    return written


@click.command()
@JSON
@TOOLCHAIN
@NO_CACHE
@click.pass_obj
@reports_bad_input
def build(folder: Path, as_json: bool, toolchain: str, is_kept: bool) -> None:
    """Build the Lean package, and show Lean's messages, nothing else.

    Ends with exit code 1 where Lean reports an error, 3 where a module could not be built.
    """
    from harness.claims.library import core_scalars
    from harness.claims.model import Library
    from harness.claims.project import Project, find_root, lean_folder

    try:
        root = find_root(folder)
        package = lean_folder(root)
    except InputError:
        # Before `harness init` there are no settings.
        root = folder.resolve()
        package = _package(root, None)
    project = Project(root, package, root, Library("", core_scalars(), {}, {}), ())
    built_package(
        project, toolchain, is_kept, _show_json if as_json else partial(_show, is_all=True)
    )
    if not as_json:
        click.echo("built")


def _imports(built: Build, package: str) -> bool:
    """Whether a file of the package itself imports a module of another one, such as Mathlib."""
    own = [module for module in built.package.modules.values() if not module.package]
    return any(i.module.split(".")[0] == package for m in own for i in m.header.imports)


def _package(root: Path, given: str | None) -> Path:
    """The Lake package here or in a folder below. Raises `InputError` unless there is one."""
    candidates = [root / given] if given else [root, *sorted(root.iterdir())]
    found = [p for p in candidates if any((p / name).is_file() for name in LAKEFILES)]
    if len(found) == 1 or (found and found[0] == root):
        return found[0]
    where = given or str(root)
    told = "none" if not found else ", ".join(path.name for path in found)
    message = f"expected one Lake package ({' or '.join(LAKEFILES)}), found {told}"
    hint = "; --lean says which" if found else ""
    raise unusable(where, message + hint)


def _show(built: Build, *, is_all: bool = False) -> None:
    """Print Lean's errors, and which modules it came to no verdict about.

    With `is_all`, print its warnings too: that a proof is left open is one.
    """
    from harness.lean.build import ModuleOutcome

    warned = [m for own in built.modules.values() for m in own.messages if not m.is_error]
    for message in (*(m for m in warned if is_all and m.severity == "warning"), *built.errors):
        place = f"{message.file}:{message.line}:{message.column}: " if message.file else ""
        kind = "" if message.is_error else f"{message.severity}: "
        click.echo(f"{place}{kind}{message.text}", err=True)
    for module in built.modules.values() if not built.ok else ():
        if module.outcome is ModuleOutcome.UNDECIDED:
            why = f": {module.reason}" if module.reason else ""
            click.echo(f"{module.file}: not decided, which is no fault of it{why}", err=True)


def _show_json(built: Build) -> None:
    """Print what became of each module, with all messages, for other programs."""
    lean = {"version": built.version, "commit": built.commit}
    modules = tuple(built.modules.values())
    print_json({"ok": built.ok, "lean": lean, "modules": modules, "messages": built.messages})


def built_package(
    project: Project, toolchain: str, is_kept: bool, show: Callable[[Build], None] = _show
) -> tuple[Build, Caller]:
    """The package as built, and shown; ends the command where it does not build."""
    from harness.lean.build import ModuleOutcome
    from harness.lean.find import package_for
    from harness.lean.operators import with_operators

    with asking_lean(project, toolchain, is_kept) as caller:
        package = package_for(project.lean, caller.lean)
        built = with_operators(project.library, package, caller)
    show(built)
    if not built.ok:
        outcomes = {module.outcome for module in built.modules.values()}
        refused = ModuleOutcome.FAILED in outcomes or ModuleOutcome.UNDECIDED not in outcomes
        sys.exit(1 if refused and built.errors else 3)
    return built, caller


def _settings(root: Path, package: Path, specs: str) -> str:
    """Write `[tool.harness]`, unless pyproject.toml has it; what was written."""
    path = root / "pyproject.toml"
    text = path.read_text("utf-8") if path.exists() else ""
    if "[tool.harness]" in text:
        return ""
    from harness.files import write_atomically

    lean = package.relative_to(root).as_posix()
    # JSON's strings are strings of TOML as well.
    own = f"[tool.harness]\nlean = {json.dumps(lean)}\nspecs = {json.dumps(specs)}\n"
    write_atomically(path, f"{text}\n{own}" if text else own)
    return path.name


def _workflow(root: Path, package: Path, specs: str, *, needs_lake: bool) -> str:
    """Write a workflow for GitHub, where the repository begins here and has none of this name.

    Returns what was written.
    """
    path = root / ".github" / "workflows" / "harness.yml"
    if path.exists() or not (root / ".git").exists():
        return ""
    from harness.files import write_atomically

    text = resources.files("harness.cli").joinpath("workflow.yml").read_text("utf-8")
    if not needs_lake:
        text = re.sub(r" *# The package requires.*\n.*\n.*\n", "", text)
    lean = json.dumps(package.relative_to(root).as_posix())
    text = text.replace("LEAN", lean)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.replace("SPECS", shlex.quote(specs)))
    return str(path.relative_to(root))
