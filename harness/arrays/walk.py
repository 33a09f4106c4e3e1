"""One walk over the five kinds of terms: binders become axes, definitions are walked in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from harness.arrays.axes import BATCH, Named
from harness.arrays.products import Algebra, Binder, Indices, Product
from harness.arrays.rules import RULES
from harness.arrays.shapes import rank, shape_of, size_of
from harness.arrays.tape import Recorder, Slot
from harness.arrays.values import Closure, Open, Unsupported, Walked
from harness.claims.model import Library
from harness.language.prelude import known
from harness.language.terms import Apply, Call, Lambda, Primitive, Term, Variable
from harness.language.transform import implicit_arguments
from harness.language.types import Type, dim_value, function_parts

Sizes = Mapping[str, int]
Scope = Mapping[str, Walked]


class Walk:
    """One evaluation, which a tape takes down."""

    def __init__(self, library: Library, tape: Recorder[Any], *, as_written: bool = False) -> None:
        self.library = library
        self.algebra = Algebra(tape, as_written=as_written)

    def term(self, term: Term, scope: Scope, sizes: Sizes) -> Walked:
        """What a term comes to, where its free variables are these."""
        match term:
            case Variable(name):
                return scope[name]
            case Apply(function, argument):
                given = self.term(argument, scope, sizes)
                return self._applied(self.term(function, scope, sizes), given, term, sizes)
            case Lambda(parameter, body):
                return Closure(
                    lambda value: self.term(body, {**scope, parameter.name: value}, sizes),
                    partial(size_of, parameter.type, sizes),
                )
            case Call(name, implicit, arguments):
                definition = self.library.definitions[name]
                dims, types = implicit_arguments(definition.parameters, implicit)
                inner = {name: dim_value(dim, sizes) for name, dim in dims.items()}
                inner |= {name: size_of(type_, sizes) for name, type_ in types.items()}
                names = [p.name for p in definition.parameters if p.is_explicit]
                values = [self.term(argument, scope, sizes) for argument in arguments]
                return self.term(definition.body, dict(zip(names, values, strict=True)), inner)
            case Primitive(operator, dims, arguments):
                rule = RULES.get(operator)
                own = known(operator, "the evaluation over arrays") if rule is None else None
                numbers = [dim_value(dim, sizes) for dim in dims]
                values = [self.term(argument, scope, sizes) for argument in arguments]
                if own is not None:
                    inside = dict(zip([p.name for p in own.parameters], values, strict=True))
                    return self.term(own.body, inside, dict(zip(own.dims, numbers, strict=True)))
                assert rule is not None
                for i, value in enumerate(values):
                    if isinstance(value, Closure):
                        values[i] = self.table(value, rank(arguments[i].type) or 0)
                return rule(self.algebra, numbers, *values)

    # -- functions ----------------------------------------------------------------------------

    def _applied(self, function: Walked, given: Walked, term: Apply, sizes: Sizes) -> Walked:
        match function:
            case Open():
                return self._opened(function, given, term, sizes)
            case Closure(call, _, at) if isinstance(given, Binder):
                if given.axis not in at:
                    at[given.axis] = call(given)
                found: Walked = at[given.axis]
                return found
            case Closure(call):
                return call(given)  # type: ignore[no-any-return]
            case Product() | Indices() if isinstance(given, Binder | Indices):
                axes, are_places = rank(term.function.type) or 0, isinstance(function, Indices)
                family = Product((function.array,)) if isinstance(function, Indices) else function
                member = self.algebra.at(family, axes, given)
                return Indices(self.algebra.array(member)) if are_places else member
            case _:
                raise Unsupported("an index is not a function")

    def table(self, value: Walked, rank: int) -> Walked:
        """A value of so many axes, which are named …, −2, −1."""
        if not isinstance(value, Closure):
            return value
        if not rank:
            raise Unsupported("no array holds a family of functions")
        if value.table is None:
            index = Binder(self.algebra.fresh(), value.size())
            match self.table(value.call(index), rank - 1):
                case Product() as found:
                    value.table = found.renamed({index.axis: -rank})
                case Binder() | Indices() as found:
                    places = self.algebra.places(found)
                    value.table = Indices(places.renamed({index.axis: -rank}))
                case _:
                    raise Unsupported("no array holds a family of functions")
        table: Walked = value.table
        return table

    def _opened(self, function: Open, given: Walked, term: Apply, sizes: Sizes) -> Walked:
        """An open function at one more argument; at all of them, its result."""
        type_ = term.argument.type
        if rank(type_) is None:
            raise Unsupported("open functions of functions are not evaluated")
        core = self.core(type_, sizes)
        arguments = (*function.given, (self.array(self.table(given, len(core))), core))
        if len(arguments) < function.arity:
            return replace(function, given=arguments)
        algebra, tape = self.algebra, self.algebra.tape
        frame = {a: n for array, _ in arguments for a, n in array.sizes.items() if a >= 0}
        # The batch is the last of the axes before those of the type.
        frame = {a: frame.get(a, 1) for a in sorted({*frame, BATCH}, reverse=True)}
        slots = []
        for array, core in arguments:
            here = {a: array.sizes.get(a, 1) for a in frame}
            slots.append(algebra.spread(array, here | core))
        found = tape.step("open", lambda f, *xs: f(xs), function.function, *slots)
        return Product((self.named(found, frame | self.core(term.type, sizes)),))

    # -- arrays -------------------------------------------------------------------------------

    def core(self, type_: Type, sizes: Sizes) -> dict[int, int]:
        """The axes of a type, and their sizes."""
        shape = shape_of(type_, sizes)
        return dict(zip(range(-len(shape), 0), shape, strict=True))

    def named(self, slot: Slot, sizes: Mapping[int, int]) -> Named:
        """An array with these axes, or fewer of the first; any may be 1 in place of its size."""
        shape = slot.shape
        axes = list(sizes)[len(sizes) - len(shape) :]
        kept = {
            axis: size
            for axis, size in zip(axes, shape, strict=True)
            if size != 1 or (axis != BATCH and sizes[axis] == 1)
        }
        return self.algebra.ungrouped(slot, kept)

    def array(self, value: Walked) -> Named:
        """The array of a value. Raises `Unsupported` where no array can hold it."""
        match value:
            case Product():
                return self.algebra.array(value)
            case Binder() | Indices():
                return self.algebra.places(value)
            case _:
                raise Unsupported("a function is no array")

    def family(
        self,
        parameters: Sequence[Variable],
        body: Term,
        scope: Scope,
        sizes: Sizes,
        as_numbers: bool,
    ) -> tuple[Named, dict[int, int]]:
        """`body` for all values of `parameters`, and the sizes of all its axes but the batch.

        Indices and positions are made numbers where that is asked for.
        """
        core = rank(body.type)
        if core is None:
            raise Unsupported(f"expected scalars, vectors or matrices, found {body.type}")
        bound = [Binder(self.algebra.fresh(), size_of(p.type, sizes)) for p in parameters]
        inner = {p.name: binder for p, binder in zip(parameters, bound, strict=True)}
        value = self.table(self.term(body, {**scope, **inner}, sizes), core)
        array = self.array(value)
        if as_numbers and not isinstance(value, Product):
            array = self._numbers(array, size_of(function_parts(body.type)[1], sizes))
        return array, {b.axis: b.size for b in bound} | self.core(body.type, sizes)

    def _numbers(self, places: Named, size: int) -> Named:
        """Indices and positions as numbers, so that they can be compared like any other."""
        tape = self.algebra.tape
        # Of no numbers nothing could be taken, not even nothing.
        every = [tape.constant(i) for i in range(max(size, 1))]

        def numbers(places: Any, *every: Any) -> Any:
            flat = tape.xp.reshape(places, (-1,))
            return tape.arithmetic.lay(
                lambda *c: tape.xp.reshape(
                    tape.xp.take(tape.xp.stack(c), flat, axis=0), places.shape
                ),
                *every,
            )

        return Named(tape.step("numbers", numbers, places.slot, *every), places.axes)
