"""What a package says of itself: its `lakefile.toml`, or what is to be had of a `lakefile.lean`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.claims.settings import read_toml
from harness.diagnostics import Diagnostic, InputError
from harness.lean.process import Stopped, execute
from harness.lifetime import temporary_folder

_TRANSLATION_SECONDS = 300.0


@dataclass(frozen=True)
class Lakefile:
    """The settings of a package, as `lakefile.toml` has them."""

    path: Path
    settings: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    """What somebody who reads a verdict should know of how they were read."""

    def fault(self, message: str, *, at: str = "") -> InputError:
        """An error at the first line that has the text `at`."""
        line = 1
        if at:
            lines = self.path.read_text("utf-8", errors="replace").splitlines()
            line = next((i for i, text in enumerate(lines, 1) if at in text), 1)
        return InputError([Diagnostic(str(self.path), line, 1, message)])

    def tables(self, name: str) -> list[Mapping[str, Any]]:
        """The tables `[[name]]`. Raises InputError where it is something else."""
        found = self.settings.get(name, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self.fault(f"`[[{name}]]` is not a list of tables", at=name)
        return found

    def options(self, table: Mapping[str, Any]) -> Iterator[str]:
        """The options for Lean in `table`, as words of a command line."""
        yield from self._options(table.get("leanOptions", {}))
        for key in ("moreLeanArgs", "weakLeanArgs"):
            words = table.get(key, [])
            if not isinstance(words, list):
                raise self.fault(f"`{key}` is not a list", at=key)
            yield from (str(word) for word in words if str(word).startswith("-D"))

    def ignored(self, table: Mapping[str, Any]) -> Iterator[str]:
        """What of `table` is meant for Lean and is not passed on."""
        for key in ("moreLeanArgs", "weakLeanArgs", "plugins", "dynlibs"):
            words = table.get(key, [])
            for word in words if isinstance(words, list) else [words]:
                if "Args" not in key or not str(word).startswith("-D"):
                    yield f"{self.path.name}: `{key}` has {word}, which is not passed to Lean here."

    def _options(self, table: Any, prefix: str = "") -> Iterator[str]:
        if not isinstance(table, dict):
            raise self.fault("`leanOptions` is not a table", at="leanOptions")
        for key, value in table.items():
            if isinstance(value, dict):
                yield from self._options(value, f"{prefix}{key}.")
            elif isinstance(value, bool):
                yield f"-D{prefix}{key}={'true' if value else 'false'}"
            elif isinstance(value, int | str):
                yield f"-D{prefix}{key}={value}"
            else:
                message = f"option {prefix}{key} is neither true, false, a number nor text"
                raise self.fault(message, at=key)


def read_lakefile(root: Path, lake: Path | None = None) -> Lakefile:
    """The settings of the package in `root`.

    A `lakefile.lean` is a program. `lake`, where there is one, translates it; else what its text
    shows is taken, and the notes say so. Raises InputError where there is neither file, or where
    it cannot be read.
    """
    path = root / "lakefile.toml"
    if path.is_file():
        return Lakefile(path, read_toml(_text(path), str(path)))
    program = path.with_suffix(".lean")
    if not program.is_file():
        message = "there is no lakefile.toml and no lakefile.lean, so this is no Lean package"
        raise InputError([Diagnostic(str(path), 1, 1, message)])
    if lake is not None and (settings := _translated(root, lake)) is not None:
        return Lakefile(program, settings)
    return _shown(program)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode().removeprefix("\ufeff")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise InputError([Diagnostic(str(path), 1, 1, message)]) from None
    except UnicodeDecodeError:
        raise InputError([Diagnostic(str(path), 1, 1, "not UTF-8")]) from None


def _translated(root: Path, lake: Path) -> dict[str, Any] | None:
    with temporary_folder() as work:
        target = Path(work) / "lakefile.toml"
        command: list[str | Path] = [lake, "translate-config", "toml", target]
        try:
            done = execute(command, cwd=root, timeout=_TRANSLATION_SECONDS)
            return tomllib.loads(target.read_text("utf-8")) if done.exit_code == 0 else None
        except (OSError, Stopped, ValueError):
            return None


_COMMENT = re.compile(r"(?P<text>\"(?:\\.|[^\"\\])*\")|/-.*?-/|--[^\n]*", re.DOTALL)
_CONSTANT = re.compile(
    r"^(?:abbrev|def)\s+(?P<name>[^\W\d][\w.'!?]*)(?P<body>.*?)(?=^[^\s\])}]|\Z)",
    re.MULTILINE | re.DOTALL,
)
_TARGET = re.compile(
    r"^[ \t]*(?:@\[[^\]]*\]\s*)?"
    r"(?P<kind>package|lean_lib|lean_exe|require|extern_lib|script|target)"
    r"\s+(?:\"[^\"]*\"\s*/\s*)?(?P<name>«[^»\n]+»|\"[^\"\n]+\"|[^\W\d][\w.'!?-]*)",
    re.MULTILINE,
)
_OPTION = re.compile(r"⟨\s*`(?P<name>[\w.]+)\s*,\s*(?P<value>true|false|\d+|\"[^\"\n]*\")\s*⟩")
_PATH = r"(?:__dir__\s*/\s*)?(?P<path>\"[^\"\n]*\"(?:\s*/\s*\"[^\"\n]+\")*)"
_FROM = re.compile(rf"\bfrom\s+{_PATH}")
_SOURCES = re.compile(rf"\bsrcDir\s*:=\s*{_PATH}")


def _shown(program: Path) -> Lakefile:
    """What the text of a `lakefile.lean` shows without being run."""
    text = _COMMENT.sub(lambda match: match["text"] or "", _text(program))
    constants = {match["name"]: match["body"] for match in _CONSTANT.finditer(text)}
    text = _CONSTANT.sub("", text)
    found = list(_TARGET.finditer(text))
    settings: dict[str, Any] = {"lean_lib": [], "require": []}
    for i, target in enumerate(found):
        body = text[target.end() : found[i + 1].start() if i + 1 < len(found) else len(text)]
        name = target["name"].strip('«»"')
        # What has a name of its own stands where the name does.
        body += "".join(constants.get(word, "") for word in re.findall(r"[\w.'!?]+", body))
        if target["kind"] == "package":
            settings |= {"name": name, **_body(body)}
        elif target["kind"] == "lean_lib":
            settings["lean_lib"].append({"name": name, **_body(body)})
        elif target["kind"] == "require":
            place = _FROM.search(body)
            settings["require"].append(
                {"name": name, **({"path": _joined(place)} if place else {})}
            )
    # What is misread is better left out than taken for a mistake of the author's.
    settings["lean_lib"] = [
        table for table in settings["lean_lib"] if _is_there(program.parent, settings, table)
    ]
    if not settings["lean_lib"]:
        names = sorted(p.stem for p in program.parent.glob("*.lean") if p.stem != "lakefile")
        settings["lean_lib"] = [{"name": name} for name in names if "." not in name]
    libraries = ", ".join(table["name"] for table in settings["lean_lib"]) or "none"
    note = (
        "lakefile.lean is a program, which is not run without `lake`; its text shows these "
        f"libraries: {libraries}."
    )
    return Lakefile(program, settings, (note,))


def _is_there(folder: Path, settings: dict[str, Any], table: dict[str, Any]) -> bool:
    sources = folder / settings.get("srcDir", ".") / table.get("srcDir", ".")
    roots = table.get("roots", [table["name"]])
    files = (sources.joinpath(*root.split(".")) for root in roots)
    return "globs" in table or all(file.with_name(f"{file.name}.lean").is_file() for file in files)


def _body(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if folder := _SOURCES.search(text):
        found["srcDir"] = _joined(folder)
    for key in ("moreLeanArgs", "weakLeanArgs"):
        if listed := re.search(rf"\b{key}\s*:=\s*#\[([^\]]*)\]", text):
            found[key] = re.findall(r"\"([^\"\n]*)\"", listed[1])
    for key in ("roots", "globs"):
        if names := re.search(rf"\b{key}\s*:=\s*#\[([^\]]*)\]", text):
            words = re.findall(r"(\.\w+\s+)?`(«[^»]+»|[\w.'!?]+)(\.[*+])?", names[1])
            endings = {".andSubmodules": ".*", ".submodules": ".+"}
            found[key] = [
                name.strip("«»") + (ending or endings.get(kind.strip(), ""))
                for kind, name, ending in words
            ]
    options = {match["name"]: _value(match["value"]) for match in _OPTION.finditer(text)}
    return {**found, "leanOptions": options} if options else found


def _joined(match: re.Match[str]) -> str:
    """The folder that texts with slashes between them lead to."""
    return "/".join(re.findall(r"\"([^\"\n]*)\"", match["path"]))


def _value(text: str) -> bool | int | str:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() else text.strip('"')
