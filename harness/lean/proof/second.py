"""Other kernels than Lean's own: the harness's, and any checker that reads lean4export's format.

What the harness's kernel refuses is refuted. What it gives up on is undecided: Lean's kernel has
accepted it, and a hole in Lean's kernel is what a second one is there for.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from harness.claims.model import Claim
from harness.evidence import Evidence, Json, Leg, Outcome
from harness.files import write_atomically
from harness.keeping import digest, keep, recall
from harness.kernel.declarations import Axiom, Export, Theorem, reach
from harness.kernel.export import write_export
from harness.kernel.terms import ZERO, Name, Sort
from harness.lean.audit.answer import Ruling
from harness.lean.audit.graph import counted, it_or_below
from harness.lean.audit.names import parsed, shown, visible
from harness.lean.process import Signal, Stopped, execute, one_at_a_time
from harness.lean.reach import bridged, reached
from harness.lean.refuted import Fact, LeanCheck
from harness.lean.session import Session
from harness.lean.toolchain import Caller

CHECK = LeanCheck(Leg.PROOF, "second kernel")
SECONDS = 600.0
"""How long a checker may take for all claims together."""

Rulings = Mapping[str, tuple[str, str]]
"""What a kernel says to each declaration, by its name: a verdict and a reason."""


def second_kernel(session: Session, caller: Caller) -> Iterator[Evidence]:
    """What the harness's own kernel says of every claimed theorem that Lean has.

    The answer to the same question is not asked for again. Raises Stopped once it is called off.
    """
    claims = _claimed(session)
    if not claims:
        return
    rulings: Rulings = {}
    failed = ""
    try:
        rulings = _rulings(session, claims, caller)
    except Stopped as stopped:
        if caller.is_called_off:
            raise
        failed = f"The second kernel did not come to an end: {stopped.reason}."
    except (OSError, ValueError, KeyError, TypeError) as error:
        failed = f"The second kernel could not be asked: {error}."
    for claim in claims:
        yield _judged(session, claim, rulings, failed)


def external(session: Session, caller: Caller) -> Iterator[Evidence]:
    """What the project's own checkers say of each claimed theorem and all that it rests on.

    A checker ends with 0 where it accepts, 1 where it refuses, and 2 where it gives up. `{export}`
    in its command line stands for the file; without it the file is the last argument. One is
    asked as well about a theorem of which the proof is none, and is to refuse that.
    """
    folder = caller.cache / "checkers"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "export.ndjson"

    def ask(claim: Claim, command: Sequence[str], export: Export) -> Evidence:
        write_atomically(path, "".join(write_export(export)))
        return _external(session, claim, command, path, caller)

    for command in session.project.external if _claimed(session) else ():
        refuses = True
        for number, claim in enumerate(_claimed(session)):
            export = exported(session, [claim.theorem])
            if number == 0:
                spoilt = _unproved(export, parsed(session.constant(claim.theorem)))
                refuses = ask(claim, command, spoilt).outcome is not Outcome.CONFIRMED
            found = ask(claim, command, export)
            if found.outcome is Outcome.CONFIRMED and not refuses:
                what = f"{command[0]} accepts {claim.theorem}, and would without a proof"
                found = replace(found, outcome=Outcome.ERROR, summary=f"{what}: it does not check.")
            yield found


def _unproved(export: Export, name: Name) -> Export:
    """The same, but with a sort where the theorem has its proof."""
    return replace(
        export,
        declarations=tuple(
            replace(item, value=Sort(ZERO))
            if isinstance(item, Theorem) and item.name == name
            else item
            for item in export.declarations
        ),
    )


def exported(session: Session, theorems: Sequence[str]) -> Export:
    """The declarations of these theorems, with all that they rest on, Lean's library included.

    Raises KeyError for a theorem that Lean has not, or that could not be written down.
    """
    return reach(session.answer.export, [parsed(session.constant(name)) for name in theorems])


def unproved(session: Session, export: Export) -> list[str]:
    """The theorems of Lean's library in an export: they stand there as axioms, without proofs."""
    return [
        shown(item.name)
        for item in export.declarations
        if isinstance(item, Axiom)
        and shown(item.name) not in session.answer.axioms
        and shown(item.name) not in session.answer.declarations
    ]


