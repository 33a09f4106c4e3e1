"""Whole sweeps: what they count, what they come to, how they are cut short and go on."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.diagnostics import InputError
from harness.evidence import Outcome
from harness.numeric.replay import replay
from harness.sweep.chunks import chunks
from harness.sweep.ledger import Ledger, records
from harness.sweep.plan import SweepPlan
from harness.sweep.run import Sweep
from harness.sweep.summary import Summary
from harness.sweep.work import compute
from harness.verdict import ExitCode
from tests.sweep.plans import FALSE, PLAN, UNKNOWN, plan, serial


def conduct(wanted: SweepPlan, path: Path, **options: Any) -> Summary:
    with Sweep(wanted, path, **options) as work:
        for _ in work.run(serial, 2):
            pass
    return work.summary


def lines(path: Path) -> list[dict[str, Any]]:
    return list(records(path))


def bare(path: Path) -> list[dict[str, Any]]:
    """The records in an order of their own, without the time that they took, and their digests."""
    found = [{k: v for k, v in r.items() if k not in ("seconds", "digest")} for r in lines(path)]
    return sorted((r for r in found if r["kind"] == "chunk"), key=json.dumps)


def cut(path: Path, keep: int, more: bytes = b"") -> None:
    """The first lines of a file, and the beginning of another."""
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:keep]) + more)


def test_every_instance_is_counted_once(tmp_path: Path) -> None:
    summary = conduct(plan(tmp_path), tmp_path / "out.ndjson")
    header, *chunks, footer = lines(tmp_path / "out.ndjson")
    assert (header["kind"], footer["kind"], footer["state"]) == ("header", "footer", "complete")
    assert len(chunks) == 12
    assert summary.planned == summary.instances == footer["instances"] == 12 * 24
    assert summary.exit_code() is ExitCode.CONFIRMED
    outcomes = {cell["dtype"]: cell["outcome"] for cell in footer["cells"]}
    assert outcomes == {"prime field": "confirmed", "float64": "confirmed", "float32": "measured"}


def test_a_false_claim_is_refuted_and_its_instances_are_replayed(tmp_path: Path) -> None:
    text = PLAN.replace("[scores_invariant_of_orthogonal]", "all")
    wanted = plan(tmp_path, text, FALSE)
    path = tmp_path / "out.ndjson"
    summary = conduct(wanted, path)
    assert summary.exit_code() is ExitCode.REFUTED
    footer = lines(path)[-1]
    false = next(c for c in wanted.claims if c.theorem == "scores_keep_any_matrix")
    for cell in footer["cells"]:
        if cell["claim"] != false.theorem or cell["dtype"] == "float32":
            continue
        assert cell["outcome"] == "refuted"
        for name in cell["failures"]:
            found = replay(name, false, wanted.library)
            matrix, query = np.array(found.values["R"]), np.array(found.values["q"])
            keys = np.array(found.values["K"])
            if cell["dtype"] == "float64":
                assert np.allclose(found.left, keys @ matrix.T @ matrix @ query)
                assert not np.allclose(found.left, found.right)
            else:
                prime = int(found.remark.split("p = ")[1].split(";")[0])
                exact = [
                    sum(int(a) * int(b) for a, b in zip(key, query, strict=True)) % prime
                    for key in keys
                ]
                assert found.right == exact
                assert found.left != found.right


def test_what_cannot_be_drawn_is_not_run(tmp_path: Path) -> None:
    text = PLAN.replace("[scores_invariant_of_orthogonal]", "[odd_hypothesis]").replace(
        "  fixed: {n: 3, d: 4, e: 5}\n", ""
    )
    text = text.replace("[0, 7]", "[0]").replace(", float32", "")  # each is a search
    summary = conduct(plan(tmp_path, text, UNKNOWN), tmp_path / "out.ndjson")
    assert summary.exit_code() is ExitCode.UNDECIDED
    for result in summary.results.values():
        outcome, reason = result.outcome()
        assert outcome is Outcome.NOT_RUN
        assert "odd: A @ B - B @ A = 1" in reason


@pytest.mark.parametrize(
    ("dtypes", "options", "code"),
    [
        ("[float32]", {}, ExitCode.UNDECIDED),
        ("[float64, bfloat16]", {}, ExitCode.UNDECIDED),
        ("[float64]", {"backend": "array-api-strict", "device": "device1"}, ExitCode.CONFIRMED),
        ("[float64]", {"backend": "torch", "device": "meta"}, ExitCode.UNDECIDED),
        ("[float64, float16]", {}, ExitCode.CONFIRMED),
    ],
)
def test_measurements_confirm_nothing_and_what_is_missing_shows(
    tmp_path: Path, dtypes: str, options: dict[str, str], code: ExitCode
) -> None:
    text = PLAN.replace("[prime field, float64, float32]", dtypes)
    summary = conduct(plan(tmp_path, text), tmp_path / "out.ndjson", **options)
    assert summary.exit_code() is code


def test_a_sweep_without_its_measurements_is_not_confirmed(tmp_path: Path) -> None:
    """What decides comes first and is all there; the last batches measure, and are missing."""
    text = PLAN.replace("[prime field, float64, float32]", "[float64, float32]")
    text = text.replace("  fixed: {n: 3, d: 4, e: 5}\n", "").replace("[0, 7]", "[0]")
    path = tmp_path / "part.ndjson"
    with suppress(KeyboardInterrupt), Sweep(plan(tmp_path, text), path) as work:
        for _ in work.run(serial, 1):
            if all(r.is_whole for r in work.summary.results.values() if r.decides):
                raise KeyboardInterrupt
    footer = lines(path)[-1]
    assert [cell["outcome"] for cell in footer["cells"]] == ["confirmed", "not run"]
    assert (footer["state"], footer["exit_code"]) == ("interrupted", ExitCode.UNDECIDED)


def test_an_interrupted_sweep_is_valid_and_goes_on(tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.ndjson", tmp_path / "part.ndjson"
    conduct(plan(tmp_path), whole)
    with suppress(KeyboardInterrupt), Sweep(plan(tmp_path), part) as work:
        for number, _ in enumerate(work.run(serial, 2)):
            if number == 5:
                raise KeyboardInterrupt
    assert lines(part)[-1]["state"] == "interrupted"
    assert len(bare(part)) == 5
    before = {json.dumps(r) for r in bare(part)}
    summary = conduct(plan(tmp_path), part, resume=True)
    assert before <= {json.dumps(r) for r in bare(part)}
    assert bare(part) == bare(whole)
    assert lines(part)[-1]["cells"] == lines(whole)[-1]["cells"]
    assert [r["kind"] for r in lines(part)].count("footer") == 1
    assert summary.exit_code() is ExitCode.CONFIRMED


@pytest.mark.parametrize("keep", [0, 1, 2, 7, 13])
@pytest.mark.parametrize("more", [b"", b'{"kind": "chunk", "cl', b"\0\0"])
def test_a_file_that_was_cut_short_is_repaired(tmp_path: Path, keep: int, more: bytes) -> None:
    whole, path = tmp_path / "whole.ndjson", tmp_path / "cut.ndjson"
    conduct(plan(tmp_path), whole)
    path.write_bytes(whole.read_bytes())
    cut(path, keep, more if keep else more.replace(b"chunk", b"header")[:17])
    conduct(plan(tmp_path), path, resume=True)
    assert bare(path) == bare(whole)
    assert lines(path)[-1]["cells"] == lines(whole)[-1]["cells"]


@pytest.mark.parametrize("other", [b"\x1f\x8b\x08", b'{"schema": 1}', b'{"kind": "chunk", "cl'])
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, other: bytes) -> None:
    path = tmp_path / "out.ndjson"
    path.write_bytes(other)
    with pytest.raises(InputError, match="expected a file of results"):
        conduct(plan(tmp_path), path, resume=True)
    assert path.read_bytes() == other


def test_a_complete_file_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "out.ndjson"
    conduct(plan(tmp_path), path)
    before = path.read_bytes()
    conduct(plan(tmp_path), path, resume=True)
    assert path.read_bytes() == before


def rewritten(path: Path, records: list[dict[str, Any]]) -> None:
    """The file with other records, and digests that fit them: somebody meant it."""
    header, path_ = records[0], path.with_suffix(".again")
    with Ledger(path_, {}, resume=False) as ledger:
        ledger._file.truncate(0)
        ledger._file.seek(0)
        ledger._digest = sha256()
        for record in (header, *records[1:]):
            ledger.write({k: v for k, v in record.items() if k != "digest"})
    path_.replace(path)


def test_chunks_that_failed_are_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "out.ndjson"
    conduct(plan(tmp_path), path)
    whole = lines(path)
    names = ("kind", "claim", "shape", "seed", "dtype", "first", "batches")
    failed = {name: whole[3][name] for name in names} | {"error": "died"}
    rewritten(path, [*whole[:3], failed])
    summary = conduct(plan(tmp_path), path, resume=True)
    assert summary.exit_code() is ExitCode.CONFIRMED
    assert summary.instances == 12 * 24


@pytest.mark.parametrize(
    "change",
    [
        {"claim": "another"},
        {"batches": "three"},
        {"first": [0]},
        {"decided": None},
        {"ratios": 1},
        {"ratios": {"largest": []}},
        {"precision": []},
        {"failures": 7},
    ],
)
def test_records_that_mean_nothing_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "out.ndjson"
    conduct(plan(tmp_path), path)
    header, first, *_ = lines(path)
    rewritten(path, [header, {**first, **change}])
    with pytest.raises(InputError, match="no record of this sweep"):
        conduct(plan(tmp_path), path, resume=True)


def test_every_damage_is_told_by_its_line(tmp_path: Path) -> None:
    """A byte changed, taken away or put in anywhere: bad input, or what is cut off is done anew."""
    path, rng = tmp_path / "out.ndjson", random.Random(0)
    wanted = plan(tmp_path)
    conduct(wanted, path)
    whole, records = path.read_bytes(), bare(path)
    places: list[tuple[int, int]] = []
    for _ in range(80):
        at, byte = rng.randrange(len(whole)), bytes([rng.randrange(256)])
        damaged = whole[:at] + rng.choice([byte, b"", byte + whole[at : at + 1]]) + whole[at + 1 :]
        path.write_bytes(damaged)
        try:
            with Sweep(wanted, path, resume=True):
                pass
        except InputError as error:
            places.append((error.diagnostics[0].line, whole[: at + 1].count(b"\n") + 2))
        else:
            assert all(record in records for record in bare(path))
    assert len(places) > 40
    assert all(told <= damage for told, damage in places)


def altered(text: str) -> str:
    return text.replace('"decided": 24', '"decided": 25', 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (altered, "digest"),
        (lambda text: text.replace('"kind": "chunk"', '"kind": "trunk"', 1), "digest"),
        (lambda text: text.replace('{"kind": "chunk"', '{"kind" "chunk"', 1), "digest"),
        (lambda text: text + '{"kind": "chunk"}\n', "behind the footer"),
        (lambda text: "[]\n" + text, "another format"),
        (lambda text: text.replace("lean-harness sweep 2", "sweep 1", 1), "another format"),
    ],
)
def test_a_file_that_was_altered_is_refused(
    tmp_path: Path, change: Callable[[str], str], message: str
) -> None:
    path = tmp_path / "out.ndjson"
    conduct(plan(tmp_path), path)
    text = path.read_text("utf-8")
    assert change(text) != text
    path.write_text(change(text), "utf-8")
    before = path.read_bytes()
    with pytest.raises(InputError, match=message):
        conduct(plan(tmp_path), path, resume=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "options", "message"),
    [
        ("[0, 7]", "[0, 8]", {}, r"another plan \(different: seeds\)"),
        ("instances: 20", "instances: 30", {}, r"another plan \(different: instances\)"),
        ("", "", {"backend": "array-api-strict"}, "another backend"),
    ],
)
def test_another_sweep_is_refused(
    tmp_path: Path, old: str, new: str, options: dict[str, str], message: str
) -> None:
    path = tmp_path / "out.ndjson"
    conduct(plan(tmp_path), path)
    changed = plan(tmp_path, PLAN.replace(old, new) if old else PLAN)
    with pytest.raises(InputError, match=message):
        conduct(changed, path, resume=True, **options)


def test_another_claim_of_the_same_name_is_refused(tmp_path: Path) -> None:
    text = PLAN.replace("[scores_invariant_of_orthogonal]", "[scores_keep_any_matrix]").replace(
        ", e: 5", ""
    )
    conduct(plan(tmp_path, text, FALSE), tmp_path / "out.ndjson")
    other = plan(tmp_path, text, FALSE.replace("R @ q", "q"))
    with pytest.raises(InputError, match="other specifications"):
        conduct(other, tmp_path / "out.ndjson", resume=True)


def test_results_are_not_written_over_or_by_two(tmp_path: Path) -> None:
    path = tmp_path / "out.ndjson"
    with Sweep(plan(tmp_path), path), pytest.raises(InputError, match="another sweep is writing"):
        conduct(plan(tmp_path), path, resume=True)
    with pytest.raises(InputError, match="this file exists"):
        conduct(plan(tmp_path), path)


def test_numbers_that_json_has_not_are_not_written(tmp_path: Path) -> None:
    with (
        Ledger(tmp_path / "out.ndjson", {}, resume=False) as ledger,
        pytest.raises(ValueError, match="JSON"),
    ):
        ledger.write({"kind": "chunk", "largest": float("inf")})
    assert [r["kind"] for r in lines(tmp_path / "out.ndjson")] == ["header"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_worst_instance_is_the_one_that_is_named(tmp_path: Path, dtype: str) -> None:
    wanted = plan(tmp_path, PLAN.replace("[prime field, float64, float32]", f"[{dtype}]"))
    conduct(wanted, tmp_path / "out.ndjson")
    for record in lines(tmp_path / "out.ndjson")[1:-1]:
        spread = record["ratios"] if dtype == "float64" else record["precision"]["ratio"]
        found = replay(record["worst"], wanted.claims[0], wanted.library)
        assert found.remark.endswith(f" {spread['largest']:.3g}")


def test_another_version_of_the_harness_must_not_answer(tmp_path: Path) -> None:
    chunk = next(chunks(plan(tmp_path), "another", "numpy", "", lambda key: False))
    record = compute(chunk)
    assert record["error"] == "this worker has another version of the harness"
    assert (record["first"], record["batches"]) == (0, 3)
