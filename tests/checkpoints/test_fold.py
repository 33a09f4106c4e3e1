"""A fold leaves a whole folder that verifies, or none; OLD is only read."""

import json
import os
import resource
import shutil
import signal
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors import safe_open
from safetensors.numpy import load_file

from harness.checkpoints import working
from harness.checkpoints.fold import CERTIFICATE, check_certificate, fold
from harness.checkpoints.licences import licences
from harness.checkpoints.recipes import read_recipe
from harness.checkpoints.tensors import digest
from harness.cli import main
from harness.diagnostics import InputError
from tests.checkpoints.making import CASES, LAYERS, make, save, write_recipe

SOME = {"angles": "random", "values": "hadamard"}


def recipe(tmp_path, entries=SOME, seed=0):
    return read_recipe(write_recipe(tmp_path / "recipe.yaml", entries, seed))


def state(folder):
    return {path.name: digest(path) for path in sorted(folder.iterdir()) if path.is_file()}


def attention(tensors, x, theta=10000.0):
    """Grouped-query attention of layer 0 with half-split RoPE, by the papers, a loop at a time."""

    def w(short):
        return tensors[f"model.layers.0.self_attn.{short}_proj.weight"].astype(float)

    q, k, v = (x @ w(s).T for s in "qkv")
    angle = np.arange(len(x))[:, None] * theta ** (-np.arange(8) / 8)
    out = np.zeros((len(x), 64))
    for head in range(4):
        group = head // 2

        def rope(rows):
            a, b = rows[:, :8], rows[:, 8:]
            c, s = np.cos(angle), np.sin(angle)
            return np.concatenate([a * c - b * s, a * s + b * c], axis=1)

        scores = rope(q[:, 16 * head :][:, :16]) @ rope(k[:, 16 * group :][:, :16]).T / 4
        scores[np.triu_indices(len(x), 1)] = -np.inf
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        out += weights @ v[:, 16 * group :][:, :16] @ w("o")[:, 16 * head :][:, :16].T
    return out


def test_the_folded_model_computes_the_same(tmp_path):
    old = save(tmp_path / "old", "llama", make("llama", "float64"), shards=3)
    before = state(old)
    entries = {"angles": "random", "scales": "random", "values": "random"}
    report = fold(old, tmp_path / "new", recipe(tmp_path, entries))
    assert report.exit_code == 0
    assert state(old) == before
    read = {}
    for folder in (old, tmp_path / "new"):
        read[folder] = {}
        for file in folder.glob("*.safetensors"):
            read[folder] |= load_file(file)
    one, other = read.values()
    x = np.random.default_rng(1).normal(size=(12, 64))
    expected = attention(one, x)
    assert np.abs(attention(other, x) - expected).max() < 1e-12 * np.abs(expected).max()
    changed = [key for key in one if not np.array_equal(one[key], other[key])]
    assert len(changed) == 4 * LAYERS


