"""What a claim says of a program: given the changed arguments, it returns the same.

A claim whose conclusion is `f(changed) = f(plain)` speaks of every program that implements f. The
changed arguments are evaluated and put where the plain ones were; so no fold is written by hand.
The hypotheses speak of what the program computes with: the terms of its file stand in for the
claim's variables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from harness.arrays import Data, Evaluators, Places
from harness.arrays.evaluate import shape_of
from harness.claims.hypotheses import Assignment, Unmet, assign, assignments
from harness.claims.matching import match, opened
from harness.claims.model import Claim, Library
from harness.claims.programs import Program
from harness.evidence import Evidence, Json, Outcome
from harness.language.holes import finish
from harness.language.terms import Call, Equation, Term, Variable
from harness.language.transform import (
    alpha_equal,
    equation_variables,
    free_variables,
    implicit_arguments,
    substitute,
)
from harness.language.types import (
    DimHole,
    Matrix,
    Parameter,
    function_parts,
    resolve,
    substitute_type,
)
from harness.numeric.exact import random_functions
from harness.numeric.families import BASES, KINDS, Style
from harness.numeric.modular import Residues
from harness.numeric.sampling import Sampler
from harness.numeric.spelling import defects
from harness.programs import graph
from harness.programs.binding import Binding, Setting, settings
from harness.programs.check import PRIMES, evidence, fitted
from harness.programs.graph import Node
from harness.programs.kinds import FormulaNumbers
from harness.programs.residues import World
from harness.programs.running import run
from harness.programs.target import Target, load


class Foreign(Exception):
    """The claim says nothing of this program; says why."""


@dataclass(frozen=True)
class Fold:
    """A claim, said of a program's own variables."""

    claim: Claim
    """Its parameters are the program's, and those that the claim adds."""
    added: tuple[Parameter, ...]
    changed: Mapping[str, Term]
    """What the program is given in place of its variables."""
    stays: Mapping[str, tuple[Term, Term]]
    """What the program makes by itself, and what the claim makes of it: to be equal, as 0 is."""
    kept: tuple[str, ...] = ()
    """What it makes by itself where the claim has any other: it is asked of those that stay."""


