"""Files of families: faults at their places, and claims that exist."""

import pytest

from harness.checkpoints.families import read_family, shipped
from harness.diagnostics import InputError
from tests.checkpoints.making import CASES

FILES = sorted(shipped().glob("*.yaml"))
START = "family: mine\nsays: Mine.\nmodels: [mine]\nlike: llama\n"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_claims_that_license_a_fold_exist(path):
    family = read_family(path, path.name)
    assert family.data["family"] == path.stem
    assert family.data.get("claims") or family.data["lacks"]
    stream = family.data.get("residual", "")
    own = stream["claims"] if isinstance(stream, dict) else ()
    for claim in (*family.data.get("claims", ()), *own):
        assert (shipped().parent / f"{claim}.yaml").is_file()


def test_every_family_has_a_case():
    tried = {case["config"]["model_type"] for case in CASES.values()}
    for path in FILES:
        if path.stem != "llama_gguf":  # has a test of its own
            assert tried & set(read_family(path, path.name).data["models"]), path.stem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rows: {q_proj: heads*(q | }\n", "f.yaml:5:"),
        ("rows:\n  q_proj: heads*(q |)\n", "f.yaml:6:"),
        ("let:\n  heads: __import__('os')\n", "f.yaml:6:10: Call is no part of a formula"),
        ("let:\n  heads: (lambda: 1)\n", "f.yaml:6:"),
        ("rotated: 3\n", "f.yaml:5:1: unknown key 'rotated'"),
        ("values: {role: v, turns: any}\n", "f.yaml:5:26: 'any' is not one of"),
        ("family: mine\n", "'family' is here twice"),
    ],
)
def test_faults(text, message, tmp_path):
    path = tmp_path / "f.yaml"
    path.write_text(START + text)
    with pytest.raises(InputError) as caught:
        read_family(path, "f.yaml")
    assert message in str(caught.value)


def test_a_family_like_itself_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(START.replace("llama", "mine"))
    with pytest.raises(InputError, match="there is no family 'mine'"):
        read_family(path, "mine.yaml")
