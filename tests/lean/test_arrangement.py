"""How constants take their scalars, read off types that are written down here by hand."""

from pathlib import Path

import pytest

from harness.claims.library import core_scalars
from harness.claims.load import load_claim
from harness.claims.model import ARGUMENT, SCALARS, Arrangement, Library, Universes
from harness.kernel.declarations import Constant, Definition
from harness.kernel.terms import (
    ZERO,
    App,
    Bound,
    Expr,
    Lam,
    Max,
    NatLit,
    Param,
    Pi,
    Succ,
)
from harness.kernel.terms import (
    Const as StoredConst,
)
from harness.kernel.terms import (
    Sort as StoredSort,
)
from harness.lean.arrangement import arranged, arrangement, in_order
from harness.lean.audit.comparison import Comparison
from harness.lean.expression import Constant as Const
from harness.lean.expression import Sort, apply, postfix, source
from harness.lean.levels import is_one
from harness.lean.mirror.apart import trials
from harness.lean.mirror.plan import plan
from harness.lean.printer import Printer

U = ("u",)
TYPE_U = StoredSort(Succ(Param(U)))
TYPE = StoredSort(Succ(ZERO))
NAT = StoredConst(("Nat",), ())


def of_class(name: str, index: int) -> Expr:
    return App(StoredConst(tuple(name.split(".")), (Param(U),)), Bound(index))


def numeral(class_: Expr, value: int) -> Expr:
    return App(class_, NatLit(value))


def constant(*binders: Expr, result: Expr, is_polymorphic: bool = True) -> Constant:
    type_ = result
    for binder in reversed(binders):
        type_ = Pi(binder, type_, ("x",), "default")
    return Constant(("T", "c"), (U,) if is_polymorphic else (), type_)


def read(of: Constant) -> Arrangement | None:
    return arrangement(of, core_scalars())


def test_instances_are_read_in_their_order() -> None:
    """{α : Type u} [Mul α] [OfNat α 0] (x : α) : α"""
    found = read(
        constant(
            TYPE_U,
            of_class("Mul", 0),
            numeral(of_class("OfNat", 1), 0),
            Bound(2),
            result=Bound(3),
        )
    )
    assert found == Arrangement((SCALARS, "multiply", "zero"))


def test_zero_and_one_by_their_own_classes() -> None:
    """{α : Type u} [Zero α] [One α] (x : α) : α"""
    found = read(
        constant(TYPE_U, of_class("Zero", 0), of_class("One", 1), Bound(2), result=Bound(3))
    )
    assert found == Arrangement((SCALARS, "Zero", "One"))


def test_a_name_for_a_type_is_looked_through() -> None:
    """`abbrev Vec (n : Nat) := Fin n → Float`, and a function of `Vec n`."""
    arrow = Pi(StoredConst(("Fin",), ()), StoredConst(("Float",), ()), ("a",), "default")
    name, kind = ("T", "Vec"), Pi(NAT, TYPE, ("n",), "default")
    own = Definition(name, (), kind, Lam(NAT, arrow, ("n",), "default"), 1, "safe", (name,))
    vec = App(StoredConst(("T", "Vec"), ()), Bound(0))
    of = constant(NAT, vec, result=NAT, is_polymorphic=False)
    assert arrangement(of, core_scalars(), {"T.Vec": own}) == Arrangement((), "floats")
    assert arrangement(of, core_scalars()) != Arrangement((), "floats")


def test_a_class_and_sizes_before_the_scalars() -> None:
    """{n : Nat} {α : Type} [CommRing α] (x : α) : α, which has no universes"""
    found = read(
        constant(
            NAT,
            TYPE,
            of_class("Lean.Grind.CommRing", 0),
            Bound(1),
            result=Bound(2),
            is_polymorphic=False,
        )
    )
    assert found == Arrangement((ARGUMENT, SCALARS, "commutative ring"), "", Universes(0, ("+0",)))


def test_without_instances_the_result_tells_the_scalars() -> None:
    """{α : Type u} {n : Nat} (f : Fin n → α) (i : Fin n) : α"""
    fin = App(StoredConst(("Fin",), ()), Bound(0))
    family = Pi(fin, Bound(2), ("i",), "default")
    found = read(
        constant(TYPE_U, NAT, family, App(StoredConst(("Fin",), ()), Bound(1)), result=Bound(3))
    )
    assert found == Arrangement((SCALARS,))


def test_a_type_of_the_package_for_a_result_is_made_of_the_scalars() -> None:
    """{α : Type u} (a b : α) : Mat α 2 2, where `Mat` stands for functions of indices"""
    matrices = App(App(App(StoredConst(("T", "Mat"), (Param(U),)), Bound(2)), NatLit(2)), NAT)
    found = read(constant(TYPE_U, Bound(0), Bound(1), result=matrices))
    assert found == Arrangement((SCALARS,))


