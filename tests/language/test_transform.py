"""Substitution captures nothing, and definitions unfold to what one writes by hand."""

from harness.language.elaborate import elaborate_term
from harness.language.parser import parse_term, parse_type
from harness.language.scope import Scope
from harness.language.terms import Lambda, Term, Variable
from harness.language.transform import apply, free_variables, substitute
from harness.language.types import DimVar, Index, Parameter, Sort

SCOPE = Scope(
    {},
    (
        Parameter("n", Sort.DIMENSION),
        Parameter("u", parse_type("vector(n)")),
        Parameter("v", parse_type("vector(n)")),
        Parameter("i", parse_type("index(n)")),
        Parameter("f", parse_type("index(n) -> vector(n)")),
    ),
)


def term(text: str) -> Term:
    return elaborate_term(parse_term(text), SCOPE)


def test_a_free_variable_is_not_captured() -> None:
    # In [j ↦ u[j] * v[i]], putting a term that speaks of a free j for v must rename the binder.
    body = term("[j ↦ u[j] * v[i]]")
    free_j = Variable("j", Index(DimVar("n")))
    replaced = substitute(body, {"i": free_j})
    assert free_variables(replaced) == {"u", "v", "j"}
    [family] = replaced.arguments  # type: ignore[union-attr]
    assert isinstance(family, Lambda)
    assert family.parameter.name != "j"


def test_shadowed_names_stay() -> None:
    body = term("[i ↦ u[i]]")
    assert substitute(body, {"i": Variable("k", Index(DimVar("n")))}) == body


def test_applied_lambdas_reduce() -> None:
    family = term("(j: index(n)) ↦ f(j)")
    assert apply(family, term("i")) == term("f(i)")
    assert substitute(term("f(i)"), {"f": family}) == term("f(i)")
