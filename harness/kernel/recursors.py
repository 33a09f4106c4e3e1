"""Inductive types that are not nested: the rules for them, and the recursors that follow.

The rules are told in `inductive.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.kernel.declarations import (
    InductiveType,
    Recursor,
    Rule,
)
from harness.kernel.equality import Kernel
from harness.kernel.ruling import Refused
from harness.kernel.substitution import bind, instantiate
from harness.kernel.terms import (
    ZERO,
    Const,
    Expr,
    Lam,
    Level,
    Local,
    Name,
    Param,
    Pi,
    Sort,
    apply,
    name_text,
    parts,
    spine,
)
from harness.kernel.universes import at_most, is_never_zero, is_zero, same


@dataclass
class Type:
    """A type to be defined: as it was declared, or a copy made for a nested one."""

    name: Name
    type: Expr
    constructors: list[tuple[Name, Expr]]
    recursor: Name


@dataclass
class RecursiveField:
    """A field of a constructor that holds members of the types in hand: `∀ xs, I indices`."""

    variable: Expr
    xs: list[Expr]
    type: int
    indices: list[Expr]


@dataclass
class Made:
    """A constructor taken apart: its fields, which of them recurse, and the indices it makes."""

    name: Name
    fields: list[Expr]
    recursive: list[RecursiveField]
    indices: list[Expr]
    minor: Expr = field(init=False)


@dataclass
class Computed:
    """A recursor as it must be, with the type of each rule's right side."""

    recursor: Recursor
    rule_types: list[Expr]


def with_params(kernel: Kernel, type: Expr, params: list[Expr], name: Name) -> Expr:
    """The rest of a type when its parameters are these, which must have the types that it says."""
    for given in params:
        assert isinstance(given, Local)
        if not isinstance(type, Pi):
            raise Refused(f"{name_text(name)} has too few parameters")
        if not kernel.equal(type.type, given.type):
            raise Refused(f"a parameter of {name_text(name)} is not that of the first type")
        type = instantiate(type.body, [given])
    return type


