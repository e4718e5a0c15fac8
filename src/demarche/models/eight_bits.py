"""A graph's matrix products in 8 bits, of weights and of tokens that are each scaled by itself.

Each token has a scale of its own, so that no text's verdict depends on its batch mates. Channels in
which tokens are large lend their size to the weights (SmoothQuant, Xiao et al. 2023), and weights
are rounded one row after the other, each error spread over the rows to come (GPTQ, Frantar et
al. 2023). Products that narrow stay in single precision: what goes into them, a feed-forward
block's activations, has outliers that 8 bits do not hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from demarche.models.fusion import sweep

Matrix = NDArray[np.float64]

LARGEST = 64
"""Of a rounded weight: with more, sums overflow on processors that lack VNNI."""

DAMPING = 0.01
"""Added to the diagonal of an input's second moments, as a share of their mean."""

BLOCK = 64
"""Rows whose rounding errors are spread at once."""


@dataclass
class Seen:
    """What went into a product while sentences were classified.

    Attributes
    ----------
    moments : ndarray of float, shape (k, k)
        Sums of products of two channels over all tokens.
    largest : ndarray of float, shape (k,)
        The largest absolute value of each channel.
    """

    moments: Matrix
    largest: Matrix


def round_products(model: ModelProto, tokens: Iterable[Sequence[int]]) -> None:
    """Put the products of a graph in 8 bits, in place.

    Parameters
    ----------
    model : ModelProto
        In single precision.
    tokens : iterable of sequence of int
        Sentences whose activations decide how weights are scaled and rounded.
    """
    graph = model.graph
    constants = {constant.name: constant for constant in graph.initializer}
    products = [
        node
        for node in graph.node
        if node.op_type == "MatMul"
        and node.input[1] in constants
        and constants[node.input[1]].dims[0] <= constants[node.input[1]].dims[1]
    ]
    sources = list(dict.fromkeys(node.input[0] for node in products))
    seen = _observe(model, sources, tokens)
    _constant(graph, "eight/step", np.float32(1 / 127))
    _constant(graph, "eight/zero", np.uint8(128))
    _constant(graph, "eight/least", np.float32(1e-9))
    for source in sources:
        readers = [node for node in products if node.input[0] == source]
        weights = [numpy_helper.to_array(constants[node.input[1]]) for node in readers]
        lent = _balance(seen[source].largest, weights)
        moments = seen[source].moments / np.outer(lent, lent)
        _insert(graph, readers[0], _scaling(graph, source, lent))
        for node, weight in zip(readers, weights, strict=True):
            rounded, steps = rounded_weights(weight * lent[:, None], moments)
            _insert(graph, node, _product(graph, node, rounded, steps))
            graph.node.remove(node)
    sweep(graph)


