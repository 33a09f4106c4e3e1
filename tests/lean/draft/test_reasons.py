"""What cannot be drafted is told in words that say what can be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.claims.library import core_scalars
from harness.claims.model import ARGUMENT, Arrangement, Library
from harness.cli.shared import Written
from harness.cli.starting import write_drafts
from harness.language.notation import to_text
from harness.lean.draft.conversions import MOST
from harness.lean.draft.library import Stored, further
from harness.lean.draft.reader import Reader
from harness.lean.draft.statement import Draft, draft
from harness.lean.draft.terms import candidates, of_two
from harness.lean.expression import (
    Application,
    Constant,
    Expression,
    ForAll,
    Function,
    Literal,
    Local,
    Sort,
    apply,
)
from harness.lean.stored import outgrows

LIBRARY = Library("", core_scalars(), {}, {})
INT, X = Constant("Int"), Local("x·0")


def equal(left: Expression, right: Expression, type_: Expression = INT) -> Expression:
    return apply(Constant("Eq"), type_, left, right)


def drafted(proposition: Expression, helpers: dict[str, Expression] | None = None) -> Draft:
    """The draft of `∀ x : Int, proposition`."""
    return draft("t", ForAll("x·0", INT, proposition), LIBRARY, {}, helpers=helpers)


def of(name: str) -> Expression:
    """Something that is made of a variable."""
    return Application(Constant("T.first"), Local(name))


SAME = equal(X, X)
FAMILY = ForAll("a·1", INT, INT)
POWER = apply(Constant("HPow.hPow"), INT, Constant("Nat"), INT, Constant("i"), X)
LAST = apply(Constant("Fin.last"), Literal(2))


@pytest.mark.parametrize(
    ("proposition", "remedy"),
    [
        (apply(Constant("And"), SAME, SAME), "a theorem of each, by `.1` and `.2` of this one"),
        (apply(Constant("Iff"), SAME, SAME), "by `.mp` and `.mpr` of this one"),
        (apply(Constant("Or"), SAME, SAME), "a theorem of each case"),
        (
            apply(Constant("Exists"), INT, Function("y·1", INT, SAME)),
            "a theorem about one that is given",
        ),
        (apply(Constant("Not"), apply(Constant("And"), SAME, SAME)), "no such relation"),
        (equal(Function("a·1", INT, X), Function("b·1", INT, X), FAMILY), "`∀ x, f x = g x`"),
        (equal(apply(POWER, Local("n·1")), X), "a theorem about a number as exponent"),
        (equal(apply(POWER, Literal(101)), X), "a power beyond 100"),
        (
            ForAll(
                "v·1",
                ForAll("i·2", Application(Constant("Fin"), Literal(3)), INT),
                equal(Application(Local("v·1"), LAST), X),
            ),
            "one about every index",
        ),
        (
            ForAll("l·1", Application(Constant("List"), INT), equal(of("l·1"), X)),
            "takes its entries as `Fin n → α`",
        ),
        (
            ForAll("p·1", apply(Constant("Prod"), INT, INT), equal(of("p·1"), X)),
            "takes its two parts one by one",
        ),
        (ForAll("s·1", Constant("Layer"), equal(of("s·1"), X)), "takes its fields one by one"),
        (
            ForAll("inst·1", apply(Constant("Activation"), INT), SAME),
            "takes what it needs of it as variables",
        ),
    ],
)
def test_what_can_be_claimed_instead_is_told(proposition: Expression, remedy: str) -> None:
    found = drafted(proposition)
    assert not found.is_whole
    assert any(remedy in part.reason for part in found.untranslated)


def test_what_rests_on_a_definition_that_was_left_out_says_why(tmp_path: Path) -> None:
    project: Any = SimpleNamespace(specs=tmp_path, root=tmp_path, library=LIBRARY)
    told = Written(as_json=False)
    drafts = [drafted(equal(of("x·0"), X))]
    assert write_drafts(project, drafts, lambda name: None, told, {"T.first": "no type"}) == 0
    assert write_drafts(project, drafts, lambda name: None, told, {"T.second": "no type"}) == 0
    assert [left["reason"] for left in told.left] == [
        "its conclusion: T.first was left out: no type",
        "its conclusion: definitions.yaml names nothing for Lean's T.first",
    ]


def test_that_two_are_not_equal_has_two_spellings() -> None:
    zero = apply(Constant("OfNat.ofNat"), INT, Literal(0), Constant("i"))
    negated = drafted(Application(Constant("Not"), equal(X, zero)))
    assert negated.is_whole
    assert negated == drafted(apply(Constant("Ne"), INT, X, zero))
    assert negated != drafted(equal(X, zero))


@pytest.mark.parametrize("sign", ["LE.le", "HSub.hSub"])
def test_what_natural_numbers_have_not_other_numbers_have(sign: str) -> None:
    def about(type_: Expression) -> Draft:
        proposition = equal(
            apply(Constant("HSub.hSub"), type_, type_, type_, Constant("i"), X, X), X, type_
        )
        if sign == "LE.le":
            proposition = apply(Constant(sign), type_, Constant("i"), X, X)
        return draft("t", ForAll("x·0", type_, proposition), LIBRARY, {})

    assert about(INT).is_whole
    [left] = about(Constant("Nat")).untranslated
    assert "a theorem about `Int` or `Rat`" in left.reason


def test_what_integers_divide_by_another_law_is_said_by_no_definition() -> None:
    """`Int` rounds: what divides is left out, and so is a theorem that calls it, of any scalars."""

    def halved(type_: Expression) -> Expression:
        return apply(Constant("HDiv.hDiv"), type_, type_, type_, Constant("i"), X, X)

    items = [
        Stored(name, ForAll("x·0", type_, type_), own, Function("x·0", type_, halved(type_)))
        for name, type_, own in (
            ("ofInt", INT, Arrangement((), "integers")),
            ("ofRat", Constant("Rat"), Arrangement((), "rational numbers")),
        )
    ]
    found = further(Reader(LIBRARY), items, ())
    assert set(found.library.definitions) == {"ofRat"}
    assert found.left_out["ofInt"].startswith("the laws of Int are not those of numbers")
    assert "a theorem about `Rat`" in found.left_out["ofInt"]
    # One of any scalars that have a division is none of the integers.
    any_scalars = {"ofRat": Arrangement((ARGUMENT,))}
    [definition] = found.library.definitions.values()
    library = replace(LIBRARY, definitions={"ofRat": definition}, arrangements=any_scalars)
    called = Application(Constant("ofRat"), X)
    for type_, is_whole in ((INT, False), (Constant("Rat"), True)):
        read = draft("t", ForAll("x·0", type_, equal(called, X, type_)), library, {})
        assert read.is_whole == is_whole
        reasons = [part.reason for part in read.untranslated]
        assert all(r.startswith("the laws of Int are not those of numbers") for r in reasons)


@pytest.mark.parametrize(("sign", "chosen"), [("Max.max", "y"), ("Min.min", "x")])
def test_the_larger_of_two_scalars_of_one_type_is_a_choice(sign: str, chosen: str) -> None:
    """Where the package has no operator for it, or has it for another type."""

    def about(type_: Expression) -> Draft:
        of_two = apply(Constant(sign), type_, Constant("i"), X, Local("y·1"))
        proposition = equal(of_two, X, type_)
        return draft("t", ForAll("x·0", type_, ForAll("y·1", type_, proposition)), LIBRARY, {})

    for name in ("Int", "Rat", "Nat"):
        found = about(Constant(name))
        assert found.is_whole
        assert found.conclusion is not None
        other = {"x": "y", "y": "x"}[chosen]
        assert to_text(found.conclusion.left) == f"if x ≤ y then {chosen} else {other}"


def test_the_operator_is_of_the_type_that_most_speak_of() -> None:
    """A package's `max` is of one type, whichever name comes first."""

    def larger(type_: str) -> Expression:
        return apply(Constant("Max.max"), Constant(type_), Constant("i"), X, X)

    spoken = [larger("Int"), larger("Rat"), Application(larger("Rat"), X)]
    said = [text for operator, text in of_two(spoken, LIBRARY) if operator == "max"]
    assert said == ["fun (a b : Rat) => max a b", "fun (a b : Int) => max a b"]


