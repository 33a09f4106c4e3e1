"""How to come by an optional part of this package: from where the package itself came."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from urllib.parse import unquote, urlsplit


def remedy(*extras: str) -> str:
    """What brings extras of lean-harness, as the end of a sentence.

    With a command where it is known from where the package was installed: a clone, a file, an
    address. A name on an index may be somebody else's.
    """
    names = ",".join(extras)
    what = f"the extra {names} of lean-harness brings it"
    try:
        origin = json.loads(distribution("lean-harness").read_text("direct_url.json") or "{}")
        url = str(origin["url"])
        revision = origin.get("vcs_info", {})
    except (PackageNotFoundError, ValueError, KeyError):
        return f"{what}, from where lean-harness was installed"
    if origin.get("dir_info", {}).get("editable"):
        return f"{what}: pip install -e '{unquote(urlsplit(url).path)}[{names}]'"
    if revision:
        url = f"{revision.get('vcs')}+{url}@{revision.get('commit_id')}"
    return f"{what}: pip install 'lean-harness[{names}] @ {url}'"
