"""Proofs that people read: equations with reasons, grouped by the definitions that they unfold.

Where both sides of an equation call one definition, at different arguments, the engine first asks
what the two calls have to do with each other: they are equal, or one is a matrix times the other.
That is then a result of its own, shown from its definition, and used above: scores do not change;
so weights do not; the context turns. Every step is checked by the prover when it is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from harness.claims.model import Claim, Definition, Hypothesis, Library
from harness.language.terms import Apply, Call, Equation, Lambda, Term, Variable
from harness.language.transform import (
    apart,
    children,
    free_variables,
    fresh,
    instantiate,
    substitute,
    with_children,
)
from harness.language.types import Function, Matrix, Type, Vector, resolve
from harness.symbolic import build as b
from harness.symbolic import words as w
from harness.symbolic.codes import type_code
from harness.symbolic.interpret import Environment, UnsupportedTerm, interpret_poly, symbol
from harness.symbolic.laws import law
from harness.symbolic.prove import Prover
from harness.symbolic.readback import Reader, Unreadable
from harness.symbolic.rewriting import Rewriter


@dataclass(frozen=True)
class Step:
    """`left = right`, and why."""

    number: int
    left: Term
    right: Term
    reason: str


@dataclass(frozen=True)
class Group:
    """What is shown of one definition, or of the claim itself."""

    title: str
    says: str
    steps: tuple[Step, ...]
    result: Equation
    """What the steps come to."""


@dataclass(frozen=True)
class Sketch:
    """A proof in groups, each resting on those before it."""

    theorem: str
    groups: tuple[Group, ...]
    given: tuple[Hypothesis, ...] = ()
    """The hypotheses that steps give as their reason."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for group in self.groups for step in group.steps)


class NoSketch(Exception):
    """There is nothing to write down; says why."""


def sketch(claim: Claim, library: Library) -> Sketch:
    """The proof of a claim. Raises `NoSketch` where there is none, or none that reads."""
    try:
        return _Writer(claim, library.definitions).write()
    except (Unreadable, UnsupportedTerm, w.BudgetSpent) as error:
        raise NoSketch(str(error)) from None


@dataclass(frozen=True)
class _Result:
    """`left = right`, as its group shows it last."""

    left: Term
    right: Term
    number: int


