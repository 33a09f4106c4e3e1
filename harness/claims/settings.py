"""`pyproject.toml`: the table `[tool.harness]`, read as strictly as a specification."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.claims.document import read_text
from harness.diagnostics import Diagnostic, InputError, shortened
from harness.language.characters import TURNING, named, unseen

SETTINGS_FILE = "pyproject.toml"

_TABLE = re.compile(r"\s*\[")
_OURS = re.compile(r"\s*\[+\s*[\"']?tool[\"']?\s*\.\s*[\"']?harness\b")

_PART = r"(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+"
_LONG_KEY = re.compile(rf"(?:^|[\[{{,])[ \t]*+(?:{_PART}\.[ \t]*+){{100}}", re.MULTILINE)
"""A key of so many parts is a table so deep; Python takes their square in time and memory."""


def read_toml(text: str, name: str) -> dict[str, Any]:
    """The table that a text of TOML is. Raises `InputError`."""
    line, column = 1, 1
    try:
        if long := _LONG_KEY.search(text):
            line = text.count("\n", 0, long.start() + 1) + 1
            raise RecursionError
        return tomllib.loads(text)
    except RecursionError:
        message = "nested too deeply"
    except ValueError as error:  # also of a number without end
        message = f"not TOML: {error}"
        if place := re.search(r" \(at line (\d+), column (\d+)\)$", message):
            line, column = int(place[1]), int(place[2])
            message = message[: place.start()]
    raise InputError([Diagnostic(name, line, column, message)])


def tools_of(folder: Path) -> dict[str, Any]:
    """The table `tool` of the folder's `pyproject.toml`, if there is one. Raises `InputError`."""
    path = folder / SETTINGS_FILE
    if not os.path.lexists(path):
        return {}
    text = read_text(path, str(path))
    tools = read_toml(text, str(path)).get("tool", {})
    if faults := list(_hidden(text, str(path))):
        raise InputError(faults)
    own = tools.get("harness", {}) if isinstance(tools, dict) else {}
    if isinstance(tools, dict) and isinstance(own, dict):
        return tools
    message = f"[tool.harness]: expected a table, found {shortened(repr(own or tools))}"
    raise InputError([Diagnostic(str(path), 1, 1, message)])


def _hidden(text: str, name: str) -> Iterator[Diagnostic]:
    """What cannot be seen in our tables, and what anywhere could pass for one of them."""
    is_ours = False
    for number, line in enumerate(text.split("\n") if "harness" in text else (), 1):
        if _TABLE.match(line):
            is_ours = _OURS.match(line) is not None
        for offset in unseen(line):
            if is_ours or line[offset] in TURNING:
                yield Diagnostic(name, number, offset + 1, named(line[offset]))


def line_of(path: Path, key: str) -> int:
    """The line of a setting, which is a key of the table or a table below it."""
    lines = path.read_text("utf-8-sig").splitlines()
    table = next((i for i, line in enumerate(lines) if line.startswith("[tool.harness")), 0)
    pattern = re.compile(rf"\s*(\[tool\.harness\.)?[\"']?{re.escape(key)}\b")
    return next((i + 1 for i, line in enumerate(lines) if i >= table and pattern.match(line)), 1)
