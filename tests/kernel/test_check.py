"""What the kernel says of definitions, theorems and axioms; each refusal beside an accepted twin.

In brackets: what of the kernel the test guards.
"""

import math
from dataclasses import replace

import pytest

from harness.kernel.check import as_given, check
from harness.kernel.declarations import Export, Inductive, Quotient, Theorem, reach
from harness.kernel.known import AXIOMS
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
    Pi,
    Proj,
    Sort,
    StrLit,
    Succ,
    name_text,
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
    base,
    behind_base,
    c,
    checker,
    complete,
    definition,
    eq,
    equation,
    following,
    forall,
    fun,
    kinds,
    n,
    opaque,
    refl,
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


# Equality by definition


def test_beta_delta_zeta_and_eta() -> None:
    """[Reducer.step, Kernel._unfold_both, Kernel._eta]"""
    plus = definition("plus", arrow(NAT, NAT), fun(NAT, following))
    accepted(
        equation("beta", NAT, App(fun(NAT, following), ZERO_NAT), following(ZERO_NAT)),
        plus,
        equation("delta", NAT, c("plus", ZERO_NAT), following(ZERO_NAT)),
        equation("zeta", NAT, Let(NAT, ZERO_NAT, following(Bound(0))), following(ZERO_NAT)),
        equation("eta", arrow(NAT, NAT), fun(NAT, lambda x: c("plus", x)), c("plus")),
        equation("succ", arrow(NAT, NAT), fun(NAT, following), c("Nat.succ")),
    )
    refused(
        equation("eta", arrow(NAT, NAT), fun(NAT, lambda x: x), c("Nat.succ")),
        because=WRONG_VALUE,
    )
    refused(equation("no", NAT, following(ZERO_NAT), ZERO_NAT), because=WRONG_VALUE)


def test_functions_of_different_domains_differ() -> None:
    """[Kernel._equal_binders]"""
    accepted(
        theorem(
            "t", eq(TWO, TYPE, arrow(NAT, NAT), arrow(NAT, NAT)), refl(TWO, TYPE, arrow(NAT, NAT))
        )
    )
    refused(
        theorem(
            "t", eq(TWO, TYPE, arrow(NAT, NAT), arrow(BOOL, NAT)), refl(TWO, TYPE, arrow(NAT, NAT))
        ),
        because=WRONG_VALUE,
    )
    proof = fun(TYPE, lambda a: refl(TWO, TYPE, arrow(a, NAT)))
    claim = forall(TYPE, lambda a: eq(TWO, TYPE, arrow(a, NAT), arrow(NAT, a)))
    refused(theorem("t", claim, proof), because=WRONG_VALUE)


def test_opaque_is_not_unfolded() -> None:
    """[Environment.unfolds]"""
    accepted(opaque("x", NAT, NatLit(3)), equation("same", NAT, c("x"), c("x")))
    refused(opaque("x", NAT, NatLit(3)), equation("t", NAT, c("x"), NatLit(3)), because=WRONG_VALUE)
    accepted(definition("y", NAT, NatLit(3)), equation("t", NAT, c("y"), NatLit(3)))


def test_proofs_of_one_proposition_are_equal_and_nothing_else_is() -> None:
    """[Kernel._equal_proofs]"""

    def alike(type: Expr, level: object) -> Theorem:
        claim = forall(type, lambda x: forall(type, lambda y: eq(level, type, x, y)))
        proof = fun(type, lambda x: fun(type, lambda y: refl(level, type, x)))
        return theorem("t", claim, proof)

    accepted(alike(c("Or", TRUE, TRUE), ZERO))
    refused(alike(NAT, ONE), because=WRONG_VALUE)
    refused(alike(BOOL, ONE), because=WRONG_VALUE)
    any_type = theorem(
        "t",
        forall(Sort(U), lambda a: forall(a, lambda x: forall(a, lambda y: eq(U, a, x, y)))),
        fun(Sort(U), lambda a: fun(a, lambda x: fun(a, lambda y: refl(U, a, x)))),
        "u",
    )
    refused(any_type, because=WRONG_VALUE)


PAIR = c("Kinds.Pair", NAT, BOOL, us=(ZERO, ZERO))


def pair(a: Expr, b: Expr) -> Expr:
    return c("Kinds.Pair.mk", NAT, BOOL, a, b, us=(ZERO, ZERO))


