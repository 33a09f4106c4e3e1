"""What the site has beside the files of docs/: called by MkDocs while it builds.

Documents of the root become pages; a file of the repository that a page links to goes along; tables
that follow from the code are written from it, so that no hand keeps them up to date.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PAGES = {
    f"{name}.md": f"{name.lower()}.md" for name in ("ARCHITECTURE", "CONTRIBUTING", "CHANGELOG")
}
LINK = re.compile(r"(?<=\]\()([^)\s#]+)")


def on_files(files: Files, config: Any) -> Files:
    """The documents of the root, and each file that a page links to outside of docs/."""
    taken = {file.src_uri for file in files}
    texts = {uri: (ROOT / name).read_text("utf-8") for name, uri in PAGES.items()}
    linked = [(ROOT / "docs", file.content_string) for file in files.documentation_pages()]
    linked += [(ROOT, text) for text in texts.values()]
    for folder, text in linked:
        for target in LINK.findall(text):
            path = (folder / target).resolve()
            uri = _uri(path)
            if uri.startswith("files/") and path.is_file() and uri not in taken:
                taken.add(uri)
                files.append(File.generated(config, uri, abs_src_path=str(path)))
    for uri, text in texts.items():
        files.append(File.generated(config, uri, content=_leading_on(text, ROOT)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links as the site has them, and tables in place of `<!-- table: NAME -->`."""
    markdown = re.sub(r"<!-- table: (\w+) -->", lambda found: _table(found[1]), markdown)
    return markdown if page.file.src_uri in PAGES.values() else _leading_on(markdown, ROOT / "docs")


def _leading_on(text: str, folder: Path) -> str:
    def moved(found: re.Match[str]) -> str:
        target = found[1]
        path = (folder / target).resolve()
        return target if ":" in target or not path.exists() else _uri(path)

    # A folder has no page: its name is left.
    text = re.sub(
        r"\[([^\]]+)\]\(([^)\s#:]+)\)",
        lambda found: found[1] if (folder / found[2]).is_dir() else found[0],
        text,
    )
    return LINK.sub(moved, text)


def _uri(path: Path) -> str:
    """Where the site has a file of the repository."""
    if path.is_relative_to(ROOT / "docs"):
        return path.relative_to(ROOT / "docs").as_posix()
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    return {"README.md": "index.md", **PAGES}.get(name, f"files/{name}")


def _table(name: str) -> str:
    return _operators() if name == "operators" else _keys(name)


def _operators() -> str:
    """Every operator of the claim language with its type, and what it is of others."""
    from harness.language.primitives import signatures

    rows = ["| operator | type | is |", "|---|---|---|"]
    for name, signature in signatures().items():
        meaning = ""
        if signature.text is not None:
            names, text = signature.text
            meaning = f"of {', '.join(names)}: `{text}`"
        elif signature.entrywise is not None:
            meaning = f"`{signature.entrywise[0]}`, entry by entry"
        rows.append(f"| `{name}` | `{signature.type}` | {meaning} |")
    return "\n".join(rows)


def _keys(kind: str) -> str:
    """The keys of a kind of file, from the schema that `harness schema` prints."""
    from harness.cli.environment import _schemas

    schema = json.loads(_schemas()[kind])
    rows = [f"{schema['title']}.", "", "| key | | what it says |", "|---|---|---|"]
    rows += _rows(schema, schema, "")
    return "\n".join(rows)


def _rows(schema: dict[str, Any], part: dict[str, Any], before: str) -> list[str]:
    rows = []
    for key, value in part.get("properties", {}).items():
        must = "needed" if key in part.get("required", ()) else ""
        rows.append(f"| `{before}{key}` | {must} | {value.get('description', '')} |")
        inner = value.get("additionalProperties")
        rows += _rows(schema, value, f"{before}{key}.")
        if isinstance(inner, dict):
            rows += _rows(schema, inner, f"{before}{key}.NAME.")
    return rows
