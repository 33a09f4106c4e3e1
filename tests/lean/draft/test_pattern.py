"""Terms that people write with signs, found again where Lean has elaborated them."""

from __future__ import annotations

from harness.claims.library import core_scalars
from harness.claims.model import SCALARS, Arrangement, Library
from harness.lean.draft.pattern import pattern
from harness.lean.draft.terms import shapes
from harness.lean.expression import (
    Constant,
    Expression,
    Function,
    Local,
    Sort,
    apply,
    arrow,
    function,
    spine,
)

ADD, NAT = Constant("HAdd.hAdd"), Constant("Nat")


def vect(n: Expression, scalars: Expression) -> Expression:
    return apply(Constant("Vect"), n, scalars)


def plus(n: Expression, a: Expression, inst: Expression, *of: Expression) -> Expression:
    type_ = vect(n, a)
    instance = apply(Constant("instHAdd"), type_, apply(Constant("instAddVect"), a, n, inst))
    return apply(ADD, type_, type_, type_, instance, *of)


α, inst, n, u, v = (Local(name) for name in ("α·0", "inst·1", "n·2", "u·3", "v·4"))
VALUE = function(
    [
        ("α·0", Sort("u")),
        ("inst·1", apply(Constant("Add"), α)),
        ("n·2", NAT),
        ("u·3", vect(n, α)),
        ("v·4", vect(n, α)),
    ],
    plus(n, α, inst, u, v),
)
OWN = pattern(VALUE, Arrangement((SCALARS, "add")), 1, {})

β, ring, x, y = (Local(name) for name in ("β·9", "ring·8", "x·7", "y·6"))
SUM = apply(Constant("CommRing.toAdd"), β, ring)


def found(*arguments: Expression) -> object:
    return OWN.found(ADD, list(arguments))


def arguments_of(whole: Expression) -> list[Expression]:
    return spine(whole)[1]


def test_sizes_and_arguments_are_found_whatever_the_instance() -> None:
    size = apply(Constant("Nat.succ"), Local("k·5"))
    whole = arguments_of(plus(size, β, SUM, x, y, Local("i·3")))
    assert found(*whole) == ({"α·0": β, "n·2": size, "u·3": x, "v·4": y}, [Local("i·3")])


def test_another_type_another_size_or_too_few_arguments_is_no_match() -> None:
    whole = arguments_of(plus(n, β, SUM, x, y))
    other = [apply(Constant("Grid"), n, β), *whole[1:]]
    assert found(*other) is None
    uneven = [whole[0], vect(Local("k·5"), β), *whole[2:]]
    assert found(*uneven) is None
    assert found(*whole[:-1]) is None
    assert OWN.found(Constant("HSub.hSub"), whole) is None


def test_names_of_types_of_vectors_and_matrices() -> None:
    index = apply(Constant("Fin"), Local("k·1"))
    rows = apply(Constant("Fin"), Local("r·2"))
    scalars = Local("a·0")
    own = {
        "T.Vec": Function("a·0", Sort("u"), Function("k·1", NAT, arrow(index, scalars))),
        "T.Mat": function(
            [("r·2", NAT), ("k·1", NAT), ("a·0", Sort("u"))],
            arrow(rows, arrow(index, scalars)),
        ),
        "T.Pred": Function("k·1", NAT, Sort()),
    }
    library = Library("T", core_scalars(), {}, {})
    assert shapes(own, library) == {"vector": "Vec α n", "matrix": "Mat m n α"}
    floats = {"T.Point": Function("k·1", NAT, arrow(index, Constant("Float")))}
    assert shapes(floats, library) == {"vector": "Point n"}
