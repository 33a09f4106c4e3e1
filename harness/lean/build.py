"""Building a package: every module checked by Lean, each once, none that has not changed.

Modules are resolved as Lean and Lake do (`lean/package.py`). What could be taken for two modules,
differs from another in case alone, leaves the package, or has a name of Lean's own, in a package
that is required as well, is refused as bad input. Other packages are used where they lie
(`.lake/packages`, or a path): the embedded Lean builds what is imported of them like the rest,
native Lean has Lake's outputs. A `lakefile.lean` is a program; `lake` translates it, and without
one its text tells the libraries, which is said.

The embedded Lean takes every file for a module, and lacks the code of generic functions.

    source ──▶ adapted.py ──▶ Lean ──▶ messages at the author's places ──▶ weakness.py ──▶ outcome

A plain file is handed over as a module that keeps nothing to itself: its header goes to the front
of its first line and leaves blanks behind, so lines stay. A module for which no code can be
generated is elaborated again as `noncomputable`; commands that only print and cannot be run are
made quiet. The file on disk is not touched: the runner has Lean read the other text in its place,
so that `include_str` finds what lies beside it. `weakness.py` lists the messages that tell of the
toolchain and not of the source.

What Lean came to: module, proof leg.

- an error at a place in the source, or below it: failed, refuted;
- want of code, an unknown option, Lean's own limits of work, a body that its library hides:
  undecided, not run;
- an imported package that is not there; another Lean is asked for, and this one finds errors:
  undecided, not run;
- it was stopped, died, or left no output: undecided, not run.

An output is kept with the digest of each file that Lean looked for in the package's folder, found
or not (`reads.py`: the embedded Lean reads through one place, which writes it down; of native
Lean nobody knows, so all of the folder counts), and with the outputs that it imports. What is
kept lies in the user's cache folder (`keeping.py`), never in the project.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from harness.keeping import digest
from harness.lean.adapted import MARK, PLAIN_OPTIONS, Adapted, adapted
from harness.lean.fetched import believed
from harness.lean.limits import Cancel, jobs_at_once
from harness.lean.messages import Message
from harness.lean.package import Module, Package
from harness.lean.process import Signal, Stopped, one_at_a_time
from harness.lean.reads import folder_digest, parse_reads, unchanged
from harness.lean.store import FORMAT, Record, Store
from harness.lean.toolchain import Kind, LeanRun, Progress, Toolchain, compile_file
from harness.lean.weakness import CODE, PRINTS, other_version, printing, weakness

MODULE_SECONDS = 600.0
"""How long one module may take, unless the caller says otherwise."""


class ModuleOutcome(StrEnum):
    """What became of a module."""

    BUILT = "built"
    CACHED = "cached"
    FAILED = "failed"
    """Lean refuses the source, at a place in it."""
    UNDECIDED = "undecided"
    """Lean came to no verdict: it lacks something, it was stopped, or it died."""
    BLOCKED = "blocked"


@dataclass(frozen=True)
class ModuleBuild:
    """A module, and what Lean said of it. A cached one repeats what was said when it was built."""

    module: str
    file: str
    outcome: ModuleOutcome
    key: str
    """A fingerprint of what was built."""
    messages: tuple[Message, ...] = ()
    seconds: float = 0.0
    """How long Lean took, now or when it was built."""
    blocked_by: tuple[str, ...] = ()
    """The modules whose failure kept this one from being checked."""
    reason: str = ""
    """Why it is undecided, where its messages do not say."""
    without_code: bool = False
    """Whether definitions were accepted for which Lean may have generated no code."""

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
    believed: tuple[str, ...] = ()
    """The first names of modules that may be believed where they were fetched."""

    @cached_property
    def taken_as_fetched(self) -> frozenset[str]:
        """The first names of modules that are believed, as Lean's own are, and not replayed."""
        return believed(self.package, self.believed)

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
        """A fingerprint of all that was built, in its order, and of the toolchain."""
        return digest(*(built.key for built in self.modules.values()))

    @property
    def libraries(self) -> tuple[Path, ...]:
        """The folders to import from: the package's, and where `lake` built other packages."""
        return (self.library, *_built_by_lake(self.package, self.kind))

    @property
    def speaker(self) -> str:
        """Which Lean spoke, for somebody who reads its verdict."""
        asked = self.package.lean_toolchain
        if other_version(asked, self.version):
            return f"Lean {self.version} ({self.kind}; the package asks for {asked})"
        return f"Lean {self.version} ({self.kind})"

    def causes(self, module: str) -> tuple[ModuleBuild, ...]:
        """The modules because of which `module` was not built: those below it, or itself."""
        built = self.modules[module]
        return tuple(self.modules[name] for name in built.blocked_by) or (built,)


