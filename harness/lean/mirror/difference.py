"""What a specification and a theorem differ in, once the kernel has said that they do.

Both statements are laid side by side as Lean's terms, binder by binder and without instances. This
judges nothing: it finds words for a verdict that is the kernel's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.claims.document import YamlPath
from harness.claims.model import Claim, Hypothesis
from harness.lean import expression as lean
from harness.lean.expression import Constant, Expression, ForAll, Local
from harness.lean.mirror.short import Short, is_proposition
from harness.lean.places import binder_text, conclusion_text
from harness.lean.stored import shown, spine, spoken_name

_CORE = frozenset(
    {"Fin", "Nat", "Eq", "Ne", "And", "Or", "Not", "Exists", "OfNat.ofNat", "Neg.neg"}
)
_OPERATORS = frozenset({"HAdd.hAdd", "HMul.hMul", "HSub.hSub", "HDiv.hDiv"})


@dataclass(frozen=True)
class Difference:
    """One way in which the specification is not what Lean has."""

    kind: str
    """What kind of difference, in a few words."""
    summary: str
    path: YamlPath = ("theorem",)
    """Where in the specification."""


@dataclass(frozen=True)
class _Binder:
    name: str
    type: Expression

    @property
    def is_hypothesis(self) -> bool:
        return is_proposition(self.type)


@dataclass(frozen=True)
class Statements:
    """A claim as it is printed, and its theorem as Lean has stored it."""

    claim: Claim
    constant: str
    printed: Expression
    stored: Expression
    """With the definitions unfolded that stand for types and propositions."""
    constants: frozenset[str]
    """What the package declares; other constants within terms are instances."""
    lean_text: str = ""
    """The theorem as its author wrote it."""
    is_part: bool = False
    """Whether it is a part of that theorem."""

    def differences(self) -> list[Difference]:
        """What differs, as far as it can be told; none where it is hidden in instances."""
        ours, conclusion = _telescope(_named(self.printed))
        theirs, other = _telescope(self.stored)
        names = {binder.name: binder.name for binder in ours}
        found: list[Difference] = []
        i = j = 0
        while i < len(theirs) and j < len(ours):
            here = [self._text(binder.type, names) for binder in theirs[i:]]
            there = [self._text(binder.type, names) for binder in ours[j:]]
            more, fewer = _index(here, there[0]), _index(there, here[0])
            if more is None and fewer is None:
                found.append(self._changed(j, ours[j], theirs[i]))
                more = fewer = 0
            elif fewer is None or (more is not None and more <= fewer):
                found += [self._extra(binder) for binder in theirs[i : i + (more or 0)]]
                i += more or 0
            else:
                found += [self._lacking(k, ours[k]) for k in range(j, j + fewer)]
                j += fewer
            names[theirs[i].name] = ours[j].name
            i, j = i + 1, j + 1
        found += [self._extra(binder) for binder in theirs[i:]]
        found += [self._lacking(k, ours[k]) for k in range(j, len(ours))]
        if not found and self._text(conclusion, names) != self._text(other, names):
            found.append(self._concluding(other))
        return found

    def texts(self) -> tuple[str, str]:
        """Both statements in one notation, Lean's, a line for each binder and the conclusion.

        Sizes and instances are left out, unless nothing else differs.
        """
        ours, theirs = _named(self.printed), self.stored
        short = Short(self.constants), Short(self.constants)
        found = short[0].statement(ours), short[1].statement(theirs)
        if found[0] != found[1]:
            return found
        return Short(None).statement(ours), Short(None).statement(theirs)

    # -- words -----------------------------------------------------------------------------------

    def _concluding(self, stored: Expression) -> Difference:
        said, written = self.claim.conclusion_text, conclusion_text(self.lean_text)
        if self.is_part:
            written = self.texts()[1].rpartition("⊢ ")[2]
        if not written or re.findall(r"\w", said) == re.findall(r"\w", written):
            summary = (
                f"The conclusion is `{said}` in the specification, and {self.constant} says so in "
                f"words that mean something else: Lean has `{shown(stored).replace('@', '')}`."
            )
            return Difference("words that mean something else", summary, ("then",))
        summary = (
            f"The conclusion is `{said}` in the specification, and `{written}` in {self.constant}."
        )
        return Difference("another conclusion", summary, ("then",))

    def _extra(self, binder: _Binder) -> Difference:
        if binder.is_hypothesis:
            summary = (
                f"{self.constant} assumes `{self._own(binder)}`, which the specification does not."
            )
            return Difference("a hypothesis more in Lean", summary, self._place("assume"))
        summary = f"{self.constant} takes `{self._own(binder)}`, which the specification has not."
        return Difference("a parameter more in Lean", summary, self._place("for"))

    def _lacking(self, index: int, binder: _Binder) -> Difference:
        hypothesis = self._hypothesis(index)
        if hypothesis is not None:
            text = f"{hypothesis.name}: {hypothesis.text}"
            summary = f"The specification assumes `{text}`, which {self.constant} does not."
            return Difference("a hypothesis more in the specification", summary, _of(hypothesis))
        summary = f"The specification ranges over `{binder.name}`, which {self.constant} does not."
        return Difference("a parameter more in the specification", summary, self._place("for"))

    def _changed(self, index: int, ours: _Binder, theirs: _Binder) -> Difference:
        if index == 1 and not self.claim.scalars.is_type:
            kind = self.claim.scalars
            of = f"a {kind.name} ({kind.lean_name})" if kind.lean_name else kind.name
            class_ = shown(theirs.type).replace("@", "")
            summary = (
                f"The specification speaks of scalars of {of}, {self.constant} of `[{class_}]`."
            )
            return Difference("other scalars", summary, self._place("scalars"))
        if isinstance(ours.type, lean.Sort) and isinstance(theirs.type, lean.Sort):
            is_scalars = index == 0 and not self.claim.scalars.is_type
            what = "scalars" if is_scalars else f"`{ours.name}`"
            summary = (
                f"The specification has {what} in any universe, {self.constant} in "
                f"`{shown(theirs.type).removesuffix(' 0')}` alone."
            )
            return Difference("fewer universes", summary, self._place("for"))
        hypothesis = self._hypothesis(index)
        if hypothesis is not None:
            summary = (
                f"The specification assumes `{hypothesis.name}: {hypothesis.text}`, and "
                f"{self.constant} has `{self._own(theirs)}` there."
            )
            return Difference("another hypothesis", summary, _of(hypothesis))
        parameter = {p.name: p for p in self.claim.parameters}.get(ours.name)
        sort = parameter.type if parameter is not None and parameter.is_explicit else "another"
        summary = (
            f"`{ours.name}` is {sort} in the specification, and {self.constant} has "
            f"`{self._own(theirs)}`."
        )
        return Difference("a parameter of another type", summary, self._place("for"))

    def _own(self, binder: _Binder) -> str:
        """A binder in Lean's own text."""
        name = spoken_name(binder.name)
        written = binder_text(self.lean_text, name) if binder.is_hypothesis else ""
        return written[1:-1] if written else f"{name} : {shown(binder.type)}"

    def _hypothesis(self, index: int) -> Hypothesis | None:
        binders = _telescope(self.printed)[0]
        if index >= len(binders) or not binders[index].is_hypothesis:
            return None
        number = sum(binder.is_hypothesis for binder in binders[:index])
        return self.claim.hypotheses[number] if number < len(self.claim.hypotheses) else None

    def _place(self, key: str) -> YamlPath:
        place = self.claim.place
        return (key,) if place is not None and (key,) in place.document.nodes else ("theorem",)

    # -- terms without instances -----------------------------------------------------------------

    def _text(self, expression: Expression, names: Mapping[str, str], depth: int = 0) -> str:
        """A term as text in which instances do not appear, nor what its own binders are called."""
        head, arguments = spine(expression)
        match head:
            case Local(name):
                text = names.get(name, f"?{name}")
            case lean.Sort(level):
                text = "Prop" if not level else "Type" if level == "0" else "Type _"
            case lean.Function(name, type_, body) | ForAll(name, type_, body):
                inner = {**names, name: f"#{depth}"}
                mark = "fun" if isinstance(head, lean.Function) else "∀"
                of = self._text(type_, names, depth)
                text = f"{mark} {of} {self._text(body, inner, depth + 1)}"
            case Constant(name):
                text = name
            case other:
                text = lean.source(other)
        words = [self._text(a, names, depth) for a in arguments if not self._is_instance(a, names)]
        return f"({' '.join([text, *words])})" if words else f"({text})"

    def _is_instance(self, argument: Expression, names: Mapping[str, str]) -> bool:
        head, _ = spine(argument)
        match head:
            case Constant(name):
                return name not in _CORE | _OPERATORS | self.constants
            case Local(name):
                if self.claim.scalars.is_type:
                    return False
                return names.get(name) == _second(self.printed)
            case _:
                return False


def _named(expression: Expression, number: int = 0) -> Expression:
    if isinstance(expression, ForAll):
        name = expression.name or f"premise {number}"
        return ForAll(name, expression.type, _named(expression.body, number + 1))
    return expression


def _second(statement: Expression) -> str:
    """What the binder is called that holds the instance of the scalars' class."""
    return _telescope(statement)[0][1].name


def _telescope(statement: Expression) -> tuple[list[_Binder], Expression]:
    binders: list[_Binder] = []
    while isinstance(statement, ForAll):
        binders.append(_Binder(statement.name, statement.type))
        statement = statement.body
    return binders, statement


def _index(texts: list[str], text: str) -> int | None:
    return texts.index(text) if text in texts else None


def _of(hypothesis: Hypothesis) -> YamlPath:
    return hypothesis.place.path if hypothesis.place else ("theorem",)
