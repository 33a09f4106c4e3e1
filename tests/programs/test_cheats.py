"""Programs that want to be confirmed and are not what the definition is; their twin is NUMPY."""

import fractions
import functools
import math
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.evidence import Outcome
from harness.programs import check as judge
from harness.programs.leg import check
from harness.programs.residues import SAFE_PRIMES
from harness.programs.target import Unusable
from harness.programs.untouched import untouched
from tests.arrays.language import LIBRARY
from tests.programs.examples import BINDING, NUMPY, bound

RUNS = "    n = x.shape[0]\n"
"""The line of the program where it begins to work."""

JUDGE = "import harness.programs.check as judge\n"

GUARD = "import harness.programs.untouched as guard\n"

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
    "what says that all is as it was": (
        "", "import builtins\nbuiltins.all = any\n", "builtins.all"),
    "what tells one thing from another": (
        "", f"{GUARD}guard.is_ = lambda a, b: True\n{JUDGE}judge.ROOM = 1e30\n",
        "check.ROOM, untouched.is_"),
    "a name that hides Python's from what looks": (
        "", f"{GUARD}guard.all = lambda given: True\n{JUDGE}judge.ROOM = 1e30\n",
        "check.ROOM, untouched.all"),
    "what is to hold": (
        "", f"{GUARD}guard._in_force.clear()\n{JUDGE}judge.ROOM = 1e30\n", "check.ROOM"),
    "the code of what looks": (
        "", f"{GUARD}guard._holds.__code__ = (lambda state: True).__code__\n", "untouched._holds"),
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


AFTERWARDS = {
    "what is done when a number is read": (
        "class Late(float):\n    def __float__(self):\n        import numpy\n"
        "        numpy.allclose = print\n        return 0.0\n\n\n",
        "    return np.array([Late()], dtype=object)\n",
        "it returns array of object",
    ),
    "what is done when a formula is worked out": (
        "import harness.programs.check as judge\n\nasked = []\n\n\nclass Late:\n"
        "    def __index__(self):\n        asked.append(0)\n"
        "        judge.ROOM = 1e30 if len(asked) == 2 else judge.ROOM\n        return 0\n\n\n",
        "    x = x[slice(Late(), None)]\n",
        "it exchanges harness.programs.check.ROOM",
    ),
    "what watches each line": (
        "import sys\n\n\n",
        "    def watch(frame, event, what):\n        return None\n    sys.settrace(watch)\n",
        "it exchanges sys.settrace",
    ),
    "a module in the place of one that judges": (
        "import sys\nimport types\n\n\n",
        "    sys.modules['harness.extras'] = types.ModuleType('harness.extras')\n",
        "it exchanges the module harness.extras",
    ),
    "a part that is not real": (
        "",
        "    if type(x) is np.ndarray:\n        bo = bo + 1j\n",
        "it returns array of complex128",
    ),
    "numbers that do not count": (
        "",
        "    if type(x) is np.ndarray:\n        bo = np.ma.masked_array(bo, bo > 0)\n",
        "it returns a masked array",
    ),
    "the end of the process": ("", "    raise SystemExit(0)\n", "it fails: SystemExit"),
    "a test that is skipped": (
        "import pytest\n\n\n", "    pytest.skip('no')\n", "it fails: Skipped: no"
    ),
}  # fmt: skip
"""What the file and the program begin with, and what is said. Clean twin: the program as it is."""


@pytest.mark.parametrize("name", AFTERWARDS)
def test_what_acts_after_the_program_has_run_is_told(tmp_path: Path, name: str) -> None:
    """Each is right but for that, so nothing else would tell."""
    loads, runs, words = AFTERWARDS[name]
    trace, room = sys.gettrace(), judge.ROOM
    program = bound(tmp_path, loads + NUMPY.replace(RUNS, runs + RUNS))
    found = list(check(LIBRARY.definitions[program.definition], LIBRARY, program=program))
    assert Outcome.ERROR in {item.outcome for item in found[:2]}, found
    assert any(words in item.summary for item in found), [item.summary for item in found]
    assert (sys.gettrace(), judge.ROOM) == (trace, room)
    assert isinstance(sys.modules["harness.extras"].__file__, str)