def test_everything_else_is_carried_over(tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"), shards=2)
    (old / "extra").mkdir()
    (old / "extra" / "note.txt").write_text("kept")
    shutil.move(old / "tokenizer.json", tmp_path / "elsewhere.json")
    (old / "tokenizer.json").symlink_to(tmp_path / "elsewhere.json")
    fold(old, tmp_path / "new", recipe(tmp_path))
    assert (tmp_path / "new/extra/note.txt").read_text() == "kept"
    assert (tmp_path / "new/tokenizer.json").read_text() == "{}"
    assert not (tmp_path / "new/tokenizer.json").is_symlink()
    names = {path.name for path in old.iterdir()} | {CERTIFICATE}
    assert {path.name for path in (tmp_path / "new").iterdir()} == names
    for file in (tmp_path / "new").glob("*.safetensors"):
        with safe_open(file, "np") as opened:
            assert opened.keys()


def test_the_certificate_is_repeated_from_the_files(tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"))
    new = tmp_path / "new"
    fold(old, new, recipe(tmp_path), claims=licences)
    said = json.loads((new / CERTIFICATE).read_text())
    assert len(said["claims"]) > 1
    assert all(claim["statement"].startswith("sha256:") for claim in said["claims"])
    report, faults = check_certificate(old, new, claims=licences)
    assert (report.exit_code, faults) == (0, [])
    for change, message in (
        (lambda s: s["claims"][0].update(statement="sha256:0"), "claims are not those"),
        (lambda s: s["claims"].clear(), "claims are not those"),
        (lambda s: s["report"]["heads"][3].update(residual=0.9), "residual of 0 v 1 is said"),
        (lambda s: s["report"]["heads"].pop(), "is said to be None"),
    ):
        other = json.loads(json.dumps(said))
        change(other)
        (new / CERTIFICATE).write_text(json.dumps(other))
        (found,) = check_certificate(old, new, claims=licences)[1]
        assert message in found
    (new / CERTIFICATE).write_text(json.dumps(said))
    with (new / "model.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    assert len(check_certificate(old, new)[1]) == 1
    (new / CERTIFICATE).unlink()
    with pytest.raises(InputError, match="there is no certificate"):
        check_certificate(old, new)


def test_what_does_not_verify_is_not_left(tmp_path):
    old = save(tmp_path / "old", "qwen3", make("qwen3"))
    report = fold(old, tmp_path / "new", recipe(tmp_path, {"angles": "random"}))
    assert report.exit_code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old", "recipe.yaml"]


def test_quarter_turns_and_exchanges_round_nothing(tmp_path):
    tensors = make("llama", "bfloat16")
    old = save(tmp_path / "old", "llama", tensors)
    fold(old, tmp_path / "new", recipe(tmp_path, {"angles": "quarter", "values": "exchange"}))
    new = load_file(tmp_path / "new/model.safetensors")
    for key, value in tensors.items():
        assert np.array_equal(
            np.sort(np.abs(value.astype(float)).ravel()),
            np.sort(np.abs(new[key].astype(float)).ravel()),
        )


def test_gains_by_head_and_coordinate(tmp_path):
    """Cohere's: scales go into them, each head's own, and signs and means are left alone."""
    spec = {**CASES["cohere"], "config": {**CASES["cohere"]["config"], "use_qk_norm": True}}
    tensors = make("cohere")
    rng = np.random.default_rng(5)
    names = {"q_norm": (4, 16), "k_norm": (2, 16)}
    for layer in range(LAYERS):
        for short, shape in names.items():
            key = f"model.layers.{layer}.self_attn.{short}.weight"
            tensors[key] = rng.uniform(0.6, 1.6, shape).astype(np.float32)
    CASES["cohere_normed"] = spec
    try:
        old = save(tmp_path / "old", "cohere_normed", tensors)
    finally:
        del CASES["cohere_normed"]
    report = fold(old, tmp_path / "new", recipe(tmp_path, {"scales": "random"}))
    assert report.exit_code == 0, report.faults
    new = load_file(tmp_path / "new/model.safetensors")
    for layer in range(LAYERS):
        there = f"model.layers.{layer}.self_attn"
        grown = [new[f"{there}.{x}.weight"] / tensors[f"{there}.{x}.weight"] for x in names]
        assert grown[1].shape == (2, 16)
        assert np.abs(grown[1] - 1).max() > 0.1
        assert np.abs(grown[1][:, ::2] - grown[1][:, 1::2]).max() < 1e-6  # equal in a pair
        assert np.abs(grown[0] * grown[1].repeat(2, axis=0) - 1).max() < 1e-6
        for x in "qk":
            assert np.array_equal(
                new[f"{there}.{x}_proj.weight"], tensors[f"{there}.{x}_proj.weight"]
            )


def test_a_layout_is_a_permutation(tmp_path):
    from harness.checkpoints.sides import open_side
    from harness.checkpoints.verify import verify

    tensors = make("llama")
    old = save(tmp_path / "old", "llama", tensors)
    entries = {"angles": "quarter", "layout": "interleaved"}
    assert fold(old, tmp_path / "new", recipe(tmp_path, entries)).exit_code == 0
    assert check_certificate(old, tmp_path / "new")[0].exit_code == 0
    assert verify(open_side(old), open_side(tmp_path / "new")).exit_code == 1


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({}, "turns nothing"),
        ({"angles": "upwards"}, "'upwards' is not one of"),
        ({"angle": "random"}, "unknown key 'angle'"),
        ({"angles": "given"}, "expected the array 'angles'"),
        ({"angles": "random", "given": "none.npz"}, "expected a .npz file"),
        ({"seed": "-1", "angles": "random"}, "-1 is less than the minimum"),
    ],
)
def test_faults_of_recipes(tmp_path, entries, message):
    path = tmp_path / "recipe.yaml"
    path.write_text("".join(f"{k}: {v}\n" for k, v in entries.items()) or "seed: 0\n")
    with pytest.raises(InputError, match=message):
        read_recipe(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / "adapter_config.json").write_text("{}"), "merge it into the weights"),
        (lambda f: (f / "config.json").write_text('{"model_type": "x"}'), "no family is known"),
        (
            lambda f: (f / "config.json").write_text(
                json.dumps({**CASES["llama"]["config"], "quantization_config": {"bits": 4}})
            ),
            "quantized",
        ),
        (lambda f: (f.parent / "new").mkdir(), "is there already"),
    ],
)
def test_what_cannot_be_folded(tmp_path, change, message):
    old = save(tmp_path / "old", "llama", make("llama"))
    change(old)
    with pytest.raises(InputError, match=message):
        fold(old, tmp_path / "new", recipe(tmp_path))


