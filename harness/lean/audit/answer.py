"""What the inspector found in a built package, read from the lines of its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Declaration:
    """One constant of the package, as it is stored."""

    name: str
    kind: str
    """`theorem`, `definition`, `axiom`, `opaque`, `inductive`, `constructor` or `recursor`."""
    module: str
    marks: frozenset[str]
    """Of `unsafe`, `partial`, `implemented_by` and `extern`, those that hold."""
    in_type: tuple[str, ...]
    """The constants that its type cites."""
    in_value: tuple[str, ...]
    """The constants that its value or proof cites."""
    structure: str
    """Its type, and for a definition its value, without the names of bound variables."""

    @property
    def cites(self) -> tuple[str, ...]:
        return self.in_type + self.in_value


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the kernel said to one declaration or one comparison."""

    verdict: str
    """`accepted`, `refused`, `skipped` or `malformed`."""
    reason: str = ""

    @property
    def accepted(self) -> bool:
        return self.verdict == "accepted"


@dataclass(frozen=True)
class Answer:
    """Everything that one inspection found."""

    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    replayed: Mapping[str, Ruling] = field(default_factory=dict)
    compared: Mapping[str, Ruling] = field(default_factory=dict)
    stated: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Types of the constants that were asked for, and values of definitions, in prefix notation."""
    axioms: frozenset[str] = frozenset()
    """The axioms outside the package that it cites; not theorems whose proof is not shipped."""
    replacements: Mapping[str, str] = field(default_factory=dict)
    """Theorems marked `csimp`, each with the function in whose place the compiler runs another."""
    complete: bool = False
    """Whether the inspector came to its end; what is not must not be believed."""


class Malformed(Exception):
    """The answer has a line that the inspector does not write."""


def read_answer(text: str) -> Answer:
    """Read what the inspector wrote. Raises `Malformed`."""
    declarations: dict[str, Declaration] = {}
    replayed: dict[str, Ruling] = {}
    compared: dict[str, Ruling] = {}
    stated: dict[str, tuple[str, str]] = {}
    axioms: set[str] = set()
    replacements: dict[str, str] = {}
    lines = text.split("\n")
    complete = lines[-2:] == ["end", ""]
    for line in lines[:-2] if complete else lines[:-1]:
        match line.split("\t"):
            case ["constant", name, kind, module, marks, in_type, in_value, structure]:
                if name in declarations:
                    raise Malformed(f"{name} is declared twice")
                declarations[name] = Declaration(
                    name,
                    kind,
                    module,
                    frozenset(marks.split()),
                    tuple(in_type.split()),
                    tuple(in_value.split()),
                    structure,
                )
            case ["cited", name, "axiom", original]:
                # A library that ships no proofs shows its theorems as axioms; Lean remembers.
                if original in ("axiom", ""):
                    axioms.add(name)
            case ["cited", _, _, _]:
                pass
            case ["csimp", name, replaced]:
                replacements[name] = replaced
            case ["stated", name, type_, value]:
                stated[name] = type_, value
            case ["replay", name, verdict, reason]:
                _rule(replayed, name, verdict, reason)
            case ["compared", key, verdict, reason]:
                _rule(compared, key, verdict, reason)
            case _:
                raise Malformed(line[:200])
    return Answer(
        declarations, replayed, compared, stated, frozenset(axioms), replacements, complete
    )


def unescaped(text: str) -> str:
    """A text as it is, from the form in which it is one word, and a name's part is one part."""
    marks = {"s": " ", "t": "\t", "n": "\n", "d": ".", "#": "", "e": ""}
    return re.sub(r"\\(.)", lambda match: marks.get(match[1], match[1]), text)


def _rule(rulings: dict[str, Ruling], name: str, verdict: str, reason: str) -> None:
    # Said twice, the worse counts.
    if name not in rulings or rulings[name].accepted:
        rulings[name] = Ruling(verdict, unescaped(reason))