def field(index: int, e: Expr) -> Expr:
    return Proj(n("Kinds.Pair"), index, e)


def test_structures_are_their_fields() -> None:
    """[Kernel._structure_eta, Reducer.project, Reducer.expand]"""
    accepted(
        theorem(
            "eta",
            forall(PAIR, lambda p: eq(ONE, PAIR, p, pair(field(0, p), field(1, p)))),
            fun(PAIR, lambda p: refl(ONE, PAIR, p)),
        ),
        equation("first", NAT, field(0, pair(NatLit(3), c("Bool.true"))), NatLit(3)),
        theorem(
            "rec",
            forall(PAIR, lambda p: eq(ONE, NAT, first(p), field(0, p))),
            fun(PAIR, lambda p: refl(ONE, NAT, field(0, p))),
        ),
    )
    mixed = theorem(
        "t",
        forall(
            PAIR, lambda p: forall(PAIR, lambda q: eq(ONE, PAIR, p, pair(field(0, q), field(1, p))))
        ),
        fun(PAIR, lambda p: fun(PAIR, lambda q: refl(ONE, PAIR, p))),
    )
    refused(mixed, because=WRONG_VALUE)
    refused(
        equation("t", NAT, field(0, pair(NatLit(3), c("Bool.true"))), NatLit(4)),
        because=WRONG_VALUE,
    )


def first(p: Expr) -> Expr:
    """The first field by the recursor."""
    motive = fun(PAIR, lambda _: NAT)
    take = fun(NAT, lambda a: fun(BOOL, lambda _: a))
    return c("Kinds.Pair.rec", NAT, BOOL, motive, take, p, us=(ONE, ZERO, ZERO))


def test_what_is_no_structure_has_no_eta() -> None:
    """[Environment.structure] Not with two constructors, with recursion, or with indices."""
    point = c("Kinds.Point")

    def alike(type: Expr) -> Theorem:
        claim = forall(type, lambda x: forall(type, lambda y: eq(ONE, type, x, y)))
        return theorem("t", claim, fun(type, lambda x: fun(type, lambda _: refl(ONE, type, x))))

    accepted(alike(point))
    refused(alike(c("Kinds.Color")), because=WRONG_VALUE)
    loop = complete(types(("Loop", TYPE, {"mk": arrow(c("Loop"), c("Loop"))}), recursive=True))
    refused(loop, alike(c("Loop")), because=WRONG_VALUE)
    made = complete(types(("At", arrow(NAT, TYPE), {"mk": c("At", ZERO_NAT)}), indices=1))
    refused(made, alike(c("At", ZERO_NAT)), because=WRONG_VALUE)


def test_projections() -> None:
    """[Typing._type_of_projection]"""
    p = pair(NatLit(3), c("Bool.true"))
    accepted(definition("x", NAT, field(0, p)))
    accepted(definition("x", BOOL, field(1, p)))
    refused(definition("x", NAT, field(1, p)), because=WRONG_VALUE)
    refused(definition("x", NAT, field(2, p)), because="no field number 2")
    refused(
        definition("x", NAT, Proj(n("Nat"), 0, NatLit(3))), because="not exactly one constructor"
    )
    refused(definition("x", NAT, Proj(n("Kinds.Point"), 0, p)), because="not of its structure")
    refused(
        definition("x", NAT, Proj(n("Kinds.Pair"), 0, NatLit(3))), because="not of its structure"
    )
    refused(
        definition("x", NAT, Proj(n("Kinds.Point"), 0, c("Kinds.Point.mk"))),
        because="no field number 0",
    )


def test_no_data_comes_out_of_a_proof_by_a_projection() -> None:
    """[Typing._type_of_projection] Else `mk 0` and `mk 1` are equal proofs with unequal fields."""
    some = complete(
        types(("Some", PROP, {"mk": forall(NAT, lambda x: arrow(eq(ONE, NAT, x, x), c("Some")))}))
    )
    both = c("And", TRUE, TRUE)
    intro = c("And.intro", TRUE, TRUE, c("True.intro"), c("True.intro"))
    accepted(theorem("t", TRUE, Proj(n("And"), 0, intro)))
    accepted(theorem("t", arrow(both, TRUE), Lam(both, Proj(n("And"), 1, Bound(0)))))
    take = definition("x", arrow(c("Some"), NAT), Lam(c("Some"), Proj(n("Some"), 0, Bound(0))))
    refused(some, take, because="takes data out of a proof")
    # Nor a proof of something about such data.
    about = fun(c("Some"), lambda s: Proj(n("Some"), 1, s))
    claim = forall(c("Some"), lambda s: TRUE)
    refused(some, theorem("x", claim, about), because="takes data out of a proof")


