"""A Lake package as it lies in a folder: its libraries, its modules, and who imports whom."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from harness.diagnostics import Diagnostic, InputError
from harness.lean.header import Header, Import, parse_header
from harness.lean.lakefile import Lakefile, read_lakefile

CORE = frozenset({"Init", "Std", "Lean", "Lake"})
"""The first names of the modules that come with Lean itself."""

OWN = "LeanHarness"
"""The first name of the harness's own modules, see `harness.lean.own`."""

_RESERVED = CORE | {OWN}
"""First names that no module of a package may have."""


@dataclass(frozen=True)
class Module:
    """One Lean file of a package. `file` is its path from the package's folder, with slashes."""

    name: str
    path: Path
    file: str
    header: Header
    digest: str
    """sha256 of the file's bytes."""
    source_dir: str = "."
    """The folder that its name counts from, as a path from the package's folder."""
    options: tuple[str, ...] = ()
    """Its options for Lean, as words of a command line."""
    package: str = ""
    """The other package that it belongs to; empty for the package's own."""
    home: Path | None = None
    """The folder that `file` counts from, where that is not the package's."""

    @property
    def source(self) -> str:
        """Its text, with the line ends that it has."""
        return self.path.read_bytes().decode()


@dataclass(frozen=True)
class Package:
    """A package, read but not built."""

    root: Path
    name: str
    lean_toolchain: str
    """What `lean-toolchain` asks for; empty without that file."""
    roots: tuple[str, ...]
    """The modules that its libraries begin from."""
    modules: Mapping[str, Module]
    """Every Lean file in its source folders, by module name, and what of other packages is used."""
    libraries: tuple[str, ...] = ()
    """The first names of its own modules."""
    required: tuple[str, ...] = ()
    """The packages that it asks for and that are not there."""
    tops: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    """Where the packages lie that it asks for and that are there, with the first names of the
    modules that could be found in each."""
    notes: tuple[str, ...] = ()
    """What somebody who reads a verdict should know of how it was read."""

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The modules that are reached from the roots, each after those that it imports.

        Where imports go in a circle, the order within the circle means nothing.
        """
        order: dict[str, None] = {}
        for name in self.roots:
            self._visit(name, order, set())
        return tuple(order)

    @cached_property
    def unreached(self) -> tuple[str, ...]:
        """The modules that no root imports, not even through others: nothing checks them."""
        own = (name for name, module in self.modules.items() if not module.package)
        return tuple(sorted(set(own) - set(self.order)))

    @cached_property
    def circles(self) -> Mapping[str, tuple[str, ...]]:
        """For each module that imports itself through others, a shortest way round."""
        ways = {name: self._way_round(name) for name in self.order}
        return {name: way for name, way in ways.items() if way}

    def imports(self, name: str) -> tuple[str, ...]:
        """The modules of this package that `name` imports."""
        found = (item.module for item in self.modules[name].header.imports)
        return tuple(dict.fromkeys(module for module in found if module in self.modules))

    def closure(self, names: Iterable[str]) -> list[str]:
        """`names`, and all modules of the package that they rest on, in the package's order."""
        needed: set[str] = set()
        new = sorted(names)
        while new:
            needed.update(new)
            new = [far for near in new for far in self.imports(near) if far not in needed]
        return [name for name in self.order if name in needed]

    def missing(self, name: str) -> tuple[Import, ...]:
        """What `name` imports that is neither in a package that is there nor Lean's own."""
        return tuple(
            item
            for item in self.modules[name].header.imports
            if item.module not in self.modules and item.module.split(".")[0] not in CORE
        )

    def private(self, name: str) -> tuple[str, ...]:
        """The modules with a header below `name`, which keep to themselves what is not exposed."""
        below = self.closure(self.imports(name))
        return tuple(sorted(m for m in below if self.modules[m].header.is_module))

    def lake_output(self, name: str) -> Path:
        """Where `lake build` puts the `.olean` of a module."""
        return self.root.joinpath(".lake", "build", "lib", "lean", *name.split(".")).with_suffix(
            ".olean"
        )

    def _visit(self, name: str, done: dict[str, None], open_: set[str]) -> None:
        stack = [(name, iter(self.imports(name)))]
        open_.add(name)
        while stack:
            module, rest = stack[-1]
            for imported in rest:
                if imported not in done and imported not in open_:
                    open_.add(imported)
                    stack.append((imported, iter(self.imports(imported))))
                    break
            else:
                stack.pop()
                done[module] = None

    def _way_round(self, start: str) -> tuple[str, ...]:
        ways: dict[str, tuple[str, ...]] = {name: (start, name) for name in self.imports(start)}
        frontier = list(ways)
        while frontier and start not in ways:
            reached = [(near, far) for near in frontier for far in self.imports(near)]
            frontier = []
            for near, far in reached:
                if far not in ways:
                    ways[far] = (*ways[near], far)
                    frontier.append(far)
        return ways.get(start, ())