def test_one_type_of_scalars() -> None:
    """(n : Nat) (x : Int) : Int is about the integers; (n : Nat) : Nat about natural numbers."""
    integer = StoredConst(("Int",), ())
    found = read(constant(NAT, integer, result=integer, is_polymorphic=False))
    assert found == Arrangement((), "integers")
    found = read(constant(NAT, result=NAT, is_polymorphic=False))
    assert found == Arrangement((), "natural numbers")


def test_an_operation_asked_for_twice_is_the_one_that_lean_finds() -> None:
    """Its own instance before that of a class, wherever it stands, and of two the last."""
    ring = "commutative ring"
    printer = Printer(Library("T", core_scalars(), {}, {}))

    def found(*items: str) -> tuple[list[str], str]:
        scope, binders = printer.signature([], Arrangement((SCALARS, *items)))
        return [name for name, _ in binders], source(scope.instance("multiply"))

    for items, place in [(("multiply", ring), 1), ((ring, "multiply"), 2)]:
        names, text = found(*items)
        assert text == names[place]
    names, text = found(ring, ring)
    assert len(set(names)) == 3
    assert f"{names[2]})" in text


def test_two_types_of_scalars_and_unknown_classes_are_nothing_known() -> None:
    """{α β : Type u} [Add α] [Add β] (x : α) : α"""
    found = read(
        constant(TYPE_U, TYPE_U, of_class("Add", 1), of_class("Add", 1), Bound(3), result=Bound(4))
    )
    assert found is None


def level(name: str, added: int = 1) -> Expr:
    found = Param((name,))
    for _ in range(added):
        found = Succ(found)
    return StoredSort(found)


def test_types_lie_in_the_universes_that_their_author_chose() -> None:
    """The scalars' comes first, and parameters are numbered as they are declared."""
    ring = of_class("Lean.Grind.CommRing", 0)

    def found(*types: Expr, params: tuple[str, ...]) -> Universes | None:
        binders = [*types, ring, Bound(1)]
        whole = constant(*binders, result=Bound(2))
        own = read(Constant(whole.name, tuple((p,) for p in params), whole.type))
        assert own is not None
        return own.universes

    assert found(level("u"), params=("u",)) is None
    # The class is of the last of the types.
    assert found(level("u"), level("u"), params=("u",)) == Universes(1, ("+u", "+u"))
    assert found(level("v"), level("u"), params=("u", "v")) == Universes(2, ("+u", "+v"))
    assert found(level("v", 0), level("u"), params=("u", "v")) == Universes(2, ("+u", "v"))
    assert found(TYPE, level("u"), params=("u",)) == Universes(1, ("+u", "+0"))
    assert found(level("v"), level("v"), params=("w", "v")) == Universes(2, ("+v", "+v"))


def test_a_comparison_is_about_all_universes_of_its_constant_and_no_others() -> None:
    shared, sorts = Universes(1, ("+u", "+u")), Universes(2, ("+u", "v"))
    own = {
        "T.shared": Arrangement((SCALARS,), "", shared),
        "T.sorts": Arrangement((SCALARS,), "", sorts),
        "T.lowest": Arrangement((SCALARS,), "", Universes(0, ("+0", "+0"))),
    }
    library = Library("T", core_scalars(), {}, {}, arrangements=own)
    cited = apply(Const("T.shared", ("u", "v")), Const("T.sorts", ("u", "v")), Sort("v"))

    def seen(subject: str) -> tuple[tuple[str, ...], str]:
        found = Comparison("", ("u", "v"), cited, cited).of(subject, library)
        return found.levels, postfix(found.statement)

    assert seen("T.shared") == (("u",), "!T.shared:=u !T.sorts:=u,+u @ *u @")
    assert seen("T.lowest") == ((), "!T.shared:=0 !T.sorts:=0,+0 @ *0 @")
    assert seen("T.sorts") == (("u", "v"), "!T.shared:=-v !T.sorts:=u,v @ ^v @")
    whole = Comparison("", ("u", "v"), cited, cited)
    assert whole.of("T.sorts", library).unsettled == ("T.shared",)
    assert whole.of("T.shared", library).unsettled == ()
    assert source(Sort("-v")) == "Sort v"
    assert source(Sort("+u")) == "Type (u + 1)"


def test_the_larger_of_two_universes() -> None:
    """{α : Type (max u v)} {P : Type u}: the statement, and how another constant cites it."""
    u, v = Param(("u",)), Param(("v",))
    ring = App(StoredConst(("Lean", "Grind", "CommRing"), (Max(u, v),)), Bound(1))
    whole = constant(
        StoredSort(Succ(Max(u, v))), StoredSort(Succ(u)), ring, Bound(2), result=Bound(3)
    )
    both = read(Constant(whole.name, (("u",), ("v",)), whole.type))
    assert both is not None
    assert both.universes == Universes(2, ("+(u|v)", "+u"))
    library = Library("T", core_scalars(), {}, {}, arrangements={"T.c": both})
    cited = apply(Const("T.c", ("u", "v")), Sort("u"))

    def seen(subject: str) -> tuple[str, tuple[str, ...]]:
        found = Comparison("", ("u", "v"), cited, cited).of(subject, library)
        return postfix(found.statement), found.unsettled

    assert seen("T.c") == ("!T.c:=u,(u|v) *(u|v) @", ())
    # Whether types of any two universes lie in it is not so.
    assert seen("T.other") == ("!T.c:=v,u *u @", ("T.c",))
    assert source(Sort("(u|+v)")) == "Type (max u (v + 1))"
    assert source(Sort("+(u|v)")) == "Type (max u v + 1)"
    assert source(Sort("-(u~v)")) == "Sort (imax u v)"