class _Writer:
    def __init__(self, claim: Claim, definitions: Mapping[str, Definition]) -> None:
        self.claim = claim
        self.definitions = definitions
        self.prover = Prover(definitions, claim.parameters, claim.hypotheses)
        self.groups: list[Group] = []
        self.number = 0
        self.results: dict[tuple[Term, Term], _Result | None] = {}
        self.hints: dict[str, str] = {}
        self.rewriter = self._rewriter()

    def _rewriter(self) -> Callable[[], Rewriter]:
        """Makes rewriters by the order that proves the claim."""
        left, right = self.prover.sides(self.claim.conclusion)
        for rewriter in self.prover.attempts():
            try:
                if rewriter.reduce(w.subtract(left, right))[0] == w.ZERO:
                    return lambda: Rewriter(rewriter.rules, rewriter.order)
            except w.BudgetSpent:
                continue
        raise NoSketch("the claim is not proved")

    def write(self) -> Sketch:
        equation = apart(self.claim.conclusion, self.claim.parameters)
        self._note_names(equation.left)
        self._note_names(equation.right)
        scope = equation.parameters
        reached, reasons = self._related(equation.left, equation.right, scope)
        if alpha(reached) != alpha(equation.right) or not self.groups:
            steps = self._chain(equation.left, [(reached, reasons)], equation.right, scope, [])
            self._group(self.claim.theorem, "", steps, scope)
        found = Sketch(self.claim.theorem, tuple(_merged(self.groups)))
        used = {reason for step in found.steps for reason in step.reason.split(", ")}
        return replace(found, given=tuple(h for h in self.claim.hypotheses if h.name in used))

    # -- results about calls ---------------------------------------------------------------------

    def _related(
        self, left: Term, right: Term, scope: tuple[Variable, ...]
    ) -> tuple[Term, list[str]]:
        """`left` with its calls replaced by what they have to do with those of `right`."""
        if alpha(left) == alpha(right):
            return left, []
        match left, right:
            case Call(name), Call(called) if name == called:
                result = self._result(left, right, scope)
                return (left, []) if result is None else (result.right, [f"({result.number})"])
            case Lambda(parameter, body), Lambda(other_parameter, other_body):
                return self._under_binder(left, body, parameter, other_body, other_parameter, scope)
        if _shape(left) != _shape(right):
            return self._paired(left, right, scope)
        found, reasons = [], []
        for child, other in zip(children(left), children(right), strict=True):
            term, more = self._related(child, other, scope)
            found.append(term)
            reasons.extend(more)
        if isinstance(left, Apply) and reasons:
            reasons.append(f"congruence of {_head(left)}")
        return with_children(left, tuple(found)), list(dict.fromkeys(reasons))

    def _under_binder(
        self,
        left: Lambda,
        body: Term,
        parameter: Variable,
        other_body: Term,
        other_parameter: Variable,
        scope: tuple[Variable, ...],
    ) -> tuple[Term, list[str]]:
        taken = {p.name for p in self.claim.parameters} | {v.name for v in scope}
        name = fresh(parameter.name, taken)
        variable = Variable(name, parameter.type)
        self.hints.setdefault(type_code(parameter.type), name)
        one = _renamed(body, parameter.name, variable)
        two = _renamed(other_body, other_parameter.name, variable)
        found, reasons = self._related(one, two, (*scope, variable))
        return replace(left, parameter=variable, body=found), reasons

    def _paired(
        self, left: Term, right: Term, scope: tuple[Variable, ...]
    ) -> tuple[Term, list[str]]:
        """Sides of different shapes: calls of one definition belong together, in order."""
        partners: dict[str, list[Call]] = {}
        for call in _outermost(right):
            partners.setdefault(call.definition, []).append(call)
        reasons: list[str] = []

        def walk(term: Term) -> Term:
            if isinstance(term, Call):
                others = partners.get(term.definition, [])
                other = others.pop(0) if others else None
                if other is None or term == other or not _is_closed(term, other, self, scope):
                    return term
                result = self._result(term, other, scope)
                if result is None:
                    return term
                reasons.append(f"({result.number})")
                return result.right
            found = tuple(walk(child) for child in children(term))
            return with_children(term, found) if found else term

        return walk(left), reasons

    def _result(self, left: Call, right: Call, scope: tuple[Variable, ...]) -> _Result | None:
        """What `left` is in terms of `right`, written down when it is first asked for."""
        names = free_variables(left) | free_variables(right)
        scope = tuple(v for v in scope if v.name in names)
        key = (alpha(left), alpha(right))
        if key not in self.results:
            self.results[key] = None
            factor = self._factor(left, right, scope)
            if factor is not None:
                self.results[key] = self._derive(left, right, factor, scope)
        return self.results[key]

    def _derive(
        self, left: Call, right: Call, factor: list[Term], scope: tuple[Variable, ...]
    ) -> _Result:
        definition = self.definitions[left.definition]
        unfolded = instantiate(definition.parameters, definition.body, left)
        target = instantiate(definition.parameters, definition.body, right)
        self._note_names(unfolded)
        reached, reasons = self._related(unfolded, target, scope)
        why = f"definition of {definition.name}"
        start = [(unfolded, [why])]
        if reached != unfolded:
            start.append((reached, reasons))
        end = b.chain([*factor, right])
        goal = b.chain([*factor, target])
        steps = self._chain(left, start, goal, scope, [(end, [why])])
        self._group(definition.name, definition.says, steps, scope)
        return _Result(left, end, self.number)

    def _factor(self, left: Call, right: Call, scope: tuple[Variable, ...]) -> list[Term] | None:
        """The matrices that `left` is `right` multiplied by; none where they are equal."""
        env = self._env(scope)
        rewriter = self.rewriter()
        one = rewriter.reduce(interpret_poly(left, env))[0]
        two = rewriter.reduce(interpret_poly(right, env))[0]
        if one == two:
            return []
        for candidate in _quotients(one, two):
            if w.multiply(candidate, two) == one:
                kind = _quotient_type(left.type, right.type)
                if kind is None:
                    return None
                reader = self._reader(scope)
                word = _plain_word(candidate)
                if word is not None:
                    return [reader.letter(letter) for letter in word]
                return [reader.poly(candidate, kind)]
        return None

    # -- chains of equations -----------------------------------------------------------------------

    def _chain(
        self,
        first: Term,
        start: list[tuple[Term, list[str]]],
        goal: Term,
        scope: tuple[Variable, ...],
        finish: list[tuple[Term, list[str]]],
    ) -> list[Step]:
        """The steps first = … = start = … = goal = finish."""
        current = first
        steps: list[Step] = []

        def write(term: Term, reasons: list[str]) -> None:
            nonlocal current
            if alpha(term) == alpha(current):
                return
            self.number += 1
            because = ", ".join(reasons) or law(current, term)
            steps.append(Step(self.number, current, term, because))
            current = term

        for term, reasons in start:
            write(term, reasons)
        for term, reasons in self._algebra(current, goal, scope):
            write(term, reasons)
        for term, reasons in finish:
            write(term, reasons)
        return steps

    def _algebra(
        self, start: Term, goal: Term, scope: tuple[Variable, ...]
    ) -> Iterator[tuple[Term, list[str]]]:
        """From `start` to `goal` by the laws of matrices and the hypotheses.

        Calls stay folded; where that does not do, they are unfolded on both sides.
        """
        before: list[tuple[Term, list[str]]] = []
        after: list[tuple[Term, list[str]]] = []
        while True:
            found = self._folded_algebra(start, goal, scope)
            if found is not None:
                yield from [*before, *found, *reversed(after)]
                return
            inner, reason = self._unfold(start)
            if inner is not start:
                start = inner
                before.append((start, [reason]))
            target, why = self._unfold(goal)
            if target is not goal:
                after.append((goal, [why]))
                goal = target
            if not reason and not why:
                raise NoSketch("a step that the prover takes only at once")

    def _folded_algebra(
        self, start: Term, goal: Term, scope: tuple[Variable, ...]
    ) -> list[tuple[Term, list[str]]] | None:
        folded = _Folded()
        one, two = folded.fold(start, ()), folded.fold(goal, ())
        env = self._env(scope)
        for variable in folded.variables:
            env = env.bind(variable.name, symbol(variable.name, variable.type))
        p, q = interpret_poly(one, env), interpret_poly(two, env)
        if p == q:
            return [(goal, [])]
        forth, back = self._trace(p), self._trace(q)
        if forth[-1][0] != back[-1][0]:
            return None
        reader = self._reader(scope, folded.variables)

        def read(p: w.Poly) -> Term:
            return folded.unfold(reader.poly(p, start.type))

        found: list[tuple[Term, list[str]]] = [(read(p), [])]
        for poly, reason in forth[1:]:
            found.append(((goal if poly == q else read(poly)), [reason]))
        for position in range(len(back) - 1, 0, -1):
            term = goal if position == 1 else read(back[position - 1][0])
            found.append((term, [back[position][1]]))
        return [*found, (goal, [])]

    def _unfold(self, term: Term) -> tuple[Term, str]:
        """The outermost calls unfolded, and the reason; of a term without calls, itself."""
        names: dict[str, None] = {}

        def walk(term: Term) -> Term:
            if isinstance(term, Call):
                names[term.definition] = None
                definition = self.definitions[term.definition]
                return instantiate(definition.parameters, definition.body, term)
            found = tuple(walk(child) for child in children(term))
            return with_children(term, found) if found else term

        unfolded = walk(term)
        if not names:
            return term, ""
        self._note_names(unfolded)
        return unfolded, "definition of " + ", ".join(names)

    def _trace(self, p: w.Poly) -> list[tuple[w.Poly, str]]:
        """What rewriting makes of `p`, step by step; uses of one hypothesis in a row are one."""
        rewriter = self.rewriter()
        found = [(p, "")]
        while True:
            step = rewriter.first_step(found[-1][0])
            if step is None:
                return found
            poly, reason = step
            if reason == found[-1][1]:
                found.pop()
            found.append((poly, reason))

    # -- names and groups --------------------------------------------------------------------------

    def _env(self, scope: tuple[Variable, ...]) -> Environment:
        env = self.prover.env
        for variable in scope:
            env = env.bind(variable.name, symbol(variable.name, variable.type))
        return env

    def _reader(self, scope: tuple[Variable, ...], more: tuple[Variable, ...] = ()) -> Reader:
        types = {p.name: p.type for p in self.claim.parameters if p.is_explicit}
        types |= {v.name: v.type for v in (*scope, *more)}
        return Reader(types, self.hints)

    def _note_names(self, term: Term) -> None:
        """Remember how the claim and its definitions call bound indices."""
        if isinstance(term, Lambda):
            self.hints.setdefault(type_code(term.parameter.type), term.parameter.name)
        for child in children(term):
            self._note_names(child)

    def _group(self, title: str, says: str, steps: list[Step], scope: tuple[Variable, ...]) -> None:
        if steps:
            first, last = steps[0].left, steps[-1].right
            names = free_variables(first) | free_variables(last)
            used = tuple(v for v in scope if v.name in names)
            self.groups.append(Group(title, says, tuple(steps), Equation(used, first, last)))


