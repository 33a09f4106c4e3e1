"""What the kernel says of definitions and theorems; each refusal beside an accepted twin.

In brackets: what of the kernel the test guards.
"""

from dataclasses import replace

import pytest

from harness.kernel.check import check
from harness.kernel.ruling import Verdict
from harness.kernel.terms import (
    ZERO,
    App,
    Bound,
    Expr,
    IMax,
    Lam,
    Let,
    Local,
    Max,
    NatLit,
    Param,
    Proj,
    Sort,
    Succ,
)
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
    axiom,
    behind_base,
    c,
    definition,
    eq,
    equation,
    following,
    forall,
    fun,
    kinds,
    n,
    opaque,
    refused,
    rulings,
    theorem,
    types,
)

WRONG_VALUE = "the value does not have the stated type"
WRONG_ARGUMENT = "an argument does not have the type"


def test_all_that_lean_made_is_accepted() -> None:
    """One declaration of each kind, with Lean's own recursors: see Kinds.lean."""
    found = list(check(kinds()))
    assert [r for r in found if r.verdict is not Verdict.ACCEPTED] == []
    assert len(found) == len(kinds().declarations)


# Types and values


def test_a_value_has_its_type() -> None:
    """[Checker._check]"""
    accepted(definition("t", TYPE, PROP), definition("x", NAT, ZERO_NAT))
    refused(definition("t", PROP, TYPE), because=WRONG_VALUE)
    refused(definition("x", NAT, c("Bool.true")), because=WRONG_VALUE)
    refused(theorem("x", FALSE, c("True.intro")), because=WRONG_VALUE)
    refused(opaque("x", FALSE, c("True.intro")), because=WRONG_VALUE)


def test_a_type_is_a_type() -> None:
    """[Typing.level]"""
    refused(definition("x", ZERO_NAT, ZERO_NAT), because="a type is expected")
    refused(definition("x", fun(NAT, lambda x: x), ZERO_NAT), because="a type is expected")
    refused(definition("x", arrow(NAT, ZERO_NAT), ZERO_NAT), because="a type is expected")
    refused(definition("x", arrow(NAT, NAT), Lam(ZERO_NAT, Bound(0))), because="a type is expected")


def test_an_argument_has_its_type() -> None:
    """[Typing._check_argument]"""
    accepted(definition("x", NAT, following(ZERO_NAT)))
    refused(definition("x", NAT, following(c("Bool.true"))), because=WRONG_ARGUMENT)
    refused(definition("x", NAT, App(ZERO_NAT, ZERO_NAT)), because="no function is applied")


def test_a_theorem_is_a_proposition() -> None:
    """[Checker._check]"""
    accepted(theorem("t", TRUE, c("True.intro")), definition("d", NAT, ZERO_NAT))
    refused(theorem("t", NAT, ZERO_NAT), because="not a proposition")
    some = forall(Sort(U), lambda a: forall(a, lambda _: a))
    identity = fun(Sort(U), lambda a: fun(a, lambda x: x))
    refused(theorem("t", some, identity, "u"), because="not a proposition")


def test_what_a_let_binds_has_its_type() -> None:
    """[Typing._type_of_let]"""
    accepted(definition("x", NAT, Let(NAT, ZERO_NAT, following(Bound(0)))))
    # The value is seen in the body: `let t := Nat; (0 : t)`.
    accepted(definition("x", NAT, Let(TYPE, NAT, App(Lam(Bound(0), Bound(0)), ZERO_NAT))))
    refused(definition("x", NAT, Let(BOOL, ZERO_NAT, NatLit(1))), because="a let gives a value")
    refused(definition("x", NAT, Let(ZERO_NAT, ZERO_NAT, NatLit(1))), because="a type is expected")


def test_nothing_is_cited_before_it_is_declared() -> None:
    """[Checker._check_names]"""
    refused(definition("x", NAT, c("later")), because="later is cited and is not declared before")
    refused(theorem("x", FALSE, c("x")), because="x is cited and is not declared before")
    refused(definition("x", arrow(NAT, NAT), c("x")), because="not declared before")
    refused(definition("x", NAT, Proj(n("Later"), 0, ZERO_NAT)), because="Later is cited")


