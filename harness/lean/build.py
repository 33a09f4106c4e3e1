"""Building a package: every module checked by Lean, each once, none that has not changed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from harness.lean.limits import Cancel, jobs_at_once
from harness.lean.messages import Message
from harness.lean.package import Module, Package
from harness.lean.process import Signal, Stopped, one_at_a_time
from harness.lean.store import FORMAT, Store
from harness.lean.toolchain import Kind, Progress, Toolchain, compile_file

MODULE_SECONDS = 600.0
"""How long one module may take, unless the caller says otherwise."""


class ModuleOutcome(StrEnum):
    """What became of a module."""

    BUILT = "built"
    CACHED = "cached"
    FAILED = "failed"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class ModuleBuild:
    """A module, and what Lean said of it. A cached one repeats what was said when it was built."""

    module: str
    file: str
    outcome: ModuleOutcome
    key: str
    messages: tuple[Message, ...] = ()
    seconds: float = 0.0
    """How long Lean took, now or when it was built."""
    blocked_by: tuple[str, ...] = ()
    """The modules whose failure kept this one from being checked."""

    @property
    def ok(self) -> bool:
        return self.outcome in (ModuleOutcome.BUILT, ModuleOutcome.CACHED)


@dataclass(frozen=True)
class Build:
    """A package as it was built, by which Lean, and where its `.olean` files lie."""

    package: Package
    kind: Kind
    version: str
    commit: str
    library: Path
    """The folder to import the package's modules from."""
    modules: Mapping[str, ModuleBuild]
    messages: tuple[Message, ...] = ()
    """What the toolchain's own build tool said that belongs to no module."""
    seconds: float = 0.0

    @cached_property
    def ok(self) -> bool:
        """Whether every module that the roots reach was built."""
        modules = self.modules.values()
        return all(m.ok for m in modules) and not any(m.is_error for m in self.messages)

    @cached_property
    def errors(self) -> tuple[Message, ...]:
        """Every error, each once, at its place."""
        found = [m for built in self.modules.values() for m in built.messages if m.is_error]
        return tuple(dict.fromkeys([*(m for m in self.messages if m.is_error), *found]))

    @cached_property
    def key(self) -> str:
        """A fingerprint of all sources, in their order, and of the toolchain."""
        return _digest(*(built.key for built in self.modules.values()))


def build(
    package: Package,
    toolchain: Toolchain,
    *,
    build_dir: Path,
    jobs: int | None = None,
    timeout: float = MODULE_SECONDS,
    on_progress: Progress | None = None,
    stop: Signal | None = None,
) -> Build:
    """Check the modules that the package's roots reach, each after those that it imports.

    Everything is written to `build_dir`. A module whose source, imports, options and toolchain are
    those of an earlier build is not checked again. `timeout` is for one module. Raises Stopped
    once `stop` is set, and OSError when `build_dir` cannot be written to.
    """
    started = time.monotonic()
    build_dir = build_dir.resolve()
    build_dir.mkdir(parents=True, exist_ok=True)
    cancel = Cancel(stop)
    with one_at_a_time(build_dir / "lock", cancel, on_progress):
        run = _Run(package, toolchain, Store(build_dir), timeout, on_progress, cancel)
        run.store.tidy()
        run.recall()
        run.build_elsewhere()
        run.compile(jobs or jobs_at_once(toolchain.memory))
    return Build(
        package=package,
        kind=toolchain.kind,
        version=toolchain.version,
        commit=toolchain.commit,
        library=run.store.library,
        modules={name: run.done[name] for name in package.order},
        messages=run.unplaced,
        seconds=time.monotonic() - started,
    )


def module_keys(package: Package, toolchain: Toolchain) -> dict[str, str]:
    """For each module that the roots reach, the key under which its build is kept."""
    manifest = package.root / "lake-manifest.json"
    common = _digest(
        str(FORMAT),
        toolchain.identity,
        *package.options,
        # Which versions of other packages are imported, where there are any.
        manifest.read_text(encoding="utf-8") if manifest.is_file() else "",
    )
    keys: dict[str, str] = {}
    for name in package.order:
        imported = [keys.get(other, other) for other in package.imports(name)]
        keys[name] = _digest(common, name, package.modules[name].digest, *imported)
    return keys


