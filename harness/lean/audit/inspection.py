"""One run of Lean that looks into a built package: all that the proof and mirror legs need."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from harness.claims.model import INSTANCES, OPERATORS, OWN_NAMES, Library
from harness.lean.audit.answer import END, Answer, Malformed, last_step, read_answer
from harness.lean.audit.comparison import Comparison, cited_by, references
from harness.lean.audit.names import parsed
from harness.lean.build import Build
from harness.lean.errand import SECONDS, Errand, ErrandFailed, tell
from harness.lean.package import CORE, OWN
from harness.lean.toolchain import Caller

DEATHS = 12
"""How many pieces of work Lean may die of in one package."""

INSPECTOR = ("Text", "Export", "Package", "Parts", "Replay", "Comparison", "Inspect")
"""The parts of the inspector, in their order; they are one module."""


def inspector() -> dict[str, str]:
    """The module that does the work, by its name."""
    return {f"{OWN}.Inspector": "\n".join(map(_part, INSPECTOR))}


def question(more: str = "") -> str:
    """The Lean file that has it done, with the reference definitions in it.

    `more` is the text of further ones.
    """
    reference = (files("harness.lean.mirror") / "Reference.lean").read_text("utf-8")
    return _part("Ask").replace("-- reference definitions\n", f"{reference}\n{more}")


def _part(name: str) -> str:
    return (files("harness.lean.audit") / "inspector" / f"{name}.lean").read_text("utf-8")


def library_of(build: Build) -> list[str]:
    """The modules of Lean's library, and of what is believed, that the rest imports."""
    believed = build.taken_as_fetched
    found = {
        item.module
        for name, module in build.modules.items()
        if module.ok and name.split(".")[0] not in believed
        for item in build.package.modules[name].header.imports
    }
    return sorted({"Init", *(name for name in found if name.split(".")[0] in CORE | believed)})


def request(build: Build, references: Sequence[str], comparisons: Sequence[str]) -> str:
    """What the inspector is asked, as the text of `request.txt`."""
    package = build.package
    believed = build.taken_as_fetched
    built = [
        name
        for name, module in build.modules.items()
        if module.ok and name.split(".")[0] not in believed
    ]
    outside = {
        item.module
        for name in built
        for item in package.modules[name].header.imports
        if item.module not in built
    }
    base = library_of(build)
    lines = [f"module\t{name}" for name in built]
    lines += [f"import\t{name}" for name in sorted(outside - {*base})]
    lines += [f"base\t{name}" for name in base]
    lines += [f"believed\t{name}" for name in sorted(believed)]
    lines += [f"reference\t{name}" for name in references]
    return "\n".join([*lines, *comparisons])


def cited(library: Library) -> list[str]:
    """Lines of a request for what specifications name of Lean and its library, beside the package:
    of its bridges it is to be known how they take their scalars."""
    return [f"cited\t{name}" for own in library.bridges.values() for name in own]


def inspect(
    build: Build,
    caller: Caller,
    comparisons: Sequence[Comparison],
    *,
    folder: str,
    what: str,
    more: str = "",
    cites: Sequence[str] = (),
    alone: bool = False,
    seconds: float = SECONDS,
) -> tuple[Answer, float]:
    """What Lean finds in the package, and how many seconds it took when it was asked.

    `more` is the text of further reference definitions, `cites` what is `cited`. Where it is asked
    about the comparisons `alone`, of a package that it has told of before, nothing is replayed but
    what they cite with all that this rests on, and nothing is told but the rulings on them and what
    is `cited`. Raises ErrandFailed, and Stopped once it is called off.
    """
    only = ["alone", *(f"needed\t{name}" for name in cited_by(comparisons))] if alone else []
    lines = [*cites, *only, *(comparison.line() for comparison in comparisons)]
    asked = request(build, references(comparisons), lines)
    program, module = question(more), inspector()
    skipped: list[int] = []
    while True:
        words = "\n".join([asked, *(f"skip\t{step}" for step in skipped)])
        errand = Errand(
            "Inspector",
            program,
            {"request.txt": words},
            own=module,
            ends_with=END,
            seconds=seconds,
        )
        told = tell(errand, build, caller, folder=folder, what=what)
        if not told.complaint:
            break
        # What ended Lean is left out the next time: it costs nothing but itself.
        step = last_step(told.text)
        if step is None or step in skipped or len(skipped) == DEATHS:
            raise ErrandFailed(told.complaint)
        skipped.append(step)
    try:
        answer = read_answer(told.text)
    except Malformed as error:
        raise ErrandFailed(f"The inspector's answer cannot be read: {error}") from None
    taken = [
        name
        for name, declaration in answer.declarations.items()
        if (space := {*parsed(name)[:1]}) & OWN_NAMES
        and not (space == {OPERATORS} and declaration.module in (OPERATORS, INSTANCES))
    ]
    if taken:
        found = ", ".join(sorted(taken))
        raise ErrandFailed(f"The package declares {found}: names of the harness's own.")
    return answer, told.seconds
