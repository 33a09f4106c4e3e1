"""Substitution captures nothing, and definitions unfold to what one writes by hand."""

import pytest

from harness.language.elaborate import elaborate_term
from harness.language.parser import parse_term, parse_type
from harness.language.scope import Scope
from harness.language.terms import Lambda, Term, Variable
from harness.language.transform import (
    alpha_equal,
    apply,
    canonical,
    children,
    free_variables,
    map_children,
    substitute,
)
from harness.language.types import DimVar, Index, Parameter, Sort

SCOPE = Scope(
    {},
    (
        Parameter("n", Sort.DIMENSION),
        Parameter("u", parse_type("vector(n)")),
        Parameter("v", parse_type("vector(n)")),
        Parameter("i", parse_type("index(n)")),
        Parameter("f", parse_type("index(n) -> vector(n)")),
        Parameter("m", Sort.DIMENSION),
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


@pytest.mark.parametrize(
    ("one", "two", "is_same"),
    [
        ("[j ↦ u[j]]", "[k ↦ u[k]]", True),
        ("[j ↦ u[j]]", "[k ↦ v[k]]", False),
        ("[j: index(n) ↦ u[i]]", "[i ↦ u[i]]", False),  # free in the one, bound in the other
        ("[j ↦ u[j]]", "[j: index(n) ↦ u[i]]", False),
        ("[j ↦ Σ k, f(j)[k]]", "[k ↦ Σ j, f(k)[j]]", True),
        ("[j ↦ Σ k, f(j)[k]]", "[j ↦ Σ k, f(k)[j]]", False),
        ("[j ↦ (Σ k, u[k]) * u[j]]", "[j ↦ (Σ j, u[j]) * u[j]]", True),  # shadowed
        ("[j: index(n) ↦ 0]", "[j: index(m) ↦ 0]", False),
        ("Σ j: index(n), 0", "Σ j: index(m), 0", False),  # scalars both, over other indices
        ("Σ j: index(n), 0", "Σ k: index(n), 0", True),
    ],
)
def test_bound_names_alone_make_no_difference(one: str, two: str, is_same: bool) -> None:
    assert alpha_equal(term(one), term(two)) is is_same
    assert (canonical(term(one)) == canonical(term(two))) is is_same


def test_subterms_that_differ_in_bound_names_have_one_canonical_form() -> None:
    product = canonical(term("(Σ j, u[j]) * (Σ k, Σ j, f(k)[j]) * (Σ i, u[i])"))
    [left, last] = children(product)
    assert children(left)[0] == last


def test_children_are_changed_and_nothing_else() -> None:
    def change(part: Term) -> Term:
        return substitute(part, {"u": term("v"), "v": term("u")})

    assert map_children(change, term("dot(u, v)")) == term("dot(v, u)")
    assert map_children(change, term("u")) == term("u")
