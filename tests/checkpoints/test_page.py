"""The page of a comparison: every head is there, what is wrong stands out, nothing is markup."""

import re

import numpy as np
import pytest
from click.testing import CliRunner

from harness.checkpoints.findings import Fault, Head, Report
from harness.cli import main
from harness.report.checkpoint import to_html
from tests.checkpoints.making import make, save, turned

SOME = {"angles": "random", "scales": "random", "values": "random"}


def cells(html):
    """The classes and the words of all heads that are drawn, map by map."""
    maps = re.findall(r'<figure class="heads-map">.*?</figure>', html, re.S)
    pattern = r'<rect class="([\w-]+)" x="([\d.]+)" y="([\d.]+)".*?<title>(.*?)</title>'
    return [re.findall(pattern, text) for text in maps]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def pages(folder):
    """Of a right fold, and of one with a key head of layer 1 turned over."""
    old = save(folder / "old", "llama", make("llama"))
    new = turned(old, SOME)
    found = {}
    for name in ("right", "wrong"):
        if name == "wrong":
            rows = new["model.layers.1.self_attn.k_proj.weight"][16:32]
            rows[:] = rows[::-1].copy()
        save(folder / name, "llama", new)
        page = folder / f"{name}.html"
        done = CliRunner().invoke(
            main, ["verify", str(old), str(folder / name), "--html", str(page)]
        )
        assert done.exit_code == (name == "wrong"), done.output
        found[name] = page.read_text("utf-8")
    return found


def test_each_head_is_drawn_and_the_wrong_one_is_marked(pages):
    right, wrong = cells(pages["right"]), cells(pages["wrong"])
    assert [len(found) for found in right] == [4, 4]  # two layers by two heads, keys and values
    assert all(shade.startswith("shade-") for found in right for shade, *_ in found)
    marked = [(x, y, title) for found in wrong for shade, x, y, title in found if shade == "wrong"]
    assert len(marked) == 1
    x, y, title = marked[0]
    assert (int(float(x)), int(float(y))) == (1, 1)  # the layer from the left, the head from above
    assert title.startswith("layer 1, key head 1: wrong")


def test_the_verdict_stands_first(pages):
    assert "Confirmed: one model in another frame" in pages["right"]
    assert "Refuted: not one model in another frame" in pages["wrong"]
    assert '<span class="name">layer 1, key head 1</span>' in pages["wrong"]
    assert "Worst wrong head" in pages["wrong"]
    assert "intertwining_pairs" in re.sub("<wbr>", "", pages["right"])


def test_the_spectrum_is_of_all_turned_pairs(pages):
    """8 pairs of 2 heads in 2 layers; those of a head that is not carried have no angle."""
    assert "Angles of the pairs of keys, in degrees, 32 pairs" in pages["right"]
    assert "Angles of the pairs of keys, in degrees, 24 pairs" in pages["wrong"]


def report(**changes):
    heads = [Head(0, "k", 0, (0,), np.nan, 0.0, True, False)]
    values = {"old": "a", "new": "b", "family": "f", "claims": (), "lacks": "", "context": 8}
    return Report(**{**values, "heads": heads, **changes})


def test_everything_is_escaped():
    evil = "<script>alert(1)</script>"
    fault = Fault(evil, evil, evil)
    made = report(
        old=evil,
        new=evil,
        family=evil,
        claims=(evil,),
        lacks=evil,
        frame=evil,
        faults=[fault],
        undecided=[fault],
    )
    assert "<script" not in to_html(made, [evil])


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (report(), "Worst wrong head"),
        (report(heads=[]), "Inconclusive: not everything could be decided"),
        (report(heads=[Head(0, "v", 0, (0,), 0.0, 0.0, False, True)]), "as it was"),
    ],
)
def test_what_has_no_numbers_is_a_page_too(made, words):
    assert words in to_html(made)


def test_a_fault_of_the_certificate_is_no_confirmation():
    made = report(heads=[Head(0, "v", 0, (0,), 0.5, 0.0, True, True)])
    assert "Confirmed" in to_html(made)
    assert "Refuted" in to_html(made, ["new/model: is not the file"])
