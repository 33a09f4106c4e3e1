"""The run survives its engines: every vice has its outcome, and none of them is `confirmed`."""

import json
import os
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from harness.cache import EvidenceCache
from harness.claims.model import Sample
from harness.claims.project import load_project
from harness.evidence import Counterexample, Evidence, Leg, Outcome
from harness.isolation import Task, ask, written
from harness.language.terms import Variable
from harness.lean.toolchain import ToolchainMissing
from harness.report.json import report_schema, to_text
from harness.results.assemble import assemble
from harness.run import ENGINES, Plan, Searches, is_answer, run
from harness.verdict import Status, judge, leg_outcome

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
    assert [c.name for c in whole.checkers] == [
        "wrapped_foldability_checker",  # of the main theorems; the rest by name
        "grouped_queries_checker",
        "pair_scales_checker",
        "residual_stream_checker",
    ]
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
        ("takes_no_number_of_seconds", Outcome.ERROR, "nan s, which is no number"),
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


@pytest.mark.slow
def test_what_a_hung_engine_had_answered_stands_and_the_stop_beside_it(tmp_path: Path) -> None:
    asked = plan(tmp_path, "hangs_half_way", seconds=3.0)
    for _ in range(2):  # it is asked again: an answer that was cut short is not kept
        found = [item for item in run(asked) if isinstance(item, Evidence)]
        assert [(item.check, item.outcome) for item in found] == [
            ("first", Outcome.CONFIRMED),
            ("second", Outcome.REFUTED),
            ("engine", Outcome.INCONCLUSIVE),
        ]
        assert "3 s" in found[-1].summary
        assert "2 checks" in found[-1].summary


@pytest.mark.parametrize(
    ("engine", "kept", "outcome", "says"),
    [
        ("crashes_half_way", Outcome.CONFIRMED, Outcome.ERROR, "exit code 7"),
        ("raises_half_way", Outcome.CONFIRMED, Outcome.ERROR, "on purpose"),
        ("strays_and_hangs", Outcome.ERROR, Outcome.INCONCLUSIVE, "3 s"),
    ],
)
def test_half_an_answer_confirms_nothing(
    tmp_path: Path, engine: str, kept: Outcome, outcome: Outcome, says: str
) -> None:
    asked = plan(tmp_path, engine, seconds=3.0)
    found = [item for item in run(asked) if isinstance(item, Evidence)]
    assert [item.outcome for item in found] == [kept, outcome]
    assert says in found[-1].summary
    assert judge(found[0].subject, found, asked.legs).status is Status.UNDECIDED


@pytest.mark.parametrize(("engine", "kept"), [("never_ends", 1_000), ("answers_at_length", 1)])
def test_answers_without_end_are_cut_off(tmp_path: Path, engine: str, kept: int) -> None:
    found = [item for item in run(plan(tmp_path, engine)) if isinstance(item, Evidence)]
    assert len(found) == kept + 1
    assert found[-1].outcome is Outcome.ERROR
    assert "more than 1,000 checks or 64 MiB" in found[-1].summary


def test_an_answer_that_was_cut_short_is_none(tmp_path: Path) -> None:
    """A process may be killed while it writes."""
    [claim] = load_project(ROOT, ONE_CLAIM).claims
    task = Task(claim, load_project(ROOT).library, Leg.SYMBOLIC, "tests.miniatures.engines:refutes")
    ask(task, tmp_path / "whole")
    [whole] = written(tmp_path / "whole")
    assert whole.outcome is Outcome.REFUTED
    data = (tmp_path / "whole").read_bytes()
    for size in range(len(data)):
        (tmp_path / "cut").write_bytes(data + data[:size])
        assert written(tmp_path / "cut") == [whole]
    assert written(tmp_path / "absent") == []


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


