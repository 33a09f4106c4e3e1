"""One record for each chunk, whatever happens to those who compute."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pebble import ProcessExpired

from harness.sweep.chunks import Chunk, chunks
from harness.sweep.execution import TRIES, Lost, execute
from harness.sweep.executors import processes
from tests.sweep.plans import PLAN, Serial, kill_on_seven, plan, serial


def some_chunks(folder: Path) -> list[Chunk]:
    return list(chunks(plan(folder), "code", "numpy", "", lambda key: False))


def name(chunk: Chunk) -> dict[str, Any]:
    return {"key": chunk.key}


def test_chunks_part_the_batches_of_every_cell(tmp_path: Path) -> None:
    text = PLAN.replace("instances: 20", "instances: 700").replace("fixed: {n: 3", "fixed: {n: 40")
    wanted = plan(tmp_path, text)
    seen = set()
    for chunk in chunks(wanted, "code", "numpy", "", lambda key: False):
        for batch in range(chunk.first, chunk.first + chunk.batches):
            assert (chunk.cell.key, batch) not in seen
            seen.add((chunk.cell.key, batch))
    assert seen == {(cell.key, b) for cell in wanted.cells() for b in range(cell.batches)}


def test_what_is_done_is_left_out(tmp_path: Path) -> None:
    done = {chunk.key for chunk in some_chunks(tmp_path)[::2]}
    rest = list(chunks(plan(tmp_path), "code", "numpy", "", done.__contains__))
    assert [chunk.key for chunk in rest] == [c.key for c in some_chunks(tmp_path)[1::2]]


def test_no_more_than_so_many_are_under_way(tmp_path: Path) -> None:
    class Slow(Serial):
        """Finishes the oldest only when it is asked for more than three."""

        def __init__(self) -> None:
            super().__init__()
            self.under_way = self.most = 0

        def submit(self, work: Any, /, *arguments: Any, **more: Any) -> Future[Any]:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            future = super().submit(work, *arguments, **more)
            taken = future.result

            def result(timeout: float | None = None) -> Any:
                self.under_way -= 1
                return taken(timeout)

            future.result = result  # type: ignore[method-assign]
            return future

    executor = Slow()

    @contextmanager
    def start() -> Iterator[Executor]:
        yield executor

    found = list(execute(iter(some_chunks(tmp_path)), start, 3, name))
    assert len(found) == 12
    assert executor.most == 3


def test_a_chunk_whose_process_dies_once_is_tried_again(tmp_path: Path) -> None:
    found = [r["key"] for r in execute(iter(some_chunks(tmp_path)), lambda: dying(1), 4, name)]
    assert sorted(map(str, found)) == sorted(str(c.key) for c in some_chunks(tmp_path))


def test_chunks_whose_processes_always_die_are_given_up(tmp_path: Path) -> None:
    found = list(execute(iter(some_chunks(tmp_path)), lambda: dying(TRIES), 4, name))
    assert [r["error"] for r in found] == [f"its process died {TRIES} times"] * 12


@contextmanager
def dying(times: int) -> Iterator[Executor]:
    """Each chunk ends its process so many times before it is worked."""
    deaths: Counter[Any] = Counter()

    class Dying(Serial):
        def submit(self, work: Any, /, *arguments: Any, **more: Any) -> Future[Any]:
            deaths[arguments[0].key] += 1
            if deaths[arguments[0].key] > times:
                return super().submit(work, *arguments, **more)
            future: Future[Any] = Future()
            future.set_exception(ProcessExpired("it died"))
            return future

    yield Dying()


def test_an_executor_that_is_broken_is_lost(tmp_path: Path) -> None:
    @contextmanager
    def start() -> Iterator[Executor]:
        yield Serial(5)

    with pytest.raises(Lost):
        list(execute(iter(some_chunks(tmp_path)), start, 4, name))


def test_an_executor_that_forgets_is_lost(tmp_path: Path) -> None:
    class Forgetful(Serial):
        def submit(self, work: Any, /, *arguments: Any, **more: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(CancelledError())
            return future

    @contextmanager
    def start() -> Iterator[Executor]:
        yield Forgetful()

    with pytest.raises(Lost):
        list(execute(iter(some_chunks(tmp_path)), start, 4, name))


@pytest.mark.slow
def test_a_chunk_that_kills_its_process_is_found_and_no_other_is_lost(tmp_path: Path) -> None:
    text = PLAN.replace("[prime field, float64, float32]", "[float64]").replace(
        "[0, 7]", "[0, 1, 2, 7, 3, 4]"
    )
    wanted = list(chunks(plan(tmp_path, text), "code", "numpy", "", lambda key: False))
    found = list(execute(iter(wanted), partial(processes, 2), 8, kill_on_seven))
    assert len(found) == len(wanted) == 12
    failed = [r for r in found if "error" in r]
    assert [r["seed"] for r in failed] == [7, 7]
    assert all("died 2 times" in str(r["error"]) for r in failed)


def test_work_in_place(tmp_path: Path) -> None:
    assert len(list(execute(iter(some_chunks(tmp_path)), serial, 2, name))) == 12
