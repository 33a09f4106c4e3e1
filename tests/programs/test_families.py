"""Attention of Transformers: every family, copies that are edited, and whole models."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from harness.claims.programs import Program, load_model, load_program
from harness.evidence import Outcome
from harness.programs import whole
from harness.programs.check import exact, guarded
from harness.programs.folds import checks
from tests.arrays.language import CLAIMS, LIBRARY, ROOT
from tests.programs import families
from tests.programs.examples import Edits, edited

pytestmark = pytest.mark.programs

pytest.importorskip("torch")

FAMILIES = sorted((ROOT / "specs" / "programs" / "transformers").glob("*.yaml"))


def copied(folder: Path, family: str, edit: tuple[str, str]) -> Program:
    """The program of a family, whose module is an edited copy of what is installed."""
    binding = (ROOT / f"specs/programs/transformers/{family}.yaml").read_text("utf-8")
    found = re.search(r"^program: ((transformers\.models\.\w+)\.\w+):", binding, re.MULTILINE)
    assert found is not None
    module, package = found.groups()
    file = importlib.util.find_spec(module)
    assert file is not None
    assert file.origin is not None
    source = Path(file.origin).read_text("utf-8")
    source = re.sub(r"^from \.\.\.(\w)", r"from transformers.\1", source, flags=re.MULTILINE)
    source = re.sub(r"^from \.\.\. ", "from transformers ", source, flags=re.MULTILINE)
    source = re.sub(r"^from \.(\w)", rf"from {package}.\1", source, flags=re.MULTILINE)
    (folder / "copy.py").write_text(edited(source, edit), "utf-8")
    (folder / "copy.yaml").write_text(binding.replace(f"{module}:", "copy.py:"), "utf-8")
    return load_program(folder / "copy.yaml", "copy.yaml", LIBRARY, folder)


def _cases(table: dict[str, Edits]) -> list[Any]:
    pairs = [(family, name) for family, edits in table.items() for name in edits]
    return [pytest.param(*pair, id=" ".join(pair)) for pair in pairs]


@pytest.mark.parametrize(("family", "name"), _cases(families.WRONG))
def test_a_wrong_copy_of_a_real_module_is_refuted(tmp_path: Path, family: str, name: str) -> None:
    pytest.importorskip("transformers")
    program = copied(tmp_path, family, families.WRONG[family][name])
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.REFUTED, found.summary
    assert found.data["operator"]
    assert found.data["line"]


@pytest.mark.parametrize(("family", "name"), _cases(families.RIGHT))
def test_a_rewritten_copy_is_confirmed(tmp_path: Path, family: str, name: str) -> None:
    pytest.importorskip("transformers")
    program = copied(tmp_path, family, families.RIGHT[family][name])
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.CONFIRMED, found.summary


def test_what_has_no_meaning_is_no_error_beside_a_mask_of_numbers(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    edit = (families.SOFTMAX, "attn_weights = attn_weights.topk(2).values")
    program = copied(tmp_path, "llama", edit)
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "`topk` at copy.py:" in found.summary


ASKED = {
    "biasedGroupedQueryRopeAttentionBlockOutput": (
        "separate_rotations",
        ("Wq", "Wk", "Wv", "Wo"),
    ),
    "latentAttentionBlockOutput": ("intertwining_pairs", ("Wqn", "Wqr", "Wkn", "Wkr")),
    "qkNormGroupedQueryRopeAttentionBlockOutput": ("carried_gains", ("Wq", "Wk")),
}
"""Of each definition, a claim that is asked of programs, and what has to change in it. Gains that
are alike where R mixes are carried along as they are."""


PARTIAL = {
    **dict.fromkeys(("phi", "gpt_neox", "stablelm"), "HalfSplit"),
    **dict.fromkeys(("glm", "gptj"), "Interleaved"),
}
"""Of programs with RoPE of a part of a head, the layout."""


@pytest.mark.parametrize("path", FAMILIES, ids=lambda p: p.stem)
def test_the_families_of_transformers(path: Path) -> None:
    """What `harness programs` confirms of them is moved by what it should be."""
    pytest.importorskip("transformers")
    from harness.programs.leg import check

    program = load_program(path, path.name, LIBRARY, ROOT)
    about = LIBRARY.definitions[program.definition]
    name, changed = ASKED[program.definition]
    asked = {f"{program.definition}_invariant_of_{name}": changed}
    if path.stem in PARTIAL:
        angles = f"partialRope{PARTIAL[path.stem]}AttentionBlockOutput_invariant_of_angles"
        asked[angles] = ("Wq", "Wk")
    claims = tuple(CLAIMS[claim] for claim in asked)
    found = list(check(about, LIBRARY, program=program, claims=claims))
    if program.lacks:
        assert [item.outcome for item in found] == [Outcome.NOT_APPLICABLE]
        return
    assert {item.outcome for item in found} == {Outcome.CONFIRMED}, found
    for item, moved in zip(found[2:], asked.values(), strict=True):
        assert {*moved} <= {*item.data.get("breaks_without", ())}


NORMS = {
    "neighbours": families.HALVES,
    "the mean taken off": (
        "hidden_states = hidden_states.to(torch.float32)",
        "hidden_states = hidden_states.to(torch.float32)\n"
        "        hidden_states = hidden_states - hidden_states.mean(-1, keepdim=True)",
    ),
    "a norm of the first half": (
        "hidden_states.pow(2).mean(",
        "hidden_states[..., : hidden_states.shape[-1] // 2].pow(2).mean(",
    ),
}
"""Edits of attention with normed queries and keys by which rotations fold no more."""


@pytest.mark.parametrize("name", ["", *NORMS])
def test_a_claim_about_norms_is_asked_of_right_and_wrong_copies(tmp_path: Path, name: str) -> None:
    pytest.importorskip("transformers")
    program = copied(tmp_path, "qwen3", NORMS.get(name, ("", "")))
    claim = CLAIMS[f"{program.definition}_invariant_of_carried_gains"]
    ((_, ask),) = checks(program, LIBRARY, [claim], 0)
    found = ask()
    assert found.outcome is (Outcome.REFUTED if name else Outcome.CONFIRMED), found.summary


MODELS = sorted((ROOT / "specs" / "models").glob("*.yaml"))


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_whole_models_with_every_layer_folded(path: Path) -> None:
    pytest.importorskip("transformers")
    model = load_model(path, path.name, LIBRARY, ROOT)
    claims = tuple(CLAIMS.values())
    about = LIBRARY.definitions[model.part.definition]
    of_claims = {
        item.check.rpartition(" ")[2]: item
        for item in whole.check(about, LIBRARY, model=model, claims=claims)
    }
    for item in of_claims.values():
        own = "which the model makes by itself" in item.summary
        assert item.outcome is (Outcome.NOT_APPLICABLE if own else Outcome.CONFIRMED), item.summary
    found = of_claims[f"{model.part.definition}_invariant_of_separate_rotations"]
    assert found.data["entries"] == 300
    # The first token sees itself alone, so its 60 logits do not need that queries and keys agree.
    assert found.data["changed_without"]["Wq"] == 240
    assert found.data["changed_without"]["Wo"] == 300


def test_a_fold_that_does_not_meet_the_rotation_changes_a_whole_model(tmp_path: Path) -> None:
    """The same model, bound as if it did not rotate: then any orthogonal matrix would do."""
    pytest.importorskip("transformers")
    part = (ROOT / "specs/programs/transformers/llama.yaml").read_text("utf-8")
    rotation = "ropeHalfSplit(c(a), s(a))"
    assert rotation in part
    (tmp_path / "part.yaml").write_text(part.replace(rotation, "1"), "utf-8")
    text = (ROOT / "specs/models/llama.yaml").read_text("utf-8")
    text = text.replace("../programs/transformers/llama.yaml", "part.yaml")
    (tmp_path / "llama.yaml").write_text(text, "utf-8")
    model = load_model(tmp_path / "llama.yaml", "llama.yaml", LIBRARY, ROOT)
    about = LIBRARY.definitions[model.part.definition]
    claim = CLAIMS[f"{model.part.definition}_invariant_of_separate_rotations"]
    (found,) = whole.check(about, LIBRARY, model=model, claims=(claim,))
    assert found.outcome is Outcome.REFUTED
    assert found.data["differ"] == 80