def test_levels_are_told_apart() -> None:
    assert is_one("(u|v)", "(v|u)")
    assert is_one("+(u|v)", "(+u|+v)")
    assert is_one("(u|(u|v))", "(u|v)")
    assert is_one("(u~+v)", "(u|+v)")
    for one, other in (("u", "v"), ("(u|v)", "u"), ("(u~v)", "(u|v)"), ("+u", "u"), ("0", "u")):
        assert not is_one(one, other), (one, other)


@pytest.mark.parametrize("items", [("argument", "scalars", "zero", "add"), ("zero",)])
def test_a_sum_may_take_its_size_before_its_scalars(items: tuple[str, ...]) -> None:
    """`{n : Nat} {α : Type u} [OfNat α 0] [Add α]`: every statement about it is closed."""
    whole = items if len(items) > 1 else ("scalars", "add", "zero")
    own = {"T.sum": Arrangement(whole)}
    library = Library("T", core_scalars(), {"sum": "T.sum"}, {}, arrangements=own)
    asked = plan(library, ())
    assert asked.faults == {}
    tried = trials(library, ["primitive:sum"])["primitive:sum"]
    assert len(asked.comparisons) == 2
    for comparison in (*asked.comparisons, *(trial.comparison for trial in tried)):
        assert comparison.line().startswith("compare\tprimitive:sum")


@pytest.mark.parametrize(
    ("scalars", "types", "own"),
    [
        ("natural numbers", "T: type", Arrangement((), "natural numbers", Universes(0, ("+0",)))),
        # What is about another number of types is no statement of this theorem.
        ("natural numbers", "S, T: type", None),
        ("commutative ring", "T: type", None),
    ],
)
def test_of_a_claim_about_natural_numbers_the_first_type_is_none_of_scalars(
    scalars: str, types: str, own: Arrangement | None, tmp_path: Path
) -> None:
    """{T : Type} (f : T → Nat) (t : T) : f t = f t"""
    function = Pi(Bound(0), NAT, ("t",), "default")
    value = App(Bound(1), Bound(0))
    equation = App(App(App(StoredConst(("Eq",), (Succ(ZERO),)), NAT), value), value)
    theorem = constant(TYPE, function, Bound(1), result=equation, is_polymorphic=False)
    path = tmp_path / "c.yaml"
    path.write_text(
        f"theorem: c\nsays: So.\nscalars: {scalars}\nfor:\n  {types}\n  f: T -> scalar\n  t: T\n"
        "then: f(t) = f(t)\n",
        "utf-8",
    )
    library = Library("T", core_scalars(), {}, {})
    claim = load_claim(path, path.name, library)
    found = arranged(library, [claim], {"T.c": theorem})
    assert found.arrangements.get("T.c") == own


@pytest.mark.parametrize(
    ("assumed", "after"),
    [("{h: x = x, k: y = y}", [1, 2]), ("{k: y = y, h: x = x}", [None, None])],
)
def test_hypotheses_in_another_order_stand_after_all_that_they_speak_of(
    assumed: str, after: list[int | None], tmp_path: Path
) -> None:
    """(x : Int) (h : x = x) (y : Int) (k : y = y) : x = y"""
    integers, prop = StoredConst(("Int",), ()), StoredSort(ZERO)
    eq = App(StoredConst(("Eq",), (Succ(ZERO),)), integers)

    def equal(left: int, right: int) -> Expr:
        return App(App(eq, Bound(left)), Bound(right))

    theorem = constant(
        *(integers, equal(0, 0), integers, equal(0, 0)), result=equal(3, 1), is_polymorphic=False
    )
    relation = Pi(TYPE_U, Pi(Bound(0), Pi(Bound(1), prop, ("b",), "d"), ("a",), "d"), ("t",), "d")
    path = tmp_path / "c.yaml"
    path.write_text(
        f"theorem: c\nsays: So.\nscalars: integers\nfor: {{'x, y': scalar}}\nassume: {assumed}\n"
        "then: x = y\n",
        "utf-8",
    )
    library = Library("T", core_scalars(), {}, {})
    claim = load_claim(path, path.name, library)
    constants = {"T.c": theorem, "Eq": Constant(("Eq",), (U,), relation)}
    [found] = in_order(library, [claim], constants)
    assert [h.after for h in found.hypotheses] == after
    assert plan(library, (found,)).faults == {}
    assert all(comparison.line() for comparison in plan(library, (found,)).comparisons)
