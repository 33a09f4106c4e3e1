"""Drafts for a whole package: its definitions where there are none yet, and all of its theorems."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, count

from harness.claims.model import OPERATORS, Library
from harness.claims.project import Project
from harness.kernel.declarations import Definition
from harness.language.primitives import signatures
from harness.lean.arrangement import arranged, arrangement
from harness.lean.audit.answer import Ruling
from harness.lean.audit.comparison import Comparison, Plan
from harness.lean.audit.inspection import cited, inspect
from harness.lean.build import Build
from harness.lean.draft.library import Discovered, Stored, discover, further, with_operators
from harness.lean.draft.pattern import Pattern, pattern
from harness.lean.draft.reader import Reader
from harness.lean.draft.signature import Signature
from harness.lean.draft.statement import Draft, draft
from harness.lean.draft.terms import (
    candidates,
    constant_of,
    has_signs,
    is_about_signs,
    of_two,
    shapes,
)
from harness.lean.expression import Expression
from harness.lean.expression import constants as named_in
from harness.lean.mirror import keys
from harness.lean.mirror.meaning import meaning
from harness.lean.operators import Terms, Way, extended, tried
from harness.lean.printer import Printer
from harness.lean.scope import CannotPrint
from harness.lean.session import Session
from harness.lean.stored import read
from harness.lean.toolchain import Caller

_RECURSIVE = frozenset({"brecOn", "rec", "below", "fix"})
"""Last words of the constants by which Lean writes recursion; no term of ours says what they do."""


@dataclass(frozen=True)
class PackageReader:
    """A built package, with everything in it that could be drafted."""

    session: Session
    types: Mapping[str, Expression]
    values: Mapping[str, Expression]
    abbreviations: Mapping[str, Expression]
    """The values of the definitions that stand for types and propositions."""
    ask: Callable[[Sequence[Comparison]], Mapping[str, bool]]
    try_terms: Callable[[Library, Terms], Tried]

    def discover(self) -> Discovered:
        """The package's definitions, as far as the claim language has words for them."""
        constants = self.session.answer.constants
        names = self._defined()
        stored = self._stored(names)
        base = replace(self.session.project.library, namespace=_namespace(names))
        return discover(
            arranged(base, (), constants),
            [own for name, own in stored.items() if self._kind(name) == "definition"],
            self.abbreviations,
            self.ask,
            self._operators,
            [own for name, own in stored.items() if self._kind(name) == "theorem"],
            self._helpers,
        )

    def further(self, library: Library, known: Collection[str] = ()) -> Discovered:
        """The library with what it lacks and what theorems not `known` rest on.

        Definitions that are operators, for which it has no constant yet, are told from others.
        """
        constants = self.session.answer.constants
        stored = self._stored(self._defined())
        named = {*map(library.constant, library.definitions), *library.primitives.values()}
        named |= {library.qualified(n) for t in library.terms.values() if (n := constant_of(t))}
        theorems = {n for n in stored if self._kind(n) == "theorem"}
        reached = {n for n in theorems if library.relative(n) not in known}
        lacking: set[str] = set()
        while reached:
            cited = set().union(*map(self._cites, reached)) & stored.keys()
            reached = {n for n in cited - named - lacking if self._kind(n) == "definition"}
            lacking |= reached
        library = library if library.arrangements else arranged(library, (), constants)
        arrangements = {n: own for n in lacking if (own := stored[n].arrangement) is not None}
        library = replace(library, arrangements={**arrangements, **library.arrangements})
        items = [own for name, own in stored.items() if name in lacking]
        proved = [stored[name] for name in stored if name in theorems]
        library = with_operators(library, items, self.abbreviations, self.ask, proved)
        operators = set(library.primitives.values())
        items = [item for item in items if item.name not in operators]
        reader = Reader(
            library,
            patterns=self.patterns(library),
            helpers=self._helpers,
            abbreviations=self.abbreviations,
        )
        taken = {library.relative(name) for name in theorems}
        return further(reader, items, taken)

    def _cites(self, name: str) -> set[str]:
        """The constants of a theorem's statement, or of a definition's value, helpers' included."""
        waiting = [self.types[name] if self._kind(name) == "theorem" else self._value(name)]
        found: set[str] = set()
        while waiting:
            own = waiting.pop()
            new = set() if own is None else set(named_in(own)) - found
            found |= new
            read_through = ({**self._helpers, **self.abbreviations}.get(n) for n in new)
            waiting += [value for value in read_through if value is not None]
        return found

    def _operators(
        self, library: Library, typed: Mapping[str, Signature]
    ) -> tuple[Library, Mapping[str, Pattern]]:
        """The library with the terms that Lean elaborates and that mean an operator."""
        if library.terms:
            return library, self.patterns(library)
        shaped = replace(library, shapes=shapes(self.abbreviations, library))
        signs = has_signs(self.types.values())
        terms: dict[str, tuple[str, str]] = {}
        cited = chain(self.types.values(), self.values.values())
        theorems = (self.types[name] for name in self._defined() if self._kind(name) == "theorem")
        spoken = set(chain.from_iterable(map(named_in, theorems)))
        named = library.primitives.items()
        unspoken = {o for o, c in named if c not in spoken and o not in library.bridges}
        for operator, text in chain(
            candidates(library, typed, signs=signs, unspoken=unspoken), of_two(cited, library)
        ):
            terms[f"{operator}_{len(terms)}"] = operator, text
        if not terms:
            return library, {}
        found = self.try_terms(shaped, terms)
        if not found.ways:
            return library, {}
        whole = replace(
            shaped,
            shapes=shaped.shapes if signs else {},
            primitives={
                **library.primitives,
                **{operator: f"{OPERATORS}.{operator}" for operator in found.ways},
            },
            terms={operator: way.text for operator, way in found.ways.items()},
            arrangements={
                **library.arrangements,
                **{f"{OPERATORS}.{o}": way.arrangement for o, way in found.ways.items()},
            },
        )
        return whole, self.patterns(whole, found.values)

    def patterns(
        self, library: Library, values: Mapping[str, Expression] | None = None
    ) -> dict[str, Pattern]:
        """What the operators of the library say that are terms."""
        values = self.values if values is None else values
        constants = self.session.answer.constants
        made: dict[str, Pattern] = {}
        for operator in library.terms:
            name = f"{OPERATORS}.{operator}"
            own = library.arrangements.get(name)
            if own is None and name in constants:
                own = arrangement(constants[name], library.scalars, constants)
            if own is not None and name in values:
                sizes = len(signatures()[operator].dims)
                made[operator] = pattern(values[name], own, sizes, self.abbreviations)
        return made

    def drafts(
        self,
        library: Library,
        known: Collection[str] = (),
        patterns: Mapping[str, Pattern] | None = None,
    ) -> list[Draft]:
        """A draft for each theorem of the package that is not `known`, in the files' order."""
        graph = self.session.graph
        opened = {whole: own for whole in graph.parts if (own := graph.opened(whole))}
        # One that says several things is claimed by its parts, and one by its fields stands for it.
        others = {*graph.parts, *opened.values()} - opened.keys()
        names = [n for n in self._written() if n in graph.theorems - others and n in self.types]
        taken = {n for n in names if {*map(library.relative, (n, opened.get(n, n)))} & {*known}}
        wanted = self._in_order([n for n in names if n not in taken])
        return self.drafts_of(wanted, library, patterns)

    def drafts_of(
        self,
        theorems: Sequence[str],
        library: Library,
        patterns: Mapping[str, Pattern] | None = None,
    ) -> list[Draft]:
        """A draft for each of these theorems, which are named in full.

        What cannot be said is said of the fields of what a theorem takes, where that can be.
        """
        if not library.arrangements:
            library = arranged(library, (), self.session.answer.constants)
        patterns = self.patterns(library) if patterns is None else patterns

        def one(name: str) -> Draft:
            return draft(
                library.relative(name),
                self.types[name],
                library,
                self.abbreviations,
                patterns,
                self._helpers,
            )

        found = []
        for name in theorems:
            own = one(name)
            opened = self.session.graph.opened(name)
            if opened is not None and opened in self.types and not own.is_whole:
                by_fields = one(opened)
                own = by_fields if by_fields.is_whole else own
            found.append(own)
        return found

    def _written(self) -> list[str]:
        """What stands in the files; of the rest Lean is the author."""
        return [n for n in self.session.graph.written if self.session.place(n) is not None]

    def _defined(self) -> list[str]:
        """Definitions and theorems that a specification could name."""
        return [n for n in self._written() if n in self.types and not self._kept(n)]

    def _stored(self, names: Sequence[str]) -> dict[str, Stored]:
        """What Lean has of these, in the files' order."""
        constants = self.session.answer.constants
        return {
            name: Stored(
                name,
                self.types[name],
                arrangement(constants[name], self.session.project.library.scalars, constants),
                self._value(name),
                self._says(name),
            )
            for name in self._in_order(names)
            # What stands for a type or a proposition is read through, and no definition; nor is a
            # field of a structure.
            if name not in self.abbreviations
            and not is_about_signs(self.types[name])
            and "field" not in self.session.answer.declarations[name].marks
        }

    def _kind(self, name: str) -> str:
        return self.session.answer.declarations[name].kind

    @cached_property
    def _helpers(self) -> Mapping[str, Expression]:
        """Private definitions, which no specification can name."""
        private = (name for name in self.values if name.startswith("_private."))
        return {name: value for name in private if (value := self._value(name)) is not None}

    def _kept(self, name: str) -> bool:
        """Whether a name is private, or Lean's own: of an instance, or for something on the way."""
        own = any(re.match(r"inst[A-Z]", part) for part in name.split("."))
        return own or name.startswith(("_private.", f"{OPERATORS}.")) or ".«" in name

    def _value(self, name: str) -> Expression | None:
        cited = self.session.graph.in_value(name)
        if any(word.rsplit(".", 1)[-1] in _RECURSIVE for word in cited):
            return None
        return self.values.get(name)

    def _says(self, name: str) -> str:
        place = self.session.place(name)
        return " ".join(place.docstring.split()) if place else ""

    def _in_order(self, names: Sequence[str]) -> list[str]:
        """In the order of the package's modules, and within a file from its top down."""
        modules = {module: i for i, module in enumerate(self.session.build.package.order)}

        def position(name: str) -> tuple[int, int, str]:
            place = self.session.place(name)
            module = self.session.answer.declarations[name].module
            return modules.get(module, len(modules)), place.line if place else 0, name

        return sorted(names, key=position)


