"""Nested inductive types, told in `inductive.py`: other types copied, and read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harness.kernel.declarations import (
    InductiveType,
)
from harness.kernel.equality import Kernel
from harness.kernel.recursors import Computed, Type, with_params
from harness.kernel.ruling import Declined, Refused
from harness.kernel.substitution import bind, instantiate
from harness.kernel.substitution import replace as replace_parts
from harness.kernel.terms import (
    Binder,
    Const,
    Expr,
    Lam,
    Level,
    Local,
    Name,
    Pi,
    apply,
    name_text,
    parts,
    spine,
)


class Nesting:
    """Copies of the types around nested occurrences, and the way back.

    `kernel` knows the types as they stand.
    """

    def __init__(
        self,
        kernel: Kernel,
        types: list[Type],
        levels: tuple[Level, ...],
        num_params: int,
    ) -> None:
        self.kernel = kernel
        self.types = types
        self.levels = levels
        self.num_params = num_params
        self.names = {item.name for item in types}
        self.first = types[0]
        self.params: list[Expr] = []
        type = self.first.type
        for i in range(num_params):
            if not isinstance(type, Pi):
                raise Refused(f"{name_text(self.first.name)} has too few parameters")
            domain = instantiate(type.type, self.params)
            self.params.append(Local(i, domain))
            type = type.body
        self.copies: dict[Expr, Name] = {}
        """From a nested occurrence to the name of the copy that stands for it."""
        self.originals: dict[Name, Expr] = {}
        """From the names of copies and their constructors to what they stand for."""

    def unfold(self) -> None:
        """Put copies in the place of nested occurrences, and the copies behind the types."""
        for item in self.types:  # which grows meanwhile
            for i, (name, type) in enumerate(item.constructors):
                rest = self.replaced(with_params(self.kernel, type, self.params, name))
                item.constructors[i] = name, bind(Pi, self.params, rest)

    def replaced(self, e: Expr) -> Expr:
        def leaf(e: Expr, depth: int) -> Expr | None:
            head, args = spine(e)
            if not isinstance(head, Const) or head.name in self.names:
                return None
            inductive = self.kernel.environment.inductive(head.name)
            if inductive is None or len(args) < inductive.num_params:
                return None
            params = args[: inductive.num_params]
            if not any(isinstance(p, Const) and p.name in self.names for p in parts(params)):
                return None
            if any(each.loose for each in params):
                raise Refused("a nested type has a parameter that depends on a variable")
            copy = self.copy(inductive, head, params)
            return apply(apply(Const(copy, self.levels), self.params), args[len(params) :])

        return replace_parts(e, leaf)

    def copy(self, inductive: InductiveType, head: Const, params: list[Expr]) -> Name:
        nested = apply(head, params)
        if nested in self.copies:
            return self.copies[nested]
        if len(self.types) > 100:
            raise Declined("more than a hundred types are nested in each other")
        for name in inductive.all:
            mate = self.kernel.environment.get(name)
            assert isinstance(mate, InductiveType)
            count = len(self.copies) + 1
            # No file can hold a name with a number below 0.
            own: Name = ("_nested", -1, count)
            original = apply(Const(name, head.levels), params)
            self.copies[original] = own
            self.originals[own] = original
            constructors = []
            for i, made in enumerate(mate.constructors):
                own_made: Name = (*own, i)
                self.originals[own_made] = apply(Const(made, head.levels), params)
                constructors.append((own_made, self.closed(made, head.levels, params)))
            recursor: Name = (*self.first.name, f"rec_{count}")
            self.types.append(
                Type(own, self.closed(name, head.levels, params), constructors, recursor)
            )
        return self.copies[nested]

    def closed(self, name: Name, levels: tuple[Level, ...], params: list[Expr]) -> Expr:
        """The type of a constant with these parameters, under the parameters of the block."""
        type = self.kernel.environment.type_of(Const(name, levels))
        return bind(Pi, self.params, _apply_type(type, params))

    def restore(self, item: Computed, names: list[Name]) -> Computed:
        """The recursor with the copies read as what they stand for."""
        recursor = item.recursor
        rules = [
            replace(
                rule,
                constructor=self.constructor_name(rule.constructor),
                rhs=self.restored(rule.rhs, Lam),
            )
            for rule in recursor.rules
        ]
        own = replace(
            recursor,
            all=tuple(names),
            type=self.restored(recursor.type, Pi),
            rules=tuple(rules),
        )
        return Computed(own, [self.restored(type, Pi) for type in item.rule_types])

    def constructor_name(self, name: Name) -> Name:
        head, _ = spine(self.originals[name]) if name in self.originals else (Const(name), [])
        assert isinstance(head, Const)
        return head.name

    def restored(self, e: Expr, make: Callable[[Expr, Expr], Expr]) -> Expr:
        if not self.originals:
            return e

        def leaf(e: Expr, depth: int) -> Expr | None:
            head, args = spine(e)
            if not isinstance(head, Const) or head.name not in self.originals:
                return None
            if args[: self.num_params] != self.params:
                raise Declined("a nested type is used with other parameters")
            rest = [replace_at(arg, depth) for arg in args[self.num_params :]]
            return apply(self.originals[head.name], rest)

        def replace_at(e: Expr, depth: int) -> Expr:
            return replace_parts(e, lambda inner, more: leaf(inner, depth + more))

        body = _apply_type(e, self.params)
        return bind(make, self.params, replace_parts(body, leaf))


def _apply_type(type: Expr, args: list[Expr]) -> Expr:
    """What is under the first binders of `type`, with `args` for their variables."""
    for arg in args:
        if not isinstance(type, Binder):
            raise Refused("a type has too few parameters")
        type = instantiate(type.body, [arg])
    return type