@pytest.mark.parametrize("place", ["old/new", "old/inner/new", "beside/../old/new", "link/new"])
def test_nothing_is_written_into_the_old_folder(tmp_path, place):
    old = save(tmp_path / "old", "llama", make("llama"))
    for folder in (old / "inner", tmp_path / "beside"):
        folder.mkdir()
    (tmp_path / "link").symlink_to(old)
    with pytest.raises(InputError, match="which is only read"):
        fold(old, tmp_path / place, recipe(tmp_path))
    assert {path.name for path in old.rglob("*")} == {*state(old), "inner"}
    assert fold(old, tmp_path / "beside" / "new", recipe(tmp_path)).exit_code == 0


READ = ["model.safetensors", "tokenizer.json", "another.json", "another.safetensors"]
LEFT_BY_OTHERS = [".model.safetensors.lock", "notes.txt"]


@pytest.mark.parametrize("changed", READ + LEFT_BY_OTHERS)
def test_an_old_folder_that_changes_meanwhile_is_seen(tmp_path, changed):
    """Otherwise the certificate has the digest of a file that nobody compared."""
    old = save(tmp_path / "old", "llama", make("llama"))

    def claims(names):  # asked after everything was compared
        (old / changed).write_bytes(b"{}")
        return []

    def work():
        return fold(old, tmp_path / "new", recipe(tmp_path), claims=claims)

    if changed in LEFT_BY_OTHERS:
        assert work().exit_code == 0
        return
    with pytest.raises(InputError, match="was changed while it was read"):
        work()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old", "recipe.yaml"]


def test_what_is_only_copied_is_copied_whole(tmp_path, monkeypatch):
    old = save(tmp_path / "old", "llama", make("llama"))
    (old / "words.tiktoken").write_bytes(b"first")
    copy = shutil.copyfile

    def copyfile(item, target):
        copy(item, target)
        if item.name == "words.tiktoken":
            item.write_bytes(b"another")

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises(InputError, match="was changed while it was read") as error:
        fold(old, tmp_path / "new", recipe(tmp_path))
    assert error.value.diagnostics[0].file == str(old / "words.tiktoken")
    assert not (tmp_path / "new").exists()


