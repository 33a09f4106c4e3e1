"""Headers of Lean files, as Lean reads them."""

import pytest

from harness.lean.header import Header, Import, parse_header


def names(source: str) -> list[str]:
    return [item.module for item in parse_header(source).imports]


def test_every_word_before_a_name() -> None:
    source = "module\n\npublic import A.B\nimport all C\npublic meta import Lean\nimport D\n\ndef x"
    assert parse_header(source) == Header(
        True,
        (
            Import("A.B", 3, 15, public=True),
            Import("C", 4, 12, all=True),
            Import("Lean", 5, 20, public=True, meta=True),
            Import("D", 6, 8),
        ),
    )


@pytest.mark.parametrize(
    "source",
    [
        "import A import B",
        "import A\n-- import X\nimport B",
        "/- import X /- nested import Y -/ import Z -/ import A\nimport B",
        "-- module\n/--/ import A\n/-\n-/ import B -- import C",
        "prelude\nimport A\nimport B\n/-! import X -/\nimport Y",
        "import A\nimport B\n/-- import X -/\ndef f := 1\nimport Y",
        "\ufeffimport A\r\nimport B\r\nopen X",
        "import «A»\nimport B",
    ],
)
def test_comments_and_commands(source: str) -> None:
    assert names(source) == ["A", "B"]


def test_a_file_without_the_word_is_no_module() -> None:
    assert not parse_header("import A").is_module
    assert not parse_header("").is_module
    assert not parse_header("/-! module -/\nmodule").is_module
    assert parse_header("/- Copyright -/\nmodule\n").is_module
    assert not parse_header("modules\nimport A").is_module


def test_the_header_ends_where_lean_would_complain() -> None:
    assert names("module\nimport A\nimport 3\nimport B") == ["A"]
    assert names("module\nimport\n") == []
    assert names("import A\n/- no end import B") == ["A"]


def test_names_in_other_alphabets() -> None:
    assert names("import Θ.x₁'\nimport Ünï") == ["Θ.x₁'", "Ünï"]
