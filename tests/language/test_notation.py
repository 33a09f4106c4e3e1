"""One layout, three media: text that reads back as the same term, LaTeX and MathML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.language.elaborate import elaborate_statement, elaborate_term
from harness.language.notation import context, layout, layout_type, to_latex, to_mathml, to_text
from harness.language.notation.names import PrintedName, printed
from harness.language.notation.text import text_of
from harness.language.parser import parse_statement, parse_term, parse_type
from harness.language.scope import DefinitionType, Scope
from harness.language.terms import Apply, Primitive, Term, Variable
from harness.language.types import SCALAR, DimVar, Function, Index, Parameter, Sort, Vector

VARIABLES = {
    "a": "scalar",
    "i": "index(n)",
    "u": "vector(n)",
    "A": "matrix(n, n)",
    "B": "matrix(n, m)",
    "K": "index(n) -> vector(n)",
    "Wq": "index(h) -> matrix(n, n)",
    "F": "index(h) -> P -> matrix(n, n)",
    "g": "vector(n) -> vector(n)",
    "p": "P",
}
MIX = DefinitionType(
    (
        Parameter("k", Sort.DIMENSION),
        Parameter("x", parse_type("vector(k)")),
        Parameter("f", parse_type("index(k) -> vector(k)")),
    ),
    Vector(DimVar("k")),
)
KNOWN = Scope(
    {"mix": MIX},
    (
        *(Parameter(name, Sort.DIMENSION) for name in ("n", "m", "h")),
        Parameter("P", Sort.TYPE),
        *(Parameter(name, parse_type(text)) for name, text in VARIABLES.items()),
    ),
)
CORE = {
    *("math", "mrow", "mi", "mo", "mn", "msup", "msub", "msubsup"),
    *("munder", "mtable", "mtr", "mtd", "mspace"),
}
"""The elements of MathML Core that are used; browsers need no more."""


def term(text: str) -> Term:
    return elaborate_term(parse_term(text), KNOWN)


# Written with every parenthesis; what is printed has only those that it needs.
def _texts() -> st.SearchStrategy[str]:
    scalars = st.sampled_from(["a", "u[i]", "A[i, i]", "(K(i))[i]"])
    vectors = st.sampled_from(["u", "K(i)", "(A @ u)", "mix(u, K)", "(j ↦ K(j))(i)"])
    matrices = st.sampled_from(["A", "(Aᵀ)", "(B @ (Bᵀ))", "diagonal(u)", "hadamard(A, A)"])

    def formats(kind: str, *patterns: str) -> dict[str, tuple[str, ...]]:
        return {kind: patterns}

    table = {
        **formats(
            "s", "({s} + {s})", "({s} - {s})", "(-{s})", "({s} * {s})", "({s} / {s})",
            "(({s}) ^ 2)",
            "dot({v}, {v})", "(Σ j, (u[j] + {s}))", "(Σ j, (u[j] * {s}))", "(({v})[i])",
        ),
        **formats(
            "v", "({v} + {v})", "({v} - {v})", "(-{v})", "({s} * {v})", "({m} @ {v})", "g({v})",
            "(Σ j, (K(j) - {v}))", "[j ↦ (u[j] / {s})]", "mix({v}, j ↦ ({m} @ K(j)))",
        ),
        **formats(
            "m", "({m} + {m})", "({m} - {m})", "(-{m})", "({s} * {m})", "({m} @ {m})", "({m})ᵀ",
        ),
    }  # fmt: skip

    def grown(kind: str, depth: int) -> st.SearchStrategy[str]:
        leaf = {"s": scalars, "v": vectors, "m": matrices}[kind]
        if depth == 0:
            return leaf
        parts = {k: grown(k, depth - 1) for k in "svm"}

        def fill(pattern: str) -> st.SearchStrategy[str]:
            pieces = pattern.replace("{", "\0{").replace("}", "}\0").split("\0")
            drawn = [parts[x[1]] if x[:1] == "{" else st.just(x) for x in pieces]
            return st.tuples(*drawn).map("".join)

        return st.one_of(leaf, *map(fill, table[kind]))

    return st.one_of(*(grown(kind, 2) for kind in "svm"))


@given(_texts())
def test_text_reads_back_as_the_same_term(text: str) -> None:
    original = term(text)
    assert term(to_text(original)) == original
    assert term(to_text(original, typed=True)) == original


@pytest.mark.parametrize(
    "text",
    [
        "append(u, a * u)",
        "blockdiag(k ↦ F(k, p) @ Wq(k))",
        "blockdiag(Wq)ᵀ",
        "concat(k ↦ F(k, p) @ u)",
        "matrix2(a, -a, a, a)",
        "blocks(A, -A, diagonal(u), Aᵀ)",
        "u - (u - u)",
        "A @ (A @ u)",
        "A @ A @ u",
        "a * (a * a)",
        "(-a) * a",
        "-(a * a)",
        "(a / a) * a",
        "u + 0",
        "A - 1",
        "1 + a - 0",
    ],
)
def test_fixed_terms_read_back(text: str) -> None:
    assert term(to_text(term(text))) == term(text)
    assert to_text(term(text)) == text


@pytest.mark.parametrize(
    "text", ["∀ k p, F(k, p) @ Wq(k) = Wq(k) @ F(k, p)", "Aᵀ @ A = 1", "0 = a", "∀ j, u[j] = a"]
)
def test_equations_read_back(text: str) -> None:
    equation = elaborate_statement(parse_statement(text), KNOWN)
    assert to_text(equation) == text
    again = elaborate_statement(parse_statement(to_text(equation, typed=True)), KNOWN)
    assert again == equation


def test_a_type_that_does_not_follow_from_use_is_written() -> None:
    total = term("Σ j: index(n), a")
    assert to_text(total) == "Σ j, a"
    assert term(to_text(total, typed=True)) == total


def test_a_sum_over_a_named_family_gets_a_binder() -> None:
    n = DimVar("n")
    family = Variable("i", Function(Index(n), SCALAR))
    total = Primitive("sum", (n,), (family,), SCALAR)
    assert to_text(total) == "Σ i', i(i')"


@pytest.mark.parametrize(
    "text", ["scalar", "vector(n)", "matrix(m + n, n*h)", "index(h) -> P -> matrix(n, n)",
             "(vector(n) -> scalar) -> scalar"],
)  # fmt: skip
def test_types_read_back(text: str) -> None:
    assert parse_type(text_of(layout_type(parse_type(text)))) == parse_type(text)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Wq", PrintedName("W", "q", 0)),
        ("Zab", PrintedName("Z", "ab", 0)),
        ("x1", PrintedName("x", "1", 0)),
        ("x₁", PrintedName("x", "1", 0)),
        ("Θ", PrintedName("Θ", "", 0)),
        ("R'", PrintedName("R", "", 1)),
        ("x_new", PrintedName("x", "new", 0)),
        ("weights", PrintedName("weights", "", 0)),
        ("Scores", PrintedName("Scores", "", 0)),
    ],
)
def test_names(name: str, parts: PrintedName) -> None:
    assert printed(name) == parts


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("Aᵀ @ A", r"A^{\top} \, A"),
        ("A @ (A @ u)", r"A \cdot \left(A \, u\right)"),
        ("dot(u, K(i))", r"\left\langle u, K_{i} \right\rangle"),
        ("Σ j, u[j] * K(j)", r"\sum_{j < n} u_{j} \cdot K_{j}"),
        ("mix(u, K)", r"\operatorname{mix}\left(u, K\right)"),
    ],
)
def test_latex(text: str, latex: str) -> None:
    assert to_latex(term(text)) == latex


def test_an_index_goes_above_a_name_that_has_one_below() -> None:
    collected = term("blockdiag(k ↦ Wq(k)ᵀ)")
    assert r"\left(W_{q}^{(k)}\right)^{\top}" in to_latex(collected)
    assert "<msubsup><mi>W</mi><mi>q</mi>" in to_mathml(collected)


@given(_texts())
def test_mathml_is_core_and_well_formed(text: str) -> None:
    root = ElementTree.fromstring(to_mathml(term(text), block=True, width=20))
    assert {element.tag for element in root.iter()} <= CORE
    arity = {"msup": 2, "msub": 2, "munder": 2, "msubsup": 3}
    for element in root.iter():
        assert len(element) == arity.get(element.tag, len(element))


def test_names_cannot_become_markup() -> None:
    hostile = Variable("<script>alert(1)</script>", SCALAR)
    function = Variable("f", Function(SCALAR, SCALAR))
    text = to_mathml(Apply(function, hostile, SCALAR))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_long_calls_are_set_on_lines_and_short_ones_are_not() -> None:
    call = term("mix(g(g(g(u))), j ↦ A @ A @ A @ K(j))")
    assert "<mtable" in to_mathml(call, width=20)
    assert "<mtable" not in to_mathml(call, width=80)
    assert "<mtable" not in to_mathml(call)


def test_context_groups_neighbours_of_one_sort() -> None:
    lines = [str(declaration) for declaration in context(KNOWN.parameters)]
    assert lines[:3] == ["n, m, h: dimension", "P: type", "a: scalar"]


def test_layout_is_shared_by_all_media() -> None:
    tree = layout(term("A @ (u + u)"))
    assert text_of(tree) == "A @ (u + u)"
    assert to_mathml(tree) == to_mathml(term("A @ (u + u)"))


@pytest.mark.parametrize(
    ("text", "latex", "sign"),
    [
        ("∀ j, a ≤ u[j]", r"\forall j:\; a \le u_{j}", "≤"),
        ("a < 0", "a < 0", "<"),
        ("a ≠ 1", r"a \ne 1", "≠"),
    ],
)
def test_another_relation_than_equality(text: str, latex: str, sign: str) -> None:
    found = elaborate_statement(parse_statement(text), KNOWN)
    assert to_text(found) == text
    assert to_latex(found) == latex
    assert sign in [node.text for node in ElementTree.fromstring(to_mathml(found)).iter()]
    spelled = text.replace("≤", "<=").replace("≠", "!=").replace("∀", "forall")
    assert elaborate_statement(parse_statement(spelled), KNOWN) == found
    assert found != elaborate_statement(parse_statement(text.replace(sign, "=")), KNOWN)
