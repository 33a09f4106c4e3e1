"""The Lean file that runs a package's definitions, and both sides of claims, on given inputs.

Nothing of the package's text is in it: `Carry.lean` brings the definitions from the terms that Lean
has stored, and what follows is printed from the specifications. Inputs are a file of numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from harness.arrays.values import Unsupported
from harness.claims.model import Library
from harness.lean.execution.functions import function
from harness.lean.execution.kinds import INSTANCES, KINDS, NUMERALS, POWERS, Scalars, zero
from harness.lean.execution.subjects import Subject
from harness.lean.package import OWN
from harness.lean.printer import Printer
from harness.lean.scope import CannotPrint


@dataclass(frozen=True)
class Program:
    """A Lean file, and which of its functions compute what."""

    text: str
    functions: Mapping[tuple[str, int], int]
    """The number of each subject's function, by the subject's name and the side (0 or 1)."""
    faults: Mapping[str, str]
    """Why a subject cannot be run, by its name."""
    kinds: Mapping[str, Sequence[Scalars]]
    """The numbers on which each of the others is run."""
    modules: tuple[str, ...] = ()
    """The modules of the package that it imports."""
    constants: tuple[str, ...] = ()
    """The constants of the package that it runs, in the order in which Lean speaks of them."""
    subjects: tuple[Subject, ...] = ()
    """What it runs."""
    lines: tuple[tuple[range, str], ...] = ()
    """On which lines the functions of which subject stand."""

    def subject_at(self, line: int) -> str:
        """The subject whose function stands on a line; empty where it is no subject's."""
        return next((subject for lines, subject in self.lines if line in lines), "")


def program(
    library: Library, subjects: Sequence[Subject], modules: Sequence[str], constants: Sequence[str]
) -> Program:
    """The Lean file that runs these subjects, with the `constants` of the package's `modules`."""
    printer = Printer(library)
    functions: dict[tuple[str, int], int] = {}
    faults: dict[str, str] = {}
    kinds: dict[str, list[Scalars]] = {}
    lines: list[tuple[range, str]] = []
    count = 0
    text = _Lines(
        [
            _part("Head"),
            "namespace HarnessRun",
            _carry(modules, constants),
            NUMERALS,
        ]
    )
    own = _part("Prelude")
    for kind in KINDS:
        ours = own.replace("SCALAR", kind).replace("ZERO", zero(kind))
        ours = ours.replace("ADD", INSTANCES[kind]["add"]).replace("DIV", INSTANCES[kind]["divide"])
        text.add(f"namespace On{kind}", POWERS[kind], ours)
        count = 0
        for subject in subjects:
            names = [f"run_{count + side}" for side in range(len(subject.sides))]
            for side in range(len(subject.sides)):
                functions[subject.name, side] = count
                count += 1
            try:
                sides = [
                    function(printer, kind, subject, term, name)
                    for term, name in zip(subject.sides, names, strict=True)
                ]
            except (CannotPrint, Unsupported) as error:
                # Its numbers are left out: those of the other functions are as for other kinds.
                faults[subject.name] = str(error)
                continue
            kinds.setdefault(subject.name, []).append(kind)
            lines.append((text.add(*sides), subject.name))
        text.add(f"end On{kind}", "")
    text.add(f"meta def count : Nat := {count}", "end HarnessRun", "", _part("Main"))
    faults = {name: why for name, why in faults.items() if name not in kinds}
    run = tuple(subject for subject in subjects if subject.name in kinds)
    return Program(
        str(text), functions, faults, kinds, tuple(modules), tuple(constants), run, tuple(lines)
    )


class _Lines:
    """A text that knows which lines each part of it has, from 1."""

    def __init__(self, parts: Iterable[str]) -> None:
        self._parts: list[str] = []
        self._next = 1
        self.add(*parts)

    def add(self, *parts: str) -> range:
        first = self._next
        for part in parts:
            self._parts.append(part)
            self._next += part.count("\n") + 1
        return range(first, self._next)

    def __str__(self) -> str:
        return "\n".join(self._parts)


def _part(name: str) -> str:
    return (files("harness.lean.execution") / f"{name}.lean").read_text("utf-8")


def runner() -> dict[str, str]:
    """The module that brings definitions and reads questions, by its name."""
    return {f"{OWN}.Runner": f"{_part('Carry')}\n{_part('Runner')}"}


def _carry(modules: Sequence[str], constants: Sequence[str]) -> str:
    """The command that brings the constants here."""
    return f"""
meta def modules : List Name := [{", ".join(map(_name, modules))}]
meta def wanted : List Name := [{", ".join(map(_name, constants))}]

run_cmd
  let env ← getEnv
  let env ← carried env modules wanted
  setEnv env
"""


def _name(name: str) -> str:
    """A Lean term for a name: text of the package stands in it as a string, and as nothing else."""
    term = ".anonymous"
    for part in name.split("."):
        term = f"(.str {term} {json.dumps(part, ensure_ascii=False)})"
    return term
