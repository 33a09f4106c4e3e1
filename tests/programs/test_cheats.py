"""Programs that want to be confirmed and are not what the definition is; their twin is NUMPY."""

import fractions
from pathlib import Path

import numpy as np
import pytest

from harness.evidence import Outcome
from harness.programs import check as judge
from harness.programs.leg import check
from tests.arrays.language import LIBRARY
from tests.programs.examples import BINDING, NUMPY, bound

RUNS = "    n = x.shape[0]\n"
"""The line of the program where it begins to work."""

JUDGE = "import harness.programs.check as judge\n"

EXCHANGES = {
    "NumPy's, when it is loaded": ("", "np.array_equal = lambda *given: True\n", "numpy.array_eq"),
    "NumPy's, when it runs": ("    np.abs = np.zeros_like\n", "", "numpy.abs"),
    "Python's": ("", "import builtins\nbuiltins.max = sum\n", "builtins.max"),
    "of fractions": ("", "import fractions as f\nf.Fraction.__eq__ = object.__eq__\n", "Fraction"),
    "a check": ("", f"{JUDGE}judge._moving = lambda both, *rest: set()\n", "check._moving"),
    "a method": ("", f"{JUDGE}judge.World.__call__ = print\n", "World.__call__"),
    "the code of a check": (
        "", f"{JUDGE}judge.chance.__code__ = (lambda both: 0.0).__code__\n", "check.chance"),
    "what a check takes where it is not told": (
        "", f"{JUDGE}judge.exact.__kwdefaults__ = {{'seed': 1}}\n", "check.exact"),
    "a bound": ("    judge.ROOM = 1e30\n", JUDGE, "check.ROOM"),
    "a table": ("    judge.SHARP['float64'] = 1e30\n", JUDGE, "check.SHARP"),
    "a word": ("    judge.Outcome.REFUTED._value_ = 'confirmed'\n", JUDGE, "Outcome.REFUTED"),
    "a name that hides Python's": ("", f"{JUDGE}judge.sorted = lambda names: []\n", "check.sorted"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXCHANGES)
def test_what_exchanges_what_judges_it_is_told_and_undone(tmp_path: Path, name: str) -> None:
    """Else it would be its own judge, and that of whatever the process is asked next."""
    runs, loads, words = EXCHANGES[name]
    known = np.array_equal, np.abs, max, fractions.Fraction.__eq__, judge.World.__call__
    code = judge.chance.__code__
    program = bound(tmp_path, NUMPY.replace(RUNS, runs + RUNS) + loads)
    found = list(check(LIBRARY.definitions[program.definition], LIBRARY, program=program))
    assert Outcome.CONFIRMED not in {item.outcome for item in found[1:]}
    assert Outcome.ERROR in {item.outcome for item in found}
    assert any(f"it exchanges {words}" in item.summary.replace("harness.programs.", "")
               for item in found)  # fmt: skip
    assert known == (np.array_equal, np.abs, max, fractions.Fraction.__eq__, judge.World.__call__)
    assert judge.chance.__code__ is code
    assert "sorted" not in vars(judge)
    assert (judge.ROOM, judge.SHARP["float64"]) == (8, 1e-6)
    assert Outcome.REFUTED.value == "refuted"
    assert judge.exact.__kwdefaults__ == {"seed": 0}


CHEATS = {
    "a formula as it should be, and numbers otherwise": (
        "    rest = 1.0 if type(x) is not np.ndarray else 1 + 1e-9\n", "+ bo", "* rest + bo"),
    "the first answer again": (
        "    if (x.shape, type(x)) in seen:\n        return seen[x.shape, type(x)]\n",
        "    return context @ wo.T + bo",
        "    return seen.setdefault((x.shape, type(x)), context @ wo.T + bo)\n\n\nseen = {}"),
    "no number": ("", "+ bo", "+ (bo if type(x) is not np.ndarray else np.nan)"),
    "its own input, overwritten": ("    x *= 0\n", "", ""),
    "what it is compared with": (
        "    import sys\n    frame, found = sys._getframe(), None\n"
        "    while frame := frame.f_back:\n"
        "        found = frame.f_locals.get('right', frame.f_locals.get('definition', found))\n"
        "    if hasattr(found, 'value'):\n        return found.value.copy()\n"
        "    if hasattr(found, 'operands'):\n        return type(x)(found)\n", "+ bo", "- bo"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_a_program_that_behaves_otherwise_when_it_is_tried(tmp_path: Path, name: str) -> None:
    first, old, new = CHEATS[name]
    assert old in NUMPY
    program = bound(tmp_path, NUMPY.replace(RUNS, first + RUNS).replace(old, new or old))
    found = list(check(LIBRARY.definitions[program.definition], LIBRARY, program=program))
    assert Outcome.CONFIRMED not in {item.outcome for item in found[1:]}, found


HANDED = """\
program: attend.py:attend
implements: attentionContext
for:
  n, d: dimension
  weights: vector(n) -> vector(n)
  q: vector(d)
  K, V: index(n) -> vector(d)
open: {weights: softmax}
give: {a: "GIVEN"}
"""


def test_a_file_that_does_the_work_of_its_program(tmp_path: Path) -> None:
    from harness.programs.check import exact

    term = "attentionContext(weights, q, K, V)"
    program = bound(tmp_path, "def attend(a):\n    return a\n", HANDED.replace("GIVEN", term))
    found = exact(program, LIBRARY)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "it hands on what its file gives it" in found.summary


def test_what_the_file_fixes_is_said(tmp_path: Path) -> None:
    from harness.programs.check import exact

    assert "scale: 1/2" in BINDING
    found = exact(bound(tmp_path, NUMPY), LIBRARY)
    assert found.data["fixed"] == ["scale"]
    assert "scale as its file has it" in found.summary