def test_where_no_theorem_names_an_operators_constant_its_sign_is_tried() -> None:
    """`instance : HMul … := ⟨mul⟩`, and theorems that write `A * B`: the constant is in none."""
    known = {"matmul": "T.mul", "identity": "T.one", "transpose": "T.transpose"}
    library = replace(LIBRARY, primitives=known)

    def tried(unspoken: set[str], *, signs: bool = True) -> set[tuple[str, str]]:
        found = candidates(library, {}, signs=signs, unspoken=unspoken)
        return {(operator, text) for operator, text in found if operator in known}

    assert tried(set()) == set()
    assert tried({"matmul", "transpose"}) == {("matmul", "fun A B => A * B")}
    assert tried({"identity"}) == {("identity", "(1)")}
    assert tried({"identity"}, signs=False) == set()


def test_two_types_of_numbers_in_one_statement_are_told_so() -> None:
    z = Local("z·2")
    both = ForAll("z·2", Constant("Rat"), ForAll("h·3", equal(X, X), equal(z, z, Constant("Rat"))))
    reasons = [part.reason for part in drafted(both).untranslated]
    assert any("a claim has scalars of one type" in reason for reason in reasons)
    assert not any("which has sizes, scalars" in reason for reason in reasons)


def doubled(steps: int) -> Expression:
    """`let y1 := x + x; let y2 := y1 + y1; …`: twice as long with each step once it is read."""

    def twice(name: str) -> Expression:
        return apply(Constant("HAdd.hAdd"), INT, INT, INT, Constant("i"), Local(name), Local(name))

    body: Expression = Local(f"y·{steps}")
    for step in reversed(range(1, steps + 1)):
        before = f"y·{step - 1}" if step > 1 else "x·0"
        body = Application(Function(f"y·{step}", INT, body), twice(before))
    return body