def _observe(
    model: ModelProto, values: Sequence[str], tokens: Iterable[Sequence[int]]
) -> dict[str, Seen]:
    """Run the graph on sentences, one by one, and gather what passes at some places."""
    probe = ModelProto()
    probe.CopyFrom(model)
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in values]
    probe.graph.output.extend(outputs)
    session = onnxruntime.InferenceSession(
        probe.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: dict[str, Seen] = {}
    for sentence in tokens:
        ids = np.array([sentence], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        for name, value in zip(values, session.run(values, given), strict=True):
            rows = value.reshape(-1, value.shape[-1]).astype(np.float64)
            largest = np.abs(rows).max(axis=0)
            if name in found:
                found[name].moments += rows.T @ rows
                found[name].largest = np.maximum(found[name].largest, largest)
            else:
                found[name] = Seen(rows.T @ rows, largest)
    return found


def _balance(largest: Matrix, weights: Sequence[NDArray[np.float32]]) -> Matrix:
    """Give what each channel is divided by, shape (k,), and its weights are multiplied by."""
    rows = np.max([np.abs(weight).max(axis=1) for weight in weights], axis=0)
    lent = np.sqrt(np.maximum(largest, 1e-5) / np.maximum(rows, 1e-5))
    return np.asarray(lent / np.exp(np.log(lent).mean()))


def rounded_weights(
    weight: Matrix, moments: Matrix
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round a matrix to 8 bits so that its products change little.

    Parameters
    ----------
    weight : ndarray of float, shape (k, n)
    moments : ndarray of float, shape (k, k)
        Second moments of what it is multiplied with.

    Returns
    -------
    rounded : ndarray of int8, shape (k, n)
    steps : ndarray of float32, shape (n,)
        What a unit of each column stands for.
    """
    steps = np.maximum(np.abs(weight).max(axis=0), 1e-9) / LARGEST
    rows = len(weight)
    order = np.argsort(-np.diag(moments))
    left = weight[order].astype(np.float64)
    damped = moments + np.eye(rows) * (DAMPING * np.diag(moments).mean() + 1e-9)
    spread = np.linalg.cholesky(np.linalg.inv(damped[np.ix_(order, order)])).T
    rounded = np.zeros((rows, weight.shape[1]), dtype=np.int8)
    for start in range(0, rows, BLOCK):
        end = min(rows, start + BLOCK)
        errors = np.zeros((end - start, weight.shape[1]))
        for row in range(start, end):
            rounded[order[row]] = np.clip(np.round(left[row] / steps), -LARGEST, LARGEST)
            error = (left[row] - rounded[order[row]] * steps) / spread[row, row]
            left[row:end] -= np.outer(spread[row, row:end], error)
            errors[row - start] = error
        left[end:] -= spread[start:end, end:].T @ errors
    return rounded, steps.astype(np.float32)


def _scaling(graph: GraphProto, source: str, lent: Matrix) -> list[NodeProto]:
    """Give the steps that put a value in 8 bits, each token by the largest of its channels."""
    _constant(graph, f"{source}/lent", (1 / lent).astype(np.float32))
    even, size, top, unit = (f"{source}/{name}" for name in ("even", "size", "top", "unit"))
    return [
        helper.make_node("Mul", [source, f"{source}/lent"], [even]),
        helper.make_node("Abs", [even], [size]),
        helper.make_node("ReduceMax", [size], [f"{top}/bare"], axes=[-1]),
        helper.make_node("Max", [f"{top}/bare", "eight/least"], [top]),
        helper.make_node("Div", [even, top], [unit]),
        helper.make_node("QuantizeLinear", [unit, "eight/step", "eight/zero"], [f"{source}/eight"]),
    ]


def _product(
    graph: GraphProto, node: NodeProto, rounded: NDArray[np.int8], steps: NDArray[np.float32]
) -> list[NodeProto]:
    """Give the steps that multiply in 8 bits and scale each token back."""
    source = node.input[0]
    names = {name: f"{node.name}/{name}" for name in ("rounded", "steps", "zeros")}
    _constant(graph, names["rounded"], rounded)
    _constant(graph, names["steps"], steps)
    _constant(graph, names["zeros"], np.zeros(len(steps), dtype=np.int8))
    (output,) = node.output
    inputs = [f"{source}/eight", names["rounded"], "eight/step", names["steps"]]
    return [
        helper.make_node(
            "MatMulIntegerToFloat",
            [*inputs, "eight/zero", names["zeros"]],
            [f"{output}/unit"],
            node.name,
            domain="com.microsoft",
        ),
        helper.make_node("Mul", [f"{output}/unit", f"{source}/top"], [output]),
    ]


def _insert(graph: GraphProto, before: NodeProto, nodes: Sequence[NodeProto]) -> None:
    place = next(k for k, node in enumerate(graph.node) if node is before or node == before)
    for node in reversed(nodes):
        graph.node.insert(place, node)


def _constant(graph: GraphProto, name: str, value: Any) -> None:
    graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
