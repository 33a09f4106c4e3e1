"""A draft as the text of a specification, with what is missing in comments."""

from __future__ import annotations

from harness.claims.model import TO_BE_SAID, Library
from harness.claims.write import specification
from harness.lean.draft.statement import Draft, Untranslated
from harness.lean.places import Place, binder_text, conclusion_text


def draft_text(draft: Draft, library: Library, place: Place | None) -> str:
    """The YAML text of a draft; `place` is where the theorem stands in Lean."""
    first = next(iter(library.scalars.values()))
    body = specification(
        theorem=draft.theorem,
        says=(place.docstring if place else "") or TO_BE_SAID,
        scalars="" if draft.scalars == first else draft.scalars.name,
        parameters=draft.parameters,
        hypotheses=draft.hypotheses,
        conclusion=draft.conclusion,
        scope=library.scope(draft.parameters),
    )
    return _comments(draft, place.statement if place else "") + body


def _comments(draft: Draft, source: str) -> str:
    if draft.is_whole:
        return ""
    lines = [
        "A draft that says less than Lean does. What could not be put into the claim language:"
    ]
    for part in draft.untranslated:
        lines += ["", *_own_text(part, source).splitlines(), f"  ({part.reason})"]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _own_text(part: Untranslated, source: str) -> str:
    """What the author of the theorem wrote, where it is found; else what Lean stored."""
    if part.name:
        return binder_text(source, part.name) or f"({part.name} : {part.text})"
    return conclusion_text(source) or part.text