def test_a_long_chain_of_lets_is_told_and_not_written_out() -> None:
    assert drafted(equal(doubled(5), X)).is_whole
    [left] = drafted(equal(doubled(80), X)).untranslated
    assert "with a definition in the place of each, it can be claimed" in left.reason
    # So with what is read through, and with definitions.
    helper = {"_private.T.0.long": Function("x·0", INT, doubled(80))}
    [left] = drafted(equal(Application(Constant(*helper), X), X), helper).untranslated
    assert left.reason.startswith(f"more than {MOST:,} parts")
    own = Arrangement((), "integers")
    items = [
        Stored(name, ForAll("x·0", INT, INT), own, Function("x·0", INT, doubled(steps)))
        for name, steps in (("short", 5), ("long", 80))
    ]
    found = further(Reader(LIBRARY), items, ())
    assert set(found.library.definitions) == {"short"}
    assert found.left_out["long"].startswith(f"more than {MOST:,} parts")


def test_what_outgrows_is_counted_through_functions_and_types() -> None:
    # (fun f => f (f x)) (fun y => y + y): 4 x, 3 signs of addition with 4 arguments more each.
    twice = Function(
        "y·1",
        INT,
        apply(Constant("HAdd.hAdd"), INT, INT, INT, Constant("i"), Local("y·1"), Local("y·1")),
    )
    f = Local("f·2")
    whole = Application(Function("f·2", FAMILY, Application(f, Application(f, X))), twice)
    least = next(most for most in range(1000) if not outgrows(whole, {}, most))
    assert least > 3 * 6 + 4
    assert outgrows(whole, {}, least - 1)
    assert not outgrows(ForAll("x·0", Sort(), X), {}, 3)
    assert outgrows(ForAll("x·0", Sort(), X), {}, 2)