# Recursors, quotients


def test_recursors_compute() -> None:
    """[Reducer.recurse]"""
    motive = fun(NAT, lambda _: NAT)
    step = fun(NAT, lambda k: fun(NAT, lambda m: following(following(m))))

    def double(k: Expr) -> Expr:
        return c("Nat.rec", motive, ZERO_NAT, step, k, us=(ONE,))

    accepted(
        equation("zero", NAT, double(ZERO_NAT), ZERO_NAT),
        equation("literal", NAT, double(NatLit(20)), NatLit(40)),
        equation("both", NAT, double(following(NatLit(1))), following(following(NatLit(2)))),
        theorem(
            "variable",
            forall(
                NAT, lambda k: eq(ONE, NAT, double(following(k)), following(following(double(k))))
            ),
            fun(NAT, lambda k: refl(ONE, NAT, double(following(k)))),
        ),
    )
    refused(equation("t", NAT, double(NatLit(20)), NatLit(41)), because=WRONG_VALUE)
    forged = c("Nat.rec", motive, ZERO_NAT, step, c("Bool.true"), us=(ONE,))
    refused(definition("t", NAT, forged), because=WRONG_ARGUMENT)
    stuck = theorem(
        "t",
        forall(NAT, lambda k: eq(ONE, NAT, double(k), ZERO_NAT)),
        fun(NAT, lambda k: refl(ONE, NAT, ZERO_NAT)),
    )
    refused(stuck, because=WRONG_VALUE)


def test_a_proof_of_equality_computes_only_where_the_sides_are_equal() -> None:
    """[Reducer.only_proof] K would otherwise cast a number to anything."""
    motive = lambda a: fun(NAT, lambda b: fun(eq(ONE, NAT, a, b), lambda _: NAT))  # noqa: E731

    def cast(a: Expr, b: Expr, h: Expr) -> Expr:
        return c("Eq.rec", NAT, a, motive(a), NatLit(5), b, h, us=(ONE, ONE))

    def claim(a: Expr, b: Expr) -> Theorem:
        type = eq(ONE, NAT, a, b)
        return theorem(
            "t",
            forall(type, lambda h: eq(ONE, NAT, cast(a, b, h), NatLit(5))),
            fun(type, lambda h: refl(ONE, NAT, NatLit(5))),
        )

    accepted(claim(NatLit(2), following(NatLit(1))))
    refused(claim(NatLit(2), NatLit(3)), because=WRONG_VALUE)


def test_quotients() -> None:
    """[Reducer.eliminate, known]"""
    relation = fun(NAT, lambda _: fun(NAT, lambda _: TRUE))
    quotient = c("Quot", NAT, relation, us=(ONE,))

    def made(a: Expr) -> Expr:
        return c("Quot.mk", NAT, relation, a, us=(ONE,))

    def lifted(f: Expr, h: Expr, q: Expr) -> Expr:
        return c("Quot.lift", NAT, relation, NAT, f, h, q, us=(ONE, ONE))

    def respects(f: Expr, proof: Expr) -> Expr:
        return fun(
            NAT, lambda a: fun(NAT, lambda b: fun(App(App(relation, a), b), lambda _: proof))
        )

    constant = fun(NAT, lambda _: NatLit(7))
    good = respects(constant, refl(ONE, NAT, NatLit(7)))
    accepted(equation("t", NAT, lifted(constant, good, made(NatLit(2))), NatLit(7)))
    accepted(definition("q", quotient, made(NatLit(2))))
    # Without a proof that the function respects the relation, 0 = 1 would follow from `sound`.
    identity = fun(NAT, lambda x: x)
    bad = respects(identity, refl(ONE, NAT, NatLit(0)))
    refused(definition("t", NAT, lifted(identity, bad, made(NatLit(2)))), because=WRONG_ARGUMENT)
    refused(
        definition("t", NAT, lifted(constant, c("True.intro"), made(NatLit(2)))),
        because=WRONG_ARGUMENT,
    )
    refused(equation("t", quotient, made(NatLit(1)), made(NatLit(2))), because=WRONG_VALUE)
    sound = c("Quot.sound", NAT, relation, NatLit(1), NatLit(2), c("True.intro"), us=(ONE,))
    accepted(theorem("t", eq(ONE, quotient, made(NatLit(1)), made(NatLit(2))), sound))