def build(
    package: Package,
    toolchain: Toolchain,
    *,
    build_dir: Path,
    jobs: int | None = None,
    timeout: float = MODULE_SECONDS,
    kept: Collection[str] = (),
    known: Collection[ModuleBuild] = (),
    on_progress: Progress | None = None,
    stop: Signal | None = None,
) -> Build:
    """Check the modules that the package's roots reach, each after those that it imports.

    Everything is written to `build_dir`. A module is not checked again whose source, imports,
    options and toolchain are those of an earlier build, and for which the files that Lean read then
    are as they were. What was built of other modules is removed, but for those `kept`. What was not
    built in this run before is `known`: it is not tried again. `timeout` is for one module. Raises
    Stopped once `stop` is set, and OSError when `build_dir` cannot be written to.
    """
    started = time.monotonic()
    build_dir = build_dir.resolve()
    build_dir.mkdir(parents=True, exist_ok=True)
    cancel = Cancel(stop)
    with one_at_a_time(build_dir / "lock", cancel, on_progress):
        run = _Run(package, toolchain, Store(build_dir), timeout, on_progress, cancel)
        run.known = {built.module: built for built in known if not built.ok}
        run.store.tidy()
        for note in package.notes:
            run.say(note)
        run.recall(kept)
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
        self.common = _common_key(package, toolchain)
        self.lean_path = [store.library, *_built_by_lake(package, toolchain.kind)]
        self.done: dict[str, ModuleBuild] = {}
        self.known: Mapping[str, ModuleBuild] = {}
        self.unplaced: tuple[Message, ...] = ()
        self.elsewhere: dict[str, list[Message]] = {}

    def recall(self, kept: Collection[str]) -> None:
        """Take over what was built before and is unchanged, and settle what cannot be built."""
        self.store.forget_others({*self.package.order, *kept})
        for name in self.package.order:
            if name in self.package.circles:
                self.store.forget(name)
                message = _circle(self.package, name)
                self._finish(name, ModuleOutcome.FAILED, (message,))
        for name in self.package.order:
            if name not in self.done:
                self._settle(name)

    def build_elsewhere(self) -> None:
        """Hear the toolchain's own build tool, if anything is left to build."""
        if len(self.done) == len(self.package.order):
            return
        seconds = self.timeout * len(self.package.order)
        try:
            said = self.toolchain.build_elsewhere(self.package, timeout=seconds, stop=self.stop)
        except Stopped as stopped:
            if self.stop.is_set():
                raise
            said = (Message("", 0, 0, "error", f"{stopped}."),)
        by_file = {module.file: name for name, module in self.package.modules.items()}
        for message in said:
            name = by_file.get(message.file, "")
            if name in self.package.order:
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
        """The modules that can be checked now, since their imports are all built."""
        waiting = (name for name in self.package.order if name not in self.done)
        return [name for name in waiting if name not in busy and self._settle(name)]

    def _settle(self, name: str) -> bool:
        """Whether `name` is now to be checked; what it comes to without that is written down."""
        imports = self.package.imports(name)
        if not all(other in self.done for other in imports):
            return False
        causes: dict[str, None] = {}
        for built in (self.done[other] for other in imports):
            if not built.ok:
                causes |= dict.fromkeys(built.blocked_by or (built.module,))
        if causes:
            self.store.forget(name)
            self._finish(name, ModuleOutcome.BLOCKED, blocked_by=tuple(causes))
        elif self.toolchain.takes_all_for_modules and self.package.missing(name):
            self.store.forget(name)
            self._lacks(name)
        elif (record := self.store.load(name, self._key(name))) is not None and unchanged(
            record.reads, self.package.root
        ):
            self.done[name] = self._recorded(name, ModuleOutcome.CACHED, record)
        elif name in self.known and self.known[name].key == self._key(name):
            self.done[name] = self.known[name]
        else:
            return True
        return False

    def _key(self, name: str) -> str:
        """The key under which the build of a module is kept, whose imports are done."""
        module = self.package.modules[name]
        imported = (self.done[other].key for other in self.package.imports(name))
        outside = (item.module for item in module.header.imports)
        return digest(self.common, name, module.digest, *module.options, *imported, "", *outside)

    def _lacks(self, name: str) -> None:
        """Say what `name` imports that is not there."""
        module = self.package.modules[name]
        messages = []
        own = False
        for item in self.package.missing(name):
            if item.module.split(".")[0] in self.package.libraries:
                own = True
                file = "/".join(item.module.split("."))
                text = f"There is no module {item.module}: no file {file}.lean in the package."
            else:
                text = f"It imports {item.module}, of a package that is not there."
            messages.append(Message(module.file, item.line, item.column, "error", text))
        if own:
            self._finish(name, ModuleOutcome.FAILED, tuple(messages))
        else:
            self._finish(name, ModuleOutcome.UNDECIDED, tuple(messages), reason=_REMEDY)

    def _check(self, module: Module) -> ModuleBuild:
        self.say(f"Lean: checking {module.name}")
        self.store.forget(module.name)
        with self.store.workplace() as work:
            try:
                attempt = self._tried(module, Path(work))
            except Stopped as stopped:
                if self.stop.is_set():
                    raise
                message = Message(module.file, 1, 1, "error", f"Stopped: {stopped.reason}.")
                return self._undecided(module, [message], self.timeout)
            messages = attempt.messages
            if not any(message.is_error for message in messages):
                messages += [m for m in self.elsewhere.get(module.name, []) if m.is_error]
            if any(message.is_error for message in messages):
                reason = attempt.excuse or self._excuse(module)
                if reason:
                    return self._undecided(module, messages, attempt.run.seconds, reason)
                return self._finished(module, ModuleOutcome.FAILED, messages, attempt.run.seconds)
            left_nothing = not attempt.outputs.with_name(f"{attempt.outputs.name}.olean").is_file()
            if not attempt.run.ok or left_nothing or attempt.reads is None:
                text = "Lean wrote no .olean." if attempt.run.ok else attempt.run.complaint
                messages.append(Message(module.file, 1, 1, "error", text))
                return self._undecided(module, messages, attempt.run.seconds)
            record = Record(
                self._key(module.name),
                {},
                tuple(messages),
                attempt.run.seconds,
                attempt.reads,
                attempt.without_code,
            )
            record = self.store.keep(module.name, attempt.outputs, record)
        return self._recorded(module.name, ModuleOutcome.BUILT, record)

    def _tried(self, module: Module, work: Path) -> _Attempt:
        """Lean's answer; asked again where it failed for what no proof needs."""
        embedded = self.toolchain.takes_all_for_modules
        plain = embedded and not module.header.is_module
        code = not plain
        quiet: set[tuple[int, int]] = set()
        seconds = 0.0
        while True:
            left = self.timeout - seconds
            attempt = self._once(module, work, code=code, quiet=quiet, timeout=left)
            seconds += attempt.run.seconds
            attempt.run = replace(attempt.run, seconds=seconds)
            errors = [message for message in attempt.messages if message.is_error]
            excuses = {m: weakness(m, embedded=embedded, plain=plain) for m in errors}
            attempt.excuse = next(filter(None, excuses.values()), "")
            wanting = [m for m, excuse in excuses.items() if excuse in (CODE, PRINTS)]
            if not wanting:
                return attempt
            if code:
                code = False
                continue
            source = module.source.removeprefix(MARK)
            places = {printing(source, m.line, m.column) for m in wanting}
            found = {place for place in places if place is not None} - quiet
            if not found:
                return attempt
            quiet |= found

    def _once(
        self,
        module: Module,
        work: Path,
        *,
        code: bool,
        quiet: set[tuple[int, int]],
        timeout: float,
    ) -> _Attempt:
        outputs = work / "out" / module.name.rsplit(".", 1)[-1]
        shutil.rmtree(outputs.parent, ignore_errors=True)
        options = list(module.options)
        text: Adapted | None = None
        instead: dict[Path, Path] = {}
        reads: Path | None = None
        if self.toolchain.takes_all_for_modules:
            # A notation of one module can be used in another only if its parts stay together.
            options.append("-Dcompiler.extract_closed=false")
            reads = work / "reads"
            reads.write_text("")
            if not module.header.is_module or not code or module.source.startswith(MARK):
                private = self.package.private(module.name)
                text = adapted(module.source, private=private, code=code, quiet=quiet)
                copy = work / "source.lean"
                copy.write_text(text.text, encoding="utf-8", newline="")
                instead = {module.path: copy}
            if not module.header.is_module:
                options += PLAIN_OPTIONS
        run = compile_file(
            self.toolchain,
            module.file,
            root=module.home or self.package.root,
            outputs=outputs,
            lean_path=self.lean_path,
            readable=[*self.package.tops],
            instead=instead,
            reads=reads,
            options=options,
            source_dir=module.source_dir,
            timeout=timeout,
            stop=self.stop,
        )
        messages = [text.back(message) if text else message for message in run.messages]
        messages = [replace(message, file=module.file) for message in messages]
        seen: dict[str, str] | None = {}
        if reads is not None:
            seen = parse_reads(reads.read_text("utf-8"), self.package.root)
        return _Attempt(run, messages, outputs, seen, not code)

    def _excuse(self, module: Module) -> str:
        """Why Lean's errors may say nothing about the source; empty where nothing excuses them."""
        asked, version = self.package.lean_toolchain, self.toolchain.version
        if other_version(asked, version):
            return f"the package asks for {asked}, and this is Lean {version}"
        return ""

    def _undecided(
        self, module: Module, messages: list[Message], seconds: float, reason: str = ""
    ) -> ModuleBuild:
        found = self._finished(module, ModuleOutcome.UNDECIDED, messages, seconds)
        return replace(found, reason=reason)

    def _finished(
        self, module: Module, outcome: ModuleOutcome, messages: list[Message], seconds: float
    ) -> ModuleBuild:
        key = self._key(module.name)
        return ModuleBuild(module.name, module.file, outcome, key, tuple(messages), seconds)

    def _recorded(self, name: str, outcome: ModuleOutcome, record: Record) -> ModuleBuild:
        return ModuleBuild(
            name,
            self.package.modules[name].file,
            outcome,
            record.fingerprint,
            record.messages,
            record.seconds,
            without_code=record.without_code,
        )

    def _finish(
        self,
        name: str,
        outcome: ModuleOutcome,
        messages: tuple[Message, ...] = (),
        blocked_by: tuple[str, ...] = (),
        reason: str = "",
    ) -> None:
        module = self.package.modules[name]
        self.done[name] = ModuleBuild(
            name,
            module.file,
            outcome,
            digest(self.common, name, module.digest),
            messages,
            blocked_by=blocked_by,
            reason=reason,
        )


