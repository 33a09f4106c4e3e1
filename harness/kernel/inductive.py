"""Inductive types: what may be declared, and the recursors that come with it.

Sources: Carneiro, The Type Theory of Lean, "Inductive types", and Dybjer, Inductive Families, for
the rules; the translation of nested types is Lean's own. Recursors are computed here from the
types and constructors, and what the export says of them must be the same.

The rules, for a type `I` with constructors `c`:

*Positivity.* `I` may not stand to the left of an arrow in a field: with `mk : (I → False) → I` one
would prove `False`. A field may be `∀ xs, I …`, whose `xs` do not speak of `I`.

*Universes.* The type of each field lies in a universe that is at most that of `I`, or `I` is in
`Prop`, where the members are forgotten.

*Elimination.* A proof may be taken apart to make data only if nothing is learnt from it: `I` is in
`Prop` and has no constructor, or one whose fields are proofs or stand among the indices.

*Recursor.* For `List α` with `nil` and `cons (a : α) (l : List α)`:

    List.rec : ∀ {α} {motive : List α → Sort u} (nil : motive nil)
      (cons : ∀ a l, motive l → motive (cons a l)) (t : List α), motive t
    rule of cons: fun α motive nil cons a l => cons a l (List.rec nil cons l)

*Nested types.* In `inductive Tree | node : List Tree → Tree` the type `List Tree` is copied to an
auxiliary type `A` with `nil : A` and `cons : Tree → A → A`, which is then defined together with
`Tree`; in what comes of it `A` is read as `List Tree` again. The types as they stand are checked
beforehand, since the copy forgets the parameters (lean4 issue 14576); no declaration can name an
auxiliary type (14616); what comes of it is checked once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from harness.kernel.declarations import (
    Constant,
    Constructor,
    Inductive,
    InductiveType,
    Recursor,
    Rule,
)
from harness.kernel.environment import Environment
from harness.kernel.equality import Kernel
from harness.kernel.ruling import Declined, Refused
from harness.kernel.substitution import bind, instantiate
from harness.kernel.substitution import replace as replace_parts
from harness.kernel.terms import (
    ZERO,
    Binder,
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
class Field:
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
    recursive: list[Field]
    indices: list[Expr]
    minor: Expr = field(init=False)


@dataclass
class Computed:
    """A recursor as it must be, with the type of each rule's right side."""

    recursor: Recursor
    rule_types: list[Expr]


def add_inductive(environment: Environment, block: Inductive, kernel: Kernel) -> None:
    """Check the block and add it to the environment. Raises Refused or Declined.

    `kernel` is one for `environment`, and gives its limits to those for the scratch ones. Only when
    all is well does anything get into the environment.
    """
    computed = recursors_of(environment, block, kernel)
    final = _scratch(environment, kernel, block.types[0].level_params)
    added: list[Constant] = [*block.types, *block.constructors]
    added += [item.recursor for item in computed]
    for constant in added:
        final.environment.add(constant)
    _compare(final, block, computed)
    for constant in added:
        environment.add(constant)


def recursors_of(environment: Environment, block: Inductive, kernel: Kernel) -> list[Computed]:
    """The recursors that come with the types of the block, which are checked; its own are not."""
    _check_shape(block)
    first = block.types[0]
    names = [item.name for item in block.types]
    # The types as they stand, before anything is copied.
    scratch = _scratch(environment, kernel, first.level_params)
    for item in block.types:
        scratch.check_type(item.type)
    for item in block.types:
        scratch.environment.add(item)
    for made in block.constructors:
        scratch.check_type(made.type)

    types = [
        Type(
            item.name,
            item.type,
            [(made.name, made.type) for made in block.constructors if made.inductive == item.name],
            (*item.name, "rec"),
        )
        for item in block.types
    ]
    levels = tuple([Param(name) for name in first.level_params])
    nesting = Nesting(environment, types, levels, first.num_params)
    nesting.unfold(scratch)
    own = _scratch(environment, kernel, first.level_params)
    generator = Generator(own, types, first.level_params, first.num_params, nesting.params)
    large = block.recursors[0].level_params if block.recursors else ()
    computed = generator.run(_elimination_name(large, first.level_params))

    recursive = any(_speaks_of(made.type, names, first.num_params) for made in block.constructors)
    for item, indices in zip(block.types, generator.indices, strict=False):
        if item.num_indices != len(indices):
            raise Refused(f"{name_text(item.name)} has {len(indices)} indices")
        if item.is_recursive != recursive or item.num_nested != len(types) - len(block.types):
            raise Refused(f"{name_text(item.name)} is not what is said of its recursion")
    for made, taken in zip(block.constructors, generator.all_made(), strict=False):
        if made.num_fields != len(taken.fields):
            raise Refused(f"{name_text(made.name)} has {len(taken.fields)} fields")
    return [nesting.restore(item, names) for item in computed]


def _scratch(environment: Environment, limits: Kernel, level_params: tuple[Name, ...]) -> Kernel:
    """A kernel with an environment of its own, so that nothing computed in it is kept."""
    copy = Environment(dict(environment.constants), environment.accelerated)
    kernel = Kernel(copy)
    kernel.fuel, kernel.deadline = limits.fuel, limits.deadline
    kernel.start(level_params)
    return kernel