def read_package(root: Path, *, lake: Path | None = None, others: bool = True) -> Package:
    """Read the package in the folder `root` from its lakefile.

    `lake` translates a lakefile that is a program. The modules of other packages that it imports
    are read too, if `others`. Raises InputError for a folder that is no such package, a library
    without its root module, a module that two files could be, or one that has a name of Lean's
    own, and a source that lies outside the folder.
    """
    root = root.resolve()
    lakefile = read_lakefile(root, lake)
    found = _Folder(root, root, lakefile, "")
    modules = found.modules()
    if not lakefile.tables("lean_lib"):
        raise lakefile.fault(
            "the package has no `[[lean_lib]]`, so there is nothing to check; one names the "
            "modules that have theorems, also those that an executable imports"
        )
    beginnings = tuple(dict.fromkeys(found.roots(modules)))
    required = _Required(root, lakefile)
    if others:
        modules |= required.modules(modules)
    toolchain = root / "lean-toolchain"
    return Package(
        root=root,
        name=str(lakefile.settings.get("name", root.name)),
        lean_toolchain=_line(toolchain),
        roots=beginnings,
        modules=modules,
        libraries=tuple(dict.fromkeys(name.split(".")[0] for name in beginnings)),
        required=tuple(required.absent),
        tops={folder.folder: folder.tops() for folder in required.present},
        notes=(*lakefile.notes, *found.ignored()),
    )


