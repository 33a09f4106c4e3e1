"""Axioms, trust, numbers and texts: what is not taken for what it is called.

In brackets: what of the kernel the test guards.
"""

import math
from dataclasses import replace

from harness.kernel.check import as_given, check
from harness.kernel.declarations import Export, Inductive, reach
from harness.kernel.known import AXIOMS
from harness.kernel.ruling import Verdict
from harness.kernel.terms import (
    ZERO,
    Bound,
    Expr,
    NatLit,
    Pi,
    Sort,
    StrLit,
    name_text,
)
from tests.kernel.build import (
    BOOL,
    FALSE,
    NAT,
    ONE,
    PROP,
    TRUE,
    TYPE,
    ZERO_NAT,
    U,
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
    refused,
    theorem,
    types,
)

WRONG_VALUE = "the value does not have the stated type"


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