def test_what_was_found_of_other_samples_is_not_recalled(tmp_path: Path) -> None:
    """Under `sample` a project says which instances are drawn: the answer is about those alone."""
    asked = plan(tmp_path, "confirms")
    list(run(asked))
    [claim] = asked.project.claims
    q = Variable("q", next(p.type for p in claim.explicit if p.name == "q"))  # type: ignore[arg-type]
    other = replace(claim, samples=(Sample("q", q, "q", ()),))
    asked = replace(asked, project=replace(asked.project, claims=(other,)), memory=1)
    [found] = run(asked)
    assert isinstance(found, Evidence)
    assert found.outcome is not Outcome.CONFIRMED


def test_a_search_that_gave_up_may_find_more_next_time() -> None:
    """It ends by the clock; what it found, or proved, stays true."""
    example = Counterexample({"n": 1}, {"q": [1]}, [0], [1])
    gave_up = Evidence("claim", Leg.NECESSITY, "without h", Outcome.INCONCLUSIVE, "not known")
    proved = replace(gave_up, outcome=Outcome.CONFIRMED)
    broken = replace(gave_up, counterexample=example)
    witness = replace(gave_up, check="witness", data={"instance": {}})
    assert is_answer([proved, broken, witness])
    assert not is_answer([proved, gave_up, witness])
    assert is_answer([replace(gave_up, leg=Leg.SYMBOLIC)])


def test_an_edited_cache_entry_is_not_believed(tmp_path: Path) -> None:
    cache = EvidenceCache(tmp_path)
    cache.put("key", [Evidence("claim", Leg.NUMERIC, "c", Outcome.REFUTED, "no")])
    [entry] = tmp_path.rglob("*.json")
    text = entry.read_text("utf-8")
    assert cache.get("key") is not None
    entry.write_text(text.replace("refuted", "confirmed"), "utf-8")
    assert cache.get("key") is None
    for damaged in (b"", b"\0" * len(text), text.encode()[:40], b"[" * 100_000, b"\xff", b'"x"'):
        entry.write_bytes(damaged)
        assert cache.get("key") is None
    cache.close()


def test_a_file_under_another_key_is_no_answer(tmp_path: Path) -> None:
    cache = EvidenceCache(tmp_path)
    cache.put("one", [Evidence("claim", Leg.NUMERIC, "c", Outcome.CONFIRMED, "yes")])
    [entry] = tmp_path.rglob("*.json")
    other = tmp_path / "tw" / "two.json"
    other.parent.mkdir()
    other.write_bytes(entry.read_bytes())
    assert cache.get("two") is None


def test_more_than_is_kept_goes_the_oldest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.cache.MAX_BYTES", 700)
    cache = EvidenceCache(tmp_path)
    for number in range(5):
        cache.put(f"k{number}", [Evidence("claim", Leg.NUMERIC, "c", Outcome.CONFIRMED, "yes")])
        [entry] = tmp_path.rglob(f"k{number}.json")
        os.utime(entry, (number, number))
    cache.close()
    kept = {path.stem for path in tmp_path.rglob("*.json")}
    assert kept
    assert kept < {f"k{number}" for number in range(5)}
    assert "k4" in kept
    assert "k0" not in kept


def test_who_lies_about_a_false_claim_does_not_turn_it_green(tmp_path: Path) -> None:
    """One engine always confirms; another looks, and one instance is enough."""
    project = load_project(ROOT, ONE_CLAIM)
    [claim] = project.claims
    false = replace(claim, hypotheses=())
    asked = Plan(
        replace(project, claims=(false,)),
        tmp_path,
        legs=(Leg.SYMBOLIC, Leg.NUMERIC),
        engines={**ENGINES, Leg.SYMBOLIC: "tests.miniatures.engines:confirms"},
    )
    found = [item for item in run(asked) if isinstance(item, Evidence)]
    verdict = judge(false.theorem, found, asked.legs)
    assert verdict.legs[Leg.SYMBOLIC] is Outcome.CONFIRMED
    assert verdict.legs[Leg.NUMERIC] is Outcome.REFUTED
    assert verdict.status is Status.REFUTED


