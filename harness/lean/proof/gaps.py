"""What a package has beyond its specifications: unreached files and unmentioned theorems.

And its blueprint, where it has one: LaTeX in the project's folder `blueprint`, whose nodes say with
`\\lean{…}` which declarations they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.evidence import Gap, GapKind
from harness.lean.audit.graph import readable
from harness.lean.session import Session


def find_gaps(session: Session) -> Iterator[Gap]:
    """The gaps of the package, in the order of their files.

    None where a filter left specifications unread: they may mention what the others do not.
    """
    if session.project.unread:
        return
    package = session.build.package
    for module in package.unreached:
        yield Gap(GapKind.UNREACHED, module, session.file(package.modules[module].file))
    yield from sorted(_unmentioned(session), key=lambda gap: (gap.file, gap.line))
    yield from blueprint_gaps(session)


_COMMENT = re.compile(r"(?<!\\)%.*")
_NODE = re.compile(r"\\lean\{([^}]*)\}")


def blueprint_gaps(session: Session) -> Iterator[Gap]:
    """The declarations that nodes of the blueprint name and no specification mentions."""
    root, library = session.project.root, session.project.library
    told = {session.constant(claim.theorem) for claim in session.project.claims}
    told |= {session.graph.whole(name) for name in told}  # of which a part is claimed
    told |= {*library.constants(), *library.primitives.values()}
    for path in sorted((root / "blueprint").rglob("*.tex")):
        text = _COMMENT.sub("", path.read_text("utf-8", errors="replace"))
        for node in _NODE.finditer(text):
            line = text.count("\n", 0, node.start()) + 1
            for name in node[1].replace("\\_", "_").split(","):
                name = name.strip()
                if name and name not in told:
                    is_there = name in session.answer.declarations
                    kind = GapKind.UNTOLD if is_there else GapKind.UNMADE
                    yield Gap(kind, name, path.relative_to(root).as_posix(), line)


def _unmentioned(session: Session) -> Iterator[Gap]:
    claimed = {session.constant(claim.theorem) for claim in session.project.claims}
    claimed |= {theorem for each in session.project.library.bridges.values() for theorem in each}
    used: set[str] = set()
    for name in claimed & set(session.graph.declarations):
        used |= set(session.graph.rests_on(name))
    # A theorem in parts is told by all of them: of one part of it, the others are asked for.
    told = set(claimed)
    for whole, parts in session.graph.parts.items():
        told |= {whole} if claimed & {*parts} else {*parts}
    for name in session.graph.theorems - told:
        place = session.place(name)
        # What Lean derives on the way, such as injectivity of constructors, has no place.
        if place is not None:
            file = session.file(place.file)
            shown = readable(name)
            yield Gap(GapKind.UNMENTIONED, shown, file, place.line, name in used)