class Generator:
    """Checks types that are defined together, none of them nested, and makes their recursors."""

    def __init__(
        self,
        kernel: Kernel,
        types: list[Type],
        level_params: tuple[Name, ...],
        params: list[Expr],
    ) -> None:
        self.kernel = kernel
        self.types = types
        self.level_params = level_params
        self.levels = tuple([Param(name) for name in level_params])
        self.params = params
        self.names = {item.name: i for i, item in enumerate(types)}
        self.next_local = max([each.locals for each in params], default=0)
        self.indices: list[list[Expr]] = []
        self.made: list[list[Made]] = []
        self.result: Level = ZERO

    def all_made(self) -> list[Made]:
        return [made for of_type in self.made for made in of_type]

    def fresh(self, type: Expr) -> Expr:
        """A variable that stands nowhere yet."""
        self.next_local = max(self.next_local, type.locals) + 1
        return Local(self.next_local - 1, type)

    def run(self, elimination: Name) -> list[Computed]:
        self.check_types()
        for i, item in enumerate(self.types):
            constant = InductiveType(
                name=item.name,
                level_params=self.level_params,
                type=item.type,
                num_params=len(self.params),
                num_indices=len(self.indices[i]),
                all=tuple(self.names),
                constructors=tuple(name for name, _ in item.constructors),
                num_nested=0,
                is_recursive=True,  # no η for what is not defined yet
                is_unsafe=False,
                is_reflexive=False,
            )
            self.kernel.environment.add(constant)
        for i, item in enumerate(self.types):
            self.made.append([self.take_apart(i, *made) for made in item.constructors])
        large = self.eliminates_to_data()
        return self.recursors(elimination if large else None)

    # What may be declared

    def check_types(self) -> None:
        for i, item in enumerate(self.types):
            self.kernel.check_type(item.type)
            type = with_params(self.kernel, item.type, self.params, item.name)
            indices: list[Expr] = []
            while isinstance(type, Pi):
                indices.append(self.fresh(type.type))
                type = instantiate(type.body, indices[-1:])
            level = self.kernel.level(type)
            if i == 0:
                self.result = level
            elif not same(self.result, level):
                raise Refused("types that are defined together lie in different universes")
            self.indices.append(indices)

    def take_apart(self, of: int, name: Name, type: Expr) -> Made:
        kernel, text = self.kernel, name_text(name)
        kernel.check_type(type)
        type = with_params(kernel, type, self.params, name)
        made = Made(name, [], [], [])
        while isinstance(type, Pi):
            level = kernel.level(kernel.infer(type.type))
            if not is_zero(self.result) and not at_most(level, self.result):
                raise Refused(f"a field of {text} lies in a universe above that of its type")
            variable = self.fresh(type.type)
            made.fields.append(variable)
            found = self.recursive(variable, type.type, text)
            if found is not None:
                made.recursive.append(found)
            type = instantiate(type.body, [variable])
        indices = self.applied(type)
        if indices is None or indices[0] != of:
            raise Refused(f"{text} does not make a member of its type")
        made.indices = indices[1]
        return made

    def recursive(self, variable: Expr, type: Expr, text: str) -> RecursiveField | None:
        """The field as one that holds members of the types in hand, if it does; positivity."""
        xs: list[Expr] = []
        type = self.kernel.whnf(type)
        speaks = self.occurs(type)
        while isinstance(type, Pi):
            if self.occurs(type.type):
                raise Refused(f"a field of {text} has its type to the left of an arrow")
            xs.append(self.fresh(type.type))
            type = self.kernel.whnf(instantiate(type.body, xs[-1:]))
        found = self.applied(type)
        if found is not None:
            return RecursiveField(variable, xs, *found)
        if speaks and self.occurs(type):
            raise Refused(f"a field of {text} has its type where it may not stand")
        return None

    def applied(self, e: Expr) -> tuple[int, list[Expr]] | None:
        """The type in hand that `e` is, and its indices; its parameters must be the block's."""
        head, args = spine(e)
        if not isinstance(head, Const) or head.name not in self.names:
            return None
        of = self.names[head.name]
        rest = args[len(self.params) :]
        if head.levels != self.levels or len(rest) != len(self.indices[of]):
            return None
        for given, wanted in zip(args, self.params, strict=False):
            if not self.kernel.equal(given, wanted):
                return None
        if any(self.occurs(index) for index in rest):
            return None
        return of, rest

    def occurs(self, e: Expr) -> bool:
        return any(isinstance(part, Const) and part.name in self.names for part in parts([e]))

    def eliminates_to_data(self) -> bool:
        """Whether the motive may be of any sort."""
        if is_never_zero(self.result):
            return True
        made = self.all_made()
        if len(self.types) > 1 or len(made) > 1:
            return False
        for one in made:
            for variable in one.fields:
                assert isinstance(variable, Local)
                if not self.kernel.is_proposition(variable.type) and variable not in one.indices:
                    return False
        return True

    # Recursors

    def recursors(self, elimination: Name | None) -> list[Computed]:
        motive_sort = Sort(ZERO if elimination is None else Param(elimination))
        extra = () if elimination is None else (elimination,)
        level_params = (*extra, *self.level_params)
        levels = tuple([Param(name) for name in level_params])
        majors, motives = [], []
        for item, indices in zip(self.types, self.indices, strict=True):
            of = apply(Const(item.name, self.levels), self.params + indices)
            majors.append(self.fresh(of))
            motives.append(self.fresh(bind(Pi, [*indices, majors[-1]], motive_sort)))
        for i, of_type in enumerate(self.made):
            for made in of_type:
                made.minor = self.fresh(self.minor_type(made, motives, i))
        made_all = self.all_made()
        minors = [made.minor for made in made_all]
        front = [*self.params, *motives, *minors]
        is_alone = len(self.types) == len(made_all) == 1
        k = is_zero(self.result) and is_alone and not made_all[0].fields
        found = []
        for i, item in enumerate(self.types):
            rules, rule_types = [], []
            for made in self.made[i]:
                proofs = []
                for each in made.recursive:
                    again = Const(self.types[each.type].recursor, levels)
                    inner = apply(again, front + each.indices + [apply(each.variable, each.xs)])
                    proofs.append(bind(Lam, each.xs, inner))
                rhs = apply(made.minor, made.fields + proofs)
                binders = front + made.fields
                rules.append(Rule(made.name, len(made.fields), bind(Lam, binders, rhs)))
                rule_types.append(bind(Pi, binders, self.conclusion(made, motives[i])))
            indices, major = self.indices[i], majors[i]
            goal = apply(motives[i], [*indices, major])
            recursor = Recursor(
                name=item.recursor,
                level_params=level_params,
                type=bind(Pi, [*front, *indices, major], goal),
                all=tuple(self.names),
                num_params=len(self.params),
                num_indices=len(indices),
                num_motives=len(motives),
                num_minors=len(minors),
                rules=tuple(rules),
                k=k,
                is_unsafe=False,
            )
            found.append(Computed(recursor, rule_types))
        return found

    def minor_type(self, made: Made, motives: list[Expr], of: int) -> Expr:
        """What must be shown for a constructor: the motive of it, from that of its members."""
        hypotheses = []
        for each in made.recursive:
            goal = apply(motives[each.type], [*each.indices, apply(each.variable, each.xs)])
            hypotheses.append(self.fresh(bind(Pi, each.xs, goal)))
        return bind(Pi, made.fields + hypotheses, self.conclusion(made, motives[of]))

    def conclusion(self, made: Made, motive: Expr) -> Expr:
        member = apply(Const(made.name, self.levels), self.params + made.fields)
        return apply(motive, [*made.indices, member])
