"""The Lean file that runs a package's definitions, and both sides of claims, on given inputs.

It carries the text of the modules that hold the definitions, because Lean's interpreter cannot run
every definition of an imported module; inputs are a file of numbers that it reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from harness.arrays.values import Unsupported
from harness.claims.model import Library
from harness.lean.execution.functions import dispatch, function
from harness.lean.execution.kinds import INSTANCES, KINDS, NUMERALS, POWERS, zero
from harness.lean.execution.subjects import Subject
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


def program(library: Library, subjects: Sequence[Subject], carried: str) -> Program:
    """The Lean file that runs these subjects; `carried` is the text of their definitions."""
    prelude = (files("harness.lean.execution") / "Prelude.lean").read_text("utf-8")
    runner = (files("harness.lean.execution") / "Runner.lean").read_text("utf-8")
    printer = Printer(library)
    functions: dict[tuple[str, int], int] = {}
    faults: dict[str, str] = {}
    parts = [carried, NUMERALS]
    for kind in KINDS:
        own = prelude.replace("SCALAR", kind).replace("ZERO", zero(kind))
        own = own.replace("ADD", INSTANCES[kind]["add"]).replace("DIV", INSTANCES[kind]["divide"])
        parts += [f"namespace On{kind}", POWERS[kind], own]
        names: list[str] = []
        for subject in subjects:
            try:
                sides = [
                    (side, function(printer, kind, subject, term, f"run_{len(names) + side}"))
                    for side, term in enumerate(subject.sides)
                ]
            except (CannotPrint, Unsupported) as error:
                faults[subject.name] = str(error)
                continue
            for side, text in sides:
                functions[subject.name, side] = len(names)
                names.append(f"run_{len(names)}")
                parts.append(text)
        parts += [dispatch(kind, names), f"end On{kind}", ""]
    return Program("\n".join([*parts, runner]), functions, faults)
