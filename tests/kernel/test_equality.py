"""What is equal by definition, and what only looks so; each refusal beside an accepted twin.

In brackets: what of the kernel the test guards.
"""

from dataclasses import replace

from harness.kernel.declarations import Inductive, Quotient, Theorem, reach
from harness.kernel.ruling import Verdict
from harness.kernel.terms import (
    ZERO,
    App,
    Bound,
    Expr,
    Lam,
    Let,
    NatLit,
    Pi,
    Proj,
    Sort,
)
from tests.kernel.build import (
    BOOL,
    NAT,
    ONE,
    PROP,
    TRUE,
    TWO,
    TYPE,
    ZERO_NAT,
    U,
    accepted,
    arrow,
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
    theorem,
    types,
)

WRONG_VALUE = "the value does not have the stated type"
WRONG_ARGUMENT = "an argument does not have the type"


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
