"""Calls as variables, so that normal forms leave them alone."""

from __future__ import annotations

from dataclasses import replace

from harness.language.terms import Call, Lambda, Term, Variable
from harness.language.transform import canonical, free_variables, map_children, substitute
from harness.language.types import Function, Type, resolve
from harness.symbolic import build as b


class Folded:
    """The calls that were folded, and the variables that stand for them."""

    def __init__(self) -> None:
        self.known: dict[Term, Variable] = {}
        self.bodies: dict[str, Term] = {}

    @property
    def variables(self) -> tuple[Variable, ...]:
        """A variable for each call, a function of the bound variables in it."""
        return tuple(self.known.values())

    def fold(self, term: Term, bound: tuple[Variable, ...] = ()) -> Term:
        """`term` with a variable for each outermost call, at the bound variables in it."""
        if isinstance(term, Lambda):
            return replace(term, body=self.fold(term.body, (*bound, term.parameter)))
        if not isinstance(term, Call) or isinstance(resolve(term.type), Function):
            return map_children(lambda child: self.fold(child, bound), term)
        names = free_variables(term)
        own = [v for v in bound if v.name in names]
        places = [Variable(f"${i}", v.type) for i, v in enumerate(own)]
        body = substitute(term, {v.name: place for v, place in zip(own, places, strict=True)})
        type_: Type = term.type
        for place in reversed(places):
            body = Lambda(place, body)
            type_ = Function(place.type, type_)
        key = canonical(body)
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
