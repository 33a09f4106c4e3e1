"""Whether the text of a file seems to declare a name."""

import pytest

from harness.lean.absence import declared_in


@pytest.mark.parametrize(
    "text",
    [
        "theorem dot? : x",
        "@[simp] lemma A.B.dot? (n : Nat) :",
        "def\n  dot? := 1",
        "theorem «dot?» : x",
        "private theorem T.«dot?» : x",
        "structure dot? where",
        "noncomputable abbrev dot?:= 1",
    ],
)
def test_it_does(text: str) -> None:
    assert declared_in(text, "dot?")


@pytest.mark.parametrize(
    "text",
    ["theorem dot : x", "theorem dot?? : x", "theorem dot?' : x", "-- dot?", "exact dot?", ""],
)
def test_it_does_not(text: str) -> None:
    assert not declared_in(text, "dot?")


def test_a_name_is_text_and_no_pattern() -> None:
    assert not declared_in("theorem aXb : x", "a.b")
    assert not declared_in("theorem x", "(")
