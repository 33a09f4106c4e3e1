"""Sources as the embedded Lean is handed them, in the author's lines and with his places."""

import pytest

from harness.lean.adapted import QUIET, adapted, written
from harness.lean.header import parse_header
from harness.lean.messages import Message

HEAD = "module @[expose] public noncomputable section «this file» "
A = "public import «A» public meta import «A»"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", HEAD),
        ("def x := 1", HEAD + "def x := 1"),
        ("import A\ndef x := 1", f"module {A} {HEAD[7:]}        \ndef x := 1"),
        ("prelude\nimport A -- B\n", f"module prelude {A} {HEAD[7:]}       \n         -- B\n"),
        ("/- module -/\nimport\r\n A\n", f"module {A} {HEAD[7:]}/- module -/\n      \r\n  \n"),
        ("/-! import A -/\nopen X", HEAD + "/-! import A -/\nopen X"),
        ("\ufeffdef x := 1\r\n", HEAD + "def x := 1\r\n"),
    ],
)  # fmt: skip
def test_a_plain_file_becomes_a_module_that_hides_nothing(source: str, text: str) -> None:
    handed = adapted(source)
    assert handed.text == text
    assert handed.text.count("\n") == source.count("\n")
    names = {item.module for item in parse_header(source).imports}
    assert {item.module for item in parse_header(text).imports} == names
    assert parse_header(text).is_module


def test_what_others_keep_to_themselves_can_be_asked_for() -> None:
    handed = adapted("import A\n", private=["A", "B.2d"]).text
    assert "import all «A» import all «B».«2d» @[expose]" in handed


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("module", "module noncomputable section «this file» "),
        ("module-- x\ndef", "module noncomputable section «this file» -- x\ndef"),
        ("/- module -/\nmodule A", "/- module -/\nmodule noncomputable section «this file»  A"),
        ("\ufeffmodule\r\n", "module noncomputable section «this file» \r\n"),
        ("module\nimport A\r\n-- c", "module\nimport A noncomputable section «this file» \r\n-- c"),
    ],
)  # fmt: skip
def test_a_module_without_code_keeps_its_header(source: str, text: str) -> None:
    assert adapted(source, code=False).text == text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("header", ["", "import A ", "module ", "module public import A /- -/ "])
def test_every_place_is_told_as_the_author_has_it(header: str, mark: str, newline: str) -> None:
    """Each word of the body is looked for where it came to stand, and put back to where it was."""
    lines = [f"{header}one two", "  #eval three", "four #eval five", "six"]
    source = mark + newline.join(lines)
    quiet = {(2, 3), (3, 6)}
    if not header:
        quiet.add((1, 1))
    handed = adapted(source, code=False, quiet=quiet)
    for line, column in quiet:
        assert handed.text.split("\n")[line - 1].count(QUIET) == 1, (line, column)
    for word in ("one", "two", "three", "four", "five", "six"):
        found = []
        for text in (handed.text, newline.join(lines)):
            (at,) = [(i, row.index(word)) for i, row in enumerate(text.split("\n")) if word in row]
            found.append((at[0] + 1, at[1] + 1))
        (line, column), place = found
        message = Message("copy", line, column, "error", "", line, column + len(word))
        back = handed.back(message)
        assert (back.line, back.column) == place
        assert (back.end_line, back.end_column) == (place[0], place[1] + len(word))


def test_names_that_lean_would_not_read_as_they_are() -> None:
    assert written("T.2d.Zwei Wörter") == "«T».«2d».«Zwei Wörter»"
    assert written("T.«a.b»") == "«T».«a.b»"