def _check_shape(block: Inductive) -> None:
    """What the parts of the block say of each other."""
    if not block.types:
        raise Refused("an inductive declaration declares no type")
    first = block.types[0]
    names = tuple(item.name for item in block.types)
    listed = [name for item in block.types for name in item.constructors]
    if [made.name for made in block.constructors] != listed:
        raise Refused("the constructors are not those that the types list")
    members: list[InductiveType | Constructor | Recursor] = [*block.types, *block.constructors]
    for member in [*members, *block.recursors]:
        if member.is_unsafe:
            raise Declined("unsafe declarations are not checked")
        if member.num_params != first.num_params:
            raise Refused(f"{name_text(member.name)} has another number of parameters")
    for member in members:
        if member.level_params != first.level_params:
            raise Refused(f"{name_text(member.name)} has other level parameters")
    for item in block.types:
        if item.all != names:
            raise Refused(f"{name_text(item.name)} lists other types beside it")
        for index, name in enumerate(item.constructors):
            made = next(each for each in block.constructors if each.name == name)
            if made.inductive != item.name or made.index != index:
                raise Refused(f"{name_text(name)} is said to be of another type or place")
    for recursor in block.recursors:
        if recursor.all != names:
            raise Refused(f"{name_text(recursor.name)} lists other types")


def _elimination_name(of_recursor: tuple[Name, ...], of_types: tuple[Name, ...]) -> Name:
    """What the export calls the level of a large recursor's motive."""
    if len(of_recursor) == len(of_types) + 1 and of_recursor[0] not in of_types:
        return of_recursor[0]
    return ("u", *(name for parts in of_types for name in parts))


def _speaks_of(type: Expr, names: list[Name], num_params: int) -> bool:
    """Whether a field of a constructor of this type speaks of the types in hand."""
    binders = []
    while isinstance(type, Pi):
        binders.append(type.type)
        type = type.body
    fields = parts(binders[num_params:])
    return any(isinstance(e, Const) and e.name in names for e in fields)


def _compare(kernel: Kernel, block: Inductive, restored: list[Computed]) -> None:
    """The recursors of the export are the computed ones; what a rule computes, to the last node.

    A rule that is only equal by definition may be circular: that of `Nat.succ` could say
    `fun motive z s n => Nat.rec z s (Nat.succ n)`. The types of its variables may be written in
    another way (Lean leaves out an `outParam`).
    """
    exported = {recursor.name: recursor for recursor in block.recursors}
    if len(exported) != len(restored) or len(exported) != len(block.recursors):
        raise Refused(f"{len(restored)} recursors come with it, not {len(block.recursors)}")
    for item in restored:
        own = item.recursor
        text = name_text(own.name)
        other = exported.get(own.name)
        if other is None:
            raise Refused(f"the recursor {text} is missing")
        if replace(other, type=own.type, rules=own.rules) != own:
            raise Refused(f"the recursor {text} is not the one that comes with the type")
        kernel.start(own.level_params)
        kernel.check_type(own.type)
        kernel.check_type(other.type)
        if not kernel.equal(own.type, other.type):
            raise Refused(f"the recursor {text} has another type than comes with it")
        if len(own.rules) != len(other.rules):
            raise Refused(f"the recursor {text} has another number of rules")
        for rule, stated, type in zip(own.rules, other.rules, item.rule_types, strict=True):
            if (rule.constructor, rule.num_fields) != (stated.constructor, stated.num_fields):
                raise Refused(f"a rule of the recursor {text} is for another constructor")
            kernel.check(stated.rhs)
            if under_binders(stated.rhs) is not under_binders(rule.rhs) or not kernel.equal(
                stated.rhs, rule.rhs
            ):
                raise Refused(f"a rule of the recursor {text} is not the one that comes with it")
            # Nothing in the text of the rules above says otherwise; what this finds is our mistake.
            if not kernel.equal(kernel.check(rule.rhs), type):
                raise Refused(f"a rule of the recursor {text} does not keep types")


def under_binders(e: Expr) -> Expr:
    """What a function comes to, in its bound variables."""
    while isinstance(e, Binder):
        e = e.body
    return e


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
        num_params: int,
        params: list[Expr],
    ) -> None:
        self.kernel = kernel
        self.types = types
        self.level_params = level_params
        self.levels = tuple([Param(name) for name in level_params])
        self.num_params = num_params
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
                num_params=self.num_params,
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

    def recursive(self, variable: Expr, type: Expr, text: str) -> Field | None:
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
            return Field(variable, xs, *found)
        if speaks and self.occurs(type):
            raise Refused(f"a field of {text} has its type where it may not stand")
        return None

    def applied(self, e: Expr) -> tuple[int, list[Expr]] | None:
        """The type in hand that `e` is, and its indices; its parameters must be the block's."""
        head, args = spine(e)
        if not isinstance(head, Const) or head.name not in self.names:
            return None
        of = self.names[head.name]
        rest = args[self.num_params :]
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
        k = (
            is_zero(self.result)
            and len(self.types) == 1
            and len(made_all) == 1
            and not made_all[0].fields
        )
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
                num_params=self.num_params,
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


class Nesting:
    """Copies of the types around nested occurrences, and the way back."""

    def __init__(
        self,
        environment: Environment,
        types: list[Type],
        levels: tuple[Level, ...],
        num_params: int,
    ) -> None:
        self.environment = environment
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

    def unfold(self, kernel: Kernel) -> None:
        """Put copies in the place of nested occurrences, and the copies behind the types.

        `kernel` knows the types as they stand.
        """
        at = 0
        while at < len(self.types):
            item = self.types[at]
            for i, (name, type) in enumerate(item.constructors):
                rest = self.replaced(with_params(kernel, type, self.params, name))
                item.constructors[i] = name, bind(Pi, self.params, rest)
            at += 1

    def replaced(self, e: Expr) -> Expr:
        def leaf(e: Expr, depth: int) -> Expr | None:
            head, args = spine(e)
            if not isinstance(head, Const) or head.name in self.names:
                return None
            inductive = self.environment.inductive(head.name)
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
            mate = self.environment.get(name)
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
        type = self.environment.type_of(Const(name, levels))
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
