"""Graphs of ONNX, run node by node by the operators of `onnx.reference`, on formulas or numbers.

These are written with NumPy, so arrays of formulas meet them by NumPy's own protocols.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

from harness.programs import graph
from harness.programs.arrays import Array
from harness.programs.graph import NotApplicable

OWN: Mapping[str, Callable[..., Any]] = {
    "Cast": lambda x, to, saturate=1, round_mode="up": x.astype(
        onnx.helper.tensor_dtype_to_np_dtype(to)
    ),
    "Erf": lambda x: Array(graph.function("erf", x.node)),
    "Gather": lambda x, indices, axis=0: np.take(x, indices, axis=axis),
    "Sigmoid": lambda x: Array(graph.sigmoid(x.node)),
}
"""Operators that `onnx.reference` computes otherwise than with NumPy's functions of arrays."""


class Graph:
    """A graph as a function of its inputs and of its tensors, by their names.

    A tensor that is not given has the numbers of the file. Formulas are given no format; numbers
    are rounded to the format that the file says.
    """

    def __init__(self, path: Path, formulas: bool) -> None:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        self._name = path.name
        self._formulas = formulas
        self._evaluator = ReferenceEvaluator(model)
        self._types = {
            value.name: onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
            for value in model.graph.input
        } | {
            value.name: onnx.helper.tensor_dtype_to_np_dtype(value.data_type)
            for value in model.graph.initializer
        }
        self._wanted = {value.name for value in model.graph.input}
        self._wanted -= {value.name for value in model.graph.initializer}
        self.inputs = tuple(self._types)
        self.versions = {"onnx": onnx.__version__, "numpy": np.__version__}

    def __call__(self, **given: Any) -> Any:
        """Its result, or all by their names where there are several."""
        if missing := sorted(self._wanted - set(given)):
            raise TypeError(f"missing inputs: {', '.join(missing)}")
        if unknown := sorted(set(given) - set(self._types)):
            has = ", ".join(self._types)
            raise TypeError(f"it has no input and no tensor {', '.join(unknown)}, but {has}")
        known: Any = {"": None, **self._evaluator.rt_inits_}
        for name, value in given.items():
            is_number = not isinstance(value, Array)
            known[name] = np.asarray(value, self._types[name]) if is_number else value
        for place, node in enumerate(self._evaluator.rt_nodes_):
            label = getattr(node.onnx_node, "name", "") or next(iter(node.output), str(place))
            at = graph.AT.set(f"{self._name}, {label}")
            try:
                values = self._ask(node, [self._plain(known[name]) for name in node.input])
            finally:
                graph.AT.reset(at)
            known.update(zip(node.output, values, strict=False))
        names = self._evaluator.output_names
        found = {name: self._plain(known[name]) for name in names}
        return found[names[0]] if len(names) == 1 else found

    def _ask(self, node: Any, values: list[Any]) -> Any:
        if not any(isinstance(value, Array) for value in values):
            return node.run(*values)
        if node.has_subgraph or node.has_linked_attribute:
            raise NotApplicable(node.op_type, "a graph within the graph")
        attributes = {name: getattr(node, name) for name in node.attributes_names_}
        if node.op_type in OWN:
            return (OWN[node.op_type](*values, **attributes),)
        node._check_and_fix_outputs = lambda found: found  # it knows no arrays but NumPy's
        return node._run(*values, **attributes)

    def _plain(self, value: Any) -> Any:
        """Numbers of any format are the same numbers as doubles, and formulas are exact."""
        if not self._formulas or not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            return value
        return value.astype(np.float64)
