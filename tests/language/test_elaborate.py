"""Types: what is found without being written, and what does not fit."""

import pytest

from harness.language.elaborate import elaborate_statement, elaborate_term
from harness.language.parser import parse_statement, parse_term, parse_type
from harness.language.prelude import meaning
from harness.language.primitives import PRIMITIVES, signatures
from harness.language.scope import DefinitionType, Scope
from harness.language.syntax import LanguageError
from harness.language.terms import Call, Lambda, Primitive, Term
from harness.language.transform import subterms
from harness.language.types import SCALAR, DimLit, DimVar, Matrix, Parameter, Sort, Vector


def scope(**types: str) -> Scope:
    parameters = [Parameter(d, Sort.DIMENSION) for d in ("n", "m", "d", "h")]
    parameters.append(Parameter("P", Sort.TYPE))
    parameters += [Parameter(name, parse_type(text)) for name, text in types.items()]
    k = Parameter("k", Sort.DIMENSION)
    u = Parameter("u", parse_type("vector(k)"))
    f = Parameter("f", parse_type("index(k) -> vector(k)"))
    definition = DefinitionType((k, u, f), Vector(DimVar("k")))
    return Scope({"mix": definition}, tuple(parameters))


KNOWN = scope(
    a="scalar",
    u="vector(n)",
    v="vector(m)",
    A="matrix(m, n)",
    S="matrix(n, n)",
    F="P -> matrix(n, n)",
    K="index(n) -> vector(n)",
    C="index(h) -> vector(d)",
    p="P",
)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("A @ u", "vector(m)"),
        ("Aᵀ @ v", "vector(n)"),
        ("A @ S", "matrix(m, n)"),
        ("dot(u, u)", "scalar"),
        ("a * A", "matrix(m, n)"),
        ("[j ↦ dot(u, K(j))]", "vector(n)"),
        ("Σ j, u[j] * K(j)", "vector(n)"),
        ("Σ i, u[i] * u[i]", "scalar"),
        ("concat(C)", "vector(d*h)"),
        ("blockdiag(k ↦ F(p))", None),
        ("append(u, v)", "vector(n + m)"),
        ("mix(u, j ↦ S @ K(j))", "vector(n)"),
        ("F(p)[0, 0]", None),
        ("A - 0", "matrix(m, n)"),
    ],
)
def test_types_are_found(text: str, type_: str | None) -> None:
    if type_ is None:
        with pytest.raises(LanguageError):
            elaborate_term(parse_term(text), KNOWN)
    else:
        assert str(elaborate_term(parse_term(text), KNOWN).type) == type_


def test_operators_are_chosen_by_type() -> None:
    def operator(text: str) -> str:
        term = elaborate_term(parse_term(text), KNOWN)
        assert isinstance(term, Primitive)
        return term.operator

    assert operator("A @ S") == "matmul"
    assert operator("A @ u") == "matvec"
    assert operator("a * u") == "scale_vector"
    assert operator("S + S") == "add_matrix"
    assert operator("-u") == "negate_vector"


def test_numerals_take_the_type_of_the_other_side() -> None:
    equation = elaborate_statement(parse_statement("Aᵀ @ A = 1"), KNOWN)
    assert isinstance(equation.right, Primitive)
    assert equation.right.operator == "identity"
    with pytest.raises(LanguageError, match="square"):
        elaborate_statement(parse_statement("A = 1"), KNOWN)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1 @ A", "m"), ("A @ 1", "n"), ("1 @ v", "m"), ("Aᵀ @ (1 @ v)", "m"), ("A @ (1 @ u)", "n")],
)
def test_beside_a_product_1_is_the_identity_that_fits(text: str, size: str) -> None:
    found = elaborate_term(parse_term(text), KNOWN)
    [one] = [t for t in subterms(found) if isinstance(t, Primitive) and t.operator == "identity"]
    assert one.type == Matrix(DimVar(size), DimVar(size))


def test_a_number_is_a_scalar() -> None:
    found = elaborate_term(parse_term("2 * v"), KNOWN)
    assert isinstance(found, Primitive)
    assert found.operator == "scale_vector"
    assert found.arguments[0] == Primitive("numeral", (DimLit(2),), (), SCALAR)
    for k in (2, 3, 7, 1000, 65_537):
        assert _value(meaning(Primitive("numeral", (DimLit(k),), (), SCALAR), "test")) == k


def _value(term: Term) -> int:
    assert isinstance(term, Primitive)
    match term.operator, [_value(a) for a in term.arguments]:
        case "one", []:
            return 1
        case "add", [a, b]:
            return a + b
        case "multiply", [a, b]:
            return a * b
    raise AssertionError(term)


def test_calls_are_taken_at_the_dimensions_of_their_arguments() -> None:
    call = elaborate_term(parse_term("mix(u, j ↦ K(j))"), KNOWN)
    assert isinstance(call, Call)
    assert call.implicit == (DimVar("n"),)
    family = call.arguments[1]
    assert isinstance(family, Lambda)
    assert str(family.parameter.type) == "index(n)"


@pytest.mark.parametrize(
    ("text", "offset", "says"),
    [
        ("A @ v", 4, "expected vector(n), found vector(m)"),
        ("u @ u", 0, "@ multiplies a matrix"),
        ("A * S", 0, "* multiplies by a scalar"),
        ("u + v", 4, "expected vector(n), found vector(m)"),
        ("mix(j ↦ K(j), K)", 4, "found a function; a vector is written [j ↦ …]"),
        ("uᵀ", 0, "ᵀ transposes a matrix, found vector(n)"),
        ("W @ u", 0, "nothing is called W here"),
        ("mixx(u, K)", 0, "did you mean mix?"),
        ("mix(u)", 0, "mix(u, f) takes 2 arguments, found 1"),
        ("mix(u, u)", 7, "expected index(n) -> vector(n), found vector(n)"),
        ("a(p)", 0, "expected a function"),
        ("j ↦ a", 0, "cannot tell the type"),
        ("n", 0, "is a dimension"),
        # Of these nobody could tell the size.
        ("1 @ 1", 0, "@ multiplies a matrix"),
        ("0 @ A", 0, "@ multiplies a matrix"),
        ("A @ 0", 0, "@ multiplies a matrix"),
        ("u @ 1", 0, "@ multiplies a matrix"),
        ("u + 2", 4, "there is no vector(n) written 2"),
        ("a * 1000001", 4, "end at 1,000,000"),
        ("u ^ 2", 0, "^ takes a power of a scalar, found vector(n)"),
        ("a + (A @ S) ^ 2", 5, "^ takes a power of a scalar"),
        ("a ^ 101", 4, "the exponents of a text end at 100, found 101"),
        ("concat(C) + concat(C)[a]", 22, "expected index(d*h), found scalar"),
    ],
)
def test_misfits_say_where_and_what(text: str, offset: int, says: str) -> None:
    with pytest.raises(LanguageError) as caught:
        elaborate_term(parse_term(text), KNOWN)
    assert says in caught.value.message
    assert caught.value.span[0] == offset


def test_every_primitive_has_a_signature() -> None:
    assert list(signatures()) == list(PRIMITIVES)
    assert str(signatures()["matmul"].type) == "matrix(m, k) -> matrix(k, n) -> matrix(m, n)"
    assert signatures()["blocks"].dims == ("m", "n", "k", "l")
