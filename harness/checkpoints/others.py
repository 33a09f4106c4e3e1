"""What no head is: the config, and every tensor that nothing turns, which must be equal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from harness.checkpoints.findings import Fault, Report
from harness.checkpoints.reading import INDEX, read_json
from harness.checkpoints.sides import Side
from harness.checkpoints.stream import Framed
from harness.checkpoints.tensors import READ_BESIDE, Checkpoint, kinds
from harness.diagnostics import shortened

_SILENT = {
    "safetensors": {"transformers_version", "_name_or_path"},
    "gguf": {"GGUF", "general", "quantized", "quantize"},
}
"""Keys of a config that say nothing of what is computed; formats are compared tensor by tensor."""
_OF_TRAINING = {"initializer_range", "use_cache"}


def compare_configs(old: Side, new: Side, report: Report) -> None:
    """Every key but those that say nothing of what is computed.

    One that is not there is not one that is null: it stands for whatever a program takes then.
    """
    if old.checkpoint.kind != new.checkpoint.kind:
        _compare_meanings(old, new, report)
        return
    where = "config.json" if new.checkpoint.kind == "safetensors" else "its keys"
    before, after = _computed(old.checkpoint), _computed(new.checkpoint)
    if ("rope_parameters" in before) != ("rope_parameters" in after):
        before, after = _reworded(before), _reworded(after)
    for key in sorted(set(before) | set(after)):
        one, other = before.get(key), after.get(key)
        if (key in before) != (key in after) and _is_default(key, one or other, old, new):
            continue
        if key == "tie_word_embeddings" and report.frame and one and other is False:
            continue  # a head of its own is held to the embeddings
        if key == "dtype" and None in (one, other):
            continue  # then it is that of the tensors
        if one != other or (key in before) != (key in after):
            told = (repr(c[key]) if key in c else "nothing" for c in (before, after))
            wanted, found = map(shortened, told)
            what = f"expected {key} to be {wanted}, found {found}"
            report.faults.append(Fault(where, what))


def _computed(checkpoint: Checkpoint) -> dict[str, Any]:
    """What a config says of what is computed; the format of numbers under its name of today."""
    silent = _SILENT[checkpoint.kind]
    found = {key: value for key, value in checkpoint.config.items() if key not in silent}
    if "torch_dtype" in found:
        found.setdefault("dtype", found.pop("torch_dtype"))
    return found


def _reworded(config: dict[str, Any]) -> dict[str, Any]:
    """A config in the words of today for RoPE, where it has all of those of before."""
    found = dict(config)
    theta, scaling = found.pop("rope_theta", None), found.pop("rope_scaling", None)
    if "rope_parameters" in config or theta is None or not isinstance(scaling, dict | None):
        return config
    said = {"type" if key == "rope_type" else key: x for key, x in (scaling or {}).items()}
    said = {"rope_theta": theta, "rope_type": said.pop("type", "default"), **said}
    return {**found, "rope_parameters": said}


def _is_default(key: str, value: Any, old: Side, new: Side) -> bool:
    """Whether a key that one config lacks says what holds without it, or nothing of what is
    computed: a program that saves a model anew writes out its defaults."""
    if key.endswith("_bias"):
        names = [*old.checkpoint.tensors, *new.checkpoint.tensors]
        return value is False and not any(name.endswith(".bias") for name in names)
    if key == "head_dim":
        layers = (*old.model.layers, *new.model.layers)
        return {x.sizes[part.query] for x in layers for part in x.scores} == {value}
    return key in _OF_TRAINING or key.endswith("dropout")


def compare_files(old: Side, new: Side, report: Report) -> None:
    """What lies beside the weights in both folders and is read with them: tokens, code, defaults.

    What a difference there does is not known, so it decides nothing.
    """
    known = {"config.json", INDEX, "fold.json"}
    for place in sorted(new.path.iterdir()) if new.path.is_dir() and old.path.is_dir() else ():
        twin = old.path / place.name
        if kinds(place) & READ_BESIDE and place.name not in known and twin.is_file():
            if place.read_bytes() == twin.read_bytes():
                continue
            if place.suffix != ".json" or _told(twin) != _told(place):
                what = "differs, and what that does to the model is not compared"
                report.undecided.append(Fault(place.name, what))


def _told(path: Path) -> dict[str, Any]:
    silent = _SILENT["safetensors"]
    return {key: value for key, value in read_json(path).items() if key not in silent}


def _compare_meanings(old: Side, new: Side, report: Report) -> None:
    """What two configs say in other words, as far as both families know it."""
    for key, before in old.model.says.items():
        after = new.model.says.get(key)
        if key == "scaling":
            if before or after:
                what = "how they are scaled is not compared between two kinds of files"
                report.undecided.append(Fault("frequencies", what))
        elif before and after and np.float32(before) != np.float32(after):  # GGUF has no doubles
            what = f"expected {key} to be {before}, found {after}"
            report.faults.append(Fault("its keys", what))


def compare_rest(old: Side, new: Side, report: Report) -> Iterator[int]:
    """Compare every tensor that nothing turns; yields their sizes as it goes."""
    one, other = old.checkpoint, new.checkpoint
    is_other_family = old.model.family != new.model.family
    labels = {label: name for name, label in new.model.rest.items()} if is_other_family else {}
    met = set()
    followed = old.places if isinstance(old, Framed) else {}
    for name, tensor in one.tensors.items():
        if name in followed and name in other.tensors:
            met.add(name)
            continue
        if name in old.used:
            if not is_other_family and name not in other.tensors:
                report.faults.append(Fault(name, "is missing"))
            continue
        twin = labels.get(old.model.rest.get(name, ""), "" if is_other_family else name)
        found = other.tensors.get(twin)
        if found is None and is_other_family:
            what = "has no counterpart that is known in the other family"
            report.undecided.append(Fault(name, what))
        elif found is None:
            report.faults.append(Fault(name, "is missing"))
        else:
            met.add(twin)
            _equal(name, tensor, found, report)
        yield tensor.nbytes
    for name in sorted(set(other.tensors) - met - new.used):
        if is_other_family:
            report.undecided.append(Fault(name, "has no counterpart that is known"))
        elif name not in one.tensors:
            report.faults.append(Fault(name, "is there in the new checkpoint alone"))
    for name in sorted(new.used - set(one.tensors)) if not is_other_family else ():
        report.faults.append(Fault(name, "is there in the new checkpoint alone"))


def _equal(name: str, tensor: Any, found: Any, report: Report) -> None:
    if tensor.shape != found.shape:
        what = f"expected shape {tensor.shape}, found {found.shape}"
    elif tensor.dtype != found.dtype and tensor.file.suffix == found.file.suffix:
        what = f"expected {tensor.dtype}, found {found.dtype}"
    elif tensor.dtype != found.dtype:
        if np.array_equal(tensor.array().astype(float), found.array().astype(float)):
            report.equal += 1
            return
        what = "differs"
    elif tensor.agrees(found):
        report.equal += 1
        return
    else:
        what = "differs, and a fold leaves it as it is"
    report.faults.append(Fault(name, what))
