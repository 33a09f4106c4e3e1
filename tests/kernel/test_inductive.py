"""What of inductive types is refused, each beside an accepted twin.

In brackets: what of the kernel the test guards.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.kernel.declarations import Inductive, Recursor, Rule
from harness.kernel.ruling import Verdict
from harness.kernel.terms import ZERO, App, Expr, Level, Param, Proj, Sort, Succ
from tests.kernel.build import (
    BOOL,
    FALSE,
    NAT,
    ONE,
    PROP,
    TRUE,
    TWO,
    TYPE,
    ZERO_NAT,
    U,
    V,
    accepted,
    arrow,
    base,
    behind_base,
    c,
    checker,
    complete,
    definition,
    following,
    forall,
    fun,
    kinds,
    n,
    refused,
    rulings,
    theorem,
    types,
)

I = c("I")
DIFFERENT_TYPE = "has another type than comes with it"


def one(*constructors: Expr, type: Expr = TYPE, recursive: bool = False, **more: int) -> Inductive:
    """The type `I` with these constructors."""
    named = {f"c{i}": constructor for i, constructor in enumerate(constructors)}
    return types(("I", type, named), recursive=recursive, **more)


# Recursors written by hand


def by_hand() -> Inductive:
    """The natural numbers with their recursor, as a textbook has it."""
    n_, zero, next_ = c("N"), c("N.zero"), lambda e: c("N.succ", e)
    motive_type = arrow(n_, Sort(Param(("u",))))
    rec = lambda *args: c("N.rec", *args, us=(Param(("u",)),))  # noqa: E731

    def front(bind, body):  # type: ignore[no-untyped-def]
        return bind(
            motive_type,
            lambda m: bind(
                App(m, zero),
                lambda z: bind(
                    forall(n_, lambda k: arrow(App(m, k), App(m, next_(k)))),
                    lambda s: body(m, z, s),
                ),
            ),
        )

    type = front(forall, lambda m, z, s: forall(n_, lambda t: App(m, t)))
    of_zero = front(fun, lambda m, z, s: z)
    of_next = front(fun, lambda m, z, s: fun(n_, lambda k: App(App(s, k), rec(m, z, s, k))))
    recursor = Recursor(
        name=n("N.rec"),
        level_params=(("u",),),
        type=type,
        all=(n("N"),),
        num_params=0,
        num_indices=0,
        num_motives=1,
        num_minors=2,
        rules=(Rule(n("N.zero"), 0, of_zero), Rule(n("N.succ"), 1, of_next)),
        k=False,
        is_unsafe=False,
    )
    block = types(("N", TYPE, {"zero": n_, "succ": arrow(n_, n_)}), recursive=True)
    return replace(block, recursors=(recursor,))


def test_a_recursor_written_by_hand() -> None:
    accepted(by_hand())


def test_the_computed_recursors_are_leans() -> None:
    """To the last node, for every kind of type; the twins below change one thing each."""
    blocks = [item for item in kinds().declarations if isinstance(item, Inductive)]
    assert len(blocks) > 20
    accepted_by = checker()
    for item in kinds().declarations:
        assert accepted_by.rule(item, lambda _: False).verdict is Verdict.ACCEPTED


def recomputed(step: Callable[[Expr, Expr, Expr, Expr], Expr]) -> Expr:
    """`fun motive zero succ k => step motive zero succ k`, for the recursor above."""
    of_next = lambda m: forall(  # noqa: E731
        c("N"), lambda k: arrow(App(m, k), App(m, c("N.succ", k)))
    )
    return fun(
        arrow(c("N"), Sort(U)),
        lambda m: fun(
            App(m, c("N.zero")),
            lambda z: fun(of_next(m), lambda s: fun(c("N"), lambda k: step(m, z, s, k))),
        ),
    )


def spoil(**changes: object) -> Inductive:
    block = by_hand()
    return replace(block, recursors=(replace(block.recursors[0], **changes),))


def test_a_recursor_is_computed_and_not_believed() -> None:
    """[inductive._compare]"""
    (recursor,) = by_hand().recursors
    zero, following_ = recursor.rules
    not_it = "is not the one that comes with the type"
    refused(spoil(k=True), because=not_it)
    refused(spoil(num_minors=1), because=not_it)
    refused(spoil(num_motives=2), because=not_it)
    refused(spoil(num_indices=1), because=not_it)
    made = complete(one(I))
    renamed = replace(made.recursors[0], name=n("I.recursor"))
    refused(replace(made, recursors=(renamed,)), because="I.rec is missing")
    refused(spoil(level_params=()), because="")
    refused(spoil(type=FALSE), because=DIFFERENT_TYPE)
    refused(spoil(type=forall(Sort(Param(("u",))), lambda a: a)), because=DIFFERENT_TYPE)
    refused(spoil(rules=(zero,)), because="another number of rules")
    refused(spoil(rules=(following_, zero)), because="for another constructor")
    refused(spoil(rules=(zero, replace(following_, num_fields=0))), because="another constructor")
    refused(
        spoil(rules=(zero, replace(following_, rhs=zero.rhs))),
        because="is not the one that comes with it",
    )
    # Of the right type, and equal by the right rule; but it never comes to an end.
    circular = recomputed(lambda m, z, s, k: c("N.rec", m, z, s, c("N.succ", k), us=(U,)))
    refused(spoil(rules=(zero, replace(following_, rhs=circular))), because="is not the one")
    right = recomputed(lambda m, z, s, k: App(App(s, k), c("N.rec", m, z, s, k, us=(U,))))
    accepted(spoil(rules=(zero, replace(following_, rhs=right))))
    refused(replace(by_hand(), recursors=()), because="1 recursors come with it, not 0")
    refused(replace(by_hand(), recursors=by_hand().recursors * 2), because="declared twice")
    refused(spoil(all=(n("Nat"),)), because="lists other types")
    refused(spoil(num_params=1), because="another number of parameters")


def test_rules_that_are_swapped() -> None:
    """[inductive._compare: the rules' right sides]"""
    block = complete(one(I, I))
    (recursor,) = block.recursors
    first, second = recursor.rules
    accepted(block)
    swapped = (replace(first, rhs=second.rhs), replace(second, rhs=first.rhs))
    refused(
        replace(block, recursors=(replace(recursor, rules=swapped),)),
        because="is not the one that comes with it",
    )


# Positivity


def test_the_type_is_not_to_the_left_of_an_arrow() -> None:
    """[Generator.recursive] `mk : (I → False) → I` would prove `False`."""
    accepted(complete(one(I, arrow(arrow(NAT, I), I), recursive=True)))
    left = "has its type to the left of an arrow"
    refused(one(arrow(arrow(I, FALSE), I), recursive=True), because=left)
    refused(one(arrow(arrow(arrow(I, FALSE), FALSE), I), recursive=True), because=left)
    refused(one(arrow(arrow(NAT, I, NAT), I), recursive=True), because=left)
    # Behind a definition as well: it is unfolded.
    hidden = definition("Not'", arrow(TYPE, PROP), fun(TYPE, lambda a: arrow(a, FALSE)))
    refused(hidden, one(arrow(c("Not'", I), I), recursive=True), because=left)
    identity = definition("Id'", arrow(TYPE, TYPE), fun(TYPE, lambda a: a))
    accepted(identity, complete(one(arrow(c("Id'", I), I), recursive=True), identity))


def test_the_type_does_not_stand_where_nothing_is_known_of() -> None:
    """[Generator.recursive]"""
    wrong = "has its type where it may not stand"
    refused(
        one(
            forall(arrow(TYPE, TYPE), lambda f: arrow(App(f, I), I)), type=Sort(TWO), recursive=True
        ),
        because="",
    )
    family = definition("F", arrow(TYPE, TYPE), fun(TYPE, lambda a: arrow(NAT, a)))
    accepted(family, complete(one(arrow(c("F", I), I), recursive=True), family))
    hidden = axiom_like("G")
    refused(hidden, one(arrow(c("G", I), I), recursive=True), because=wrong)


def axiom_like(name: str) -> object:
    """A function on types that does not unfold."""
    from tests.kernel.build import opaque

    return opaque(name, arrow(TYPE, TYPE), fun(TYPE, lambda a: a))


def test_positivity_through_nested_and_mutual_types() -> None:
    """[Nesting, Generator.recursive]"""
    seq = lambda a: c("Kinds.Seq", a, us=(ZERO,))  # noqa: E731
    accepted(complete(one(arrow(seq(I), I), recursive=True, nested=1)))
    left = "has its type to the left of an arrow"
    refused(one(arrow(seq(arrow(I, NAT)), I), recursive=True, nested=1), because=left)
    refused(one(arrow(arrow(seq(I), FALSE), I), recursive=True, nested=1), because=left)
    # A type that uses its parameter to the left of an arrow.
    sink = complete(
        types(
            (
                "Sink",
                arrow(TYPE, TYPE),
                {"mk": forall(TYPE, lambda a: arrow(arrow(a, FALSE), c("Sink", a)))},
            ),
            params=1,
        )
    )
    refused(sink, one(arrow(c("Sink", I), I), recursive=True, nested=1), because=left)
    j = c("J")
    mutual = types(
        ("I", TYPE, {"mk": arrow(j, I)}),
        ("J", TYPE, {"mk": arrow(arrow(NAT, I), j)}),
        recursive=True,
    )
    accepted(complete(mutual))
    mutual = types(
        ("I", TYPE, {"mk": arrow(j, I)}),
        ("J", TYPE, {"mk": arrow(arrow(I, FALSE), j)}),
        recursive=True,
    )
    refused(mutual, because=left)


def test_a_nested_parameter_speaks_of_no_variable_and_is_well_typed() -> None:
    """[Nesting.replaced; inductive.recursors_of: the types as they stand] lean4 issue 14576."""
    at = types(("At", arrow(TYPE, NAT, TYPE), {}), params=2)
    made = complete(at)
    inner = forall(NAT, lambda x: arrow(c("At", I, x), I))
    refused(made, one(inner, recursive=True, nested=1), because="depends on a variable")
    ghost = complete(
        types(
            (
                "Ghost",
                arrow(TYPE, NAT, TYPE),
                {"mk": forall(TYPE, lambda a: forall(NAT, lambda x: c("Ghost", a, x)))},
            ),
            params=2,
        )
    )
    accepted(
        ghost, complete(one(arrow(c("Ghost", I, ZERO_NAT), I), recursive=True, nested=1), ghost)
    )
    bad = Proj(n("Kinds.Pair"), 0, ZERO_NAT)
    refused(
        ghost,
        one(arrow(c("Ghost", I, bad), I), recursive=True, nested=1),
        because="not of its structure",
    )


def test_the_type_does_not_stand_in_its_own_indices() -> None:
    """[Generator.applied]"""
    family = arrow(TYPE, TYPE)
    accepted(complete(one(c("I", NAT), type=family, indices=1)))
    of_itself = c("I", c("I", NAT))
    refused(one(of_itself, type=family, indices=1), because="does not make a member of its type")
    refused(
        one(arrow(of_itself, c("I", NAT)), type=family, indices=1, recursive=True),
        because="where it may not stand",
    )


# Universes


def test_fields_lie_in_the_universe_of_the_type() -> None:
    """[Generator.take_apart: the universe] Else Girard's paradox."""
    accepted(complete(one(arrow(NAT, I))))
    accepted(complete(one(arrow(TYPE, I), type=Sort(TWO))))
    refused(one(arrow(TYPE, I)), because="lies in a universe above")
    refused(one(arrow(PROP, I), arrow(TYPE, I)), because="lies in a universe above")
    accepted(complete(one(arrow(TYPE, I), type=PROP)))
    made = lambda of: types(  # noqa: E731
        (
            "I",
            arrow(Sort(U), Sort(of)),
            {"mk": forall(Sort(U), lambda a: arrow(a, c("I", a, us=(U, V))))},
        ),
        params=1,
        levels="u v",
    )
    one_up = made(Succ(U))
    accepted(complete(one_up))
    refused(made(V), because="lies in a universe above")
    refused(made(ONE), because="lies in a universe above")
    # `Sort (max 1 u)` for every `u`; `Sort u` holds it too, and then it is no data where `u` is 0.
    accepted(complete(made(U)))


def test_types_that_are_defined_together_share_a_universe_and_parameters() -> None:
    """[Generator.check_types]"""
    accepted(complete(types(("I", TYPE, {}), ("J", TYPE, {}))))
    refused(types(("I", TYPE, {}), ("J", PROP, {})), because="different universes")
    same = arrow(TYPE, TYPE)
    accepted(complete(types(("I", same, {}), ("J", same, {}), params=1)))
    refused(
        types(("I", same, {}), ("J", arrow(NAT, TYPE), {}), params=1),
        because="a parameter of J is not that of the first",
    )
    refused(types(("I", same, {}), ("J", TYPE, {}), params=1), because="too few parameters")
    refused(one(type=NAT), because="a type is expected")
    refused(one(type=arrow(NAT, NAT)), because="a type is expected")
    refused(one(type=ZERO_NAT), because="a type is expected")


# Constructors


def test_constructors_make_members_of_their_type() -> None:
    """[Generator.take_apart]"""
    wrong = "does not make a member of its type"
    refused(one(NAT), because=wrong)
    refused(one(arrow(NAT, BOOL)), because=wrong)
    refused(one(App(fun(TYPE, lambda a: a), I)), because=wrong)
    refused(one(arrow(NAT, ZERO_NAT)), because="a type is expected")
    refused(one(c("I", NAT)), because="no function is applied")
    refused(one(c("I.c0")), because="not declared before")
    j = c("J")
    swapped = types(("I", TYPE, {"mk": j}), ("J", TYPE, {"mk": I}))
    refused(swapped, because=wrong)
    family = arrow(NAT, TYPE)
    refused(one(I, type=family, indices=1), because="a type is expected")
    refused(one(c("I", c("Bool.true")), type=family, indices=1), because="an argument does not")


def test_parameters_are_the_same_everywhere() -> None:
    """[Generator.applied, Generator.with_params]"""
    family = arrow(TYPE, TYPE)
    good = forall(TYPE, lambda a: arrow(a, c("I", a)))
    accepted(complete(one(good, type=family, params=1)))
    other = forall(TYPE, lambda a: arrow(a, c("I", NAT)))
    refused(one(other, type=family, params=1), because="does not make a member")
    # As an index it may differ; the universe is then larger.
    indexed = forall(TYPE, lambda a: arrow(a, c("I", NAT)))
    accepted(complete(one(indexed, type=arrow(TYPE, Sort(TWO)), indices=1)))
    fixed = forall(PROP, lambda a: c("I", NAT))
    refused(one(fixed, type=family, params=1), because="is not that of the first type")
    # Also where the types are copied, which gives the copies the parameters of the first type.
    seq = lambda a: c("Kinds.Seq", a, us=(ZERO,))  # noqa: E731
    other = forall(PROP, lambda a: arrow(seq(c("I", NAT)), c("I", NAT)))
    refused(
        one(other, type=family, params=1, recursive=True, nested=1),
        because="is not that of the first type",
    )
    own = forall(TYPE, lambda a: arrow(seq(c("I", a)), c("I", a)))
    accepted(complete(one(own, type=family, params=1, recursive=True, nested=1)))
    field = forall(TYPE, lambda a: arrow(c("I", NAT), c("I", a)))
    refused(one(field, type=family, params=1, recursive=True), because="may not stand")
    refused(one(c("I", NAT), type=family, params=1), because="")
    at_level = types(
        ("I", arrow(Sort(U), Sort(Succ(U))), {"mk": forall(Sort(U), lambda a: c("I", a, us=(V,)))}),
        params=1,
        levels="u v",
    )
    refused(at_level, because="")


@pytest.mark.parametrize(
    "levels", [(U, V), (V, U), (U, U), (ZERO, V)], ids=["as they are", "swapped", "one", "zero"]
)
def test_levels_are_the_same_everywhere(levels: tuple[Level, ...]) -> None:
    """[Generator.applied]"""
    made = types(("I", TYPE, {"mk": c("I", us=levels)}), levels="u v")
    if levels == (U, V):
        accepted(complete(made))
    else:
        refused(made, because="does not make a member of its type")


def test_what_is_said_of_the_parts_is_so() -> None:
    """[inductive._check_shape, recursors_of]"""
    block = complete(one(I, arrow(NAT, I, I), recursive=True))
    accepted(block)
    (type_,), (first, second) = block.types, block.constructors

    def with_type(**changes: object) -> Inductive:
        return replace(block, types=(replace(type_, **changes),))

    def with_second(**changes: object) -> Inductive:
        return replace(block, constructors=(first, replace(second, **changes)))

    refused(with_type(num_indices=1), because="has 0 indices")
    refused(with_type(num_nested=1), because="recursion")
    refused(with_type(is_recursive=False), because="recursion")
    refused(with_type(num_params=1), because="another number of parameters")
    refused(with_type(all=(n("J"),)), because="lists other types")
    refused(with_type(constructors=(n("I.c1"), n("I.c0"))), because="not those that the types list")
    refused(with_type(constructors=(n("I.c0"),)), because="not those that the types list")
    refused(with_type(level_params=(("w",),)), because="other level parameters")
    refused(with_second(inductive=n("Nat")), because="another type or place")
    refused(with_second(index=0), because="another type or place")
    refused(with_second(num_fields=1), because="has 2 fields")
    refused(with_second(num_params=1), because="another number of parameters")
    refused(with_second(level_params=(("w",),)), because="other level parameters")
    refused(with_second(name=n("I.c0")), because="declared twice")
    bare = replace(block, types=(), constructors=(), recursors=())
    assert rulings(bare)[0].verdict is Verdict.REFUSED
    for unsafe in (with_type(is_unsafe=True), with_second(is_unsafe=True)):
        assert rulings(unsafe)[0].verdict is Verdict.DECLINED


def test_nothing_of_a_refused_type_stays() -> None:
    """[inductive.add_inductive]"""
    made = behind_base()
    bad = one(I, arrow(arrow(I, FALSE), I), recursive=True)
    assert made.rule(bad, lambda _: False).verdict is Verdict.REFUSED
    for name in ("I", "I.c0", "I.rec"):
        assert n(name) not in made.environment.constants
    ruling = made.rule(definition("x", I, c("I.c0")), lambda _: False)
    assert "rests on I" in ruling.reason


# Elimination of proofs


def eliminates(block: Inductive, *before: object) -> bool:
    """Whether the recursor that comes with the type makes data."""
    (recursor,) = complete(block, *before).recursors
    return len(recursor.level_params) > len(block.types[0].level_params)


def test_only_what_holds_no_choice_is_taken_apart_to_data() -> None:
    """[Generator.eliminates_to_data]"""
    assert eliminates(one(I, I))
    assert eliminates(one(type=PROP))
    assert eliminates(one(I, type=PROP))
    assert eliminates(one(arrow(TRUE, I), type=PROP))
    family = arrow(NAT, PROP)
    assert eliminates(one(forall(NAT, lambda x: c("I", x)), type=family, indices=1))
    assert not eliminates(one(I, I, type=PROP))
    assert not eliminates(one(arrow(NAT, I), type=PROP))
    assert not eliminates(one(forall(NAT, lambda x: c("I", following(x))), type=family, indices=1))
    in_any = types(("I", Sort(U), {"a": c("I", us=(U,)), "b": c("I", us=(U,))}), levels="u")
    assert not eliminates(in_any)


def test_large_elimination_that_is_only_claimed() -> None:
    """[inductive._compare] With two constructors `Or` would tell its proofs apart."""
    small = complete(one(I, I, type=PROP))
    accepted(small)
    (recursor,) = small.recursors
    assert recursor.level_params == ()
    data = complete(one(I, I)).recursors[0]
    claimed = replace(small, recursors=(data,))
    refused(claimed, because="is not the one that comes with the type")
    widened = replace(recursor, type=data.type, level_params=data.level_params, rules=data.rules)
    refused(replace(small, recursors=(widened,)), because="is not the one that comes")


def test_k_is_only_for_one_constructor_without_fields_in_prop() -> None:
    """[Generator.recursors: k]"""
    for block, k in (
        (one(I, type=PROP), True),
        (one(arrow(TRUE, I), type=PROP), False),
        (one(I), False),
        (one(I, I, type=PROP), False),
    ):
        made = complete(block)
        (recursor,) = made.recursors
        assert recursor.k is k
        accepted(made)
        refused(replace(made, recursors=(replace(recursor, k=not k),)), because="is not the one")


def test_a_flipped_k_cannot_reduce_numbers() -> None:
    """`Nat.rec` with `k` set would take `1` for `0`."""
    block = next(
        item for item in base() if isinstance(item, Inductive) and item.types[0].name == n("Nat")
    )
    forged = replace(block, recursors=(replace(block.recursors[0], k=True),))
    assert checker().rule(forged, lambda _: False).verdict is Verdict.REFUSED


def test_paradoxes_come_to_nothing() -> None:
    """Had the type been accepted, the theorem would prove `False`."""
    bad = one(arrow(arrow(I, FALSE), I), recursive=True)
    claim = theorem("boom", FALSE, c("I.c0"))
    found = rulings(bad, claim)
    assert [r.verdict for r in found] == [Verdict.REFUSED] * 2


def test_no_declaration_names_an_auxiliary_type() -> None:
    """[Nesting.copy] lean4 issue 14616: the names of copies cannot be written in an export."""
    made = definition("x", TYPE, NAT)
    for name in (("_nested", -1, 1), ("x", -3)):
        refused(replace(made, name=name), because="no name that can be declared")