def test_the_parts_of_the_quotients_are_the_known_ones() -> None:
    """[known.require_known]"""
    before = reach(kinds(), [n("Quot.mk")]).declarations
    parts = [item for item in before if isinstance(item, Quotient)]
    rest = [item for item in before if not isinstance(item, Quotient)]
    assert len(parts) == 4
    for i, part in enumerate(parts):
        made = checker(*rest, *[each for each in parts if each.name == n("Quot") and each != part])
        wrong = Pi(Sort(U), Sort(ZERO)) if part.name == n("Quot") else Pi(Sort(U), Bound(0))
        for spoil in (replace(part, type=wrong), replace(part, kind=parts[i - 1].kind)):
            assert made.rule(spoil, lambda name: False).verdict is Verdict.REFUSED
    made = checker(*[item for item in rest if not isinstance(item, Inductive)])
    assert made.rule(parts[0], lambda name: False).verdict is Verdict.REFUSED


# Axioms


def test_axioms() -> None:
    """[known.require_known]"""
    refused(axiom("mine", FALSE), because="not one of the three")
    refused(axiom("mine", TRUE), because="not one of the three")
    for name in AXIOMS:
        before = [
            item
            for item in reach(kinds(), [name]).declarations
            if not hasattr(item, "name") or item.name != name
        ]
        right = kinds().by_name[name]
        assert checker(*before).rule(right, lambda _: False).verdict is Verdict.ACCEPTED
        for type in (FALSE, Pi(PROP, Bound(0)), forall(Sort(U), lambda a: a)):
            false = kinds().by_name[n("False")]
            made = checker(*before, *([] if false in before else [false]))
            ruling = made.rule(replace(right, type=type), lambda _: False)
            assert ruling.verdict is Verdict.REFUSED
            assert "does not have the type" in ruling.reason or "not declared" in ruling.reason


def test_an_axiom_speaks_of_the_right_things() -> None:
    """[known._require] `choice` for a `Nonempty` that everything is gives a member of `False`."""
    alpha = forall(Sort(U), lambda a: c("Nonempty", a, us=(U,)))
    nonempty = types(("Nonempty", arrow(Sort(U), PROP), {"intro": alpha}), params=1, levels="u")
    choice = kinds().by_name[n("Classical.choice")]
    refused_by = checker(complete(nonempty, on=checker())).rule(choice, lambda _: False)
    assert refused_by.verdict is Verdict.REFUSED
    assert "Nonempty is not what an axiom" in refused_by.reason


def test_trust() -> None:
    """[check, Checker._add] What is trusted is not checked, and says so; some things never are."""
    lie = axiom("Lib.lie", FALSE)
    use = theorem("use", FALSE, c("Lib.lie"))
    export = Export((*base(), lie, use))
    trusted = {name_text(r.name): r for r in check(export, trusted=lambda name: name[0] == "Lib")}
    assert trusted["Lib.lie"].verdict is Verdict.TRUSTED
    assert trusted["use"].verdict is Verdict.ACCEPTED
    found = {name_text(r.name): r.verdict for r in check(export)}
    assert (found["Lib.lie"], found["use"]) == (Verdict.REFUSED, Verdict.REFUSED)
    for name in ("sorryAx", "Lean.ofReduceBool", "Lean.ofReduceNat", "Lean.trustCompiler"):
        (ruling,) = list(check(Export((axiom(name, PROP),)), trusted=lambda _: True))
        assert ruling.verdict is Verdict.REFUSED
    # A block is trusted only as a whole.
    block = next(d for d in base() if isinstance(d, Inductive))
    (ruling,) = list(check(Export((block,)), trusted=lambda name: name == block.types[0].name))
    assert ruling.verdict is Verdict.ACCEPTED


