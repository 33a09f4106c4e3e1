"""Questions to a page, asked by a script that runs in it and leaves the answer in the document."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from typing import Any

_SCRIPT = """
(async () => {
  // The page's clock runs ahead while nothing happens; work done elsewhere needs time of the wall.
  let busy = 1;
  const wait = async () => {
    for (let i = 0; i < 1e7; i++) busy = (busy * 31 + i) | 0;
    await new Promise((next) => setTimeout(next, 10));
  };
  const until = async (found, times = 400) => {
    while (!found() && times--) await wait();
    if (!found()) throw new Error(`never came true: ${found}`);
  };
  const press = (key, more = {}) => (document.activeElement || document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (id) => document.getElementById(id);
  const shown = () => all("article").filter((article) => !article.hidden).length;
  let answer;
  try { answer = { value: await (async () => { %s })() }; }
  catch (error) { answer = { error: String(error) }; }
  const place = document.createElement("pre");
  place.id = "answer";
  place.textContent = JSON.stringify(answer);
  place.dataset.busy = busy;
  document.body.append(place);
})();
"""


def asking(html: str, *scripts: str) -> str:
    """The page with scripts that its policy admits; the last one's `return` is the answer."""
    *libraries, question = scripts
    found = [*libraries, _SCRIPT % question]
    digests = (b64encode(sha256(script.encode()).digest()).decode() for script in found)
    hashes = "".join(f" &#39;sha256-{digest}&#39;" for digest in digests)
    html = html.replace("script-src", f"script-src{hashes}", 1)
    tags = "".join(f"<script>{script}</script>" for script in found)
    return html.replace("</body>", f"{tags}</body>")


def answer(dom: str) -> Any:
    """What the question's script returned. Raises `AssertionError` where it threw or hung."""
    found = re.search(r'<pre id="answer"[^>]*>(.*?)</pre>', dom, re.DOTALL)
    assert found is not None, "the page's script gave no answer"
    result = json.loads(unescape(found[1]))
    assert "error" not in result, result["error"]
    return result.get("value")
