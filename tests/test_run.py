"""The run survives its engines: every vice has its outcome, and none of them is `confirmed`."""

from pathlib import Path

import pytest

from harness.cache import EvidenceCache
from harness.claims.project import load_project
from harness.evidence import Evidence, Leg, Outcome
from harness.run import Plan, run

ROOT = Path(__file__).parents[1]
ONE_CLAIM = [ROOT / "specs" / "scores_invariant_of_orthogonal.yaml"]


def plan(tmp_path: Path, engine: str, **settings: object) -> Plan:
    project = load_project(ROOT, ONE_CLAIM)
    return Plan(
        project,
        tmp_path,
        legs=(Leg.SYMBOLIC,),
        engines={Leg.SYMBOLIC: f"tests.miniatures.engines:{engine}"},
        workers=1,
        **settings,  # type: ignore[arg-type]
    )


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_a_checker_is_answered_where_all_its_claims_are_asked(tmp_path: Path) -> None:
    whole = load_project(ROOT)
    assert [c.name for c in whole.checkers] == ["wrapped_foldability_checker"]
    assert Plan(whole, tmp_path).checkers == whole.checkers
    assert not Plan(whole, tmp_path, legs=(Leg.SYMBOLIC,)).checkers
    assert not load_project(ROOT, ONE_CLAIM).checkers


@pytest.mark.parametrize(
    ("engine", "outcome", "says"),
    [
        ("confirms", Outcome.CONFIRMED, "says so"),
        ("refutes", Outcome.REFUTED, "says so"),
        ("says_nothing", Outcome.ERROR, "nothing"),
        ("answers_for_another_leg", Outcome.ERROR, "proof"),
        ("answers_in_words", Outcome.ERROR, "something else"),
        ("raises", Outcome.ERROR, "ZeroDivisionError: on purpose"),
        ("crashes", Outcome.ERROR, "exit code 7"),
        ("eats_memory", Outcome.INCONCLUSIVE, "memory"),
        ("absent", Outcome.ERROR, "absent"),
    ],
)
def test_a_vice_has_its_outcome(tmp_path: Path, engine: str, outcome: Outcome, says: str) -> None:
    [found] = run(plan(tmp_path, engine))
    assert isinstance(found, Evidence)
    assert found.outcome is outcome
    assert says in found.summary


def test_a_hung_engine_is_stopped(tmp_path: Path) -> None:
    [found] = run(plan(tmp_path, "hangs", seconds=2.0))
    assert isinstance(found, Evidence)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "2 s" in found.summary


def test_answers_are_kept_and_failures_are_not(tmp_path: Path) -> None:
    list(run(plan(tmp_path, "confirms")))
    list(run(plan(tmp_path, "raises")))
    # The same engine under a pool that could not start anything: only the cache can answer.
    [found] = run(plan(tmp_path, "confirms", memory=1))
    assert isinstance(found, Evidence)
    assert found.outcome is Outcome.CONFIRMED
    [found] = run(plan(tmp_path, "raises"))
    assert isinstance(found, Evidence)
    assert found.outcome is Outcome.ERROR


def test_an_edited_cache_entry_is_not_believed(tmp_path: Path) -> None:
    cache = EvidenceCache(tmp_path)
    cache.put("key", [Evidence("claim", Leg.NUMERIC, "c", Outcome.REFUTED, "no")])
    text, checksum = cache._entries["key"]
    cache._entries["key"] = [text.replace("refuted", "confirmed"), checksum]
    assert cache.get("key") is None
    cache._entries["key"] = "confirmed"
    assert cache.get("key") is None
    cache.close()