def fold(claim: Claim, program: Program, library: Library) -> Fold:
    """The claim in terms of the program. Raises `Foreign` where it says nothing of it."""
    sides = (claim.conclusion.left, claim.conclusion.right)
    if claim.conclusion.parameters or not all(
        isinstance(side, Call) and side.definition == program.definition for side in sides
    ):
        raise Foreign("its conclusion is not about two calls of the definition")
    left, right = sides
    assert isinstance(left, Call)
    assert isinstance(right, Call)
    definition = library.definitions[program.definition]
    explicit = [p.name for p in definition.parameters if p.is_explicit]
    terms: dict[str, Term] = {}
    changes: dict[str, Term] = {}
    stays: dict[str, tuple[Term, Term]] = {}
    kept: list[str] = []
    told: dict[str, Any] = {}
    for name, plain, other, own in zip(
        explicit, right.arguments, left.arguments, program.term.arguments, strict=True
    ):
        said_of = {plain.name: own} if isinstance(plain, Variable) else None
        if said_of is None:
            said_of, (holes, types_) = {}, opened(claim)
            wanted = substitute(plain, {}, holes, types_)
            if not match(wanted, own, {p.name for p in claim.explicit}, said_of):
                what = f"a {name} that is not the one which the program makes by itself"
                raise Foreign(f"it has {what}")
            said_of = {name: finish(value) for name, value in said_of.items()}
            told |= {n: d for n, h in holes.items() if not isinstance(d := resolve(h), DimHole)}
        for key, value in said_of.items():
            if not alpha_equal(terms.setdefault(key, value), value):
                raise Foreign(f"{key} would be two things of the program's at once")
        if alpha_equal(plain, other):
            continue
        if isinstance(own, Variable) and own.name not in {v.name for v in program.each}:
            changes[own.name] = other
        elif free_variables(own) & {v.name for v in program.each}:
            raise Foreign(f"it changes {name}, which each row of the result has its own")
        elif isinstance(other, Variable) and other.name not in terms:
            terms[other.name] = own  # the claim is of any other, so of the same one
            kept.append(name)
        else:
            stays[name] = (own, other)
    dims, types = _sizes(claim, (right, left), program, definition.parameters, told)
    renamed = {p.name for p in program.parameters}
    added, fresh = [], {}
    for parameter in claim.parameters:
        if parameter.name in terms or not parameter.is_explicit:
            continue
        name = parameter.name
        while name in renamed:
            name += "′"
        type_ = substitute_type(parameter.type, dims, types)
        added.append(Parameter(name, type_))
        fresh[parameter.name] = Variable(name, type_)
    put = {**terms, **fresh}

    def said(term: Term, bound: Collection[str] = ()) -> Term:
        free = {name: value for name, value in put.items() if name not in bound}
        return substitute(term, free, dims, types)

    hypotheses = []
    for hypothesis in claim.hypotheses:
        equation = hypothesis.equation
        bound = {p.name for p in equation.parameters}
        meant = equation_variables(equation)
        if bound & set().union(*(free_variables(put[name]) for name in meant & set(put))):
            raise Foreign(f"{hypothesis.name} binds a name of the program's")
        binders = tuple(
            Variable(p.name, substitute_type(p.type, dims, types)) for p in equation.parameters
        )
        found = Equation(binders, said(equation.left, bound), said(equation.right, bound))
        speaks = equation_variables(found)
        if speaks & ({v.name for v in program.each} | set(program.open)):
            raise Foreign(f"{hypothesis.name} speaks of what each row of the result has its own")
        hypotheses.append(replace(hypothesis, equation=found))
    itself = Equation((), program.term, program.term)
    parameters = tuple(
        p for p in program.parameters if p.is_explicit is False or p.name not in program.open
    )
    about = replace(
        claim,
        parameters=(*parameters, *added),
        hypotheses=tuple(hypotheses),
        conclusion=itself,
    )
    return Fold(
        about,
        tuple(added),
        {name: said(term) for name, term in changes.items()},
        {name: (own, said(other)) for name, (own, other) in stays.items()},
        tuple(kept),
    )


