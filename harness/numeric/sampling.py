"""Random instances of a claim that meet its hypotheses by construction.

What is drawn follows from the forms of the hypotheses (`harness.claims.hypotheses`): a variable
that is orthogonal, commutes with a family, lies on a sphere, is an inverse or is defined is drawn
so; all else is free. Callers check the hypotheses on what they get.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.arrays import Data, Evaluators, Places, Value, open_function
from harness.arrays.evaluate import core_rank, places_of, rank, shape_of, size_of
from harness.arrays.floats import Floats
from harness.claims.forms import (
    Atom,
    Commutes,
    Conjugate,
    Defined,
    Inverse,
    Involution,
    Orthogonal,
    Solved,
    UnitSquares,
)
from harness.claims.hypotheses import Assignment, open_functions
from harness.claims.model import Claim
from harness.language.terms import Equation, Term, Variable
from harness.language.transform import equation_variables, free_variables, over_places
from harness.language.types import (
    SCALAR,
    Index,
    Matrix,
    Named,
    Parameter,
    Type,
    function_parts,
    is_place,
)
from harness.numeric.bases import Bases, occurrences
from harness.numeric.commutant import draw_commuting
from harness.numeric.degenerate import patterned
from harness.numeric.families import Style
from harness.numeric.instance import Instance
from harness.numeric.laws import Constants, lawful
from harness.numeric.reals import Field
from harness.numeric.solving import Asked, Gaps, any_places, mixed, places, solve
from harness.numeric.spelling import spelled

OpenFunctions = Callable[[np.random.Generator, Type, Mapping[str, int], int], Callable[..., Any]]
"""Makes the functions that a claim leaves open: (generator, type, sizes, lanes) to a function."""


class Sampler:
    """Draws instances of one claim over one field."""

    def __init__(
        self,
        claim: Claim,
        evaluators: Evaluators,
        assignment: Assignment,
        numbers: Field,
        functions: OpenFunctions,
        laws: Mapping[str, str] | None = None,
    ) -> None:
        """`laws` names the kinds (`numeric.laws`) of those functions that hypotheses speak of."""
        self.claim = claim
        self.laws = laws or {}
        self.evaluators = evaluators
        self.assignment = assignment
        self.field = numbers
        self.functions = functions
        sides = [s for h in claim.hypotheses for s in (h.equation.left, h.equation.right)]
        self.bound = set().union(*map(free_variables, sides))
        """What hypotheses speak of; all else is free."""
        solved = [f for forms in assignment.forms.values() for f in forms if isinstance(f, Solved)]
        self.given = set[str]().union(*(equation_variables(f.equation) for f in solved))
        """What equations are solved by: among generic values, some of every kind."""
        open_ = open_functions(claim)
        spoken = (equation_variables(h.equation) for h in claim.hypotheses)
        beside = set[str]().union(*(names for names in spoken if names & open_))
        self.scales = {p.name for p in claim.parameters if p.name in beside and p.type == SCALAR}
        """Numbers in laws of functions: each other one is positive, as scales are in most."""

    def draw(
        self,
        rng: np.random.Generator,
        sizes: Mapping[str, int],
        lanes: int,
        styles: Sequence[Style],
        *,
        is_bare: bool = False,
    ) -> Instance:
        """`lanes` instances at these sizes, whose families take turns with `styles`.

        With `is_bare`, of what hypotheses speak of alone. Lanes of one style have one family, and
        each its own matrices that commute with it. The same generator gives the same instances.
        """
        instance = Instance(sizes, lanes)
        bases = Bases(self.claim, self.assignment, self.field, rng, instance, styles)
        # Places first: which members of a family hypotheses speak of may depend on them. But what
        # is solved for comes after all that it is solved by.
        solved = self.assignment.solved
        every = (f for forms in self.assignment.forms.values() for f in forms)
        # Drawn with another.
        beside = {name for f in every if isinstance(f, Solved) for name in f.beside}
        for parameter in sorted(
            self.assignment.order, key=lambda p: not _is_place(p) or p.name in solved
        ):
            is_wanted = not is_bare or parameter.name in self.bound
            if is_wanted and parameter.name not in beside and parameter.name not in instance.values:
                self._variable(rng, parameter, instance, bases)
        return instance

    # -- one variable ---------------------------------------------------------------------------

    def _variable(
        self, rng: np.random.Generator, parameter: Parameter, instance: Instance, bases: Bases
    ) -> None:
        name, type_ = parameter.name, parameter.type
        sizes, lanes = instance.sizes, instance.lanes
        if rank(type_) is None:
            if name in self.laws:
                constants = instance.constants or Constants.of(self.field, rng, lanes)
                instance.constants = constants
                kind = self.laws[name]
                function: Any = lawful(kind, self.field, rng, type_, sizes, constants)
            else:
                function = self.functions(rng, type_, sizes, lanes)
            instance.functions[name] = function
            instance.values[name] = open_function(type_, function)
            return
        shape = (lanes, *shape_of(type_, sizes))
        target = function_parts(type_)[1]
        if isinstance(target, Index | Named):
            count = places_of(type_, sizes)
            found_places = rng.integers(0, max(count, 1), shape)
            match self.assignment.forms[name]:
                case (Defined(owner, other, parameters), *_):
                    value = self._evaluate(owner, other, parameters, instance)
                    found_places = np.broadcast_to(np.rint(value).astype(np.int64), shape)
                case (Involution(), *_):
                    found_places = _involutions(rng, lanes, count)
                case (Solved(), *_):
                    found_places = self._places(rng, parameter, count, instance)
                case _ if name in self.given:
                    found_places = any_places(rng, shape, count)
            instance.values[name] = Places(found_places)
            return
        forms = self.assignment.forms[name]
        commuting = [f for f in forms if isinstance(f, Commutes)]
        orthogonal = next((f for f in forms if isinstance(f, Orthogonal)), None)
        if name in self.assignment.structured:
            found = bases.family(parameter, shape)
            found = self._unspoken(rng, parameter, found, instance)
        elif commuting:
            found = self._commuting(rng, parameter, commuting, orthogonal, instance, bases)
            if any(f.is_turned for f in commuting):
                found = self.field.matmul(self._isometry(rng, shape, False), found)
            for form in commuting:
                if form.carrier is not None:
                    own = [p for p in form.parameters if p.name in form.owner.arguments]
                    carrier = self._evaluate(form.owner, form.carrier, own, instance)
                    found = self.field.matmul(carrier, found)
        elif orthogonal:
            found = self._isometry(rng, shape, orthogonal.rows)
        elif forms and isinstance(forms[0], Solved):
            found = self._solved(rng, parameter, instance, forms[0].beside)
        elif forms:
            match forms[0]:
                case UnitSquares():
                    self._unit(rng, forms[0], instance)
                    return
                case Inverse(owner, other, parameters, is_left, is_transposed):
                    value = self._evaluate(owner, other, parameters, instance)
                    if isinstance(target, Matrix):
                        lying = (*shape[:-2], shape[-1], shape[-2])
                        upright = lying if is_transposed else shape
                        found = self._inverse(rng, value, upright, is_left=is_left)
                        found = np.swapaxes(found, -1, -2) if is_transposed else found
                    else:
                        found = self.field.reciprocal(value)
                case Conjugate(owner, _, by, other, parameters):
                    outer = self._evaluate(owner, by, parameters, instance)
                    inner = self._evaluate(owner, other, parameters, instance)
                    inner = self.field.matmul(inner, self.field.inverse(outer))
                    found = np.broadcast_to(self.field.matmul(outer, inner), shape)
                case Defined(owner, other, parameters):
                    value = self._evaluate(owner, other, parameters, instance)
                    found = np.broadcast_to(value, shape)
        elif name in self.given:
            found = mixed(self.field, rng, shape, core_rank(type_))
        elif name in self.bound:
            found = self.field.uniform(rng, shape)
            if name in self.scales:
                found[::2] = self.field.positive(found[::2])
        else:
            found = self.field.free(rng, shape, core_rank(type_))
        if name in self.assignment.loose:
            found = patterned(rng, found)
        instance.values[name] = Data(found)

    def _solved(
        self,
        rng: np.random.Generator,
        parameter: Parameter,
        instance: Instance,
        beside: Sequence[str],
    ) -> Floats:
        """The values of a variable; others that are solved for beside it get their own."""
        shape = (instance.lanes, *shape_of(parameter.type, instance.sizes))
        gaps, held = self._gaps(parameter, instance, Data, beside)
        if beside:
            axis = len(shape) - core_rank(parameter.type)
            every = (*shape[:axis], 1 + len(beside), *shape[axis:])
            found = solve(Asked(self.field, rng, every, len(every) - axis, gaps, held))
            for k, name in enumerate(beside, 1):
                instance.values[name] = Data(np.take(found, k, axis=axis))
            return np.asarray(np.take(found, 0, axis=axis))
        others = [
            value.array
            for name, value in instance.values.items()
            if isinstance(value, Data) and name in self.given
        ]
        core = core_rank(parameter.type)
        return solve(Asked(self.field, rng, shape, core, gaps, held), others)

    def _places(
        self, rng: np.random.Generator, parameter: Parameter, count: int, instance: Instance
    ) -> NDArray[np.int64]:
        shape = (instance.lanes, *shape_of(parameter.type, instance.sizes))
        asked = Asked(self.field, rng, shape, 0, *self._gaps(parameter, instance, Places))
        others = [v.array for v in instance.values.values() if isinstance(v, Places)]
        return places(rng, shape, count, asked.holds, others)

    def _gaps(
        self,
        parameter: Parameter,
        instance: Instance,
        kind: Callable[[Any], Value[Floats]],
        beside: Sequence[str] = (),
    ) -> tuple[Gaps, Gaps]:
        """By how much what is asked of a variable fails, for values of it.

        First at the values by which it is solved for, then, of what is for all vectors, at others.
        With variables beside it, values of all, one after the other before their own axes.
        """
        axis = -1 - core_rank(parameter.type)
        walk = self.evaluators.at(self.field, instance.sizes)
        asked = [f.equation for f in self.assignment.forms[parameter.name] if isinstance(f, Solved)]
        bound = [equation for equation in asked if over_places(equation)[1]]

        def at(equations: Sequence[Equation], seed: int) -> Gaps:
            each = [
                one
                for equation in equations
                for one in spelled(equation, self.field, instance.sizes, instance.lanes, seed)
            ]

            def gaps(value: Floats) -> Iterator[Floats]:
                own = {**instance.values, parameter.name: kind(value)}
                if beside:
                    for k, name in enumerate((parameter.name, *beside)):
                        own[name] = kind(np.take(value, k, axis=axis))
                for equation, more in each:
                    yield self.field.subtract(*walk.equation(equation, {**own, **more}))

            return gaps

        return at(asked, 0), at(bound, 1)

    def _inverse(
        self, rng: np.random.Generator, value: Floats, shape: Sequence[int], *, is_left: bool
    ) -> Floats:
        """An inverse of matrices; of those that are not square, any on the given side."""
        if value.shape[-1] == value.shape[-2]:
            return self.field.inverse(value)
        matmul, inverse = self.field.matmul, self.field.inverse
        any_ = self.field.uniform(rng, (*value.shape[:-2], *shape[-2:]))
        if is_left:
            return matmul(inverse(matmul(any_, value)), any_)
        return matmul(any_, inverse(matmul(value, any_)))

    def _unspoken(
        self, rng: np.random.Generator, parameter: Parameter, family: Floats, instance: Instance
    ) -> Floats:
        """The family with members of no structure where no hypothesis speaks of them."""
        forms = self.assignment.forms[parameter.name]
        spoken = self._spoken(parameter, instance)
        if spoken is None or not all(isinstance(f, Orthogonal) for f in forms):
            return family
        shape = (instance.lanes, *family.shape[1:])
        other = self._isometry(rng, shape, False) if forms else self.field.uniform(rng, shape)
        return np.where(spoken[..., None, None], family, other)

    def _spoken(self, parameter: Parameter, instance: Instance) -> NDArray[np.bool_] | None:
        """Which members hypotheses speak of: (lanes, *indices); nothing where it is all."""
        name, sources = parameter.name, function_parts(parameter.type)[0]
        found = np.zeros((instance.lanes, *(size_of(s, instance.sizes) for s in sources)), bool)
        for form in self.assignment.structured[name]:
            for indices in occurrences(form.other, name):
                if len(indices) < len(sources) or _are_any(indices, form.parameters):
                    return None
                places = [self._family(form.parameters, i, instance) for i in indices]
                lane = np.arange(instance.lanes)
                lane = lane.reshape(-1, *[1] * len(form.parameters))
                found[(lane, *(p.astype(np.int64) for p in places))] = True
        return found

    def _isometry(self, rng: np.random.Generator, shape: Sequence[int], rows: bool) -> Floats:
        """Matrices with orthonormal columns (or rows): a part of a square orthogonal one."""
        *frame, m, n = shape
        size = max(m, n)
        element = self.field.uniform(rng, (*frame, size, size))
        signs = rng.integers(0, 2, (*frame, size, 1)) * 2.0 - 1.0
        whole = self.field.orthogonal_in(rng, element, signs * np.eye(size))
        return whole[..., :m, :n]

    def _commuting(
        self,
        rng: np.random.Generator,
        parameter: Parameter,
        forms: Sequence[Commutes],
        orthogonal: Orthogonal | None,
        instance: Instance,
        bases: Bases,
    ) -> Floats:
        """Elements of the commutant of each distinct family; its lanes share one basis of it."""
        shape = (instance.lanes, *shape_of(parameter.type, instance.sizes))
        distinct = bases.lanes if self._are_shared(forms) else instance.lanes
        some = instance if distinct == instance.lanes else instance.first(distinct)
        frame = (distinct, *shape[1:-2])
        family = np.concatenate([self._given(form, some, frame) for form in forms], axis=-3)
        each = -(-instance.lanes // max(distinct, 1))
        draws = each if orthogonal is None else min(each, self.field.generators)
        closed = orthogonal is not None or any(f.is_closed for f in forms)
        found, dimension = draw_commuting(self.field, rng, family, closed=closed, draws=draws)
        lane = np.arange(instance.lanes)
        own, turn = lane % max(distinct, 1), lane // max(distinct, 1)
        instance.commutants[parameter.name] = dimension[own]
        found = np.moveaxis(found, -3, 1)
        if orthogonal is None:
            return found[own, turn]
        one = np.broadcast_to(np.eye(shape[-1]), (distinct, *shape[1:]))
        signs = bases.signs(parameter.name, forms[0].owner, one.shape)
        signs = one if signs is None else np.broadcast_to(signs, one.shape)
        turned = self.field.orthogonal_in(rng, found, one[:, None])
        mirrored = self.field.matmul(signs[:, None], turned)
        either = np.concatenate([turned, mirrored], axis=1)
        mirror = draws * rng.integers(0, 2, instance.lanes)
        if draws == each:
            return np.asarray(either[own, turn + mirror])
        first, second = rng.integers(0, draws, (2, instance.lanes))
        return self.field.matmul(either[own, first + mirror], turned[own, second])

    def _are_shared(self, forms: Sequence[Commutes]) -> bool:
        """Whether these families are the same in all lanes of one style."""
        named = set().union(*(free_variables(f.other) for f in forms))
        bound = {p.name for f in forms for p in f.parameters}
        return named - bound <= set(self.assignment.structured)

    def _given(self, form: Commutes, instance: Instance, frame: Sequence[int]) -> Floats:
        """What a matrix is to commute with: (*frame, count, d, d)."""
        names = [p.name for p in form.parameters]
        value = self._family(form.parameters, form.other, instance)
        own = [1 + names.index(a) for a in form.owner.arguments]
        rest = [i for i in range(1, 1 + len(names)) if i not in own]
        value = value.transpose(0, *own, *rest, value.ndim - 2, value.ndim - 1)
        count = int(np.prod([value.shape[1 + len(own) + i] for i in range(len(rest))]))
        value = np.broadcast_to(value, (frame[0], *value.shape[1:]))
        return value.reshape(*frame, count, *value.shape[-2:])

    def _unit(self, rng: np.random.Generator, form: UnitSquares, instance: Instance) -> None:
        types = {p.name: p.type for p in self.claim.explicit}
        shape = (instance.lanes, *shape_of(types[form.owner.name], instance.sizes))
        if form.vector:
            points = self.field.circle(rng, shape[:-1], shape[-1])
            instance.values[form.owner.name] = Data(points)
            return
        points = self.field.circle(rng, shape, len(form.atoms))
        for i, atom in enumerate(form.atoms):
            value = points[..., i]
            order = [form.owner.arguments.index(a) for a in atom.arguments]
            instance.values[atom.name] = Data(value.transpose(0, *(1 + o for o in order)))

    # -- terms of hypotheses --------------------------------------------------------------------

    def _family(self, parameters: Sequence[Variable], term: Term, instance: Instance) -> Floats:
        walk = self.evaluators.at(self.field, instance.sizes)
        value = walk.family(parameters, term, instance.values)
        wanted = 1 + len(parameters) + (rank(term.type) or 0)
        return value if value.ndim == wanted else value[None]

    def _evaluate(
        self, owner: Atom, term: Term, parameters: Sequence[Variable], instance: Instance
    ) -> Floats:
        """`term` as an array of the owner's variable: its indices in the owner's order."""
        value = self._family(parameters, term, instance)
        names = [p.name for p in parameters]
        order = [1 + names.index(a) for a in owner.arguments]
        core = range(1 + len(names), value.ndim)
        return value.transpose(0, *order, *core)


def _involutions(rng: np.random.Generator, lanes: int, count: int) -> NDArray[np.int64]:
    """(lanes, count): pairs at random that are swapped, and what is left over stays."""
    order = rng.random((lanes, count)).argsort(axis=1)
    swapped = order.copy()
    pairs = (count - rng.integers(0, 2) * (count > 3)) // 2
    swapped[:, 0 : 2 * pairs : 2], swapped[:, 1 : 2 * pairs : 2] = (
        order[:, 1 : 2 * pairs : 2],
        order[:, 0 : 2 * pairs : 2],
    )
    found = np.empty_like(order)
    np.put_along_axis(found, order, swapped, axis=1)
    return found


def _are_any(indices: Sequence[Term], parameters: Sequence[Variable]) -> bool:
    """Whether these indices are bound ones, each its own, so that they take all values."""
    names = [i.name for i in indices if isinstance(i, Variable)]
    return len(set(names)) == len(indices) and set(names) <= {p.name for p in parameters}


def _is_place(parameter: Parameter) -> bool:
    return is_place(parameter.type) and (rank(parameter.type) is not None)
