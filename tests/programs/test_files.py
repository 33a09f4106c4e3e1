"""Files of programs: mistakes at their place, and what cannot be shown is not confirmed."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.claims.programs import load_program
from harness.claims.project import open_project
from harness.diagnostics import InputError
from harness.evidence import Outcome
from harness.plan import Plan, program_question
from harness.programs.check import exact, floats, guarded
from harness.run import answers
from tests.arrays.language import LIBRARY, ROOT
from tests.programs.examples import BINDING, NUMPY, bound

FAULTS = {
    "an unknown key": ("each: {i", "every: {i", "17:1: unknown key 'every'"),
    "an unknown definition": ("implements: biased", "implements: based", "3:13: there is no"),
    "an argument that it has not": ("  p: i", "  q: i", "21:3: "),
    "an argument that nothing gives": (
        "  p: i\n",
        "",
        "3:13: biasedGroupedQueryRopeAttentionBlockOutput takes p: expected",
    ),
    "a term that does not fit": ("x: T(i)", "x: T", "22:6: expected"),
    "a name that nothing has": ("scale * z", "scales * z", "19:28: nothing is called scales"),
    "a tensor of no term": ("wo: Wo", "wo: W0", "33:7: nothing is called W0"),
    "a dimension": ("number: h}", "number: hh}", "37:19: "),
    "a size of 0": ("{n: 3,", "{n: 0,", "40:9: expected a size of n"),
    "a size left out": ("{n: 3, k: 2,", "{k: 2,", "40:5: expected a size of n"),
    "a value": ("scale: 1/2", "scale: half", "40:64: expected a number"),
    "a variable left open": ("{soft: causal", "{softer: causal", "24:8: there is no variable"),
    "a name that no file can have": (
        "attend.py:attend", f"{'x' * 300}.py:attend", "1:10: expected a file of Python"),
    "no such file": ("attend.py:attend", "other.py:attend", "1:10: expected a file of Python"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_mistakes_are_told_at_their_place(tmp_path: Path, name: str) -> None:
    old, new, message = FAULTS[name]
    assert old in BINDING
    with pytest.raises(InputError) as caught:
        bound(tmp_path, NUMPY, BINDING.replace(old, new, 1))
    assert f"binding.yaml:{message}" in str(caught.value)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    text = BINDING.replace("scale: 1/2", "scale: half", 1).replace("wo: Wo", "wo: W0")
    with pytest.raises(InputError) as caught:
        bound(tmp_path, NUMPY, text)
    assert len(caught.value.diagnostics) == 2


def test_an_unknown_definition_hides_no_other_mistake(tmp_path: Path) -> None:
    text = BINDING.replace("implements: biased", "implements: based", 1)
    text = text.replace("scale * z", "scales * z", 1)
    text = text.replace("attend.py:attend", "other.py:attend").replace("wo: Wo", "wo: W0")
    text = text.replace("scale: 1/2", "scale: half", 1)
    with pytest.raises(InputError) as caught:
        bound(tmp_path, NUMPY, text)
    places = sorted((found.line, found.column) for found in caught.value.diagnostics)
    assert places == [(1, 10), (3, 13), (19, 28), (33, 7), (40, 64)], str(caught.value)


def test_where_no_names_are_known_faults_of_form_are_told(tmp_path: Path) -> None:
    """Each of them: of arguments, and of what they are declared to be."""
    text = BINDING.replace("implements: biased", "implements: based", 1)
    text = text.replace("scale * z", "scale * * z", 1).replace("x: T(i)", "x: T(i", 1)
    at = text.index("for:")
    text = (
        text[: text.index("\n", at) + 1] + "  broken: vector(\n" + text[text.index("\n", at) + 1 :]
    )
    with pytest.raises(InputError) as caught:
        bound(tmp_path, NUMPY, text)
    assert len(caught.value.diagnostics) == 4, str(caught.value)


UNUSABLE: dict[str, tuple[Callable[[str], str], Callable[[str], str], str]] = {
    "no such function": (
        lambda b: b.replace("attend.py:attend", "attend.py:attention"), str, "nothing called"),
    "an argument that is not given": (
        lambda b: b.replace("  bo: bo\n", ""), str, "missing 1 required positional argument"),
    "a program that fails": (
        str, lambda p: p.replace("    n = x", "    raise KeyError('why')\n    n = x"), "why"),
    "a file that cannot be loaded": (str, lambda p: p + "\n1 / 0\n", "fails when it is loaded"),
    "another shape": (
        str, lambda p: p.replace("return context @ wo.T + bo", "return context"), "of shape"),
    "several results": (
        str, lambda p: p.replace("return context @ wo.T + bo", "return context, k"), "result"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_program_that_cannot_be_called_is_an_error_and_no_pass(tmp_path: Path, name: str) -> None:
    binding, source, message = UNUSABLE[name]
    program = bound(tmp_path, source(NUMPY), binding(BINDING))
    for ask in (exact, floats):
        found = guarded(program, "check", lambda a=ask: a(program, LIBRARY))  # type: ignore[misc]
        assert found.outcome is Outcome.ERROR
        assert message in found.summary
        assert found.diagnostics[0].file == "binding.yaml"


NOTHING = """\
program: attend.py:attend
implements: scores
for:
  n, d: dimension
  q: vector(d)
  K: index(n) -> vector(d)
  idle: vector(d)
