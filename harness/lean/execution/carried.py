"""The text of the modules that hold a library's definitions, to stand at the head of a program."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.lean.header import parse_header
from harness.lean.package import Package


def carried(package: Package, homes: Iterable[str]) -> str:
    """A header, and the text of the modules `homes`, each after those that it imports.

    What they import and what is not among them is imported.
    """
    modules = _closed(package, set(homes))
    outside: dict[str, None] = {}
    bodies = []
    for name in (module for module in package.order if module in modules):
        source = package.modules[name].path.read_text("utf-8").removeprefix("\ufeff")
        header = parse_header(source)
        for item in header.imports:
            if item.module not in modules:
                outside[item.module] = None
        lines = source.split("\n")
        last = max((item.line for item in header.imports), default=0)
        body = "\n".join(lines[last:])
        if last == 0 and header.is_module:
            body = re.sub(r"\bmodule\b", "", source, count=1)
        bodies.append(body if len(modules) == 1 else _closed_section(body))
    imports = [f"public import {name}" for name in outside]
    return "\n".join(["module", "", *imports, "", *bodies])


def _closed(package: Package, homes: set[str]) -> set[str]:
    """`homes`, and every module between them: one that imports one of them and is imported."""
    below: dict[str, set[str]] = {}
    for name in package.order:
        direct = package.imports(name)
        below[name] = {*direct, *(far for near in direct for far in below.get(near, ()))}
    needed = set().union(*(below[home] for home in homes)) if homes else set()
    return homes | {name for name in needed if below[name] & homes}


def _closed_section(body: str) -> str:
    opened = len(
        re.findall(r"^(?:@\[expose\]\s*)?(?:public\s+|noncomputable\s+)*section\b", body, re.M)
    )
    closed = len(re.findall(r"^end[ \t]*$", body, re.M))
    return "\n".join(["section", body, *["end"] * (max(0, opened - closed) + 1)])
