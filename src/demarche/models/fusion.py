"""Rewrites of a traced encoder: attention as one step, and no row that nobody reads.

A classifier that reads its encoder's first token alone needs no other row of the last layer
behind that layer's keys and values; leaving them out changes no verdict.
"""

from typing import Any

import numpy as np
import torch
from onnx import GraphProto, NodeProto, helper, numpy_helper
from torch.onnx.symbolic_helper import parse_args
from torch.onnx.utils import register_custom_op_symbolic
from transformers import AttentionInterface

ATTENTION = "demarche_one_step"
"""The name of this attention among transformers' implementations."""

PLAIN = {"bert", "camembert", "electra", "roberta", "xlm-roberta"}
"""Kinds of encoders whose attention is what onnxruntime's MultiHeadAttention computes."""

OPERATOR = "MultiHeadAttention"

BY_ROW = {"Add", "BiasGelu", "Gelu", "LayerNormalization", "MatMul", "SkipLayerNormalization"}
"""Operators that give each token its own output, of that token's inputs and of weights."""


@torch.library.custom_op("demarche::attention", mutates_args=())
def _attention(
    query: torch.Tensor,
    key: torch.Tensor,  # noqa: ARG001
    value: torch.Tensor,  # noqa: ARG001
    attended: torch.Tensor,  # noqa: ARG001
    heads: int,  # noqa: ARG001
    scale: float,  # noqa: ARG001
) -> torch.Tensor:
    """Stand in for attention while the graph is traced; only the shape counts."""
    return torch.empty_like(query)


@parse_args("v", "v", "v", "v", "i", "f")
def _operator(
    graph: Any, query: Any, key: Any, value: Any, attended: Any, heads: int, scale: float
) -> Any:
    no_bias = graph.op("prim::Constant")
    no_bias.setType(torch.OptionalType.ofTensor())
    inputs = (query, key, value, no_bias, attended)
    output = graph.op(f"com.microsoft::{OPERATOR}", *inputs, num_heads_i=heads, scale_f=scale)
    # Torch does not know the operator; its output is of the shape of the queries.
    return output.setType(query.type())


def _attend(
    module: torch.nn.Module,  # noqa: ARG001
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor,
    scaling: float,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    inputs = [part.transpose(1, 2).flatten(2) for part in (query, key, value)]
    attended = attention_mask[:, 0, 0]
    return _attention(*inputs, attended, query.shape[1], float(scaling)), None


def register(opset: int) -> None:
    """Make `ATTENTION` known to transformers and to torch's exporter.

    A model that is traced with it takes the mask in four dimensions, shape (texts, 1, 1, tokens),
    int32, 1 where a token is attended to.
    """
    AttentionInterface.register(ATTENTION, _attend)
    register_custom_op_symbolic("demarche::attention", _operator, opset)


def straighten(graph: GraphProto) -> None:
    """Hand queries, keys and values to attention as they come, their biases with them.

    Tracing leaves two reshapes before each, into heads and back; and attention adds biases itself.
    """
    makers, constants = _makers(graph), _constants(graph)
    for node in graph.node:
        if node.op_type != OPERATOR:
            continue
        biases = []
        for place in range(3):
            maker = makers[node.input[place]]
            while maker.op_type == "Reshape":
                maker = makers[maker.input[0]]
            (bias,) = (name for name in maker.input if name in constants)
            (node.input[place],) = (name for name in maker.input if name != bias)
            biases.append(numpy_helper.to_array(constants[bias]))
        node.input[3] = f"{node.name}/biases"
        graph.initializer.append(numpy_helper.from_array(np.concatenate(biases), node.input[3]))
    sweep(graph)


def keep_first_row(graph: GraphProto) -> None:
    """Compute the last layer for the first token alone, if no other is read behind it."""
    makers, constants = _makers(graph), _constants(graph)
    readers = [
        node
        for node in graph.node
        if node.op_type == "Gather"
        and node.input[0] in makers
        and makers[node.input[0]].op_type == "SkipLayerNormalization"
    ]
    attention = [node for node in graph.node if node.op_type == OPERATOR]
    if len(readers) != 1 or not attention:
        return
    # What the last layer's keys are made of is where all tokens are still needed.
    layer = makers[attention[-1].input[1]].input[0]
    first = "first/row"
    graph.initializer.append(numpy_helper.from_array(np.array([0]), first))
    rows = {layer: f"{layer}/first"}
    added = [helper.make_node("Gather", [layer, first], [rows[layer]], axis=1)]

    def row(value: str) -> str:
        if value in constants or value in rows:
            return rows.get(value, value)
        maker = makers[value]
        assert maker.op_type in BY_ROW | {OPERATOR}, maker.op_type  # noqa: S101
        sliced = 1 if maker.op_type == OPERATOR else len(maker.input)
        copy = NodeProto()
        copy.CopyFrom(maker)
        copy.input[:] = [row(name) for name in maker.input[:sliced]] + maker.input[sliced:]
        copy.output[:] = [f"{value}/first"]
        added.append(copy)
        return rows.setdefault(value, copy.output[0])

    (reader,) = readers
    place = list(graph.node).index(reader)
    reader.input[0] = row(reader.input[0])
    for node in reversed(added):
        graph.node.insert(place, node)
    sweep(graph)


def sweep(graph: GraphProto) -> None:
    """Remove what nothing reads."""
    while True:
        read = {name for node in graph.node for name in node.input}
        read |= {output.name for output in graph.output}
        idle = [node for node in graph.node if read.isdisjoint(node.output)]
        if not idle:
            break
        for node in idle:
            graph.node.remove(node)
    for constant in [constant for constant in graph.initializer if constant.name not in read]:
        graph.initializer.remove(constant)


def _makers(graph: GraphProto) -> dict[str, NodeProto]:
    return {name: node for node in graph.node for name in node.output}


def _constants(graph: GraphProto) -> dict[str, Any]:
    return {constant.name: constant for constant in graph.initializer}