def test_what_rests_on_what_fell_falls() -> None:
    """[Checker._check_names]"""
    bad = theorem("bad", FALSE, c("True.intro"))
    uses = theorem("uses", FALSE, c("bad"))
    above = theorem("above", FALSE, c("uses"))
    found = rulings(bad, uses, above)
    assert [r.verdict for r in found] == [Verdict.REFUSED] * 3
    assert "rests on bad, which was refused" in found[1].reason
    assert "rests on uses" in found[2].reason
    partial = replace(definition("p", NAT, ZERO_NAT), safety="partial")
    found = rulings(partial, definition("q", NAT, c("p")))
    assert [r.verdict for r in found] == [Verdict.DECLINED] * 2


@pytest.mark.parametrize("name", ["Nat", "Nat.succ", "Nat.rec", "Nat.add", "Quot.mk"])
def test_names_are_declared_once(name: str) -> None:
    """[Checker._check_names]"""
    for made in (
        definition(name, NAT, ZERO_NAT),
        theorem(name, TRUE, c("True.intro")),
        axiom(name, TRUE),
        types((name, TYPE, {})),
        types(("X", TYPE, {}), (name, TYPE, {})),
    ):
        refused(made, because="declared twice")


def test_a_name_that_fell_cannot_be_declared_again() -> None:
    bad = theorem("t", FALSE, c("True.intro"))
    found = rulings(bad, theorem("t", TRUE, c("True.intro")))
    assert [r.verdict for r in found] == [Verdict.REFUSED] * 2


def test_the_anonymous_name_cannot_be_declared() -> None:
    made = replace(definition("x", NAT, ZERO_NAT), name=())
    refused(made, because="no name that can be declared")


def test_no_variable_stands_outside_all_binders() -> None:
    """[Checker._check_names] A free variable in an `opaque` proved `False` in Lean before 4.32."""
    refused(definition("x", NAT, Bound(0)), because="outside all binders")
    refused(opaque("x", FALSE, Local(0, FALSE)), because="outside all binders")
    refused(theorem("x", FALSE, Local(7, FALSE)), because="outside all binders")
    refused(definition("x", NAT, Lam(NAT, Bound(1))), because="outside all binders")


def test_unsafe_and_partial_are_declined() -> None:
    for made in (
        replace(definition("x", FALSE, ZERO_NAT), safety="unsafe"),
        replace(definition("x", NAT, ZERO_NAT), safety="partial"),
        replace(opaque("x", NAT, ZERO_NAT), is_unsafe=True),
        replace(axiom("x", TRUE), is_unsafe=True),
    ):
        (ruling,) = rulings(made)
        assert ruling.verdict is Verdict.DECLINED


# Universe levels


def test_level_parameters() -> None:
    """[Typing._check_level, Checker._check_names, Environment.type_of]"""
    accepted(definition("t", Sort(Succ(U)), Sort(U), "u"))
    refused(definition("t", Sort(Succ(U)), Sort(U)), because="parameter u is not declared")
    refused(definition("t", Sort(Succ(U)), Sort(V), "u"), because="parameter v is not declared")
    refused(definition("t", Sort(TWO), TYPE, "u u"), because="a level parameter is declared twice")
    identity = definition(
        "id",
        forall(Sort(U), lambda a: forall(a, lambda _: a)),
        fun(Sort(U), lambda a: fun(a, lambda x: x)),
        "u",
    )
    accepted(identity, definition("x", NAT, c("id", NAT, ZERO_NAT, us=(ONE,))))
    use = c("id", NAT, ZERO_NAT)
    refused(identity, definition("x", NAT, use), because="id takes 1 levels, and is given 0")
    use = c("id", NAT, ZERO_NAT, us=(ONE, ONE))
    refused(identity, definition("x", NAT, use), because="id takes 1 levels, and is given 2")
    use = c("id", NAT, ZERO_NAT, us=(TWO,))
    refused(identity, definition("x", NAT, use), because=WRONG_ARGUMENT)
    use = c("id", NAT, ZERO_NAT, us=(V,))
    refused(identity, definition("x", NAT, use), because="parameter v is not declared")


def test_a_parameter_that_an_earlier_declaration_had_is_not_declared_here() -> None:
    """[Typing.start] What was checked for one declaration is not believed for the next."""
    first = definition("t", Sort(Succ(U)), Sort(U), "u")
    second = definition("s", Sort(Succ(U)), Sort(U))
    refused(first, second, because="parameter u is not declared")