class _Run:
    """One build on its way: `done` fills until it has every module."""

    def __init__(
        self,
        package: Package,
        toolchain: Toolchain,
        store: Store,
        timeout: float,
        on_progress: Progress | None,
        stop: Cancel,
    ) -> None:
        self.package = package
        self.toolchain = toolchain
        self.store = store
        self.timeout = timeout
        self.say: Progress = on_progress or (lambda text: None)
        self.stop = stop
        self.keys = module_keys(package, toolchain)
        self.done: dict[str, ModuleBuild] = {}
        self.unplaced: tuple[Message, ...] = ()
        self.elsewhere: dict[str, list[Message]] = {}

    def recall(self) -> None:
        """Take over what was built before and is unchanged, and fail what imports itself."""
        self.store.forget_others(self.keys)
        for name in self.package.order:
            way = self.package.circles.get(name)
            if way:
                self.store.forget(name)
                self._finish(name, ModuleOutcome.FAILED, (_circle(self.package, name, way),))
            elif (record := self.store.load(name, self.keys[name])) is not None:
                self._finish(name, ModuleOutcome.CACHED, record.messages, record.seconds)

    def build_elsewhere(self) -> None:
        """Hear the toolchain's own build tool, if anything is left to build."""
        if len(self.done) == len(self.package.order):
            return
        seconds = self.timeout * len(self.package.order)
        said = self.toolchain.build_elsewhere(self.package, timeout=seconds, stop=self.stop)
        by_file = {module.file: name for name, module in self.package.modules.items()}
        for message in said:
            name = by_file.get(message.file, "")
            if name in self.keys:
                self.elsewhere.setdefault(name, []).append(message)
            else:
                self.unplaced += (message,)

    def compile(self, jobs: int) -> None:
        """Check the rest, up to `jobs` modules at once."""
        running: dict[Future[ModuleBuild], str] = {}
        with ThreadPoolExecutor(jobs) as pool:
            try:
                while len(self.done) < len(self.package.order):
                    busy = set(running.values())
                    for name in self._ready(busy):
                        if len(running) < jobs:
                            running[pool.submit(self._check, self.package.modules[name])] = name
                    if not running:
                        continue
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        self.done[running.pop(future)] = future.result()
            except BaseException:
                self.stop.all()
                raise

    def _ready(self, busy: set[str]) -> list[str]:
        """The modules whose imports are all built; those that cannot be are marked on the way."""
        ready = []
        for name in self.package.order:
            if name in self.done or name in busy:
                continue
            imported = [self.done.get(other) for other in self.package.imports(name)]
            causes: dict[str, None] = {}
            for other in imported:
                if other is not None and not other.ok:
                    causes |= dict.fromkeys(other.blocked_by or (other.module,))
            if causes:
                self.store.forget(name)
                self._finish(name, ModuleOutcome.BLOCKED, blocked_by=tuple(causes))
            elif all(other is not None for other in imported):
                ready.append(name)
        return ready

    def _check(self, module: Module) -> ModuleBuild:
        name = module.name
        self.say(f"Lean: checking {name}")
        self.store.forget(name)
        with self.store.workplace() as work:
            outputs = Path(work) / name.rsplit(".", 1)[-1]
            try:
                run = compile_file(
                    self.toolchain,
                    module.file,
                    root=self.package.root,
                    outputs=outputs,
                    lean_path=[self.store.library],
                    options=self.package.options,
                    source_dir=self.package.source_dir,
                    timeout=self.timeout,
                    stop=self.stop,
                )
            except Stopped as stopped:
                if self.stop.is_set():
                    raise
                message = Message(module.file, 1, 1, "error", f"Stopped: {stopped.reason}.")
                return self._built(module, ModuleOutcome.FAILED, [message], self.timeout)
            messages = list(run.messages)
            if not any(message.is_error for message in messages):
                messages += [m for m in self.elsewhere.get(name, []) if m.is_error]
            left_nothing = not outputs.with_name(outputs.name + ".olean").is_file()
            if not any(m.is_error for m in messages) and (not run.ok or left_nothing):
                reason = "Lean wrote no .olean." if run.ok else run.complaint
                messages.append(Message(module.file, 1, 1, "error", reason))
            messages += self._hints(module, messages)
            if any(message.is_error for message in messages):
                return self._built(module, ModuleOutcome.FAILED, messages, run.seconds)
            self.store.keep(name, self.keys[name], outputs, messages, run.seconds)
        return self._built(module, ModuleOutcome.BUILT, messages, run.seconds)

    def _hints(self, module: Module, messages: list[Message]) -> Iterator[Message]:
        """What explains errors that Lean words badly."""
        if self.toolchain.kind == "embedded" and any(m.is_error for m in messages):
            for item in module.header.imports:
                imported = self.package.modules.get(item.module)
                if imported is not None and not imported.header.is_module:
                    text = (
                        f"{imported.file} does not begin with `module`, so the embedded Lean sees "
                        "nothing of it."
                    )
                    yield Message(module.file, item.line, item.column, "information", text)

    def _built(
        self, module: Module, outcome: ModuleOutcome, messages: list[Message], seconds: float
    ) -> ModuleBuild:
        key = self.keys[module.name]
        return ModuleBuild(module.name, module.file, outcome, key, tuple(messages), seconds)

    def _finish(
        self,
        name: str,
        outcome: ModuleOutcome,
        messages: tuple[Message, ...] = (),
        seconds: float = 0.0,
        blocked_by: tuple[str, ...] = (),
    ) -> None:
        file = self.package.modules[name].file
        self.done[name] = ModuleBuild(
            name, file, outcome, self.keys[name], messages, seconds, blocked_by
        )


def _circle(package: Package, name: str, way: tuple[str, ...]) -> Message:
    module = package.modules[name]
    place = next(item for item in module.header.imports if item.module == way[1])
    text = "imports go in a circle: " + " → ".join(way)
    return Message(module.file, place.line, place.column, "error", text)


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()
