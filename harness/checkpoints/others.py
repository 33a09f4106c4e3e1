"""What no head is: the config, and every tensor that nothing turns, which must be equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from harness.checkpoints.findings import Fault, Report
from harness.checkpoints.sides import Side
from harness.checkpoints.stream import Framed

_SPOKEN = {"transformers_version", "_name_or_path", "dtype", "torch_dtype"}
"""Keys of a config that say nothing of what is computed."""


def compare_configs(old: Side, new: Side, report: Report) -> None:
    """Every key but those that say nothing of what is computed."""
    one, other = old.checkpoint, new.checkpoint
    if one.kind != other.kind or one.kind == "gguf":
        return  # the keys have other names; sizes were compared head by head
    for key in sorted(set(one.config) | set(other.config)):
        before, after = one.config.get(key), other.config.get(key)
        if report.frame and key == "tie_word_embeddings" and before and not after:
            continue  # a head of its own is held to the embeddings
        if before != after and key not in _SPOKEN:
            what = f"expected {key} to be {before!r}, found {after!r}"
            report.faults.append(Fault("config.json", what))


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
