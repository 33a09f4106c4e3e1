"""The grammar: what binds tighter, the ASCII spellings, and where a fault is said to be."""

import pytest

from harness.language import syntax as s
from harness.language.parser import parse_statement, parse_term, parse_type
from harness.language.types import Function, Index, Vector


def bare(text: str) -> str:
    """The structure of a term, fully parenthesised: written out by hand in the tests."""

    def show(term: s.Syntax) -> str:
        match term:
            case s.Name(name):
                return name
            case s.Number(value):
                return str(value)
            case s.Application(function, arguments):
                return f"{show(function)}({', '.join(map(show, arguments))})"
            case s.Entry(array, indices):
                return f"{show(array)}[{', '.join(map(show, indices))}]"
            case s.Binary(operator, left, right):
                return f"({show(left)} {operator} {show(right)})"
            case s.Negation(operand):
                return f"(-{show(operand)})"
            case s.Transposition(operand):
                return f"{show(operand)}ᵀ"
            case s.Power(base, exponent):
                return f"({show(base)} ^ {exponent.value})"
            case s.Abstraction(binder, body):
                return f"({binder.name} ↦ {show(body)})"
            case s.Summation(binder, body):
                return f"(Σ {binder.name}, {show(body)})"
            case s.Tabulation(binder, body):
                return f"[{binder.name} ↦ {show(body)}]"

    return show(parse_term(text))


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("a + b @ c", "(a + (b @ c))"),
        ("a - b - c", "((a - b) - c)"),
        ("A @ B @ v", "((A @ B) @ v)"),
        ("A @ (B @ v)", "(A @ (B @ v))"),
        ("Rᵀ @ R", "(Rᵀ @ R)"),
        ("R(k)ᵀ @ R(k)", "(R(k)ᵀ @ R(k))"),
        ("-a * b", "((-a) * b)"),
        ("Θ(k)(p)", "Θ(k)(p)"),
        ("Σ j, w[j] * V(j) + u", "(Σ j, ((w[j] * V(j)) + u))"),
        ("x + Σ j, V(j)", "(x + (Σ j, V(j)))"),
        ("f(j ↦ R @ K(j), q)", "f((j ↦ (R @ K(j))), q)"),
        ("[j ↦ dot(q, K(j))]", "[j ↦ dot(q, K(j))]"),
        ("(j: index(n)) ↦ K(j)", "(j ↦ K(j))"),
        ("c'", "c'"),
        ("-a ^ 2 * b", "((-(a ^ 2)) * b)"),
        ("f(a) ^ 2 + (a * b) ^ 3", "((f(a) ^ 2) + ((a * b) ^ 3))"),
        ("Σ j, v[j] ^ 2", "(Σ j, (v[j] ^ 2))"),
    ],
)
def test_structure(text: str, structure: str) -> None:
    assert bare(text) == structure


@pytest.mark.parametrize(
    ("ascii_text", "text"),
    [
        ("R.T @ R", "Rᵀ @ R"),
        ("sum j, w[j] * V(j)", "Σ j, w[j] * V(j)"),
        ("f(j |-> K(j))", "f(j ↦ K(j))"),
    ],
)
def test_ascii_spellings(ascii_text: str, text: str) -> None:
    assert bare(ascii_text) == bare(text)


def test_statements_bind_several_names() -> None:
    statement = parse_statement("forall (k: index(h)) (p: P), A(k) = B(p)")
    assert [binder.name for binder in statement.binders] == ["k", "p"]
    assert [b.name for b in parse_statement("∀ k p, A(k) = B(p)").binders] == ["k", "p"]


def test_arrows_group_to_the_right() -> None:
    type_ = parse_type("index(h) -> vector(n) -> vector(n)")
    assert isinstance(type_, Function)
    assert isinstance(type_.source, Index)
    assert isinstance(type_.target, Function)
    assert isinstance(type_.target.target, Vector)


@pytest.mark.parametrize(
    ("text", "offset", "says"),
    [
        ("a + ", 3, "expected a term, found the end of the text"),
        ("f(a, b", 6, "expected ')'"),
        ("a $ b", 2, "'$' has no meaning"),
        ("a ) b", 2, "expected the end of the text, found ')'"),
        ("__import__('os')", 11, "has no meaning"),
        ("λ", 0, "'λ' has no meaning"),
        ("[j -> a]", 3, "expected '↦', found '->'"),
        ("a ^ b", 4, "expected a number, such as the 2 of x ^ 2, found 'b'"),
        ("a ^ (2)", 4, "expected a number, such as the 2 of x ^ 2, found '('"),
        ("a ^ -1", 4, "expected a number, such as the 2 of x ^ 2, found '-'"),
        ("a ^ 2 ^ 3", 6, "expected parentheses, as in (x ^ 2) ^ 3, found '^'"),
    ],
)
def test_faults_say_where_and_what(text: str, offset: int, says: str) -> None:
    with pytest.raises(s.LanguageError) as caught:
        parse_term(text)
    assert caught.value.span[0] == offset
    assert says in caught.value.message


def test_words_that_are_symbols_have_their_place() -> None:
    for text, offset in (("x + sum", 7), ("x sum j, x", 2), ("sum j, forall", 7)):
        with pytest.raises(s.LanguageError) as caught:
            parse_term(text)
        assert caught.value.span[0] == offset


def test_deep_nesting_is_a_fault_and_not_a_crash() -> None:
    with pytest.raises(s.LanguageError, match="nested deeper"):
        parse_term("(" * 4_000)
    with pytest.raises(s.LanguageError, match="nested deeper"):
        parse_type("(" * 4_000)


@pytest.mark.parametrize("text", ["a + b + c", "a + (b + c)", "a*(b*c)", "a*b*c", "(a + b)*c"])
def test_dimensions_read_back(text: str) -> None:
    assert str(parse_type(f"vector({text})")) == f"vector({text})"