def test_a_library_is_believed_no_more_than_it_must_be() -> None:
    """[as_given]"""
    bad = definition("Lib.d", NAT, c("Bool.true"))
    export = Export((*base(), axiom("Lib.a", FALSE), bad, axiom("mine", FALSE)))
    trusted = as_given(export, lambda name: name[0] != "mine")
    found = {name_text(r.name): r.verdict for r in check(export, trusted=trusted)}
    assert found["Lib.a"] is Verdict.TRUSTED
    assert found["Lib.d"] is Verdict.REFUSED
    assert found["mine"] is Verdict.REFUSED
    assert found["propext"] is Verdict.ACCEPTED
    assert found["Nat.add"] is Verdict.TRUSTED


def test_the_compilers_word_is_not_taken() -> None:
    """`Lean.reduceBool` is opaque, and what Lean would compute for it is not computed (A07)."""
    reduce_bool = opaque("Lean.reduceBool", arrow(BOOL, BOOL), fun(BOOL, lambda b: b))
    constant = definition("x", BOOL, c("Bool.true"))
    claim = equation("t", BOOL, c("Lean.reduceBool", c("x")), c("Bool.true"))
    refused(reduce_bool, constant, claim, because=WRONG_VALUE)
    accepted(constant, equation("t", BOOL, c("x"), c("Bool.true")))


# Literals


def test_numbers() -> None:
    """[literals.OPERATIONS, Checker._accelerate]"""

    def op(name: str, *args: int) -> Expr:
        return c(f"Nat.{name}", *map(NatLit, args))

    a, b = 12345678901234567890, 98765432109876543210
    accepted(
        equation("zero", NAT, NatLit(0), ZERO_NAT),
        equation("one", NAT, NatLit(1), following(ZERO_NAT)),
        equation("five", NAT, NatLit(5), following(following(NatLit(3)))),
        equation("add", NAT, op("add", a, b), NatLit(a + b)),
        equation("mul", NAT, op("mul", a, b), NatLit(a * b)),
    )
    refused(equation("t", NAT, NatLit(1), NatLit(2)), because=WRONG_VALUE)
    refused(equation("t", NAT, NatLit(0), following(ZERO_NAT)), because=WRONG_VALUE)
    refused(equation("t", NAT, op("mul", a, b), NatLit(a * b + 1)), because=WRONG_VALUE)
    refused(equation("t", NAT, op("add", a, b), NatLit(a - b if a > b else 0)), because=WRONG_VALUE)


def test_all_operations_on_numbers() -> None:
    """Against Lean's definitions as they are documented, for small numbers and at the edges."""
    from harness.kernel.literals import LARGEST_BITS, OPERATIONS, compute

    wanted = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b if a > b else 0,
        "mul": lambda a, b: sum([a] * b),
        "div": lambda a, b: next(q for q in range(a + 1) if not b or b * (q + 1) > a),
        "mod": lambda a, b: (
            a if not b else a - b * next(q for q in range(a + 1) if b * (q + 1) > a)
        ),
        "gcd": lambda a, b: max((d for d in range(1, a + b + 1) if a % d == b % d == 0), default=0),
        "beq": lambda a, b: a == b,
        "ble": lambda a, b: not a > b,
        "land": lambda a, b: sum(2**i for i in range(8) if a >> i & 1 and b >> i & 1),
        "lor": lambda a, b: sum(2**i for i in range(8) if a >> i & 1 or b >> i & 1),
        "xor": lambda a, b: sum(2**i for i in range(8) if (a >> i & 1) != (b >> i & 1)),
        "shiftLeft": lambda a, b: a * 2**b,
        "shiftRight": lambda a, b: int(a / 2**b),
        "pow": lambda a, b: math.prod([a] * b),
    }
    for name, function in wanted.items():
        count, operation = OPERATIONS["Nat", name]
        assert count == 2
        for a in range(9):
            for b in range(9):
                assert operation(a, b) == function(a, b), (name, a, b)
    _, log2 = OPERATIONS["Nat", "log2"]
    assert [log2(a) for a in (0, 1, 2, 3, 4, 7, 8, 2**64)] == [0, 0, 1, 1, 2, 2, 3, 64]
    assert set(OPERATIONS) == {("Nat", name) for name in [*wanted, "log2"]}
    for name in ("pow", "shiftLeft", "mul", "div"):
        assert compute(("Nat", name), [2**LARGEST_BITS, 2**LARGEST_BITS]) is None
    assert compute(("Nat", "pow"), [2, 2**64]) is None
    assert compute(("Nat", "shiftLeft"), [1, 2**64]) is None
    assert compute(("Nat", "pow"), [2, 1000]) == 2**1000


