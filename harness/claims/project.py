"""Where a project's files are: `[tool.harness]` of `pyproject.toml`, and what to read of them."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.claims.about import KEYS, About, read_about
from harness.claims.checkers import load_checkers
from harness.claims.document import read_all
from harness.claims.library import DEFINITIONS_FILE, load_library
from harness.claims.load import form_faults, load_claims
from harness.claims.lock import LOCK_FILE, Lock, read_lock
from harness.claims.model import Claim, Library
from harness.claims.programs import Model, Program, load_model, load_programs
from harness.claims.settings import SETTINGS_FILE, line_of, tools_of
from harness.claims.toggles import Checker
from harness.diagnostics import Diagnostic, InputError, shortened
from harness.language.characters import unseen

SWEEPS_FOLDER = "sweeps"
"""The folder below the specifications whose files are plans of sweeps."""

PROGRAMS_FOLDER = "programs"
"""The folder below the specifications whose files bind programs to definitions.

Those in folders below it are asked by `harness programs` alone, since they need libraries that not
everybody has."""

MODELS_FOLDER = "models"
"""The folder below the specifications whose files say how whole models are made of programs."""

FAMILIES_FOLDER = "families"
"""The folder below the specifications whose files say where the attention of checkpoints lies."""

TOGGLES_FOLDER = "toggles"
"""The folder below the specifications whose files list edits of claims, not claims."""

SETTINGS = {"lean": "lean", "specs": "specs"}
"""The folders that `[tool.harness]` may name, with their values where it does not."""


CHECKERS = "checkers"
"""The setting that lists command lines of checkers of Lean's terms."""

PACKAGES = "packages"
"""The setting that lists the folders of a repository's packages, each a project of its own."""


@dataclass(frozen=True)
class Project:
    """One Lean package with the specifications that speak about it."""

    root: Path
    """The folder of the project; every file name in evidence is relative to it."""
    lean: Path
    """The Lake package's folder."""
    specs: Path
    library: Library
    claims: tuple[Claim, ...]
    unread: tuple[Path, ...] = ()
    """Files in the specs folder that a filter on the command line left out."""
    checkers: tuple[Checker, ...] = ()
    """What `toggles/` lists: questions that are asked with assumptions and edits off and on."""
    programs: tuple[Program, ...] = ()
    """What `programs/` binds to definitions."""
    apart: tuple[Path, ...] = ()
    """Files of programs that are asked by `harness programs` alone."""
    lock: Lock | None = None
    """What of the Lean package has been reviewed; nothing without a lock file."""
    about: About = field(default_factory=About, repr=False)
    """What a report says to its readers."""
    external: tuple[tuple[str, ...], ...] = ()
    """The command lines of checkers of Lean's terms that are asked beside Lean's own kernel."""

    @property
    def name(self) -> str:
        """The namespace of the package, or its folder's name where it has none."""
        return self.library.namespace or self.root.name


