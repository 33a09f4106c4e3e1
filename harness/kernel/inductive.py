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

from dataclasses import replace

from harness.kernel.declarations import (
    Constant,
    Constructor,
    Inductive,
    InductiveType,
    Recursor,
)
from harness.kernel.environment import Environment
from harness.kernel.equality import Kernel
from harness.kernel.nesting import Nesting
from harness.kernel.recursors import Computed, Generator, Type
from harness.kernel.ruling import Declined, Refused
from harness.kernel.terms import (
    Binder,
    Const,
    Expr,
    Name,
    Param,
    Pi,
    name_text,
    parts,
)


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
    nesting = Nesting(scratch, types, levels, first.num_params)
    nesting.unfold()
    own = _scratch(environment, kernel, first.level_params)
    generator = Generator(own, types, first.level_params, nesting.params)
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
