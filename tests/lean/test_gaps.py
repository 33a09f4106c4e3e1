"""A blueprint beside the specifications."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness.evidence import Gap, GapKind
from harness.lean.proof.gaps import blueprint_gaps

TEXT = r"""\begin{theorem}\label{thm:a}\lean{T.claimed, T.lemma_of}\leanok
% \lean{T.in_a_comment}
50\% of it\lean{T.later\_on}
\end{theorem}
\begin{definition}\lean{T.dot,
  T.other}\end{definition}
"""


def test_nodes_that_no_specification_mentions_are_gaps(tmp_path: Path) -> None:
    (tmp_path / "blueprint" / "src").mkdir(parents=True)
    (tmp_path / "blueprint" / "src" / "content.tex").write_text(TEXT + r"\lean{T.two}", "utf-8")
    (tmp_path / "notes.tex").write_text(r"\lean{T.elsewhere}", "utf-8")
    library = SimpleNamespace(constants=lambda: ["T.dot"], primitives={"sum": "T.sum"})
    claims = [SimpleNamespace(theorem="claimed"), SimpleNamespace(theorem="two.left")]
    session: Any = SimpleNamespace(
        project=SimpleNamespace(root=tmp_path, library=library, claims=claims),
        constant=lambda name: f"T.{name}",
        answer=SimpleNamespace(
            declarations={"T.claimed": 0, "T.lemma_of": 0, "T.other": 0, "T.two": 0}
        ),
        graph=SimpleNamespace(whole=lambda name: name.removesuffix(".left")),
    )
    file = "blueprint/src/content.tex"
    assert list(blueprint_gaps(session)) == [
        Gap(GapKind.UNTOLD, "T.lemma_of", file, 1),
        Gap(GapKind.UNMADE, "T.later_on", file, 3),
        Gap(GapKind.UNTOLD, "T.other", file, 5),
    ]