class _Folded:
    """Calls as variables, so that normal forms leave them alone."""

    def __init__(self) -> None:
        self.known: dict[Term, Variable] = {}
        self.bodies: dict[str, Term] = {}

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(self.known.values())

    def fold(self, term: Term, bound: tuple[Variable, ...]) -> Term:
        """`term` with a variable for each outermost call, at the bound variables in it."""
        if isinstance(term, Lambda):
            return replace(term, body=self.fold(term.body, (*bound, term.parameter)))
        if not isinstance(term, Call) or isinstance(resolve(term.type), Function):
            found = tuple(self.fold(child, bound) for child in children(term))
            return with_children(term, found) if found else term
        names = free_variables(term)
        own = [v for v in bound if v.name in names]
        canonical = [Variable(f"${i}", v.type) for i, v in enumerate(own)]
        renamed = {v.name: c for v, c in zip(own, canonical, strict=True)}
        body = substitute(term, renamed)
        type_: Type = term.type
        for variable in reversed(canonical):
            body = Lambda(variable, body)
            type_ = Function(variable.type, type_)
        key = alpha(body)
        if key not in self.known:
            name = f"${len(self.known)}$"
            self.known[key] = Variable(name, type_)
            self.bodies[name] = body
        folded: Term = self.known[key]
        for variable in own:
            folded = b.applied(folded, variable)
        return folded

    def unfold(self, term: Term) -> Term:
        """The calls again."""
        return substitute(term, self.bodies)