def find_root(start: Path) -> Path:
    """The nearest folder from `start` upward that holds a project.

    That is one whose `pyproject.toml` has `[tool.harness]`, or with `specs/definitions.yaml`.
    Raises `InputError` where there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / SETTINGS["specs"] / DEFINITIONS_FILE).is_file() or "harness" in tools_of(
            folder
        ):
            return folder
    wanted = f"pyproject.toml with [tool.harness], or {SETTINGS['specs']}/{DEFINITIONS_FILE}"
    message = f"no project here or above: expected {wanted}, found neither"
    hint = "`harness init` makes both of a Lean package; for a program alone, write the second"
    raise InputError([Diagnostic(str(start), 0, 0, f"{message}; {hint}")])


def packages(root: Path) -> tuple[About, dict[str, Path]] | None:
    """The projects that the settings at `root` put together, and what they say to readers.

    Nothing where `root` is a project itself. Raises `InputError` for what is no list of projects,
    and for settings of a single one beside it.
    """
    settings = tools_of(root).get("harness", {})
    if PACKAGES not in settings:
        return None
    folders = settings[PACKAGES]
    fault = _fault_of(root)
    about, faults = read_about(settings, fault)
    for key in settings.keys() - {PACKAGES, *KEYS}:
        faults.append(fault(key, f"{key}: expected in the settings of one package, found here"))
    listed = folders if isinstance(folders, list) else []
    wrong = [
        f
        for i, f in enumerate(listed)
        if not (isinstance(f, str) and f not in listed[:i] and _is_project(root, f))
    ]
    if wrong or not listed:
        found = shortened(repr(wrong[0] if wrong else folders))
        expected = "expected a list of folders here, each with a [tool.harness] of its own"
        faults.append(fault(PACKAGES, f"{PACKAGES}: {expected}, found {found}"))
    if faults:
        raise InputError(faults)
    return about, {folder: root / folder for folder in folders}


def _is_project(root: Path, folder: str) -> bool:
    inside = _can_name_a_folder(folder) and (root / folder).resolve().is_relative_to(root)
    own = tools_of(root / folder).get("harness") if inside else None
    return own is not None and PACKAGES not in own


def _fault_of(root: Path) -> Callable[[str, str], Diagnostic]:
    """What makes a fault of a setting and a message."""
    path = root / SETTINGS_FILE
    return lambda key, message: Diagnostic(SETTINGS_FILE, line_of(path, key), 1, message)


def load_project(root: Path, selected: Sequence[Path] = ()) -> Project:
    """Read a project; with `selected`, only those specification files or folders.

    Raises `InputError` for bad settings, for any fault in a file that is read, and where there
    is no claim to check.
    """
    _, specs, _ = _folders(root)
    everything = _specification_files(specs)
    wanted = _select(everything, specs, selected, root)
    files = [(path, _name(path, root)) for path in wanted]
    try:
        project = open_project(root)
    except InputError as error:
        # Without definitions nobody knows what a claim says; its form can be judged all the same.
        raise InputError([*error.diagnostics, *form_faults(files)]) from None
    claims = load_claims(files, project.library)
    if not claims:
        message = "expected specifications (*.yaml), found none: nothing to check is a failure"
        raise InputError([Diagnostic(_name(specs, root), 1, 1, message)])
    unread = tuple(path for path in everything if path not in wanted)
    claimed = {claim.theorem for claim in claims}
    if lost := [name for name in project.about.main if not (unread or name in claimed)]:
        message = f"main: no specification claims {', '.join(lost)}"
        line = line_of(root / SETTINGS_FILE, "main")
        raise InputError([Diagnostic(SETTINGS_FILE, line, 1, message)])
    # A checker asks about claims in different files, so it is read where all of them are.
    toggles = () if unread else sorted((specs / TOGGLES_FOLDER).glob("*.y*ml"))
    files = [(path, _name(path, root)) for path in toggles]
    checkers = _as_they_matter(load_checkers(files, project.library, claims), project.about.main)
    near, every = (_programs(project, pattern) for pattern in ("*.y*ml", "**/*.y*ml"))
    programs = () if unread or not near else read_programs(project, near)
    return replace(
        project,
        claims=claims,
        checkers=checkers,
        programs=programs,
        apart=tuple(path for path in every if path not in near),
        unread=unread,
    )


def load_claims_of(project: Project) -> tuple[Claim, ...]:
    """The claims of a project that was opened, which may be none. Raises `InputError`."""
    return load_claims([(p, _name(p, project.root)) for p in project.unread], project.library)


def read_programs(project: Project, chosen: Sequence[Path] = ()) -> tuple[Program, ...]:
    """The programs that files bind to definitions: all, or those of files and folders.

    Raises `InputError`, also where there is none.
    """
    everything = _programs(project, "**/*.y*ml")
    wanted = _select(everything, project.specs / PROGRAMS_FOLDER, chosen, project.root)
    if not wanted:
        message = "expected files of programs (*.yaml), found none: nothing to check is a failure"
        where = _name(project.specs / PROGRAMS_FOLDER, project.root)
        raise InputError([Diagnostic(where, 1, 1, message)])
    files = [(path, _name(path, project.root)) for path in wanted]
    return load_programs(files, project.library, project.root)


def read_models(project: Project) -> tuple[Model, ...]:
    """The whole models of a project, which may be none. Raises `InputError`."""
    paths = sorted((project.specs / MODELS_FOLDER).glob("*.y*ml"))
    names = [(path, _name(path, project.root)) for path in paths]
    return tuple(load_model(p, n, project.library, project.root) for p, n in names)


def _programs(project: Project, pattern: str) -> list[Path]:
    return sorted((project.specs / PROGRAMS_FOLDER).glob(pattern))


def open_project(root: Path) -> Project:
    """A project with its library, and with no claim read yet. Raises `InputError`."""
    lean, specs, about = _folders(root)
    definitions = specs / DEFINITIONS_FILE
    files = tuple(_specification_files(specs))
    locked, wrong = read_all([(specs / LOCK_FILE, _name(specs / LOCK_FILE, root))], read_lock)
    read, faults = read_all([(definitions, _name(definitions, root))], load_library)
    wrong += faults
    try:
        external = external_checkers(root)
    except InputError as error:
        wrong.extend(error.diagnostics)
    if wrong:
        raise InputError(wrong)
    [lock], [library] = locked, read
    return Project(root, lean, specs, library, (), files, lock=lock, external=external, about=about)


def _as_they_matter(checkers: Iterable[Checker], main: Sequence[str]) -> tuple[Checker, ...]:
    """Those first that ask about what stands first among the main theorems; else by name."""
    places = {theorem: place for place, theorem in enumerate(main)}

    def first(checker: Checker) -> int:
        return min(places.get(q.claim.theorem, len(places)) for q in checker.questions)

    return tuple(sorted(checkers, key=first))


def external_checkers(root: Path) -> tuple[tuple[str, ...], ...]:
    """The command lines of `checkers` in `[tool.harness]`, each cut into its words as a shell does.

    Raises `InputError` for what is no list of command lines.
    """
    name = "pyproject.toml"
    value = tools_of(root).get("harness", {}).get(CHECKERS, [])
    try:
        if not isinstance(value, list):
            raise ValueError(f"expected a list of command lines, found {value!r:.80}")
        found = [tuple(shlex.split(item)) for item in value if isinstance(item, str)]
        if len(found) != len(value) or not all(found) or any(map(_hides, value)):
            raise ValueError(f"expected command lines, found {value!r:.80}")
    except ValueError as error:
        line = line_of(root / name, CHECKERS)
        raise InputError([Diagnostic(name, line, 1, f"{CHECKERS}: {error}")]) from None
    return tuple(found)


_THEOREM = re.compile(
    r"""^theorem:\s*(?P<quote>['"]?)(?P<name>[^\s#]+?)(?P=quote)\s*(?:\#.*)?$""", re.MULTILINE
)
"""Where a specification names its theorem, which may end in a prime."""


def claimed_theorems(start: Path) -> dict[str, Path]:
    """The theorems that the project around `start` claims, and where; files with faults count too.

    Raises `InputError` where there is no project.
    """
    found: dict[str, Path] = {}
    for path in _specification_files(_folders(find_root(start))[1]):
        if name := _named_in(path):
            found.setdefault(name, path)
    return found


def _named_in(path: Path) -> str:
    """The theorem that a specification names; empty where none is."""
    try:
        match = _THEOREM.search(path.read_text("utf-8-sig")) if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        return ""
    return match["name"] if match else ""


def lean_folder(root: Path) -> Path:
    """The folder of the project's Lake package. Raises `InputError` for bad settings."""
    return root / _settings(root)[0]["lean"]


def _folders(root: Path) -> tuple[Path, Path, About]:
    settings, about = _settings(root)
    lean, specs = root / settings["lean"], root / settings["specs"]
    # Every file below it is read, and named as messages, reports and locks name it: from the root.
    if not Path(os.path.normpath(specs)).is_relative_to(root):
        message = f"specs: expected a folder of the project, found {settings['specs']!r}"
        line = line_of(root / SETTINGS_FILE, "specs")
        raise InputError([Diagnostic(SETTINGS_FILE, line, 1, message)])
    if not specs.is_dir():
        raise InputError([Diagnostic(_name(specs, root), 1, 1, "there is no such folder")])
    return lean, specs, about


def _specification_files(specs: Path) -> list[Path]:
    names = (TOGGLES_FOLDER, SWEEPS_FOLDER, PROGRAMS_FOLDER, MODELS_FOLDER, FAMILIES_FOLDER)
    folders = [specs / name for name in names]
    apart = specs / DEFINITIONS_FILE, specs / LOCK_FILE, *folders
    every = [p for p in specs.rglob("*") if not {p, *p.parents} & {*apart}]
    # What lies behind a link to a folder would not be read, and nobody would miss it.
    if linked := [p for p in every if p.is_symlink() and p.is_dir()]:
        message = "expected a folder of specifications, found a link to one, which is not read"
        raise InputError([Diagnostic(_name(p, specs.parent), 1, 1, message) for p in linked])
    # Nor would a claim that lies among files of another kind.
    every += [p for folder in folders for p in folder.rglob("*.y*ml") if _named_in(p)]
    return sorted(p for p in every if p.suffix.lower() in (".yaml", ".yml"))


def _select(
    everything: list[Path], specs: Path, selected: Sequence[Path], root: Path
) -> list[Path]:
    if not selected:
        return everything
    found: list[Path] = []
    faults: list[Diagnostic] = []
    for choice in selected:
        absolute = choice.resolve()
        matches = [p for p in everything if absolute in (p.resolve(), *p.resolve().parents)]
        if not matches:
            where = _name(specs, root)
            message = f"expected a specification below {where}/, found none at this path"
            faults.append(Diagnostic(str(choice), 1, 1, message))
        found.extend(p for p in matches if p not in found)
    if faults:
        raise InputError(faults)
    return found


def _settings(root: Path) -> tuple[dict[str, str], About]:
    found = dict(SETTINGS)
    settings = tools_of(root).get("harness", {})
    fault = _fault_of(root)
    if PACKAGES in settings:
        message = f"{PACKAGES}: expected one package, found the list of several; -C says which"
        raise InputError([fault(PACKAGES, message)])
    about, faults = read_about(settings, fault)
    for key, value in settings.items():
        if key == CHECKERS or key in KEYS:
            continue
        if key not in SETTINGS:
            known = ", ".join((*SETTINGS, CHECKERS, PACKAGES, *KEYS))
            faults.append(fault(key, f"[tool.harness] has no setting {key!r}; it has {known}"))
        elif not isinstance(value, str):
            faults.append(fault(key, f"{key}: expected text, found {shortened(repr(value))}"))
        elif not _can_name_a_folder(value):
            faults.append(fault(key, f"{key}: expected a folder, found {shortened(repr(value))}"))
        else:
            found[key] = value
    if faults:
        raise InputError(faults)
    return found, about


def _hides(text: str) -> bool:
    return next(unseen(text), None) is not None


def _can_name_a_folder(text: str) -> bool:
    # No system has longer names, and asking about one is an error of its own.
    parts = text.encode().split(b"/")
    is_seen = not _hides(text) and not set(text) & set("\t\n")
    return is_seen and len(parts) < 100 and max(map(len, parts)) < 256


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
