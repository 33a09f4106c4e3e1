"""Other kernels beside Lean's: what each answer comes to, and that no answer is none."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.project import Project, external_checkers, load_project
from harness.diagnostics import InputError
from harness.evidence import Evidence, Outcome
from harness.kernel.declarations import Axiom, Declaration, Export, Theorem, constants
from harness.kernel.export import read_export, write_export
from harness.kernel.terms import ZERO, Bound, Const, Lam, Pi, Sort
from harness.lean.audit.answer import END, read_answer
from harness.lean.audit.comparison import Plan
from harness.lean.audit.names import shown
from harness.lean.build import Build
from harness.lean.package import read_package
from harness.lean.proof import second
from harness.lean.session import Session
from harness.lean.toolchain import Caller
from tests.lean.fake import FakeToolchain

PROJECT = load_project(Path(__file__).parents[1] / "fixtures" / "isometry")
NAME = ("Isometry", "inner_invariant")
PROP = Sort(ZERO)
IDENTITY = Pi(PROP, Pi(Bound(0), Bound(1)))
PROOF = Lam(PROP, Lam(Bound(0), Bound(0)))
ABSURD = Pi(PROP, Bound(0))


def session(*declarations: Declaration, own: set[str], project: Project = PROJECT) -> Session:
    lines = [*write_export(Export(declarations))]
    for declaration in declarations:
        [constant] = constants(declaration)
        if shown(constant.name) in own:
            kind = "theorem" if isinstance(declaration, Theorem) else "axiom"
            name = list(constant.name)
            for what, fields in (
                (
                    "constant",
                    {"name": name, "kind": kind, "module": ["M"], "marks": [], "place": []},
                ),
                ("ruling", {"name": name, "verdict": "accepted", "reason": ""}),
            ):
                text = json.dumps({"harness": {what: fields}}, separators=(",", ":"))
                lines.append(text + "\n")
    [claim] = [c for c in project.claims if c.theorem == NAME[-1]]
    project = replace(project, claims=(claim,))
    build = Build(read_package(project.lean), "embedded", "4.28.0", "abc", project.lean, {})
    return Session(project, build, Plan((), {}, {}), read_answer("".join([*lines, END])), 0.0)


def theorem(proof: object = PROOF, type_: object = IDENTITY) -> Theorem:
    return Theorem(NAME, (), type_, proof, (NAME,))  # type: ignore[arg-type]


def asked(found: Session, folder: Path) -> Evidence:
    [evidence] = second.second_kernel(found, Caller(FakeToolchain(), folder))
    assert evidence.check == second.CHECK.name
    return evidence


# -- the harness's own kernel ---------------------------------------------------------------------


def test_what_it_accepts_is_confirmed_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = session(theorem(), own={shown(NAME)})
    evidence = asked(found, tmp_path)
    assert evidence.outcome is Outcome.CONFIRMED
    assert evidence.data["replayed"] == 1
    monkeypatch.setattr(second, "_ask", lambda *_: pytest.fail("it was asked again"))
    assert asked(found, tmp_path) == evidence


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (theorem(type_=ABSURD), "does not have the stated type"),
        (theorem(proof=PROP), "does not have the stated type"),
        (theorem(type_=PROP, proof=IDENTITY), "not a proposition"),
    ],
)
def test_what_it_refuses_is_refuted(wrong: Theorem, words: str, tmp_path: Path) -> None:
    evidence = asked(session(wrong, own={shown(NAME)}), tmp_path)
    assert evidence.outcome is Outcome.REFUTED
    assert words in evidence.summary


def test_what_rests_on_a_refused_lemma_is_refuted_and_the_lemma_is_named(tmp_path: Path) -> None:
    lemma = Theorem(("Isometry", "lie"), (), ABSURD, PROOF, ())
    cheat = theorem(type_=ABSURD, proof=Const(lemma.name))
    evidence = asked(session(lemma, cheat, own={"Isometry.lie", shown(NAME)}), tmp_path)
    assert evidence.outcome is Outcome.REFUTED
    assert "Isometry.lie, on which it rests" in evidence.summary


def test_what_it_believes_of_the_library_is_listed_and_counted(tmp_path: Path) -> None:
    shipped = Axiom(("Library", "id"), (), IDENTITY, False)
    found = session(shipped, theorem(proof=Const(shipped.name)), own={shown(NAME)})
    evidence = asked(found, tmp_path)
    assert evidence.outcome is Outcome.CONFIRMED
    assert evidence.data["believed theorems"] == ["Library.id"]
    assert evidence.data["believed others"] == []
    assert evidence.data["checked of the library"] == 0
    # Declared by the package itself it is an axiom like any other, and none that is known.
    own = session(shipped, theorem(proof=Const(shipped.name)), own={"Library.id", shown(NAME)})
    assert asked(own, tmp_path).outcome is Outcome.REFUTED


def test_the_compilers_word_is_not_believed(tmp_path: Path) -> None:
    word = Axiom(("Lean", "trustCompiler"), (), IDENTITY, False)
    found = session(word, theorem(proof=Const(word.name)), own={shown(NAME)})
    assert asked(found, tmp_path).outcome is Outcome.REFUTED


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ("pass", Outcome.ERROR),
        ("raise SystemExit(3)", Outcome.ERROR),
        ("print('{\"end\": true}')", Outcome.ERROR),
        ("print('{\"name\": 1}')", Outcome.ERROR),
        ("import time; time.sleep(60)", Outcome.ERROR),
        (
            'print(\'{"name": ["Isometry", "inner_invariant"], '
            '"verdict": "declined", "reason": "too deep"}\'); print(\'{"end": true}\')',
            Outcome.INCONCLUSIVE,
        ),
        (
            'print(\'{"name": ["Isometry", "inner_invariant"], '
            '"verdict": "trusted", "reason": ""}\'); print(\'{"end": true}\')',
            Outcome.ERROR,
        ),
    ],
)
def test_a_kernel_that_dies_lies_or_gives_up(
    script: str, outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(second, "SECONDS", 0.5 if "sleep" in script else 60.0)
    found = asked(session(theorem(), own={shown(NAME)}), tmp_path / "kept")
    assert found.outcome is outcome, found.summary


# -- anybody's ------------------------------------------------------------------------------------

HONEST = """\
import sys
from harness.kernel.check import check
from harness.kernel.export import read_export
with open(sys.argv[1], "rb") as lines:
    rulings = list(check(read_export(lines)))