def _bridges(session: Session, claim: Claim) -> list[str]:
    """The theorems that stand for comparisons of what a claim reaches, as far as Lean has them."""
    library = session.project.library
    below = reached(library, *(h.equation for h in claim.hypotheses), claim.conclusion)
    named = (theorem for each in bridged(library, *below).values() for theorem in each)
    known = session.answer.declarations
    return [theorem for theorem in named if theorem in known and known[theorem].term is not None]


def _claimed(session: Session) -> list[Claim]:
    declarations = session.answer.declarations
    found = []
    for claim in session.project.claims:
        declaration = declarations.get(session.constant(claim.theorem))
        if declaration is not None and declaration.kind == "theorem" and declaration.term:
            found.append(claim)
    return found


# -- the harness's own ----------------------------------------------------------------------------


def _rulings(session: Session, claims: Sequence[Claim], caller: Caller) -> Rulings:
    folder = caller.cache / "kernel"
    folder.mkdir(parents=True, exist_ok=True)
    names = [session.constant(claim.theorem) for claim in claims]
    names += dict.fromkeys(theorem for claim in claims for theorem in _bridges(session, claim))
    key = digest(session.answer.digest, names, _source(), sys.version)
    kept = folder / "rulings.json"
    with one_at_a_time(folder / "lock", caller.stop):
        known = recall(kept, key, dict[str, tuple[str, str]])
        if known is not None:
            return known
        caller.say("A second kernel: checking what the claims rest on")
        found = _read(_ask(session, names, folder, caller.stop))
        keep(kept, key, found)
        return found


def _ask(session: Session, theorems: Sequence[str], folder: Path, stop: Signal | None) -> str:
    export, own = folder / "export.ndjson", folder / "own.json"
    found = reach(session.answer.export, map(parsed, theorems))
    export.write_text("".join(write_export(found)), "utf-8")
    own.write_text(json.dumps(_own(session)), "utf-8")
    command = [sys.executable, "-P", "-m", "harness.lean.proof.kernel_process"]
    done = execute([*command, export, own], cwd=folder, timeout=SECONDS, stop=stop)
    if done.exit_code != 0:
        last = done.errors.strip().rsplit("\n", 1)[-1]
        raise ValueError(last or f"it ended with exit code {done.exit_code}")
    return done.output


def _own(session: Session) -> list[Name]:
    """What is to be checked: the package's declarations, less what Lean's library has as well."""
    answer = session.answer
    return [
        declaration.term.name
        for name, declaration in answer.declarations.items()
        if declaration.term is not None and not _is_librarys(session, name)
    ]


def _is_librarys(session: Session, name: str) -> bool:
    ruling = session.answer.replayed[name]
    return ruling.accepted and ruling.reason != ""


def _read(text: str) -> Rulings:
    *lines, last = text.splitlines()
    if json.loads(last) != {"end": True}:
        raise ValueError("its answer was cut short")
    found: dict[str, tuple[str, str]] = {}
    for line in lines:
        data = json.loads(line)
        found[shown(tuple(data["name"]))] = str(data["verdict"]), visible(str(data["reason"]))
    return found


def _source() -> str:
    """A digest of the kernel's own text."""
    texts = [
        path.read_bytes()
        for folder in ("harness.kernel", "harness.lean.audit", "harness.lean.proof")
        for path in sorted(files(folder).iterdir(), key=lambda path: path.name)
        if path.name.endswith(".py")
    ]
    return sha256(b"\0".join(texts)).hexdigest()


