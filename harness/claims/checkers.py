"""Files of toggles to checkers; every mistake of every file at its place, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from harness.claims.document import Document, read_all, read_checked
from harness.claims.faults import Faults
from harness.claims.looks import judged, places_of_names
from harness.claims.model import Claim, Library
from harness.claims.toggles import Checker, Question, WrittenToggle
from harness.diagnostics import Diagnostic, InputError
from harness.language.parser import parse_statement, parse_term, parse_type
from harness.language.primitives import BY_NAME
from harness.language.syntax import LanguageError


def load_checkers(
    paths: Sequence[tuple[Path, str]], library: Library, claims: Sequence[Claim]
) -> tuple[Checker, ...]:
    """Read files of toggles, each with the name that messages call it. Raises `InputError`."""
    by_name = {claim.theorem: claim for claim in claims}
    found, faults = read_all(paths, lambda path, name: _load(path, name, library, by_name))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _load(path: Path, name: str, library: Library, claims: Mapping[str, Claim]) -> Checker:
    document = read_checked(path, name, "toggles")
    faults = Faults(document)
    data = document.data
    if path.stem in claims or path.stem in library.definitions:
        message = f"{path.stem} is a theorem or definition; a checker is known by its file's name"
        faults.add(("title",), message)

    def claim_named(name: str, place: tuple[str, ...]) -> Claim | None:
        if name not in claims:
            faults.add(place, f"no specification claims {name!r}")
        return claims.get(name)

    questions = []
    for name, entry in data["questions"].items():
        claim = claim_named(entry["claim"], ("questions", name, "claim"))
        if claim is not None:
            questions.append(Question(name, entry["says"], claim))
    toggles = []
    for name, entry in data["toggles"].items():
        off = entry["off"]
        ask = {}
        for question, theorem in off.get("ask", {}).items():
            place = ("toggles", name, "off", "ask", question)
            if question not in data["questions"]:
                faults.add(place, f"there is no question {question!r}")
            claim = claim_named(theorem, place)
            if claim is not None:
                ask[question] = claim
        replacements, extra = off.get("replace", {}), off.get("for", {})
        says, drop = entry["says"], off.get("drop")
        assume, needs = off.get("assume", {}), tuple(entry.get("needs", ()))
        for i, other in enumerate(needs):
            if other not in data["toggles"]:
                at = ("toggles", name, "needs", i)
                faults.add(at, f"there is no toggle {other!r}")
        toggles.append(WrittenToggle(name, says, drop, replacements, extra, ask, assume, needs))
    presets = {preset: tuple(off) for preset, off in data.get("presets", {}).items()}
    for preset, names in presets.items():
        for i, other in enumerate(names):
            if other not in data["toggles"]:
                where = ("presets", preset, i)
                faults.add(where, f"there is no toggle {other!r}")
    if not faults:
        faults.extend(_unfit(document, questions, toggles, library))
    if faults:
        raise InputError(faults)
    says, file = data["says"].strip(), document.name
    return Checker(path.stem, data["title"], says, tuple(questions), tuple(toggles), file, presets)


def _unfit(
    document: Document,
    questions: Sequence[Question],
    toggles: Sequence[WrittenToggle],
    library: Library,
) -> Iterator[Diagnostic]:
    """Toggles that change no claim: a name misspelt, or a term that does not occur."""
    for toggle in toggles:
        place = ("toggles", toggle.name, "off")
        wrong = [*_unreadable(document, toggle), *_ill_typed(document, toggle, questions, library)]
        wrong += _alike(document, toggle, questions, library)
        yield from wrong
        if wrong or toggle.ask:
            continue
        if all(toggle.off(q.claim, library) == q.claim for q in questions):
            yield document.fault(place, "this changes none of the questions' claims")


def _alike(
    document: Document, toggle: WrittenToggle, questions: Sequence[Question], library: Library
) -> list[Diagnostic]:
    """Names that cannot be told from another one of the claims that the toggle changes."""
    off = ("toggles", toggle.name, "off")
    texts = [(*off, "replace", old) for old in toggle.replacements]
    texts += [(*off, "assume", name) for name in toggle.assume]
    names = places_of_names(document, keys=[(*off, "for")], texts=texts)
    known = {p.name for question in questions for p in question.claim.parameters}
    return judged(names, sorted({*known, *library.definitions, *BY_NAME}))[0]


def _unreadable(document: Document, toggle: WrittenToggle) -> Iterator[Diagnostic]:
    """Texts that mean nothing, whatever claim they are put into."""
    readers: dict[str, tuple[Callable[[str], object], Mapping[str, str]]] = {
        "replace": (parse_term, toggle.replacements),
        "for": (parse_type, toggle.extra),
        "assume": (parse_statement, toggle.assume),
    }
    for kind, (read, texts) in readers.items():
        for name, text in texts.items():
            path = ("toggles", toggle.name, "off", kind, name)
            try:
                read(text)
            except LanguageError as error:
                yield document.fault_within(path, error.span[0], error.message)
    for pattern in toggle.replacements:
        try:
            parse_term(pattern)
        except LanguageError as error:
            path = ("toggles", toggle.name, "off", "replace", pattern)
            yield document.fault(path, error.message, key=True)


def _ill_typed(
    document: Document, toggle: WrittenToggle, questions: Sequence[Question], library: Library
) -> Iterator[Diagnostic]:
    """Replacements that are not of the type of what they replace, where that occurs."""
    found: dict[Diagnostic, None] = {}
    for old, new in toggle.replacements.items():
        for question in questions:
            try:
                toggle.replaced(question.claim, old, new, library)
            except LanguageError as error:
                path = ("toggles", toggle.name, "off", "replace", old)
                found[document.fault_within(path, error.span[0], error.message)] = None
    yield from found