sys.exit(any(ruling.verdict.value != "accepted" for ruling in rulings))
"""
"""A checker that checks."""


@pytest.mark.parametrize(
    ("script", "outcome", "words"),
    [
        ('exec python "$2"', Outcome.CONFIRMED, "accepts the theorem and all"),
        ('test "$1" = --strict && exec python "$2"', Outcome.CONFIRMED, "accepts the theorem"),
        ("exit 0", Outcome.ERROR, "would without a proof: it does not check"),
        ('grep -q inner_invariant "$2"', Outcome.ERROR, "it does not check"),
        ("echo 'type error in x' >&2; exit 1", Outcome.REFUTED, "refuses: type error in x"),
        ("echo 'no quotients'; exit 2", Outcome.INCONCLUSIVE, "gives up: no quotients"),
        ("exit 101", Outcome.ERROR, "ended with exit code 101"),
        ("kill -9 $$", Outcome.ERROR, "ended with exit code -9"),
        ("sleep 60", Outcome.ERROR, "more than"),
    ],
)
def test_an_external_checker(
    script: str, outcome: Outcome, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker = tmp_path / "my checker"
    (tmp_path / "honest.py").write_text(HONEST)
    script = script.replace("python", f"{sys.executable} {tmp_path / 'honest.py'}")
    checker.write_text(f"#!/bin/sh\n{script}\n")
    checker.chmod(0o755)
    monkeypatch.setattr(second, "SECONDS", 0.5 if "sleep" in script else 60.0)
    project = replace(PROJECT, external=((str(checker), "--strict"),))
    found = session(theorem(), own={shown(NAME)}, project=project)
    [evidence] = second.external(found, Caller(FakeToolchain(), tmp_path))
    assert (evidence.outcome, evidence.check) == (outcome, "checker my checker")
    assert words in evidence.summary
    with (tmp_path / "checkers" / "export.ndjson").open("rb") as lines:
        assert read_export(lines).declarations == (theorem(),)


def test_a_checker_that_is_not_there_is_not_run(tmp_path: Path) -> None:
    project = replace(PROJECT, external=((str(tmp_path / "nothing"), "{export}"),))
    found = session(theorem(), own={shown(NAME)}, project=project)
    [evidence] = second.external(found, Caller(FakeToolchain(), tmp_path))
    assert evidence.outcome is Outcome.NOT_RUN


def test_the_setting_is_cut_into_words_and_anything_else_is_bad_input(tmp_path: Path) -> None:
    def read(value: str) -> tuple[tuple[str, ...], ...]:
        text = f"[tool.harness]\nlean = 'lean'\ncheckers = {value}\n"
        (tmp_path / "pyproject.toml").write_text(text, "utf-8")
        return external_checkers(tmp_path)

    assert read("[]") == ()
    assert read("""['nanoda_bin --config "my file" {export}']""") == (
        ("nanoda_bin", "--config", "my file", "{export}"),
    )
    for bad in ("'nanoda_bin'", "[1]", "['']", '["\'"]', "[['a']]"):
        with pytest.raises(InputError) as caught:
            read(bad)
        [fault] = caught.value.diagnostics
        assert (fault.file, fault.line) == ("pyproject.toml", 3)
