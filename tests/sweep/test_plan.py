"""Plans are strict: every mistake is found, at its place."""

import re
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.diagnostics import InputError
from harness.numeric.identifier import ReplayId
from harness.sweep.plan import load_plan
from tests.arrays.language import ROOT
from tests.sweep.plans import PLAN, plan


def test_cells_are_all_combinations(tmp_path: Path) -> None:
    cells = list(plan(tmp_path).cells())
    assert len({cell.key for cell in cells}) == len(cells) == 2 * 2 * 3
    assert {cell.batches for cell in cells} == {3}, "20 instances by 8, rounded up"
    assert {str(cell.sizes) for cell in cells} == {"None", "{'n': 3, 'd': 4, 'e': 5}"}


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("[0, 7]", "[0, 0]", "7:8", "non-unique"),
        ("[0, 7]", "[-1]", "7:9", "minimum"),
        ("[0, 7]", "[]", "7:8", "non-empty"),
        ("instances: 20", "instances: 0", "9:12", "minimum"),
        ("instances: 20", "instances: 1e6", "9:12", "'1e6'"),
        ("instances: 20", "instances: 20\nspeed: 3", "10:1", "unknown key 'speed'"),
        ("float64,", "float65,", "8:23", "'float65'"),
        ("[scores_invariant_of_orthogonal]", "[no_such]", "3:10", "found 'no_such'"),
        ("e: 5}", "e: 5, z: 1}", "6:29", "'z'"),
        (", e: 5}", "}", "6:3", "expected a size for e of scores"),
        ("e: 5}", "e: 3}", "6:10", "at least as many rows as columns"),
        ("e: 5}", "e: 0}", "6:26", "0 is less than the minimum of 1"),
        ("lanes: 8", "lanes: 9000", "10:8", "maximum"),
        ("small: drawn", "small: large", "5:10", ""),
    ],
)
def test_mistakes_are_found_at_their_places(
    tmp_path: Path, old: str, new: str, place: str, message: str
) -> None:
    assert old in PLAN
    with pytest.raises(InputError) as found:
        plan(tmp_path, PLAN.replace(old, new))
    texts = [str(d) for d in found.value.diagnostics]
    assert any(t.startswith(f"plan.yaml:{place}:") and message in t for t in texts), texts


def test_the_example_is_a_plan() -> None:
    for path in (ROOT / "specs" / "sweeps").glob("*.yaml"):
        assert list(load_plan(path, path.name, load_project(ROOT)).cells())


def test_the_plan_in_the_documentation_is_a_plan(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "sweeps.md").read_text("utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(list(plan(tmp_path, shown).cells())) == 2 * 2 * 3
    (identifier,) = re.findall(r"harness replay (\S+)", text)
    assert str(ReplayId.parse(identifier)) == identifier