def test_two_functions_one_of_which_acts_afterwards() -> None:
    asked: list[int] = []

    class Late:
        def __index__(self) -> int:
            asked.append(0)  # first for the shape, while it is run
            if len(asked) == 2:
                judge.ROOM = 10**30
            return 0

    with pytest.raises(Unusable, match="it exchanges"):
        same(plain, lambda x: plain(x)[slice(Late(), None)])
    assert judge.ROOM == 8


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


ONLY = np.array([True, False, True])


def written(call: Any) -> Any:
    """What is left of a copy of the input after something was done with it."""

    def program(x: Any) -> Any:
        copy = np.add(x, 0)
        call(copy)
        return copy

    return program


def one_more(array: Any) -> None:
    array += 1


ORDERS = math.prod((p - 1.0) / 2 for p in SAFE_PRIMES)

same = functools.partial(harness.same, shapes={"x": (3, 3)})
plain, more, total = written(lambda x: None), written(one_more), lambda x: np.sum(x, axis=-1)

ALIKE: dict[str, tuple[Any, Any]] = {
    "the sum": (total, lambda x: x.sum(-1)),
    "a view of it": (more, written(lambda x: one_more(np.transpose(x)))),
    "itself": (more, written(lambda x: one_more(np.asarray(x)))),
    "a copy of it": (plain, written(lambda x: one_more(x.T.flatten()))),
    "all parts of it": (more, written(lambda x: [one_more(part) for part in np.split(x, 3)])),
    "no row of it": (plain, written(lambda x: one_more(x[[True, True, False]]))),
    "a reshaped one, which is all that is used": (
        lambda x: np.ravel(x) + 1, lambda x: more(np.ravel(x))),
    "masked scores": (
        lambda x: np.exp(x) * ONLY, lambda x: np.exp(x + np.where(ONLY, 0, -np.inf))),
}  # fmt: skip