@dataclass(frozen=True)
class Tried:
    """Terms that Lean elaborates, and that mean their operators."""

    ways: Mapping[str, Way]
    """How each operator was elaborated."""
    values: Mapping[str, Expression]
    """What Lean stored of them."""


def _namespace(names: Sequence[str]) -> str:
    """The innermost namespace in which, or below which, more than half of these names stand."""
    spaces = (name.split(".")[:-1] for name in names)
    found = Counter(".".join(parts[:i]) for parts in spaces for i in range(1, len(parts) + 1))
    common = [space for space, number in found.items() if 2 * number > len(names)]
    return max(common, key=len, default="")


def read_all(project: Project, built: Build, caller: Caller) -> PackageReader:
    """Everything that the built package declares. Raises `ErrandFailed` and `Stopped`."""

    def ask(comparisons: Sequence[Comparison]) -> Mapping[str, bool]:
        what = f"trying {len(comparisons)} constants as operators"
        answer, _ = inspect(built, caller, comparisons, folder="operators", what=what, alone=True)
        return {key: ruling.accepted for key, ruling in answer.compared.items()}

    def try_terms(library: Library, terms: Terms) -> Tried:
        found, _ = tried(library, terms, built, caller)
        # Of several terms for one operator, the first that Lean takes.
        ways: dict[str, Way] = {}
        for way in found.values():
            ways.setdefault(way.operator, way)
        if not ways:
            return Tried({}, {})
        whole = extended(library, built, list(ways.values()), caller)
        comparisons = list(_meanings(library, ways))
        what = f"trying {len(ways)} terms as operators"
        own = [f"cited\t{OPERATORS}.{operator}" for operator in ways]
        answer, _ = inspect(
            whole, caller, comparisons, folder="terms", what=what, cites=own, alone=True
        )
        rulings, constants = answer.compared, answer.constants
        meant = {o: w for o, w in ways.items() if _accepted(rulings, keys.primitive(o))}
        values = {
            name: read(constant.value, numbers)
            for operator in meant
            if isinstance(constant := constants[name := f"{OPERATORS}.{operator}"], Definition)
        }
        return Tried(meant, values)

    what = "reading what the package declares"
    answer, seconds = inspect(
        built, caller, [], folder="declarations", what=what, cites=cited(project.library)
    )
    session = Session(project, built, Plan((), {}, {}), answer, seconds)
    numbers = count()
    terms = {n: session.answer.constants[n] for n in session.graph.written}
    types = {name: read(term.type, numbers) for name, term in terms.items()}
    values = {
        name: read(term.value, numbers)
        for name, term in terms.items()
        if isinstance(term, Definition)
    }
    return PackageReader(session, types, values, session.types(numbers), ask, try_terms)


def _meanings(library: Library, ways: Mapping[str, Way]) -> Iterator[Comparison]:
    """That each term means its operator, the sum being the package's own."""
    for operator, way in ways.items():
        name = f"{OPERATORS}.{operator}"
        trial = replace(
            library,
            primitives={**library.primitives, operator: name},
            arrangements={**library.arrangements, name: way.arrangement},
        )
        try:
            yield from [i.comparison().of(name, trial) for i in meaning(Printer(trial), operator)]
        except CannotPrint:
            continue


def _accepted(rulings: Mapping[str, Ruling], key: str) -> bool:
    return key in rulings and rulings[key].accepted


def with_definitions(project: Project, found: Discovered) -> Project:
    """The project with the library that was found."""
    return replace(project, library=found.library)
