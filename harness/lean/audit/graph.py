"""Who cites whom within a package: what a theorem rests on, and its fingerprint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256

from harness.kernel.declarations import (
    Constant,
    Constructor,
    Definition,
    InductiveType,
    Opaque,
    Recursor,
    Theorem,
    names_in,
)
from harness.lean.audit.answer import Answer, Declaration
from harness.lean.audit.fingerprint import Fingerprints
from harness.lean.audit.names import parsed, public, shown

ALLOWED_AXIOMS = frozenset({"propext", "Classical.choice", "Quot.sound"})
"""The axioms of Lean's own logic. Anything else that a proof rests on is an assumption."""

COMPILER = frozenset(
    f"Lean.{name}"
    for name in ("reduceBool", "reduceNat", "trustCompiler", "ofReduceBool", "ofReduceNat")
)
"""Whatever speaks of these rests on what compiled code answers, with or without an axiom."""


class Graph:
    """The declarations of a package, the library below them, and the paths between them."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._cited: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._fingerprints = Fingerprints()

    @property
    def declarations(self) -> Mapping[str, Declaration]:
        return self.answer.declarations

    def in_type(self, name: str) -> tuple[str, ...]:
        """The constants that the type of `name` cites."""
        return self._cites(name)[0]

    def in_value(self, name: str) -> tuple[str, ...]:
        """The constants that its value or proof cites; of an inductive type, all that it brings."""
        return self._cites(name)[1]

    def cites(self, name: str) -> tuple[str, ...]:
        """All constants that it cites."""
        return (*self.in_type(name), *self.in_value(name))

    def _cites(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if name not in self._cited:
            constant = self.answer.constants.get(name)
            self._cited[name] = _cited(constant) if constant is not None else ((), ())
        return self._cited[name]

    def rests_on(self, name: str) -> dict[str, str]:
        """Everything of the package that `name` rests on, itself included, nearest first.

        Each with the declaration that cites it, so that a path leads back to `name`.
        """
        return self._below(name, self.declarations)

    def reaches(self, name: str) -> dict[str, str]:
        """The same, and everything of Lean's library, as far as its bodies are there."""
        return self._below(name, {**self.answer.constants, **self.declarations})

    def _below(self, name: str, within: Mapping[str, object]) -> dict[str, str]:
        found = {name: ""}
        todo = [name]
        for current in todo:
            for cited in self.cites(current):
                if cited in within and cited not in found:
                    found[cited] = current
                    todo.append(cited)
        return found

    def axioms(self, name: str) -> dict[str, str]:
        """The axioms that `name` rests on, each with the declaration of the package that cites it.

        That is the last one of the package on the way to it.
        """
        reached = self.reaches(name)
        found: dict[str, str] = {}
        for current in reached:
            own = self.declarations.get(current)
            if (own is not None and own.kind == "axiom") or current in self.answer.axioms:
                found[current] = self._citing(reached, current) or current
            for behind in self.answer.assumptions.get(current, ()):
                found.setdefault(behind, self._citing(reached, current))
        return found

    def assumed(self, name: str) -> dict[str, str]:
        """The axioms that `name` rests on and must not; each with what cites it.

        One that the package declares itself is never allowed, whatever it is called.
        """
        return {
            axiom: citing
            for axiom, citing in self.axioms(name).items()
            if axiom not in ALLOWED_AXIOMS or axiom in self.declarations
        }

    def compiled(self, name: str) -> dict[str, str]:
        """What makes `name` rest on compiled code; each with what of the package cites it."""
        reached = self.reaches(name)
        return {word: self._citing(reached, word) for word in sorted(COMPILER & reached.keys())}

    def _citing(self, reached: Mapping[str, str], name: str) -> str:
        citing = reached[name]
        while citing and citing not in self.declarations:
            citing = reached[citing]
        return citing

    def lemmas(self, name: str) -> list[str]:
        """The theorems of the package that the proof of `name` cites.

        What Lean made on the way, such as equation lemmas, stands for what it was made from.
        """
        found: dict[str, None] = {}
        todo, seen = [name], {name}
        for current in todo:
            for cited in self.in_value(current):
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

    @cached_property
    def theorems(self) -> set[str]:
        """The theorems that somebody wrote; a field of a structure is none."""
        own = self.declarations
        return {n for n in self.written if own[n].kind == "theorem" and "field" not in own[n].marks}

    def whole(self, name: str) -> str:
        """The theorem that a part is one of; of what is no part, itself."""
        path = parsed(name)
        while (own := self.declarations.get(shown(path))) is None or "part" in own.marks:
            if len(path) < 2:
                return name
            path = path[:-1]
        return shown(path)

    @cached_property
    def parts(self) -> Mapping[str, tuple[str, ...]]:
        """The parts of each theorem that has some."""
        found: dict[str, tuple[str, ...]] = {}
        for name, own in self.declarations.items():
            if "part" in own.marks:
                found[self.whole(name)] = (*found.get(self.whole(name), ()), name)
        return found

    def opened(self, name: str) -> str | None:
        """The theorem by the fields of what this one takes; `None` where it says several things."""
        parts = self.parts.get(name, ())
        return parts[0] if len(parts) == 1 else None

    def fingerprint(self, name: str) -> tuple[str, dict[str, str]]:
        """Of a statement, and of each definition of the package that it unfolds to."""
        reached = {part: self._own(part) for part in self._unfolds_to(name)}
        whole = _hash(self._own(name), *(f"{part} {reached[part]}" for part in sorted(reached)))
        return whole, reached

    def own_fingerprints(self, name: str) -> tuple[str, list[str]]:
        """Of a declaration by itself, and the written definitions of the package below it.

        What Lean made on the way, such as matchers, belongs to what it was made for.
        """
        reached = set(self._unfolds_to(name))
        below = [part for part in reached if part in self.written]
        generated = reached - set(below)
        for part in below:
            generated -= set(self._unfolds_to(part))
        own = [f"{part} {self._own(part)}" for part in sorted(generated)]
        return _hash(self._own(name), *own), below

    def _own(self, name: str) -> str:
        constant = self.answer.constants.get(name)
        # What could not be written down is like nothing else.
        return self._fingerprints.of(constant) if constant is not None else f"unwritten {name}"

    def _unfolds_to(self, start: str) -> Iterator[str]:
        seen = {start}
        todo = [*self._unfolding(start)]
        for cited in todo:
            if cited not in self.declarations or cited in seen:
                continue
            seen.add(cited)
            yield cited
            todo += self._unfolding(cited)

    def _unfolding(self, name: str) -> tuple[str, ...]:
        """What a reader of `name` must know of: not what its proof cites."""
        is_proof = self.declarations[name].kind == "theorem"
        return self.in_type(name) if is_proof else self.cites(name)