def _sizes(
    claim: Claim,
    sides: tuple[Call, Call],
    program: Program,
    parameters: tuple[Parameter, ...],
    told: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The claim's dimensions and types as the program has them.

    Where the changed arguments have a size of their own, the program's is taken for it.
    """
    own_dims, own_types = implicit_arguments(parameters, program.term.implicit)
    dims: dict[str, Any] = dict(told)
    types: dict[str, Any] = {}
    for side in sides:
        side_dims, side_types = implicit_arguments(parameters, side.implicit)
        for name, dim in side_dims.items():
            if dims.setdefault(str(dim), own_dims[name]) != own_dims[name]:
                raise Foreign(f"it takes {dim} for two sizes that the program has apart")
        for name, type_ in side_types.items():
            types.setdefault(str(type_), own_types[name])
    for parameter in claim.parameters:
        if not parameter.is_explicit and parameter.name not in {*dims, *types}:
            raise Foreign(f"it speaks of {parameter.name}, which no argument of it tells")
    return dims, types


def checks(
    program: Program, library: Library, claims: Sequence[Claim], seed: int
) -> Iterator[tuple[str, Any]]:
    """For each claim that speaks of the program, its name and what asks it."""
    for claim in claims:
        try:
            found = fold(claim, program, library)
        except Foreign as error:
            if any(
                isinstance(side, Call) and side.definition == program.definition
                for side in (claim.conclusion.left, claim.conclusion.right)
            ):
                summary = f"{claim.theorem} says nothing of this program: {error}."
                answer = evidence(program, claim.theorem, Outcome.NOT_APPLICABLE, summary)
                yield claim.theorem, lambda a=answer: a
            continue
        yield claim.theorem, lambda f=found: holds(f, program, library, seed)


WAYS = 24
"""So many ways to draw what the hypotheses ask for are tried, where their forms tell none."""


def ways(claim: Claim, library: Library) -> Iterator[Assignment]:
    """How to draw values that meet the hypotheses: by their forms, or with something solved for.

    Where diagonal gains are to commute with R, R is drawn first, and gains are alike where R mixes.
    """
    try:
        yield assign(claim, library)
    except Unmet:
        yield from islice(assignments(claim, library), WAYS)


def holds(found: Fold, program: Program, library: Library, seed: int) -> Evidence:
    """Run the program on plain and on changed arguments, modulo primes."""
    name = found.claim.theorem
    target = load(program, formulas=True)
    asked = [
        _Asked(found, program, library, target, setting, [seed, number])
        for number, setting in enumerate(settings(program, seed))
    ]
    answer: Evidence | None = None
    for assignment in _telling_first(found, asked[0], ways(found.claim, library)):
        new = _holds(found, program, asked, assignment)
        if new.outcome is not Outcome.INCONCLUSIVE:
            return new
        answer = answer or new
    if answer is not None:
        return answer
    if own := ", ".join(found.kept):
        summary = f"{name} changes {own}, which the program makes by itself; as it is, nothing "
        summary += "that was drawn meets the hypotheses."
        return evidence(program, name, Outcome.NOT_APPLICABLE, summary)
    try:
        assign(found.claim, library)
        reason = "no values were found that meet its hypotheses"
    except Unmet as error:
        reason = str(error)
    summary = f"{name} cannot be asked of it: {reason}."
    return evidence(program, name, Outcome.INCONCLUSIVE, summary)


def _telling_first(
    found: Fold, asked: _Asked, assignments: Iterator[Assignment]
) -> Iterator[Assignment]:
    """Ways to meet the hypotheses, then one by which a matrix of the claim is diagonal: signs, say,
    which keep more than rotations do."""
    rest: list[Assignment] = []
    matrices = [p.name for p in found.added if isinstance(function_parts(p.type)[1], Matrix)]
    for assignment in assignments:
        values = asked.met(assignment, 0)
        if values is None:
            continue
        arrays = (values[name][0] for name in matrices)
        if all(np.where(np.eye(*a.shape[-2:]) == 1, 0, a).any() for a in arrays):
            yield assignment
        else:
            rest.append(assignment)
    yield from rest[:1]


def _holds(
    found: Fold, program: Program, asked: Sequence[_Asked], assignment: Assignment
) -> Evidence:
    """The same, of values that are drawn in one way."""
    name = found.claim.theorem
    breaks: dict[str, bool] = {}
    entries = 0
    for number, setting in enumerate(asked):
        for pair in range(1 if number else PRIMES):
            world = setting.world(assignment, pair)
            if world is None:
                continue
            if own := moved(found, setting.binding, world):
                summary = f"{name} changes {own}, which the program makes by itself."
                return evidence(program, name, Outcome.NOT_APPLICABLE, summary)
            before = world(setting.plain)
            wrong = int((before != world(setting.turned)).sum())
            if wrong:
                sizes = ", ".join(f"{k} = {v}" for k, v in setting.setting.sizes.items())
                count = f"{wrong} of {before.size} entries"
                summary = f"{name} does not hold of it: {count} change at {sizes}."
                data: dict[str, Json] = {"differ": wrong, "entries": int(before.size)}
                return evidence(program, name, Outcome.REFUTED, summary, data)
            entries += int(before.size)
            for key in found.changed:
                # The program is not run again for what has moved the result once.
                if not breaks.get(key):
                    breaks[key] = bool((before != world(setting.without(key))).any())
    facts: dict[str, Json] = {"entries": entries, "changed": list(breaks)}
    facts["breaks_without"] = sorted(key for key, does in breaks.items() if does)
    if not entries or not any(breaks.values()):
        summary = f"{name} was shown by nothing: no change that it makes moves the result."
        return evidence(program, name, Outcome.INCONCLUSIVE, summary, facts)
    idle = sorted(key for key, does in breaks.items() if not does)
    as_it_is = f", {', '.join(found.kept)} as the program makes it," * bool(found.kept)
    summary = (
        f"{name}{as_it_is} holds of it on all {entries:,} entries modulo {PRIMES} primes, with "
        f"{', '.join(breaks)} changed; with any of {', '.join(facts['breaks_without'])} left as it "  # type: ignore[arg-type]
        "was, it does not."
    )
    if idle:
        summary += f" Whether {', '.join(idle)} is changed makes no difference."
    return evidence(program, name, Outcome.CONFIRMED, summary, facts)


def plainly(
    found: Fold, program: Program, library: Library, setting: Setting, numbers: FormulaNumbers
) -> Binding[Node]:
    """What the file says, with the claim's own variables beside the program's."""
    own = {p.name: Data(numbers.leaf(p.name, shape_of(p.type, setting.sizes))) for p in found.added}
    return Binding(program, Evaluators(library, as_written=True), setting, numbers, own)


def moved(found: Fold, plain: Binding[Node], world: World) -> str:
    """What the claim changes although the program makes it by itself; nothing where none."""
    for name, (own, other) in found.stays.items():
        if (world(plain.term(own)) != world(plain.term(other))).any():
            return name
    return ""


def put(plain: Binding[Node], changed: Mapping[str, Term]) -> Binding[Node]:
    """The same file with terms in place of variables; they speak of the plain ones."""
    values: dict[str, Any] = dict(plain.values)
    for name, term in changed.items():
        found = plain.term(term)
        values[name] = Data(graph.rearrange("batch", lambda a: a[None], found))
    return Binding(plain.program, plain.evaluators, plain.setting, plain.numbers, values)


class _Asked:
    """A fold of one program at one choice of sizes."""

    def __init__(
        self,
        found: Fold,
        program: Program,
        library: Library,
        target: Target,
        setting: Setting,
        seed: list[int],
    ) -> None:
        self.found = found
        self.program = program
        self.library = library
        self.target = target
        self.setting = setting
        self.seed = seed
        self.binding = plainly(found, program, library, setting, FormulaNumbers())
        self._without: dict[str, Node] = {}

    @cached_property
    def plain(self) -> Node:
        """What it returns as it is."""
        return self.result({})

    @cached_property
    def turned(self) -> Node:
        """What it returns with all that the claim changes."""
        return self.result(self.found.changed)

    def without(self, name: str) -> Node:
        """What it returns with all of that changed but this one."""
        if name not in self._without:
            changed = {n: v for n, v in self.found.changed.items() if n != name}
            self._without[name] = self.result(changed)
        return self._without[name]

    def result(self, changed: Mapping[str, Term]) -> Node:
        """What the program returns when these variables are changed."""
        given = put(self.binding, changed).given(self.target)
        result = run(self.program, self.target, given, self.setting.sizes)
        return fitted(result, self.binding.definition().shape)

    def world(self, assignment: Assignment, pair: int) -> World | None:
        """Values that meet the hypotheses, in both fields of a pair; none where none was found."""
        values = self.met(assignment, pair)
        return None if values is None else World(pair, values, self.seed[0])

    def met(self, assignment: Assignment, pair: int) -> dict[str, list[Residues]] | None:
        """Such values by variable."""
        seed = [*self.seed, pair]
        return met(self.found, self.library, assignment, self.setting, pair, seed)


def met(
    found: Fold,
    library: Library,
    assignment: Assignment,
    setting: Setting,
    pair: int,
    seed: list[int],
) -> dict[str, list[Residues]] | None:
    """Values of all variables that meet the claim's hypotheses, in both fields of a pair."""
    drawn: list[Mapping[str, Residues]] = []
    evaluators = Evaluators(library)
    style = Style(KINDS[0], BASES[0])
    for field in World(pair, {}).fields:
        rng = np.random.default_rng([*seed, field.prime])
        sampler = _Placed(found.claim, evaluators, assignment, field, random_functions(field))
        sampler.places = setting.places
        instance = sampler.draw(rng, setting.sizes, 1, (style,))
        for _, defect in defects(found.claim, evaluators, field, instance):
            if (defect != 0).any():
                return None
        drawn.append({n: v.array for n, v in instance.values.items() if isinstance(v, Data)})
    first, second = drawn
    return {name: [first[name], second[name]] for name in first}


class _Placed(Sampler):
    """A sampler that leaves indices as the program's file has them."""

    places: Mapping[str, Any]

    def _variable(self, rng: Any, parameter: Parameter, instance: Any, bases: Any) -> None:
        if parameter.name in self.places:
            instance.values[parameter.name] = Places(self.places[parameter.name][None])
        else:
            super()._variable(rng, parameter, instance, bases)
