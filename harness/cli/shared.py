"""What commands share: reading the project, choosing claims, and how bad input is reported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, ParamSpec

import click

from harness.diagnostics import Diagnostic, InputError, meant

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from harness.claims.model import Claim
    from harness.claims.project import Project
    from harness.lean.toolchain import Caller

P = ParamSpec("P")

ONLY = click.option(
    "--only", metavar="TEXT", multiple=True, help="Only claims whose name has TEXT in it."
)


def _theorems(
    context: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The theorems that are claimed, for the shell: read quickly, and silent about faults."""
    from click.shell_completion import CompletionItem

    from harness.claims.project import claimed_theorems

    folder = context.find_root().params.get("folder") or Path()
    try:
        found = claimed_theorems(folder)
    except InputError:
        return []
    return [CompletionItem(name) for name in found if name.startswith(incomplete)]


def _theorems_and_files(
    context: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return _theorems(context, param, incomplete) or [CompletionItem(incomplete, type="file")]


SPECS = click.argument(
    "specs", nargs=-1, metavar="[SPEC]…", type=str, shell_complete=_theorems_and_files
)
"""Specifications: each a file, a folder of files, or the name of a theorem."""

THEOREM = click.argument("theorem", shell_complete=_theorems)
"""One claim: the name of its theorem, or its file."""

JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


def print_json(data: object) -> None:
    """Print an answer for other programs."""
    import json

    from harness.plain import finite, to_plain

    click.echo(json.dumps(finite(to_plain(data)), indent=1, ensure_ascii=False, allow_nan=False))


class Written:
    """What a command wrote, and what it did not with the reason: told as it happens, or, for
    other programs, as one object when the command ends, however it does."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.files: list[dict[str, object]] = []
        self.left: list[dict[str, str]] = []
        if as_json:
            click.get_current_context().call_on_close(self._end)

    def wrote(self, file: Path | str, **more: object) -> None:
        self.files.append({"file": str(file), **more})
        told = ", ".join(f"{key}: {value}" for key, value in more.items())
        self.say(f"wrote {file}" + (f": {told}" if told else ""))

    def not_written(self, word: str, name: str, reason: str) -> None:
        self.left.append({"is": word, "name": name, "reason": reason})
        click.echo(f"{word}: {name}: {reason}", err=True)

    def say(self, text: str) -> None:
        """Tell people how it goes, or what to do next."""
        click.echo(text, err=self.as_json)

    def _end(self) -> None:
        if self.files or self.left:
            print_json({"wrote": self.files, "not_written": self.left})


BACKEND = click.option(
    "--backend",
    type=click.Choice(["numpy", "torch", "cupy", "array-api-strict"]),
    default="numpy",
    show_default=True,
    help="Whose arrays the numeric leg computes with.",
)

DEVICE = click.option(
    "--device",
    default="",
    metavar="NAME",
    help="Of the backend, such as cuda:0.  [default: its own]",
)

TOOLCHAIN = click.option(
    "--toolchain",
    type=click.Choice(["auto", "native", "embedded"]),
    default="auto",
    show_default=True,
    help="Which Lean to ask.",
)

NO_CACHE = click.option(
    "--no-cache",
    "is_kept",
    flag_value=False,
    default=True,
    help="Use nothing that earlier runs kept, and keep nothing.",
)


def kept_folder(project: Path, is_kept: bool) -> Path:
    """Where the command that runs keeps what it finds out about a project."""
    from harness.keeping import kept_or_not

    keeping = kept_or_not(project, say, is_wanted=is_kept)
    return click.get_current_context().with_resource(keeping)


def say(text: str) -> None:
    """Tell how far a command is, or what is wrong, beside its output."""
    click.echo(text, err=True)


@contextmanager
def asking_lean(project: Project, toolchain: str, is_kept: bool) -> Iterator[Caller]:
    """Who asks Lean for a command, which ends with 3 and says why where it cannot be asked."""
    from harness.lean.errand import ErrandFailed
    from harness.lean.find import caller_for
    from harness.lean.process import Stopped
    from harness.lean.toolchain import ToolchainMissing

    try:
        yield caller_for(project.lean, toolchain, kept_folder(project.root, is_kept) / "lean", say)
        return
    except ToolchainMissing as missing:
        say(str(missing))
    except (ErrandFailed, Stopped) as error:
        say(f"Lean could not be asked: {error}")
    sys.exit(3)


def fail(code: int, message: str) -> NoReturn:
    """End the command with this exit code, and say why."""
    click.echo(message, err=True)
    sys.exit(code)


class Finite(click.FloatRange):
    """A number that is one: no NaN, and no infinity."""

    name = "number"

    def convert(
        self, value: float | str, param: click.Parameter | None, context: click.Context | None
    ) -> float:
        found = float(super().convert(value, param, context))  # type: ignore[arg-type] # text, as it comes
        if not isfinite(found):
            self.fail(f"{value!r} is not a finite number.", param, context)
        return found


TIME_LIMIT = click.option(
    "--time-limit",
    type=Finite(min=0.1),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="How long an engine may think about one claim.",
)


def _in_bytes(context: click.Context, param: click.Parameter, value: int) -> int:
    return value << 20


MEMORY = click.option(
    "--memory",
    type=click.IntRange(min=0),
    default=4096,
    show_default=True,
    metavar="MIB",
    callback=_in_bytes,
    help="How much memory an engine's process may ask for; 0 sets no limit.",
)

OUTPUT_FILE = click.Path(dir_okay=False, path_type=Path)


def reports_bad_input(command: Callable[P, None]) -> Callable[P, None]:
    """Whatever stops a command is said in words, and ends it with the exit code that it has.

    Bad input is printed, every fault at its place: 2. A file that cannot be read or written, and
    a fault of the harness itself: 3; `HARNESS_DEBUG=1` shows where the latter arose.
    """

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except InputError as error:
            for diagnostic in error.diagnostics:
                click.echo(str(diagnostic), err=True)
            count = len(error.diagnostics)
            click.echo(f"{count} {'mistake' if count == 1 else 'mistakes'} in the input", err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            sys.exit(130)
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("HARNESS_DEBUG"):
                raise
            if isinstance(error, OSError) and error.filename:
                click.echo(f"{error.filename}: {error.strerror}", err=True)
            else:
                kind = type(error).__name__
                click.echo(f"The harness failed: {kind}: {error}", err=True)
                click.echo("HARNESS_DEBUG=1 shows where; please report it.", err=True)
            sys.exit(3)

    return guarded


def unusable(typed: str, message: str) -> InputError:
    """The fault of what was typed as an option or an argument, which stands in no file."""
    return InputError([Diagnostic(typed, 0, 0, message)])


def read_project(
    folder: Path, specs: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> tuple[Project, tuple[Claim, ...]]:
    """The project that `folder` lies in, and its claims that were chosen.

    Raises `InputError`, also where a choice leaves nothing.
    """
    from harness.claims.project import find_root, load_project

    project = load_project(find_root(folder), _files(folder, specs))
    for text in only:
        if not any(text in claim.theorem for claim in project.claims):
            message = f"no claim has {text!r} in its name: nothing to check is a failure"
            raise unusable(f"--only {text}", message)
    chosen = (c for c in project.claims if not only or any(text in c.theorem for text in only))
    return project, tuple(chosen)


def _files(folder: Path, specs: tuple[str, ...]) -> tuple[Path, ...]:
    """The files and folders that were named, by their paths or by the theorems they claim."""
    from harness.claims.project import claimed_theorems

    places = {each: _place(folder, each) for each in specs}
    missing = [each for each, place in places.items() if not place.exists()]
    claimed = claimed_theorems(folder) if missing else {}
    if faults := [
        Diagnostic(each, 0, 0, f"there is no such file or theorem{meant(each, claimed)}")
        for each in missing
        if each not in claimed
    ]:
        raise InputError(faults)
    return tuple(claimed[each] if each in missing else places[each] for each in specs)


def _place(folder: Path, named: str) -> Path:
    """Where a file of the project lies that was named: from here, or else from its `folder`."""
    return Path(named) if Path(named).exists() else folder / named


def narrowed(project: Project, claims: tuple[Claim, ...]) -> Project:
    """The project with these claims alone, and the checkers that ask about no other.

    The files of the others count as left unread.
    """
    left = {c.place.file for c in project.claims if c not in claims and c.place is not None}
    unread = tuple(project.root / file for file in sorted(left))
    names = {claim.theorem for claim in claims}
    checkers = tuple(c for c in project.checkers if {k.theorem for k in c.claims()} <= names)
    unread = (*project.unread, *unread)
    return replace(project, claims=claims, checkers=checkers, unread=unread)


def find_claim(folder: Path, theorem: str, more: Iterable[str] = ()) -> tuple[Project, Claim]:
    """One claim by its theorem's name or its file.

    Raises `InputError` where there is none; `more` are names that may have been meant as well.
    """
    project, claims = read_project(folder)
    file = _place(folder, theorem).resolve()
    for claim in claims:
        place = claim.place
        if claim.theorem == theorem or (place and file == (project.root / place.file).resolve()):
            return project, claim
    if theorem in project.library.definitions:
        raise unusable(theorem, "expected a theorem; this is a definition (harness explain)")
    hint = meant(theorem, [*(claim.theorem for claim in claims), *more])
    raise unusable(theorem, f"no claim is about this theorem{hint}")