def _line(path: Path) -> str:
    """What stands in a file of one line; empty without it."""
    try:
        return path.read_text("utf-8-sig").strip() if path.is_file() else ""
    except OSError as error:
        raise _fault(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _fault(path, "not UTF-8") from None


@dataclass(frozen=True)
class _Folder:
    """The sources of one package: the one in question, or one that it asks for."""

    root: Path
    """The folder of the package in question."""
    folder: Path
    lakefile: Lakefile
    name: str
    """Empty for the package in question."""

    @cached_property
    def libraries(self) -> list[Mapping[str, object]]:
        return self.lakefile.tables("lean_lib")

    @cached_property
    def sources(self) -> dict[Path, tuple[str, ...]]:
        """The folders that module names count from, and the options of what lies there."""
        common = str(self.lakefile.settings.get("srcDir", "."))
        own = tuple(self.lakefile.options(self.lakefile.settings))
        found: dict[Path, tuple[str, ...]] = {}
        for library in self.libraries or [{}]:
            place = Path(common) / str(library.get("srcDir", "."))
            folder = (self.folder / place).resolve()
            if not folder.is_relative_to(self.folder):
                message = f"the source folder {place.as_posix()!r} lies outside the package"
                raise self.lakefile.fault(message, at="srcDir")
            options = (*found.get(folder, own), *self.lakefile.options(library))
            found[folder] = tuple(dict.fromkeys(options))
        return found

    def tops(self) -> frozenset[str]:
        """The first names of the modules that could lie here: sources, and what `lake` built."""
        places = (*self.sources, self.folder / ".lake" / "build" / "lib" / "lean")
        found = (path.name for place in places if place.is_dir() for path in place.iterdir())
        return frozenset(name.split(".")[0] for name in found)

    def ignored(self) -> Iterator[str]:
        for table in (self.lakefile.settings, *self.libraries):
            yield from self.lakefile.ignored(table)

    def modules(self) -> dict[str, Module]:
        """Every module whose file lies in a source folder."""
        found: dict[str, Module] = {}
        inner = set(self.sources)
        for sources in self.sources:
            for name, path in _files(sources, inner - {sources}, self.folder):
                if name in found:
                    raise _fault(path, f"{found[name].file} is the module {name} as well")
                found[name] = self.module(name, path, sources)
        _check_names(found)
        return found

    def module(self, name: str, path: Path, sources: Path) -> Module:
        """The module `name`, whose file is `path`. Raises InputError where that is none."""
        if not path.resolve().is_relative_to(self.folder):
            raise _fault(path, "this leads outside the package")
        if name.split(".")[0] in _RESERVED:
            raise _fault(path, f"the name {name} is kept for {_whose(name)}")
        if not path.is_file():
            raise _fault(path, "this is no regular file")
        try:
            content = path.read_bytes()
            header = parse_header(content.decode())
        except OSError as error:
            raise _fault(path, f"cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise _fault(path, "not UTF-8") from None
        return Module(
            name=name,
            path=path,
            file=_from(self.root, path),
            header=header,
            digest=sha256(content).hexdigest(),
            source_dir=_from(self.root, sources),
            options=self.sources[sources],
            package=self.name,
        )

    def find(self, name: str) -> Module | None:
        """The module `name`, if its file is there."""
        for sources in self.sources:
            path = sources.joinpath(*name.split(".")).with_name(f"{name.split('.')[-1]}.lean")
            if _is_there(sources, path):
                return self.module(name, path, sources)
        return None

    def roots(self, modules: Mapping[str, Module]) -> Iterator[str]:
        """The modules that the libraries begin from."""
        for library in self.libraries:
            name = str(library.get("name", ""))
            named = self._names(library, "roots") or [name]
            globs = self._names(library, "globs")
            for root in [] if globs else named:
                if root not in modules:
                    file = root.replace(".", "/") + ".lean"
                    message = (
                        f"library {name!r} begins from {file}, which is not there; "
                        f'`globs = ["{root}.+"]` takes all files in its folder'
                    )
                    raise self.lakefile.fault(message, at=name)
            for glob in globs or named:
                yield from _matching(glob, modules)

    def _names(self, library: Mapping[str, object], key: str) -> list[str]:
        found = library.get(key, [])
        if isinstance(found, str):
            found = [found]
        if not isinstance(found, list):
            raise self.lakefile.fault(f"`{key}` is not a list of names", at=key)
        return [str(name).replace("«", "").replace("»", "") for name in found]


@dataclass
class _Required:
    """The packages that one asks for, and those that these ask for, as far as they are there."""

    root: Path
    lakefile: Lakefile
    present: list[_Folder] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        waiting = [*self._listed(), *self._asked(self.root, self.lakefile)]
        while waiting:
            name, folder = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            try:
                lakefile = read_lakefile(folder) if folder.is_dir() else None
            except InputError:
                lakefile = None
            if lakefile is None:
                self.absent.append(name)
                continue
            found = _Folder(self.root, folder, lakefile, name)
            _check_other(found)
            self.present.append(found)
            waiting += self._asked(folder, lakefile)

    def modules(self, own: Mapping[str, Module]) -> dict[str, Module]:
        """What the modules `own` import of them, and what that imports."""
        found: dict[str, Module] = {}
        stack = [item.module for module in own.values() for item in module.header.imports]
        while stack:
            name = stack.pop()
            if name in own or name in found or name.split(".")[0] in CORE:
                continue
            places = [m for folder in self.present if (m := folder.find(name)) is not None]
            if len(places) > 1:
                raise _fault(places[1].path, f"{places[0].file} is the module {name} as well")
            for module in places:
                found[name] = module
                stack += [item.module for item in module.header.imports]
        return found

    def _asked(self, folder: Path, lakefile: Lakefile) -> Iterator[tuple[str, Path]]:
        for table in lakefile.tables("require"):
            name = str(table.get("name", ""))
            place = table.get("path")
            yield name, (folder / str(place) if place else self._fetched(name)).resolve()

    def _listed(self) -> Iterator[tuple[str, Path]]:
        """What `lake` has written down of what it fetched."""
        try:
            manifest = json.loads((self.root / "lake-manifest.json").read_text("utf-8"))
            for entry in manifest["packages"]:
                name = str(entry["name"]).replace("«", "").replace("»", "")
                own = entry.get("type") == "path"
                place = self.root / str(entry["dir"]) if own else self._fetched(name)
                yield name, (place / str(entry.get("subDir") or ".")).resolve()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return

    def _fetched(self, name: str) -> Path:
        return self.root / ".lake" / "packages" / name


def _files(sources: Path, apart: set[Path], root: Path) -> Iterator[tuple[str, Path]]:
    """The module names of all Lean files below `sources`, in the order of their names."""
    found: list[tuple[tuple[str, ...], Path]] = []
    for place, folders, names in os.walk(sources, followlinks=True):
        here = Path(place)
        if here.is_symlink() and here.parent.resolve().is_relative_to(here.resolve()):
            raise _fault(here, "this link leads round in a circle")
        folders[:] = [
            name
            for name in folders
            if _is_part(name) and (here / name).resolve() not in apart and _stays(here / name, root)
        ]
        for name in names:
            stem, ending = os.path.splitext(name)
            if ending != ".lean" or name == "lakefile.lean" or name.startswith("."):
                continue
            if _is_part(stem):
                found.append(((*here.relative_to(sources).parts, stem), here / name))
            elif (
                (other := here.joinpath(*name.removesuffix(".lean").split(".")))
                .with_name(f"{other.name}.lean")
                .exists()
            ):
                twin = other.relative_to(sources).as_posix()
                message = f"the file {twin}.lean is a module that could be taken for this one"
                raise _fault(here / name, message)
    for parts, path in sorted(found):
        yield ".".join(parts), path


def _stays(folder: Path, root: Path) -> bool:
    """Whether `folder` lies in `root`. Raises InputError where it does not, and has Lean files."""
    if folder.resolve().is_relative_to(root):
        return True
    if any(folder.glob("*.lean")) or any(folder.glob("*/*.lean")):
        raise _fault(folder, "this leads outside the package")
    return False


def _is_part(name: str) -> bool:
    """Whether this can be a part of a module's name here."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return "." not in name


def _check_names(modules: Mapping[str, Module]) -> None:
    """Raises InputError for two modules that some file systems could not tell apart."""
    seen: dict[str, Module] = {}
    for name, module in modules.items():
        other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), module)
        if other is not module:
            message = f"{other.file} has the same name as a module, but for how it is written"
            raise _fault(module.path, message)


def _check_other(other: _Folder) -> None:
    """Raises InputError where another package would stand in for a part of Lean itself."""
    built = other.folder / ".lake" / "build" / "lib" / "lean"
    for folder in (*other.sources, built):
        for name in sorted(_RESERVED):
            for path in (folder / f"{name}.lean", folder / f"{name}.olean", folder / name):
                if path.is_file() or (path.is_dir() and any(path.rglob("*.*lean"))):
                    raise _fault(path, f"the name {name} is kept for {_whose(name)}")


def _whose(name: str) -> str:
    is_own = name.split(".")[0] == OWN
    return "the harness's own modules" if is_own else "modules that come with Lean itself"


def _is_there(sources: Path, path: Path) -> bool:
    """Whether there is a file of exactly this name, also where case does not count on disk."""
    if not path.is_file():
        return False
    while path != sources:
        if path.name not in os.listdir(path.parent):
            return False
        path = path.parent
    return True


def _from(root: Path, path: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _fault(path: Path, message: str) -> InputError:
    return InputError([Diagnostic(str(path), 1, 1, message)])


def _matching(glob: str, modules: Iterable[str]) -> Iterator[str]:
    """The modules that a Lake glob means: `A` itself, `A.+` what is below, `A.*` both."""
    stem = glob.removesuffix(".*").removesuffix(".+")
    for name in modules:
        if (name == stem and not glob.endswith(".+")) or (
            name.startswith(f"{stem}.") and glob != stem
        ):
            yield name