# -- quotients ------------------------------------------------------------------------------------


def _quotients(one: w.Poly, two: w.Poly) -> Iterator[w.Poly]:
    """Matrices A for which `one = A two` may hold, found from the first monomials."""
    if not one.terms or not two.terms:
        return
    _, _, long = w.open_binders(one.terms[0][0])
    for m, _ in two.terms:
        locals_, _, short = w.open_binders(m)
        names = [letter.name for letter in short]
        size = len(long) - len(short)
        if size > 0 and [letter.name for letter in long[size:]] == names:
            yield w.of_word(long[:size])
        if not short or short[0].kind != "i" or long[0].kind != "i" or size <= 0:
            continue
        index = short[0].args[0]
        own = long[0].args[0]
        assert isinstance(index, w.Atom)
        assert isinstance(own, w.Atom)
        if index not in locals_ or [l.name for l in long[size + 1 :]] != names[1:]:
            continue
        block = w.of_word(long[: size + 1])
        inner = w.substitute_poly(block, {("l", own.name): index})
        yield w.sum_over((index,), w.multiply(inner, w.of_letter(short[0].transposed)))


def _plain_word(p: w.Poly) -> w.Word | None:
    if len(p.terms) != 1 or p.terms[0][1] != 1:
        return None
    m = p.terms[0][0]
    return m.word if not m.binders and not m.factors else None


def _quotient_type(left: Type, right: Type) -> Type | None:
    match resolve(left), resolve(right):
        case Vector(m), Vector(n):
            return Matrix(m, n)
        case Matrix(m, _), Matrix(n, _):
            return Matrix(m, n)
        case _:
            return None


# -- small helpers --------------------------------------------------------------------------------


def _renamed(body: Term, name: str, variable: Variable) -> Term:
    return body if name == variable.name else substitute(body, {name: variable})


def alpha(term: Term, depth: int = 0) -> Term:
    """The term with its bound variables named by depth: equal for terms that differ in names."""
    if isinstance(term, Lambda):
        bound = Variable(f"#{depth}", term.parameter.type)
        body = substitute(term.body, {term.parameter.name: bound})
        return Lambda(bound, alpha(body, depth + 1))
    found = tuple(alpha(child, depth) for child in children(term))
    return with_children(term, found) if found else term


def _shape(term: Term) -> tuple[object, ...]:
    """What two terms that are walked together must share."""
    match term:
        case Variable(name):
            return ("variable", name)
        case Apply():
            return ("apply",)
        case Lambda(parameter):
            return ("lambda", parameter.type)
        case Call(name):
            return ("call", name)
        case _:
            return (term.operator, len(term.arguments))


def _head(term: Term) -> str:
    while isinstance(term, Apply):
        term = term.function
    return term.name if isinstance(term, Variable) else "a function"


def _outermost(term: Term) -> Iterator[Call]:
    if isinstance(term, Call):
        yield term
    else:
        for child in children(term):
            yield from _outermost(child)


def _is_closed(one: Term, two: Term, writer: _Writer, scope: tuple[Variable, ...]) -> bool:
    """Whether two terms speak of nothing that is bound around one of them only."""
    known = {p.name for p in writer.claim.parameters} | {v.name for v in scope}
    return free_variables(one) | free_variables(two) <= known


def _merged(groups: list[Group]) -> Iterator[Group]:
    """Groups about one definition that follow each other as one; the last result stands."""
    pending: Group | None = None
    for group in groups:
        if pending is not None and pending.title == group.title:
            pending = replace(group, steps=(*pending.steps, *group.steps))
            continue
        if pending is not None:
            yield pending
        pending = group
    if pending is not None:
        yield pending
