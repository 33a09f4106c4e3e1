"""The lock file: written whole, read strictly, and every way to drift from it is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.lock import Lock, Locked, Spoken, lock_text, read_lock
from harness.claims.project import load_project
from harness.diagnostics import InputError
from harness.lean.lock import drifts, spoken_drifts

ROOT = Path(__file__).parents[2]


def locked(letter: str, *unfolds_to: str, lean: str = "def it := 1") -> Locked:
    return Locked("sha256:" + letter * 64, unfolds_to, lean)


LOCK = Lock(
    "4.28.0",
    {"P.claim": locked("a", "P.sum", "P.dot", lean="theorem claim :\n    α ≤ β\t→ `«x»` : #no\n")},
    {"P.sum": locked("b"), "P.dot": locked("c", "P.sum"), "P.other": locked("d")},
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "lock.yaml"
    path.write_text(lock_text(LOCK), "utf-8")
    found = read_lock(path, "specs/lock.yaml")
    assert found is not None
    assert found.definitions == LOCK.definitions
    assert found.theorems["P.claim"].unfolds_to == ("P.sum", "P.dot")
    assert "α ≤ β" in found.theorems["P.claim"].lean
    assert lock_text(found) == lock_text(LOCK)
    assert read_lock(tmp_path / "nothing.yaml", "nothing.yaml") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sha256:bbbb", "sha256:BBBB", "'sha256:BBBB"),
        ("unfolds to: []", "unfolds to: 1", "expected a list, found 1"),
        ("theorems:", "theorem:", "unknown key 'theorem'"),
        ("  P.sum:", "  P.dot:", "'P.dot' is here twice"),
    ],
)
def test_what_it_did_not_write_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "lock.yaml"
    text = lock_text(LOCK)
    path.write_text(text.replace(old, new, 1), "utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(InputError) as caught:
        read_lock(path, "specs/lock.yaml")
    found = {(f.file, f.line) for f in caught.value.diagnostics if message in f.message}
    assert found == {("specs/lock.yaml", line)}


def drifted(now: Lock) -> list[str]:
    return [f"{drift.constant} {drift.what}" for drift in drifts(LOCK, now, "P.claim")]


def test_nothing_drifts_by_itself_nor_by_what_is_not_reached() -> None:
    assert drifted(LOCK) == []
    assert drifted(replace(LOCK, definitions={**LOCK.definitions, "P.other": locked("e")})) == []


def test_every_drift_is_named() -> None:
    changed = replace(LOCK, definitions={**LOCK.definitions, "P.sum": locked("e")})
    assert drifted(changed) == ["P.sum is not what was locked"]
    [drift] = drifts(LOCK, replace(changed, lean="4.29.0"), "P.claim")
    assert (drift.was, drift.now) == ("def it := 1", "def it := 1")

    said = replace(LOCK, theorems={"P.claim": locked("e", "P.sum", "P.dot")})
    assert drifted(said) == ["P.claim is not what was locked"]

    text = LOCK.theorems["P.claim"].lean
    fewer = replace(LOCK, theorems={"P.claim": locked("a", "P.sum", lean=text)})
    assert drifted(fewer) == ["P.dot is no longer reached"]

    more = Lock(
        "4.28.0",
        {"P.claim": locked("a", "P.sum", "P.dot", "P.new", lean=text)},
        {**LOCK.definitions, "P.new": locked("f")},
    )
    assert drifted(more) == ["P.new is not in the lock file"]
    empty = Lock("4.28.0", {}, {})
    assert [d.what for d in drifts(empty, LOCK, "P.claim")] == ["is not in the lock file"]


def test_the_lock_is_no_specification_and_a_broken_one_is_bad_input(tmp_path: Path) -> None:
    project = load_project(ROOT)
    assert project.lock is not None
    assert set(project.lock.theorems) == {
        project.library.qualified(claim.theorem) for claim in project.claims
    }


# -- a file that somebody edited by hand ----------------------------------------------------------


def edited(**fields: object) -> Lock:
    """The lock as it lies in the repository, with one entry made other than `harness lock` does."""
    return replace(LOCK, definitions={**LOCK.definitions, "P.dot": replace(DOT, **fields)})  # type: ignore[arg-type]


DOT = LOCK.definitions["P.dot"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        # What a reviewer reads is not what the fingerprint is of.
        (edited(lean="def dot := 0"), "P.dot means what was locked, in other words"),
        (edited(lean="def it := 1\n"), ""),
        (edited(lean="def it :=\u00a01"), "P.dot means what was locked, in other words"),
        (edited(unfolds_to=()), "P.dot unfolds to other definitions"),
        (edited(unfolds_to=("P.sum", "P.other")), "P.dot unfolds to other definitions"),
        # Deleted; deleted and unlisted everywhere; unlisted alone.
        (replace(LOCK, definitions={"P.dot": DOT}), "P.sum is not in the lock file"),
        (
            replace(
                LOCK,
                theorems={"P.claim": replace(LOCK.theorems["P.claim"], unfolds_to=("P.dot",))},
                definitions={"P.dot": replace(DOT, unfolds_to=())},
            ),
            "P.sum is not in the lock file",
        ),
        (
            replace(
                LOCK, theorems={"P.claim": replace(LOCK.theorems["P.claim"], unfolds_to=("P.dot",))}
            ),
            "P.sum is not listed under P.claim",
        ),
    ],
)
def test_a_file_that_was_edited_by_hand_has_drifted(file: Lock, words: str) -> None:
    found = [f"{drift.constant} {drift.what}" for drift in drifts(file, LOCK, "P.claim")]
    assert any(words in drift for drift in found) if words else not found
    # `harness lock --check` sees the same.
    assert (lock_text(file) != lock_text(LOCK)) == bool(words)


SPOKEN = Spoken(
    "It is so.", "(n: dimension) = dot(u, v)", ("dot",), {"sum": "P.sum"}, {"proof": "later"}
)


@pytest.mark.parametrize(
    ("was", "words"),
    [
        (replace(SPOKEN, says="It is not so."), "is described in other words"),
        (replace(SPOKEN, says="It is so.\u200b"), "is described in other words"),
        (replace(SPOKEN, text="(n: dimension) = 0"), "is specified otherwise"),
        (replace(SPOKEN, uses=()), "uses other definitions"),
        (replace(SPOKEN, operators={"sum": "P.zero"}), "uses other constants of Lean"),
        (replace(SPOKEN, operators={}), "uses other operators in its specification"),
        (replace(SPOKEN, waived={}), "is waived otherwise"),
        (replace(SPOKEN, waived={"proof": "never"}), "is waived otherwise"),
        (replace(SPOKEN, waived={"mirror": "later"}), "is waived otherwise"),
        (replace(SPOKEN, vacuous="It is so."), "is excused otherwise"),
        (None, "is not in the lock file"),
        (SPOKEN, ""),
    ],
)
@pytest.mark.parametrize("changed", ["it", "dot"])
def test_what_specifications_say_define_and_waive_is_locked(
    was: Spoken | None, words: str, changed: str, tmp_path: Path
) -> None:
    both = {"it": SPOKEN, "dot": replace(SPOKEN, uses=())}
    if changed == "dot" and was is not None:
        was = replace(was, uses=() if was.uses else ("it",))
    file = replace(LOCK, specifications={**both, changed: was} if was else both)
    if was is None:
        file = replace(file, specifications={k: v for k, v in both.items() if k != changed})
    path = tmp_path / "lock.yaml"
    path.write_text(lock_text(file), "utf-8")
    read = read_lock(path, "specs/lock.yaml")
    assert read is not None
    now = replace(LOCK, specifications=both)
    found = [f"{drift.constant} {drift.what}" for drift in spoken_drifts(read, now, "it")]
    assert len(found) == bool(words)
    assert all(words in drift and drift.startswith(changed) for drift in found)