give: {q: q, K: K, idle: idle}
"""


def test_an_input_that_moves_nothing_is_not_confirmed(tmp_path: Path) -> None:
    program = bound(tmp_path, "def attend(q, K, idle):\n    return K @ q\n", NOTHING)
    found = exact(program, LIBRARY)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "idle moves no result" in found.summary


def test_a_library_that_is_missing_is_not_run(tmp_path: Path) -> None:
    program = bound(tmp_path, "import no_such_library\n", BINDING)
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.NOT_RUN


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("weights = np.floor(weights)", "floor"),
        ("weights = np.sort(weights, axis=-1)", "sort"),
        ("weights = weights if weights[0, 0, 0] > 0 else -weights", "greater"),
        ("weights = np.array([float(w) for w in weights[0, 0]])", "float"),
        ("weights = np.where(weights > 0.1, weights, 0.0)", "greater"),
    ],
)
def test_what_has_no_meaning_in_a_field_is_named_with_its_line(
    tmp_path: Path, line: str, name: str
) -> None:
    source = NUMPY.replace("    context =", f"    {line}\n    context =")
    program = bound(tmp_path, source)
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert f"`{name}` at attend.py:29" in found.summary, found.summary


def test_three_lines_do_for_a_plain_function(tmp_path: Path) -> None:
    source = "import numpy as np\n\n\ndef softmax(s):\n    e = np.exp(s)\n    return e / e.sum()\n"
    binding = "program: attend.py:softmax\nimplements: softmax\nopen: {exp: exp}\n"
    assert exact(bound(tmp_path, source, binding), LIBRARY).outcome is Outcome.CONFIRMED
    wrong = source.replace("e.sum()", "e.sum() + 1")
    assert exact(bound(tmp_path, wrong, binding), LIBRARY).outcome is Outcome.REFUTED


def test_the_file_names_no_library_that_it_does_not_use(tmp_path: Path) -> None:
    (tmp_path / "attend.py").write_text(NUMPY, "utf-8")
    (tmp_path / "b.yaml").write_text(BINDING, "utf-8")
    program = load_program(tmp_path / "b.yaml", "b.yaml", LIBRARY, tmp_path)
    assert exact(program, LIBRARY).data["versions"].keys() == {"numpy"}  # type: ignore[union-attr]


def test_what_runs_on_numbers_alone_is_left_to_floating_point(tmp_path: Path) -> None:
    from harness.programs.leg import check

    program = bound(tmp_path, NUMPY.replace("    n = x", "    x.tobytes()\n    n = x"))
    about = LIBRARY.definitions[program.definition]
    found = list(check(about, LIBRARY, program=program))
    assert [item.outcome for item in found] == [Outcome.NOT_APPLICABLE, Outcome.CONFIRMED]
    assert "attend.py:17" in found[0].summary


def test_a_change_of_what_a_program_reads_is_seen(tmp_path: Path) -> None:
    """What it imports, or any other file: so its evidence is never that of before."""
    text = "import numpy as np\n\n\ndef softmax(s):\n    e = np.exp(s)\n    return e / (e.sum() + "
    text += f"float(open({f'{tmp_path}/more.txt'!r}).read()))\n"
    binding = "program: attend.py:softmax\nimplements: softmax\nopen: {exp: exp}\n"
    plan = Plan(open_project(ROOT), tmp_path / "kept", workers=1)
    task = program_question(plan, bound(tmp_path, text, binding))
    outcomes = []
    for more in ("0", "1"):
        (tmp_path / "more.txt").write_text(more, "utf-8")
        [(_, found)] = answers(plan, [("softmax", task)])
        outcomes.append(found[0].outcome)
    assert outcomes == [Outcome.CONFIRMED, Outcome.REFUTED]


def test_a_program_is_judged_by_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by what Python kept of it: a change of the same length within a second is none to it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    outcomes = []
    for sign in ("+ bo", "- bo"):
        program = bound(tmp_path, NUMPY.replace("+ bo", sign))
        os.utime(tmp_path / "attend.py", (10**9, 10**9))
        outcomes.append(exact(program, LIBRARY).outcome)
    assert outcomes == [Outcome.CONFIRMED, Outcome.REFUTED]
