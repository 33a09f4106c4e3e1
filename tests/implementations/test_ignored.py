"""A definition that ignores what it is given is found out, whatever its name is."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.claims.library import load_library
from harness.claims.model import Library
from harness.evidence import VACUITY, Outcome
from harness.implementations.ignored import ignored
from harness.implementations.leg import check
from tests.arrays.language import LIBRARY, ROOT

HEAD = (ROOT / "specs" / "definitions.yaml").read_text("utf-8").split("definitions:")[0]

IGNORING = {
    "zero": (
        "n, d: dimension\n      q: vector(d)\n      K: index(n) -> vector(d)",
        "[j ↦ 0 * dot(q, K(j))]",
        ["q", "K"],
    ),
    "cancelled": (
        "d: dimension\n      u, v: vector(d)",
        "dot(u, v) + dot(u, u) - dot(v, u)",
        ["v"],
    ),
    "weights": (
        "n: dimension\n      w: vector(n) -> vector(n)\n      s: vector(n)",
        "w(s) - w(s) + s",
        ["w"],
    ),
    "place": ("P: type\n      F: P -> scalar\n      p, q: P", "F(p)", ["q"]),
}
MOVED = {
    "sum": ("d: dimension\n      u, v: vector(d)", "dot(u, v)"),
    "weights": ("n: dimension\n      w: vector(n) -> vector(n)\n      s: vector(n)", "w(s)"),
    "family": ("P: type\n      d: dimension\n      F: P -> matrix(d, d)\n      x: vector(d)",
               "p ↦ F(p) @ x"),
    "nothing to move": ("u: vector(0)\n      c: scalar", "dot(u, u) + c"),
}  # fmt: skip


def library_of(folder: Path, given: str, text: str, more: str = "") -> Library:
    path = folder / "definitions.yaml"
    body = (
        f"definitions:\n  f:\n    says: A test.\n    for:\n      {given}\n    is: '{text}'\n{more}"
    )
    path.write_text(HEAD + body, "utf-8")
    return load_library(path, "definitions.yaml")


@pytest.mark.parametrize("name", IGNORING)
def test_a_parameter_that_moves_nothing_is_a_finding(tmp_path: Path, name: str) -> None:
    given, text, names = IGNORING[name]
    library = library_of(tmp_path, given, text)
    assert ignored(library.definitions["f"], library) == names
    found = {item.check: item for item in check(library.definitions["f"], library)}
    assert found[VACUITY].outcome is Outcome.INCONCLUSIVE
    assert f"{', '.join(names)}" in found[VACUITY].summary
    meant = library_of(tmp_path, given, text, "    vacuous: it is an example\n")
    found = {item.check: item for item in check(meant.definitions["f"], meant)}
    assert found[VACUITY].outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("name", MOVED)
def test_what_moves_is_none(tmp_path: Path, name: str) -> None:
    library = library_of(tmp_path, *MOVED[name])
    assert ignored(library.definitions["f"], library) == []


def test_no_definition_of_the_project_ignores_anything() -> None:
    assert not [name for name, d in LIBRARY.definitions.items() if ignored(d, LIBRARY)]