def test_a_forged_cache_of_parameters_has_no_meaning_here() -> None:
    """`P.{w}` that kept `w` for every level would give `False` from `Q.{0} → Q.{1}` (case A04)."""
    w = Param(("w",))
    all_alike = forall(Sort(w), lambda a: forall(a, lambda x: forall(a, lambda y: eq(w, a, x, y))))
    q = definition("Q", PROP, all_alike, "w")
    p = definition("P", PROP, c("Q", us=(w,)), "w")
    accepted(q, p)
    same = theorem(
        "t", arrow(c("P", us=(ZERO,)), c("Q", us=(ZERO,))), Lam(c("P", us=(ZERO,)), Bound(0))
    )
    accepted(q, p, same)
    up = theorem(
        "t", arrow(c("P", us=(ZERO,)), c("Q", us=(ONE,))), Lam(c("P", us=(ZERO,)), Bound(0))
    )
    refused(q, p, up, because=WRONG_VALUE)


@pytest.mark.parametrize(
    ("level", "of"),
    [
        (IMax(ONE, ZERO), ONE),
        (Max(ONE, ZERO), TWO),
        (IMax(TWO, ONE), Succ(TWO)),
        (IMax(U, ZERO), ONE),
        (IMax(U, U), Succ(U)),
        (Max(U, V), Succ(Max(V, U))),
    ],
)
def test_level_arithmetic(level, of) -> None:  # type: ignore[no-untyped-def]
    """[universes]"""
    accepted(definition("t", Sort(of), Sort(level), "u v"))
    refused(definition("t", Sort(Succ(of)), Sort(level), "u v"), because=WRONG_VALUE)


def test_universes_are_not_mixed_up() -> None:
    """[universes] `Type : Type` would prove `False` by Girard's paradox."""
    refused(definition("t", TYPE, TYPE), because=WRONG_VALUE)
    refused(definition("t", Sort(U), Sort(U), "u"), because=WRONG_VALUE)
    product = forall(TYPE, lambda a: a)
    accepted(definition("t", Sort(TWO), product))
    refused(definition("t", TYPE, product), because=WRONG_VALUE)
    impredicative = forall(PROP, lambda p: p)
    accepted(definition("t", PROP, impredicative))
    arrows = fun(Sort(U), lambda a: fun(Sort(V), lambda b: arrow(a, b)))
    of = arrow(Sort(U), Sort(V), Sort(IMax(U, V)))
    accepted(definition("t", of, arrows, "u v"))
    of = arrow(Sort(U), Sort(V), Sort(Max(U, V)))
    refused(definition("t", of, arrows, "u v"), because=WRONG_VALUE)


# Limits


def endless(steps: int) -> Expr:
    """A number that is counted up to in so many steps."""
    motive = fun(NAT, lambda _: NAT)
    step = fun(NAT, lambda _: fun(NAT, lambda m: m))
    return c("Nat.rec", motive, ZERO_NAT, step, NatLit(steps), us=(ONE,))


def test_what_takes_too_many_steps_is_declined() -> None:
    """[Reducer.spend, Checker.rule]"""
    accepted(equation("t", NAT, endless(100), ZERO_NAT))
    made = behind_base()
    made.fuel = 3000
    ruling = made.rule(equation("t", NAT, endless(10**9), ZERO_NAT), lambda _: False)
    assert (ruling.verdict, ruling.reason) == (
        Verdict.DECLINED,
        "it takes more steps than are allowed",
    )
    use = theorem("s", eq(ONE, NAT, endless(10**9), ZERO_NAT), c("t"))
    assert made.rule(use, lambda _: False).verdict is Verdict.DECLINED


def test_what_takes_too_long_is_declined() -> None:
    """[Reducer.spend]"""
    made = behind_base()
    made.seconds = -1.0
    ruling = made.rule(equation("t", NAT, endless(10**9), ZERO_NAT), lambda _: False)
    assert (ruling.verdict, ruling.reason) == (
        Verdict.DECLINED,
        "it takes more time than is allowed",
    )


def test_what_goes_too_deep_is_declined() -> None:
    """[Checker.rule]"""
    e = ZERO_NAT
    for _ in range(25_000):
        e = following(e)
    (ruling,) = rulings(definition("x", NAT, e))
    assert (ruling.verdict, ruling.reason) == (Verdict.DECLINED, "it goes too deep")
