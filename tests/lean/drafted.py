"""A package of these tests as a new user has it: from `harness init` to its verdicts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from harness.cli import main

PACKAGES = Path(__file__).parent


@dataclass
class Drafted:
    """A copy of a package, what `harness init` said of it, and what a check of all came to."""

    root: Path
    legs: tuple[str, ...] = ()
    """Those that a check is asked for; all where none is said."""

    def run(self, *words: str) -> tuple[str, int]:
        """What a command says with the embedded Lean, in one line, and its exit code."""
        command = ["-C", str(self.root), *words, "--toolchain", "embedded"]
        done = CliRunner().invoke(main, command)
        return done.output, done.exit_code

    @cached_property
    def said(self) -> str:
        said, code = self.run("init")
        assert code == 0, said
        return said

    @cached_property
    def subjects(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """The checks of each leg of every claim and definition."""
        assert self.said
        evidence = self.root / "evidence.json"
        asked = [word for leg in self.legs for word in ("--leg", leg)]
        self.run("check", *asked, "--json", str(evidence))
        data = json.loads(evidence.read_text("utf-8"))
        found = (*data["claims"], *data["definitions"])
        return {s["name"]: {leg["leg"]: leg["checks"] for leg in s["legs"]} for s in found}

    def outcomes(self, name: str, leg: str) -> set[str]:
        return {check["outcome"] for check in self.subjects[name][leg]}

    @property
    def against(self) -> dict[tuple[str, str], str]:
        """What is refuted, or ended in an error, and why."""
        return {
            (name, leg): check["summary"]
            for name, legs in self.subjects.items()
            for leg, checks in legs.items()
            for check in checks
            if check["outcome"] in ("refuted", "error")
        }

    @property
    def specifications(self) -> set[str]:
        return {path.stem for path in (self.root / "specs").glob("*.yaml")} - {"definitions"}

    def reason(self, theorem: str) -> str:
        """Why a theorem was not drafted."""
        [line] = [li for li in self.said.splitlines() if li.startswith(f"not drafted: {theorem}: ")]
        return line

    def with_changes(self, changes: list[tuple[str, str, str]], *words: str) -> tuple[str, int]:
        """What a check of the mirror says with texts in files of the specifications changed."""
        assert self.said
        kept = {path: path.read_text("utf-8") for path in (self.root / "specs").glob("*.yaml")}
        try:
            for file, old, new in changes:
                path = self.root / "specs" / file
                text = path.read_text("utf-8")
                assert old in text
                path.write_text(text.replace(old, new), "utf-8")
            said, code = self.run("check", *words, "--leg", "mirror")
        finally:
            for path, text in kept.items():
                path.write_text(text, "utf-8")
        return " ".join(said.split()), code


def drafted(
    folder: Path,
    package: str,
    more: Callable[[Path], None] = lambda root: None,
    legs: tuple[str, ...] = (),
) -> Drafted:
    """A copy of one of these packages below `folder`, with what `more` does to it."""
    root = folder / "project"
    shutil.copytree(PACKAGES / package, root)
    more(root)
    return Drafted(root, legs)
