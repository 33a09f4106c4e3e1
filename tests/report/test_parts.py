"""Matching parts of Lean and specification: only what is certain."""

from __future__ import annotations

import pytest

from harness.report.page.highlight import lean as lean_text
from harness.report.page.parts import lean_parts, pair, yaml_parts
from tests.report.demo import demo, hostile


def of_lean(source: str, *hypotheses: str, theorem: bool = True) -> dict[str, str]:
    found = lean_parts(source, "t", hypotheses, theorem)
    return {part.name: source[part.start : part.end] for part in found}


def of_yaml(text: str, *hypotheses: str, theorem: bool = True) -> dict[str, str]:
    found = yaml_parts(text, hypotheses, theorem)
    return {part.name: text[part.start : part.end] for part in found}


def test_binders_and_conclusion() -> None:
    source = (
        "/-- theorem t : h -/ theorem t {n : Nat} (h : n = n)\n"
        "  (k : ∀ x, (x : Nat) = x) :\n  n = 1 := by\n  simp (h : n)"
    )
    assert of_lean(source, "h", "k") == {
        "h": "(h : n = n)",
        "k": "(k : ∀ x, (x : Nat) = x)",
        "conclusion": "n = 1",
    }


def test_names_that_share_a_binder_are_marked_alone() -> None:
    assert of_lean("theorem t (h k : a = b) : a = b := h", "k") == {
        "k": "k",
        "conclusion": "a = b",
    }


@pytest.mark.parametrize(
    "source",
    [
        "",
        "theorem other (h : a) : b",
        "theorem t (h : a : b",
        "theorem t (h : a)) : b",
        "-- theorem t (h : a) : b",
        "theorem t (g : h) -- (h : a)",
        "theorem t (h : a) : b\ntheorem t (h : a) : c",
        'theorem t (g : "(h : a)")',
    ],
)
def test_what_is_not_certain_is_not_marked(source: str) -> None:
    assert of_lean(source, "h") == {}


def test_a_name_that_is_bound_twice_is_not_marked() -> None:
    assert of_lean("theorem t (h : a) (h : b) : c", "h") == {"conclusion": "c"}


def test_a_definition_is_what_stands_behind_its_sign() -> None:
    source = "def Space.t (n : Nat) : Nat :=\n  n + 1\n"
    assert of_lean(source, theorem=False) == {"conclusion": "n + 1"}


def test_a_specification() -> None:
    text = (
        "says: >-\n  then: this\nassume:\n  h: a = b\n  k: >-\n    b =\n    c\n  g: x\n"
        "then: a = c\n"
    )
    assert of_yaml(text, "h", "k") == {
        "h": "h: a = b",
        "k": "k: >-\n    b =\n    c",
        "conclusion": "then: a = c",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h: a",
        "assume: {h: a}",
        "assume: {g: a,\n  h: b}",
        "for: h:\n  h: a",
        "assume:\nthen:x",
        "- then: x",
    ],
)
def test_other_styles_are_not_marked(text: str) -> None:
    assert of_yaml(text, "h") == {}


def test_parameters_by_their_names() -> None:
    source = "theorem t {h d : Nat} (R : Fin h → α) (k : Nat) (o : R = R) : R = R := x"
    assert of_lean(source, "h", "d", "R", "o") == {
        "h": "h",
        "d": "d",
        "R": "(R : Fin h → α)",
        "o": "(o : R = R)",
        "conclusion": "R = R",
    }
    text = "for:\n  h, d: dimension\n  R: index(h) -> scalar\nassume:\n  o: R = R\nthen: R = R\n"
    assert of_yaml(text, "h", "d", "R", "o") == {
        "h": "h",
        "d": "d",
        "R": "R: index(h) -> scalar",
        "o": "o: R = R",
        "conclusion": "then: R = R",
    }


def test_what_a_parameter_and_a_hypothesis_share_is_not_marked() -> None:
    assert of_yaml("for:\n  R: a\nassume:\n  R: b\nthen: c\n", "R") == {"conclusion": "then: c"}


def test_a_definition_in_its_specification() -> None:
    text = "f:\n  says: x\n  is: a + b\n"
    assert of_yaml(text, theorem=False) == {"conclusion": "is: a + b"}


def test_only_what_both_sides_show_is_marked() -> None:
    for subject in (*demo().subjects, *hostile().subjects):
        found = pair(subject)
        assert {p.name for p in found.lean} == {p.name for p in found.specification} == found.names


def test_marking_changes_no_letter() -> None:
    for subject in (*demo().subjects, *hostile().subjects):
        source = subject.lean.source
        stretches = lean_text(source, pair(subject).lean)
        assert "".join(text for s in stretches for _, text in s.pieces) == source