@pytest.mark.slow
def test_while_one_hangs_the_others_go_on(tmp_path: Path) -> None:
    project = load_project(ROOT, ONE_CLAIM)
    asked = Plan(
        project,
        tmp_path,
        legs=(Leg.SYMBOLIC, Leg.NUMERIC),
        engines={**ENGINES, Leg.NUMERIC: "tests.miniatures.engines:hangs_whatever_it_is_told"},
        seconds=6.0,
    )
    found = [item for item in run(asked) if isinstance(item, Evidence)]
    verdict = judge(project.claims[0].theorem, found, asked.legs)
    assert verdict.legs[Leg.SYMBOLIC] is Outcome.CONFIRMED
    assert verdict.legs[Leg.NUMERIC] is Outcome.INCONCLUSIVE
    assert verdict.status is Status.UNDECIDED


def test_what_is_no_number_breaks_no_report(tmp_path: Path) -> None:
    asked = plan(tmp_path, "returns_nan")
    made = assemble(asked, (item for item in run(asked) if isinstance(item, Evidence)))
    data = json.loads(to_text(made))
    jsonschema.validate(data, report_schema())
    assert "NaN" not in to_text(made)


def necessity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> list[Evidence]:
    """What a search comes to where there is no Lean to certify it."""

    def missing(*_: object, **__: object) -> None:
        raise ToolchainMissing("There is no Lean.", "")

    monkeypatch.setattr("harness.lean.find.find_toolchain", missing)
    asked = Plan(
        load_project(ROOT, ONE_CLAIM),
        tmp_path,
        legs=(Leg.NECESSITY,),
        engines={Leg.NECESSITY: f"tests.miniatures.engines:{engine}"},
        seconds=3.0,
    )
    return [item for item in run(asked) if isinstance(item, Evidence)]


@pytest.mark.parametrize(
    ("engine", "outcome", "says"),
    [
        ("answers_for_necessity", Outcome.ERROR, "without showing why"),
        ("answers_for_necessity", Outcome.ERROR, "cannot refute"),
        ("answers_for_necessity", Outcome.ERROR, "says that there is none"),
        ("answers_for_necessity", Outcome.NOT_RUN, "did not answer"),
        ("searches_falsely", Outcome.INCONCLUSIVE, "numeric only"),
        ("confirms", Outcome.ERROR, "symbolic"),
        ("says_nothing", Outcome.ERROR, "nothing"),
        ("raises", Outcome.ERROR, "ZeroDivisionError"),
        ("crashes", Outcome.ERROR, "exit code 7"),
        ("hangs", Outcome.INCONCLUSIVE, "3 s"),
    ],
)
def test_a_search_that_lies_certifies_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, outcome: Outcome, says: str
) -> None:
    found = necessity(tmp_path, monkeypatch, engine)
    assert any(item.outcome is outcome and says in item.summary for item in found), found
    assert Outcome.CONFIRMED not in {item.outcome for item in found}
    assert leg_outcome(found) not in (Outcome.CONFIRMED, Outcome.NOT_APPLICABLE)


def test_lean_is_asked_the_same_whichever_search_ends_first() -> None:
    """Else a run whose searches are cached would put a reordered question to Lean again."""
    project = load_project(ROOT)
    tasks = [
        Task(claim, project.library, Leg.NECESSITY, "none:none") for claim in project.claims[:3]
    ]

    def found(order: list[Task]) -> list[Evidence]:
        searches = Searches(len(order))
        for task in order:
            own = Evidence(task.subject, Leg.NECESSITY, "search", Outcome.CONFIRMED, "")
            assert searches.passed(task, [own]) == []
        return searches.found.result(timeout=0)

    assert found(tasks) == found(tasks[::-1])
    assert len(found(tasks)) == 3