def _cited(constant: Constant) -> tuple[tuple[str, ...], tuple[str, ...]]:
    in_value: Iterable[str] = ()
    match constant:
        case Theorem() | Definition() | Opaque():
            in_value = map(shown, names_in([constant.value]))
        case InductiveType():
            in_value = map(shown, (*constant.all, *constant.constructors))
        case Constructor():
            in_value = (shown(constant.inductive),)
        case Recursor():
            in_value = map(shown, constant.all)
    return tuple(map(shown, names_in([constant.type]))), tuple(in_value)


def counted(count: int, what: str) -> str:
    """Such as `1 lemma` and `2 lemmas`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def assumption(axiom: str, citing: str, name: str) -> str:
    """What `name` rests on through `citing`, in words."""
    what = "`sorry`" if axiom == "sorryAx" else f"the axiom {readable(axiom)}"
    return what if citing == name else f"{what}, through {readable(citing)}"


def it_or_below(name: str, subject: str) -> str:
    """What a sentence about `subject` calls one of the declarations that it rests on."""
    return "it" if name == subject else f"{readable(name)}, on which it rests"


def readable(name: str) -> str:
    """A name without the module that it is private to. For messages alone: two may read alike."""
    return shown(public(parsed(name)))


def is_generated(name: str) -> bool:
    """Whether Lean made the declaration on the way to one that somebody wrote."""
    path = public(parsed(name))
    if any(isinstance(part, int) or (part.startswith("_") and len(part) > 1) for part in path):
        return True
    last = str(path[-1]) if path else ""
    return any(
        last.startswith(start) and last[len(start) :].isdigit()
        for start in ("eq_", "match_", "proof_", "hcongr_")
    ) or last in ("eq_def", "splitter", "congr_simp", "induct", "induct_unfolding", "sizeOf_spec")


def _hash(*fields: str) -> str:
    return sha256("\n".join(fields).encode()).hexdigest()
