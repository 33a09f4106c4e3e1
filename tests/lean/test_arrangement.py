"""How constants take their scalars, read off types that are written down here by hand."""

from harness.claims.load import core_scalars
from harness.claims.model import ARGUMENT, SCALARS, Arrangement, Library, Universes
from harness.kernel.declarations import Constant, Definition
from harness.kernel.terms import ZERO, Expr, app, bound, const, lam, nat, param, pi, sort, succ
from harness.lean.arrangement import arrangement
from harness.lean.expression import Constant as Const
from harness.lean.expression import Sort, apply, postfix, source
from harness.lean.mirror.comparison import Comparison
from harness.lean.printer import Printer

U = ("u",)
TYPE_U = sort(succ(param(U)))
TYPE = sort(succ(ZERO))
NAT = const(("Nat",), ())


def of_class(name: str, index: int) -> Expr:
    return app(const(tuple(name.split(".")), (param(U),)), bound(index))


def numeral(class_: Expr, value: int) -> Expr:
    return app(class_, nat(value))


def constant(*binders: Expr, result: Expr, is_polymorphic: bool = True) -> Constant:
    type_ = result
    for binder in reversed(binders):
        type_ = pi(binder, type_, ("x",), "default")
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
            bound(2),
            result=bound(3),
        )
    )
    assert found == Arrangement((SCALARS, "multiply", "zero"))


def test_zero_and_one_by_their_own_classes() -> None:
    """{α : Type u} [Zero α] [One α] (x : α) : α"""
    found = read(
        constant(TYPE_U, of_class("Zero", 0), of_class("One", 1), bound(2), result=bound(3))
    )
    assert found == Arrangement((SCALARS, "Zero", "One"))


def test_a_name_for_a_type_is_looked_through() -> None:
    """`abbrev Vec (n : Nat) := Fin n → Float`, and a function of `Vec n`."""
    arrow = pi(const(("Fin",), ()), const(("Float",), ()), ("a",), "default")
    name, kind = ("T", "Vec"), pi(NAT, TYPE, ("n",), "default")
    own = Definition(name, (), kind, lam(NAT, arrow, ("n",), "default"), 1, "safe", (name,))
    vec = app(const(("T", "Vec"), ()), bound(0))
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
            bound(1),
            result=bound(2),
            is_polymorphic=False,
        )
    )
    assert found == Arrangement(
        (ARGUMENT, SCALARS, "commutative ring"), "", Universes(0, ((None, 1),))
    )


def test_without_instances_the_result_tells_the_scalars() -> None:
    """{α : Type u} {n : Nat} (f : Fin n → α) (i : Fin n) : α"""
    fin = app(const(("Fin",), ()), bound(0))
    family = pi(fin, bound(2), ("i",), "default")
    found = read(constant(TYPE_U, NAT, family, app(const(("Fin",), ()), bound(1)), result=bound(3)))
    assert found == Arrangement((SCALARS,))


def test_a_type_of_the_package_for_a_result_is_made_of_the_scalars() -> None:
    """{α : Type u} (a b : α) : Mat α 2 2, where `Mat` stands for functions of indices"""
    matrices = app(app(app(const(("T", "Mat"), (param(U),)), bound(2)), nat(2)), NAT)
    found = read(constant(TYPE_U, bound(0), bound(1), result=matrices))
    assert found == Arrangement((SCALARS,))


def test_one_type_of_scalars() -> None:
    """(n : Nat) (x : Int) : Int is about the integers; (n : Nat) : Nat about natural numbers."""
    integer = const(("Int",), ())
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
        constant(TYPE_U, TYPE_U, of_class("Add", 1), of_class("Add", 1), bound(3), result=bound(4))
    )
    assert found is None


def level(name: str, added: int = 1) -> Expr:
    found = param((name,))
    for _ in range(added):
        found = succ(found)
    return sort(found)


def test_types_lie_in_the_universes_that_their_author_chose() -> None:
    """The scalars' comes first, and parameters are numbered as they come."""
    ring = of_class("Lean.Grind.CommRing", 0)

    def found(*types: Expr, params: tuple[str, ...]) -> Universes | None:
        binders = [*types, ring, bound(1)]
        whole = constant(*binders, result=bound(2))
        own = read(Constant(whole.name, tuple((p,) for p in params), whole.type))
        assert own is not None
        return own.universes

    assert found(level("u"), params=("u",)) is None
    # The class is of the last of the types.
    assert found(level("u"), level("u"), params=("u",)) == Universes(1, ((0, 1), (0, 1)))
    assert found(level("v"), level("u"), params=("u", "v")) == Universes(2, ((1, 1), (0, 1)))
    assert found(level("v", 0), level("u"), params=("u", "v")) == Universes(2, ((1, 1), (0, 0)))
    assert found(TYPE, level("u"), params=("u",)) == Universes(1, ((0, 1), (None, 1)))
    # With more of them than types tell, the order is that of the declaration.
    assert found(level("v"), level("v"), params=("w", "v")) == Universes(2, ((1, 1), (1, 1)))


def test_a_comparison_is_about_all_universes_of_its_constant_and_no_others() -> None:
    shared, sorts = Universes(1, ((0, 1), (0, 1))), Universes(2, ((0, 1), (1, 0)))
    own = {
        "T.shared": Arrangement((SCALARS,), "", shared),
        "T.sorts": Arrangement((SCALARS,), "", sorts),
        "T.lowest": Arrangement((SCALARS,), "", Universes(0, ((None, 1), (None, 1)))),
    }
    library = Library("T", core_scalars(), {}, {}, arrangements=own)
    cited = apply(Const("T.shared", ("u", "v")), Const("T.sorts", ("u", "v")), Sort("v"))

    def seen(subject: str) -> tuple[tuple[str, ...], str]:
        found = Comparison("", ("u", "v"), cited, cited).of(subject, library)
        return found.levels, postfix(found.statement)

    assert seen("T.shared") == (("u",), "!T.shared:u !T.sorts:u,+u @ *u @")
    assert seen("T.lowest") == ((), "!T.shared:0 !T.sorts:0,+0 @ *0 @")
    assert seen("T.sorts") == (("u", "v"), "!T.shared:-v !T.sorts:u,v @ ^v @")
    assert source(Sort("-v")) == "Sort v"
    assert source(Sort("+u")) == "Type (u + 1)"