def test_what_was_found_as_json(tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"))
    file = write_recipe(tmp_path / "recipe.yaml", SOME, 0)
    new = tmp_path / "new"

    def asked(*words):
        return CliRunner().invoke(main, [*map(str, words), "--json"])

    done = asked("fold", old, new, "--recipe", file)
    assert done.exit_code == 0, done.output
    written = json.loads(done.stdout)
    done = asked("verify", old, new, "--certificate")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {**written, "certificate": []}
    assert len(written["heads"]) == LAYERS * 4
    done = asked("verify", old, save(tmp_path / "wrong", "llama", make("llama", seed=1)))
    assert (done.exit_code, bool(json.loads(done.stdout)["faults"])) == (1, True)


def test_packed_tensors_are_refused(tmp_path):
    tensors = make("llama")
    tensors["model.layers.0.self_attn.q_proj.weight"] = np.zeros((64, 64), np.int8)
    old = save(tmp_path / "old", "llama", tensors)
    with pytest.raises(InputError, match="packed or quantized"):
        fold(old, tmp_path / "new", recipe(tmp_path))
    assert not (tmp_path / "new").exists()


def test_a_full_disk_is_seen_before_it_is_full(tmp_path, monkeypatch):
    old = save(tmp_path / "old", "llama", make("llama"))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(InputError, match="bytes on this disk"):
        fold(old, tmp_path / "new", recipe(tmp_path))
    assert not (tmp_path / "new").exists()


def test_what_lies_beside_the_weights_is_whole_after_a_full_disk(tmp_path, monkeypatch):
    """What a copy that broke off has left has the name of the whole file."""
    old = save(tmp_path / "old", "llama", make("llama"))
    (old / "inner").mkdir()
    for place in (old / "README.md", old / "inner" / "notes.txt"):
        place.write_bytes(b"all of it")
    real = shutil.copyfile

    def broken(source, target, **_):
        if Path(source).suffix != ".json":
            Path(target).write_bytes(b"all")
            raise OSError(28, "No space left on device", str(target))
        return real(source, target)

    monkeypatch.setattr(shutil, "copyfile", broken)
    with pytest.raises(OSError, match="No space left"):
        fold(old, tmp_path / "new", recipe(tmp_path))
    (tmp_path / ".new.part" / "inner").mkdir(exist_ok=True)
    (tmp_path / ".new.part" / "inner" / "notes.txt").write_bytes(b"all")
    monkeypatch.setattr(shutil, "copyfile", real)
    assert fold(old, tmp_path / "new", recipe(tmp_path)).exit_code == 0
    for place in ("README.md", "inner/notes.txt"):
        assert (tmp_path / "new" / place).read_bytes() == b"all of it"


def in_a_child(work):
    """How a process of its own ends that does `work`: its exit code, or the signal, negative."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of others: none is used
        child = os.fork()
    if child == 0:
        working._pool.cache_clear()
        try:
            os._exit(work() or 0)
        except BaseException:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def is_killed_at(number, work):
    """Kill a process that does `work` when it touches the disk for the `number`-th time."""
    left = [number]
    events = {"os.mkdir", "os.rename", "os.remove", "shutil.copyfile", "shutil.rmtree"}

    def watch(event, arguments):
        writes = event == "open" and isinstance(arguments[1], str) and "w" in arguments[1]
        if event in events or writes:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def watched():
        sys.addaudithook(watch)
        return work()

    ended = in_a_child(watched)
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


@pytest.mark.slow
def test_a_fold_that_is_killed_anywhere_is_gone_on_with(tmp_path):
    """Before each change of the disk: NEW is whole or absent, and the next run ends well."""
    old, new = save(tmp_path / "old", "llama", make("llama"), shards=2), tmp_path / "new"
    chosen = recipe(tmp_path)
    before = state(old)
    assert fold(old, new, chosen).exit_code == 0
    expected = state(new)
    shutil.rmtree(new)
    number = 1
    while is_killed_at(number, lambda: fold(old, new, chosen).exit_code):
        assert state(old) == before
        assert not new.exists()
        assert fold(old, new, chosen).exit_code == 0
        assert state(new) == expected
        shutil.rmtree(new)
        number += 1
    assert number > 12
    assert (state(old), state(new)) == (before, expected)
    assert {p.name for p in tmp_path.iterdir()} == {"old", "new", "recipe.yaml"}


@pytest.mark.parametrize("most", [100, 20_000])
def test_a_disk_that_comes_to_be_full(most, tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"))
    before = state(old)
    write_recipe(tmp_path / "recipe.yaml", SOME)
    said = tmp_path / "said"
    said.touch()

    def run():
        with said.open("w") as stream:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            words = ["fold", "old", "new", "--recipe", "recipe.yaml"]
            words[1:3] = map(str, (old, tmp_path / "new"))
            words[-1] = str(tmp_path / "recipe.yaml")
            done = CliRunner().invoke(main, words)
            stream.write(done.output[-most:])
        return done.exit_code

    assert in_a_child(run) == 3
    assert "File too large" in said.read_text()
    assert (state(old), (tmp_path / "new").exists()) == (before, False)
    assert fold(old, tmp_path / "new", read_recipe(tmp_path / "recipe.yaml")).exit_code == 0


def test_what_was_begun_is_gone_on_with_or_thrown_away(tmp_path, monkeypatch):
    from harness.checkpoints import fold as folding

    old = save(tmp_path / "old", "llama", make("llama"), shards=4)
    real, written = folding._write_file, []

    def failing(path, write):
        if len(written) == 2:
            raise OSError(28, "No space left on device", str(path))
        written.append(path.name)
        real(path, write)

    monkeypatch.setattr(folding, "_write_file", failing)
    with pytest.raises(OSError, match="No space left"):
        fold(old, tmp_path / "new", recipe(tmp_path))
    assert not (tmp_path / "new").exists()
    first = list(written)
    written.clear()
    monkeypatch.setattr(folding, "_write_file", lambda p, w: (written.append(p.name), real(p, w)))
    assert fold(old, tmp_path / "new", recipe(tmp_path)).exit_code == 0
    assert not set(first) & set(written)
    shutil.rmtree(tmp_path / "new")
    (tmp_path / ".new.part").mkdir()
    (tmp_path / ".new.part" / "model-00001-of-00004.safetensors").write_bytes(b"of another")
    assert fold(old, tmp_path / "new", recipe(tmp_path)).exit_code == 0