@dataclass
class _Attempt:
    """What one run of Lean on a module came to."""

    run: LeanRun
    messages: list[Message]
    outputs: Path
    reads: dict[str, str] | None
    without_code: bool
    excuse: str = ""
    """Why an error of it may be no fault of the source."""


_REMEDY = (
    "where Lean is installed, `lake update` fetches what the package requires into .lake/packages, "
    "which is then used"
)


def _common_key(package: Package, toolchain: Toolchain) -> str:
    """What every key of the package's modules depends on."""
    manifest = package.root / "lake-manifest.json"
    return digest(
        str(FORMAT),
        toolchain.identity,
        package.lean_toolchain,
        # Which versions of other packages are imported, where there are any.
        manifest.read_text("utf-8", errors="replace") if manifest.is_file() else "",
        # Where it is not seen what Lean reads.
        "" if toolchain.takes_all_for_modules else folder_digest(package.root),
    )


def _built_by_lake(package: Package, kind: Kind) -> Iterator[Path]:
    """Where the modules of other packages lie, which only `lake` builds apart."""
    if kind == "native":
        for folder in package.tops:
            built = folder / ".lake" / "build" / "lib" / "lean"
            if built.is_dir():
                yield built


def _circle(package: Package, name: str) -> Message:
    module, way = package.modules[name], package.circles[name]
    place = next(item for item in module.header.imports if item.module == way[1])
    text = "imports go in a circle: " + " → ".join(way)
    return Message(module.file, place.line, place.column, "error", text)