def _judged(session: Session, claim: Claim, rulings: Rulings, failed: str) -> Evidence:
    constant = session.constant(claim.theorem)
    bridges = _bridges(session, claim)
    below = {name for each in (constant, *bridges) for name in session.graph.reaches(each)}
    library = sorted(below - session.answer.declarations.keys())
    believed = sorted(name for name in library if rulings.get(name, ("", ""))[0] == "trusted")
    theorems = set(unproved(session, session.answer.export)) & set(believed)
    data: dict[str, Json] = {
        "constant": constant,
        "checked of the library": len(library) - len(believed),
        "believed theorems": sorted(theorems),
        "believed others": sorted(set(believed) - theorems),
        **session.toolchain,
    }
    if failed:
        return CHECK.found(claim.theorem, Outcome.ERROR, failed, data)
    own = list(dict.fromkeys(n for e in (constant, *bridges) for n in session.graph.rests_on(e)))
    for name in reversed(own):
        verdict, reason = rulings.get(name, ("", ""))
        if verdict == "accepted" or (verdict == "trusted" and _is_librarys(session, name)):
            continue
        whom = it_or_below(name, constant)
        if verdict == "refused":
            summary = f"The second kernel refuses {whom}: {reason}."
            where = session.fault((name, constant), summary)
            ground = Ruling("refused", summary)
            return CHECK.refuted(claim.theorem, ground, summary, data, where)
        if verdict == "declined":
            summary = f"The second kernel gives up on {whom}: {reason}."
            return CHECK.found(claim.theorem, Outcome.INCONCLUSIVE, summary, data)
        if session.answer.declarations[name].term is None:
            summary = (
                f"There is nothing to ask the second kernel: {whom} could not be written down."
            )
            return CHECK.found(claim.theorem, Outcome.NOT_RUN, summary, data)
        summary = f"The second kernel was not asked about {whom}."
        return CHECK.found(claim.theorem, Outcome.ERROR, summary, data)
    others = f" and the {counted(len(own) - 1, 'declaration')} of the package below it"
    summary = (
        f"A second kernel, the harness's own, accepts the theorem{others * (len(own) > 1)}, and "
        f"{len(library) - len(believed)} of Lean's library. It believes "
        f"{counted(len(theorems), 'theorem')} of the library, whose proofs are not shipped, and "
        f"{counted(len(believed) - len(theorems), 'other declaration')}."
    )
    return CHECK.found(claim.theorem, Outcome.CONFIRMED, summary, {**data, "replayed": len(own)})


# -- anybody's ------------------------------------------------------------------------------------


def _external(
    session: Session,
    claim: Claim,
    command: Sequence[str],
    export: Path,
    caller: Caller,
) -> Evidence:
    check = LeanCheck(Leg.PROOF, f"checker {os.path.basename(command[0])}")
    words = [word.replace("{export}", str(export)) for word in command]
    if words == list(command):
        words.append(str(export))
    data: dict[str, Json] = {"command": list(command), **session.toolchain}
    try:
        done = execute(words, cwd=export.parent, timeout=SECONDS, stop=caller.stop)
    except OSError as error:
        summary = f"{command[0]} could not be started: {error.strerror or error}."
        return check.found(claim.theorem, Outcome.NOT_RUN, summary, data)
    except Stopped as stopped:
        if caller.is_called_off:
            raise
        return check.found(claim.theorem, Outcome.ERROR, f"{stopped}.", data)
    said = visible((done.errors.strip() or done.output.strip()).rsplit("\n", 1)[-1][:300])
    data["said"] = said
    if done.exit_code == 1:
        summary = f"{command[0]} refuses: {said or 'without a word'}."
        return check.refuted(claim.theorem, Fact.CHECKER, summary, data, seconds=done.seconds)
    outcomes = {
        0: (Outcome.CONFIRMED, "accepts the theorem and all that it rests on"),
        2: (Outcome.INCONCLUSIVE, f"gives up: {said or 'without a word'}"),
    }
    failed = Outcome.ERROR, f"ended with exit code {done.exit_code}: {said or 'without a word'}"
    outcome, what = outcomes.get(done.exit_code, failed)
    about = claim.theorem, outcome, f"{command[0]} {what}.", data
    return check.found(*about, seconds=done.seconds)