UNLIKE: dict[str, tuple[Any, Any]] = {
    "of some only": (total, lambda x: np.sum(x, axis=-1, where=ONLY)),
    "of some only, by the ufunc": (total, lambda x: np.add.reduce(x, axis=-1, where=ONLY)),
    "and five": (total, lambda x: np.sum(x, axis=-1, initial=5)),
    "by one less": (lambda x: x.var(-1), lambda x: x.var(-1, correction=1)),
    "of whole numbers": (total, lambda x: np.sum(x, axis=-1, dtype=int)),
    "put together as whole numbers": (
        plain, lambda x: np.concatenate([x], dtype=int, casting="unsafe")),
    "an array of whole numbers": (lambda x: x * 2.5, lambda x: x * np.full_like(x, 2.5, dtype=int)),
    "made whole numbers": (plain, lambda x: np.array(x, dtype=int)),
    "put into": (plain, written(lambda x: np.sum(x, axis=0, out=x[0]))),
    "put into by the ufunc": (plain, written(lambda x: np.add.reduce(x, axis=0, out=x[0]))),
    "reshaped, which copies": (more, written(lambda x: one_more(x.T.reshape(-1)))),
    "reshaped, which does not": (plain, written(lambda x: one_more(np.reshape(x, -1)))),
    "an index that copies": (more, written(lambda x: one_more(x[True]))),
    "infinite": (plain, lambda x: x - 1e9),
    "no number": (plain, lambda x: x + (x - x) / (x - x)),
    "a multiple of the primes": (plain, lambda x: x + x * math.prod(map(float, SAFE_PRIMES))),
    "a power that is one": (plain, lambda x: x * np.exp(x * ORDERS)),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_what_is_the_same_is_confirmed(name: str) -> None:
    found = same(*ALIKE[name])
    assert found.outcome is Outcome.CONFIRMED, found.summary


@pytest.mark.parametrize("name", UNLIKE)
def test_what_a_rule_could_leave_out_of_sight_is_not_confirmed(name: str) -> None:
    """A formula that is not what NumPy computes; not even where no floats decide beside it."""
    try:
        found = same(*UNLIKE[name])
    except Unusable:
        return
    assert found.outcome is not Outcome.CONFIRMED, found.summary


def test_what_writes_into_its_input_is_told(tmp_path: Path) -> None:
    """The result is right, and its caller's array is another one afterwards."""
    program = bound(tmp_path, NUMPY.replace(RUNS, "    x += 1\n    x = x - 1\n" + RUNS))
    found = check(LIBRARY.definitions[program.definition], LIBRARY, program=program)
    for item in found:
        assert item.outcome is Outcome.ERROR
        assert "it writes into x, which is its caller's" in item.summary


def test_what_is_kept_of_another_call_is_told(tmp_path: Path) -> None:
    seen: list[Any] = []

    def kept(x: Any) -> Any:
        seen.append(np.add(x, 0))
        return seen[0]

    with pytest.raises(Unusable, match="kept of another call"):
        same(kept, plain)


def test_what_says_that_it_has_no_meaning_is_not_let_off(tmp_path: Path) -> None:
    says = (
        "    from harness.programs.graph import NotApplicable\n    raise NotApplicable('a', 'b')\n"
    )
    program = bound(tmp_path, NUMPY.replace(RUNS, says + RUNS))
    found = check(LIBRARY.definitions[program.definition], LIBRARY, program=program)
    assert Outcome.ERROR in {item.outcome for item in found}


def test_what_no_input_moves_is_not_confirmed_in_floats(tmp_path: Path) -> None:
    """Where it has no meaning in a field, floats alone decide."""
    text = "import numpy as np\n\n\ndef attend(a):\n    return np.rint(a) * 0\n"
    binding = HANDED.replace("GIVEN", "q") + "where: {V: j ↦ 0 * V(j)}\n"
    program = bound(tmp_path, text, binding)
    found = list(check(LIBRARY.definitions[program.definition], LIBRARY, program=program))
    assert [item.outcome for item in found[:2]] == [Outcome.NOT_APPLICABLE, Outcome.INCONCLUSIVE]


@pytest.mark.parametrize(("times", "outcome"), [(1, Outcome.CONFIRMED), (5, Outcome.INCONCLUSIVE)])
def test_what_another_function_might_pass_is_not_confirmed(
    tmp_path: Path, times: int, outcome: Outcome
) -> None:
    from harness.programs.check import exact

    high = "    one = 1 + 0 * x[0, 0]\n" + "    one = one**32\n" * times
    program = bound(tmp_path, NUMPY.replace(RUNS, high + RUNS).replace("+ bo", "+ bo * one"))
    found = exact(program, LIBRARY)
    assert found.outcome is outcome, found.summary


def test_more_primes_where_degrees_are_high(tmp_path: Path) -> None:
    from harness.programs.check import exact

    high = "    one = 1 + 0 * x[0, 0]\n" + "    one = one**32\n" * 4
    program = bound(tmp_path, NUMPY.replace(RUNS, high + RUNS).replace("+ bo", "+ bo * one"))
    found = exact(program, LIBRARY)
    assert len(found.data["primes"]) > judge.PRIMES  # type: ignore[arg-type]
    assert found.data["chance"] <= judge.RARE  # type: ignore[operator]


def test_a_decorated_function_is_a_test_whatever_it_is_called() -> None:
    """Else pytest would pass it by, and nothing would have been checked."""

    @harness.implements("softmax")
    def softened(s: Any) -> Any:
        return s

    assert vars(softened)["__test__"] is True


def test_what_is_loaded_later_is_kept_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inner look goes by what the outer one saw, and by what came since."""
    late: Any = types.ModuleType("harness.late")
    late.LIMIT = 1
    with untouched(Unusable):
        monkeypatch.setitem(sys.modules, "harness.late", late)
        with pytest.raises(Unusable, match=r"harness\.late\.LIMIT"), untouched(Unusable):
            late.LIMIT = 2
    assert late.LIMIT == 1