def test_a_function_that_is_not_what_its_name_says_is_not_computed() -> None:
    """[Checker._accelerate] `Nat.sub x y := x` would otherwise prove `5 = 2`."""
    lying = definition("Nat.sub", arrow(NAT, NAT, NAT), fun(NAT, lambda x: fun(NAT, lambda _: x)))
    use = c("Nat.sub", NatLit(5), NatLit(3))
    accepted(lying, equation("t", NAT, use, NatLit(5)))
    refused(lying, equation("t", NAT, use, NatLit(2)), because=WRONG_VALUE)
    unknown = definition("Nat.gcd", arrow(NAT, NAT, NAT), fun(NAT, lambda x: fun(NAT, lambda _: x)))
    refused(
        unknown,
        equation("t", NAT, c("Nat.gcd", NatLit(4), NatLit(6)), NatLit(2)),
        because=WRONG_VALUE,
    )
    assert ("Nat", "add") in behind_base().environment.accelerated


def test_a_number_needs_the_natural_numbers() -> None:
    """[literals.require_nat]"""
    fake = complete(types(("Other", TYPE, {"zero": c("Other")})))
    made = checker(fake)
    ruling = made.rule(definition("x", c("Other"), NatLit(3)), lambda _: False)
    assert ruling.verdict is Verdict.REFUSED
    empty = types(("Nat", TYPE, {}))
    full = checker()
    assert full.rule(empty, lambda _: True).verdict is Verdict.TRUSTED
    ruling = full.rule(definition("x", NAT, NatLit(0)), lambda _: False)
    assert (ruling.verdict, "Nat is not" in ruling.reason) == (Verdict.REFUSED, True)


def test_no_number_is_below_zero() -> None:
    """[Typing._type] One made by `unsafeCast` proved `False` to Lean's kernel."""
    refused(definition("x", NAT, NatLit(-1)), because="below 0")
    refused(equation("x", NAT, c("Nat.add", NatLit(-1), NatLit(2)), NatLit(1)), because="below 0")
    refused(
        definition("x", forall(NAT, lambda _: eq(ONE, NAT, NatLit(-1), NatLit(-1))), NAT),
        because="below 0",
    )


def test_texts() -> None:
    """[Typing._type: texts, Kernel._equal_texts] The types are stand-ins with the right names."""
    character = complete(types(("Char", TYPE, {"ofNat": arrow(NAT, c("Char"))})))
    # `List` and `String.ofList` as in Lean, where the latter is a function and not a constructor.
    lists = kinds().by_name[n("List")]
    chars = c("List", c("Char"), us=(ZERO,))
    text = complete(
        types(("String", TYPE, {"ofList": arrow(chars, c("String"))})), character, lists
    )
    nil = c("List.nil", c("Char"), us=(ZERO,))

    def cons(code: int, rest: Expr) -> Expr:
        return c("List.cons", c("Char"), c("Char.ofNat", NatLit(code)), rest, us=(ZERO,))

    spelled = c("String.ofList", cons(97, cons(233, nil)))
    before = (character, lists, text)
    accepted(*before, definition("x", c("String"), StrLit("ab")))
    accepted(*before, equation("t", c("String"), StrLit("aé"), spelled))
    accepted(*before, equation("t", c("String"), spelled, StrLit("aé")))
    accepted(*before, equation("t", c("String"), StrLit(""), c("String.ofList", nil)))
    refused(*before, equation("t", c("String"), StrLit("ae"), spelled), because=WRONG_VALUE)
    refused(*before, equation("t", c("String"), StrLit("a"), StrLit("b")), because=WRONG_VALUE)
    # A `String` that is empty has no members, literal or not.
    hollow = complete(types(("String", TYPE, {})))
    other = definition("String.ofList", arrow(chars, NAT), fun(chars, lambda _: ZERO_NAT))
    refused(
        *(character, lists, hollow, other, definition("x", c("String"), StrLit("a"))),
        because="String is not what it should be",
    )
    refused(definition("x", c("String"), StrLit("a")), because="is cited")


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
