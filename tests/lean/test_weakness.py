"""Which errors of Lean are a verdict on the source, by messages that it gave."""

import pytest

from harness.lean.messages import Message
from harness.lean.weakness import CODE, PRINTS, other_version, printing, weakness

NO_CODE = [
    "Unknown constant `List.reverse._redArg`",
    "Unknown constant `_private.Init.Data.Array.Basic.0.Array.foldrMUnsafe.fold`",
    "Unknown constant `instDecidableEqList._redArg`",
    "failed to compile definition, compiler IR check failed at `_private.a1.0._eval._closed_2`. "
    "Error: depends on declaration 'f', which has no executable code; consider marking definition "
    "as 'noncomputable'",
    "(interpreter) unknown declaration 'T.«term_⊕_»._closed_11'",
    "Could not find native implementation of external declaration 'good' (symbols 'l_good___boxed' "
    "or 'l_good').",
    "Tactic `native_decide` failed. Error: failed to compile definition",
]
GIVES_UP = [
    "(deterministic) timeout at `whnf`, maximum number of heartbeats (200000) has been reached",
    "maximum recursion depth has been reached",
    "object file '/x/T/A.olean' of module T.A does not exist",
    "unknown module prefix 'Mathlib'\n\nNo directory 'Mathlib' or file 'Mathlib.olean'",
]
VERDICTS = [
    "unsolved goals\nn : Nat\n⊢ n = n + 1",
    "Unknown identifier `nn`",
    "Unknown constant `T.dto`",
    "omega could not prove the goal",
    "Tactic `decide` proved that the proposition\n  1 = 2\nis false",
    "unexpected token 'end'; expected term",
    "Type mismatch\n  h\nhas type\n  a = b\nbut is expected to have type\n  a = c",
    "it says `maximum` and `code`",
]


def said(text: str) -> Message:
    return Message("T.lean", 1, 1, "error", text)


@pytest.mark.parametrize("text", NO_CODE)
def test_want_of_code_is_no_verdict_of_the_embedded_lean_and_one_of_the_native(text: str) -> None:
    for plain in (True, False):
        assert weakness(said(text), embedded=True, plain=plain) == CODE
    assert weakness(said(text), embedded=False, plain=False) == ""


@pytest.mark.parametrize("text", GIVES_UP)
@pytest.mark.parametrize("embedded", [True, False])
def test_giving_up_is_no_verdict(text: str, embedded: bool) -> None:
    assert weakness(said(text), embedded=embedded, plain=False) not in ("", CODE, PRINTS)


@pytest.mark.parametrize("text", VERDICTS)
@pytest.mark.parametrize("embedded", [True, False])
def test_the_rest_is_a_verdict(text: str, embedded: bool) -> None:
    assert weakness(said(text), embedded=embedded, plain=embedded) == ""


def test_what_a_plain_file_may_do_and_a_module_may_not() -> None:
    printing = said("cannot use `#print axioms` in a `module`; consider temporarily removing")
    assert weakness(printing, embedded=True, plain=True) == PRINTS
    assert weakness(printing, embedded=True, plain=False) == ""
    hidden = said(
        "Type mismatch\n  rfl\nhas type\n  ?a = ?a\nbut is expected to have type\n  f = g"
    )
    assert "bodies" in weakness(hidden, embedded=True, plain=True)
    assert weakness(hidden, embedded=True, plain=False) == ""


def test_commands_that_leave_nothing_behind() -> None:
    source = "def f := 1\n  #eval f\nrun_cmd x\n#print axioms f\nmacro_rules"
    places = [(1, 1), (2, 3), (3, 1), (4, 1), (5, 1), (9, 1)]
    found = [printing(source, *place) for place in places]
    assert found == [None, (2, 3), (3, 1), (4, 1), None, None]


@pytest.mark.parametrize(
    ("source", "place", "begins"),
    [
        ("/-- info: 1 -/\n#guard_msgs in\n#eval 1", (2, 1), (1, 1)),
        ("x\n  /-- info:\n/- 1 -/ -/ #guard_msgs in #eval 1", (3, 12), (2, 3)),
        ("/-- other -/ def x := 1\n#guard_msgs in #eval 1", (2, 1), (2, 1)),
        ("#guard_msgs in #eval 1", (1, 16), (1, 16)),
    ],
)
def test_a_command_that_says_what_it_is_to_print(
    source: str, place: tuple[int, int], begins: tuple[int, int]
) -> None:
    said_otherwise = said("❌️ Docstring on `#guard_msgs` does not match generated message:\n\n")
    assert weakness(said_otherwise, embedded=True, plain=False) == PRINTS
    assert weakness(said_otherwise, embedded=False, plain=False) == ""
    assert printing(source, *place) == begins


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("leanprover/lean4:v4.28.0", False),
        ("leanprover/lean4:v4.28.0-rc1", False),
        ("leanprover/lean4:4.9.0", True),
        ("v4.30.1", True),
        ("leanprover/lean4:nightly-2026-01-01", False),
        ("stable", False),
        ("", False),
    ],
)
def test_a_package_that_asks_for_another_lean(asked: str, other: bool) -> None:
    assert other_version(asked, "4.28.0-pre") is other
