"""Who cites whom within a package: what a theorem rests on, and its fingerprint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256

from harness.lean.audit.answer import Answer, Declaration, unescaped

ALLOWED_AXIOMS = frozenset({"propext", "Classical.choice", "Quot.sound"})
"""The axioms of Lean's own logic. Anything else that a proof rests on is an assumption."""


class Graph:
    """The declarations of a package, and the paths between them."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    @property
    def declarations(self) -> Mapping[str, Declaration]:
        return self.answer.declarations

    def rests_on(self, name: str) -> dict[str, str]:
        """Everything of the package that `name` rests on, itself included, nearest first.

        Each with the declaration that cites it, so that a path leads back to `name`.
        """
        found = {name: ""}
        todo = [name]
        for current in todo:
            declaration = self.declarations.get(current)
            for cited in declaration.cites if declaration else ():
                if cited in self.declarations and cited not in found:
                    found[cited] = current
                    todo.append(cited)
        return found

    def axioms(self, name: str) -> dict[str, str]:
        """The axioms that `name` rests on, each with the declaration that cites it first."""
        found: dict[str, str] = {}
        for current, citing in self.rests_on(name).items():
            declaration = self.declarations[current]
            if declaration.kind == "axiom":
                found.setdefault(current, citing or current)
            for cited in declaration.cites:
                if cited in self.answer.axioms:
                    found.setdefault(cited, current)
        return found

    def assumed(self, name: str) -> dict[str, str]:
        """The axioms that `name` rests on and must not; each with what cites it first.

        One that the package declares itself is never allowed, whatever it is called.
        """
        return {
            axiom: citing
            for axiom, citing in self.axioms(name).items()
            if axiom not in ALLOWED_AXIOMS or axiom in self.declarations
        }

    def lemmas(self, name: str) -> list[str]:
        """The theorems of the package that the proof of `name` cites.

        What Lean made on the way, such as equation lemmas, stands for what it was made from.
        """
        found: dict[str, None] = {}
        todo, seen = [name], {name}
        for current in todo:
            for cited in self.declarations[current].in_value:
                declaration = self.declarations.get(cited)
                if declaration is None or cited in seen:
                    continue
                seen.add(cited)
                if cited not in self.written:
                    todo.append(cited)
                elif declaration.kind == "theorem":
                    found[cited] = None
        return sorted(found)

    @cached_property
    def written(self) -> set[str]:
        """The declarations that somebody wrote, as far as their names tell."""
        return {name for name in self.declarations if not is_generated(name)}

    def fingerprint(self, name: str) -> tuple[str, dict[str, str]]:
        """Of a statement, and of each definition of the package that it unfolds to."""
        own = self.declarations[name]
        parts = {part: _hash(self.declarations[part].structure) for part in self._unfolds_to(own)}
        whole = _hash(own.structure, *(f"{part} {parts[part]}" for part in sorted(parts)))
        return whole, parts

    def own_fingerprints(self, name: str) -> tuple[str, list[str]]:
        """Of a declaration by itself, and the written definitions of the package below it.

        What Lean made on the way, such as matchers, belongs to what it was made for.
        """
        reached = set(self._unfolds_to(self.declarations[name]))
        below = [part for part in reached if part in self.written]
        generated = reached - set(below)
        for part in below:
            generated -= set(self._unfolds_to(self.declarations[part]))
        own = [self.declarations[part].structure for part in sorted(generated)]
        return _hash(self.declarations[name].structure, *own), below

    def _unfolds_to(self, start: Declaration) -> Iterator[str]:
        seen = {start.name}
        todo = list(start.in_type if start.kind == "theorem" else start.cites)
        for cited in todo:
            declaration = self.declarations.get(cited)
            if declaration is None or cited in seen:
                continue
            seen.add(cited)
            yield cited
            todo += declaration.in_type
            if declaration.kind != "theorem":
                todo += declaration.in_value


def counted(count: int, what: str) -> str:
    """Such as `1 lemma` and `2 lemmas`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def readable(name: str) -> str:
    """A name of the inspector's as a reader knows it: without module, and quoted where Lean does.

    For messages alone: two names may read alike.
    """
    if name.startswith("_private."):
        name = name.split(".0.", 1)[-1]
    return ".".join(map(_quoted, name.split(".")))


def _quoted(part: str) -> str:
    return f"«{unescaped(part)}»" if "\\" in part else part


def is_generated(name: str) -> bool:
    """Whether Lean made the declaration on the way to one that somebody wrote."""
    if name.startswith("_private."):
        name = name.split(".0.", 1)[-1]
    last = name.rsplit(".", 1)[-1]
    generated = ("eq_", "match_", "_", "proof_")
    return (
        "._" in name
        or any(last.startswith(part) and last != part and _made(last, part) for part in generated)
        or last in ("eq_def", "splitter", "congr_simp", "induct", "induct_unfolding", "sizeOf_spec")
    )


def _made(last: str, part: str) -> bool:
    return part == "_" or last[len(part) :].isdigit()


def _hash(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
