"""A Lake package as it lies in a folder: its libraries, its modules, and who imports whom."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness.diagnostics import Diagnostic, InputError
from harness.lean.header import Header, parse_header


@dataclass(frozen=True)
class Module:
    """One Lean file of a package. `file` is its path from the package's folder, with slashes."""

    name: str
    path: Path
    file: str
    header: Header
    digest: str
    """sha256 of the file's bytes."""


@dataclass(frozen=True)
class Package:
    """A package, read but not built."""

    root: Path
    name: str
    lean_toolchain: str
    """What `lean-toolchain` asks for; empty without that file."""
    source_dir: str
    """Where its sources lie, from `root`."""
    roots: tuple[str, ...]
    """The modules that its libraries begin from."""
    options: tuple[str, ...]
    """Its options for Lean, as words of a command line."""
    modules: Mapping[str, Module]
    """Every Lean file in the source folder, by module name."""

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
        return tuple(sorted(set(self.modules) - set(self.order)))

    @cached_property
    def circles(self) -> Mapping[str, tuple[str, ...]]:
        """For each module that imports itself through others, a shortest way round."""
        ways = {name: self._way_round(name) for name in self.order}
        return {name: way for name, way in ways.items() if way}

    def imports(self, name: str) -> tuple[str, ...]:
        """The modules of this package that `name` imports."""
        found = (item.module for item in self.modules[name].header.imports)
        return tuple(dict.fromkeys(module for module in found if module in self.modules))

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


def read_package(root: Path) -> Package:
    """Read the package in the folder `root` from its `lakefile.toml`.

    Raises InputError for a folder that is no such package, a library without its root module, and
    a source that lies outside the folder.
    """
    root = root.resolve()
    lakefile = root / "lakefile.toml"
    settings = _read_lakefile(lakefile)
    fault = _Faults(lakefile)
    source_dir = _source_dir(settings, root, fault)
    libraries = settings.get("lean_lib", [])
    if not isinstance(libraries, list) or not all(isinstance(item, dict) for item in libraries):
        raise fault("`[[lean_lib]]` is not a list of tables")
    if not libraries:
        raise fault("the package has no `[[lean_lib]]`, so there is nothing to check")
    modules = dict(_discover(root, root / source_dir, fault))
    roots = tuple(dict.fromkeys(_roots(libraries, modules, fault)))
    tables = [table.get("leanOptions", {}) for table in (settings, *libraries)]
    toolchain = root / "lean-toolchain"
    return Package(
        root=root,
        name=str(settings.get("name", root.name)),
        lean_toolchain=toolchain.read_text().strip() if toolchain.is_file() else "",
        source_dir=source_dir,
        roots=roots,
        options=tuple(dict.fromkeys(word for table in tables for word in _options(table, fault))),
        modules=modules,
    )


class _Faults:
    """Makes errors about the lakefile, at the line that has the given text."""

    def __init__(self, lakefile: Path) -> None:
        self.lakefile = lakefile

    def __call__(self, message: str, *, at: str = "") -> InputError:
        line = 1
        if at:
            lines = self.lakefile.read_text().splitlines()
            line = next((i for i, text in enumerate(lines, 1) if at in text), 1)
        return InputError([Diagnostic(str(self.lakefile), line, 1, message)])


def _read_lakefile(lakefile: Path) -> dict[str, Any]:
    if not lakefile.is_file():
        message = "there is no lakefile.toml"
        if lakefile.with_suffix(".lean").is_file():
            message += "; a lakefile.lean is a program, which the harness does not run"
        raise InputError([Diagnostic(str(lakefile), 1, 1, message)])
    try:
        return tomllib.loads(lakefile.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise InputError([Diagnostic(str(lakefile), 1, 1, "not UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        text = str(error).split(" (at ")[0]
        raise InputError([Diagnostic(str(lakefile), line, column, text)]) from None


def _source_dir(settings: Mapping[str, Any], root: Path, fault: _Faults) -> str:
    folders = {str(settings.get("srcDir", "."))}
    own = {str(item["srcDir"]) for item in settings.get("lean_lib", []) if "srcDir" in item}
    if len(own) > 1 or (own and "srcDir" in settings):
        raise fault("libraries in more than one source folder are not supported", at="srcDir")
    (folder,) = own or folders
    if not (root / folder).resolve().is_relative_to(root):
        raise fault(f"the source folder {folder!r} lies outside the package", at="srcDir")
    return Path(folder).as_posix()


def _discover(root: Path, sources: Path, fault: _Faults) -> Iterator[tuple[str, Module]]:
    for path in sorted(sources.rglob("*.lean"), key=lambda path: path.with_suffix("").parts):
        relative = path.relative_to(sources)
        if path.name == "lakefile.lean" or any(part.startswith(".") for part in relative.parts):
            continue
        if not path.resolve().is_relative_to(root):
            raise InputError([Diagnostic(str(path), 1, 1, "this leads outside the package")])
        name = ".".join(relative.with_suffix("").parts)
        content = path.read_bytes()
        try:
            header = parse_header(content.decode())
        except UnicodeDecodeError:
            raise InputError([Diagnostic(str(path), 1, 1, "not UTF-8")]) from None
        file = path.relative_to(root).as_posix()
        yield name, Module(name, path, file, header, sha256(content).hexdigest())


def _roots(
    libraries: Iterable[Mapping[str, Any]], modules: Mapping[str, Module], fault: _Faults
) -> Iterator[str]:
    for library in libraries:
        name = str(library.get("name", ""))
        for root in library.get("roots", [name]):
            if root not in modules:
                file = str(root).replace(".", "/") + ".lean"
                raise fault(f"library {name!r} begins from {file}, which is not there", at=name)
        for glob in library.get("globs", library.get("roots", [name])):
            yield from _matching(str(glob), modules)


def _matching(glob: str, modules: Mapping[str, Module]) -> Iterator[str]:
    """The modules that a Lake glob means: `A` itself, `A.+` what is below, `A.*` both."""
    stem = glob.removesuffix(".*").removesuffix(".+")
    for name in modules:
        if (name == stem and not glob.endswith(".+")) or (
            name.startswith(f"{stem}.") and glob != stem
        ):
            yield name


def _options(table: Any, fault: _Faults, prefix: str = "") -> Iterator[str]:
    if not isinstance(table, dict):
        raise fault("`leanOptions` is not a table", at="leanOptions")
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _options(value, fault, f"{prefix}{key}.")
        elif isinstance(value, bool):
            yield f"-D{prefix}{key}={'true' if value else 'false'}"
        elif isinstance(value, int | str):
            yield f"-D{prefix}{key}={value}"
        else:
            raise fault(f"option {prefix}{key} is neither true, false, a number nor text", at=key)
