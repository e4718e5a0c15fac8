"""Eight bits: products that stay what they were, and tokens that do not know of each other."""

import numpy as np
import onnxruntime
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from demarche.models.eight_bits import LARGEST, round_products, rounded_weights

WORDS, CHANNELS, WIDE = 50, 16, 32


def make_model(rng: np.random.Generator) -> ModelProto:
    """A graph that looks words up, widens them and narrows them again."""
    table = rng.normal(size=(WORDS, CHANNELS)) * np.where(np.arange(CHANNELS) == 3, 20, 1)
    weights = {
        "table": table,
        "wide": rng.normal(size=(CHANNELS, WIDE)),
        "narrow": rng.normal(size=(WIDE, CHANNELS)),
    }
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("MatMul", ["words", "wide"], ["widened"], "widen"),
        helper.make_node("MatMul", ["widened", "narrow"], ["narrowed"], "narrow"),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["narrowed", "column"], ["logits"]),
    ]
    shape = ["texts", "tokens"]
    names = ("input_ids", "attention_mask")
    constants = [numpy_helper.from_array(w.astype(np.float32), name) for name, w in weights.items()]
    graph = helper.make_graph(
        nodes,
        "words",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in names],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*shape, CHANNELS])],
        [*constants, numpy_helper.from_array(np.array([-1]), "last")],
    )
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=versions, ir_version=9)


def run(model: ModelProto, ids: list[list[int]]) -> np.ndarray:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    tokens = np.array(ids)
    given = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
    return session.run(None, given)[0]


@pytest.fixture
def models() -> tuple[ModelProto, ModelProto]:
    """A model in single precision and the same in 8 bits."""
    rng = np.random.default_rng(0)
    model = make_model(rng)
    rounded = ModelProto()
    rounded.CopyFrom(model)
    round_products(rounded, rng.integers(0, WORDS, size=(20, 9)).tolist())
    return model, rounded


def test_a_graph_in_8_bits_says_nearly_the_same(models):
    ids = np.random.default_rng(1).integers(0, WORDS, size=(8, 9)).tolist()
    exact, close = (run(model, ids) for model in models)
    assert 0 < np.abs(exact - close).std() < 0.02 * exact.std()


def test_only_products_that_widen_are_rounded(models):
    _, rounded = models
    types = {node.name: node.op_type for node in rounded.graph.node if node.name}
    assert types["widen"] == "MatMulIntegerToFloat"
    assert types["narrow"] == "MatMul"
    assert {c.name for c in rounded.graph.initializer}.isdisjoint({"wide"})


def test_a_token_is_scaled_by_itself(models):
    _, rounded = models
    for constant in rounded.graph.initializer:
        if constant.name == "table":
            table = numpy_helper.to_array(constant).copy()
            table[7] *= 1000
            constant.CopyFrom(numpy_helper.from_array(table, "table"))
    beside_large, alone = run(rounded, [[1, 2, 7], [4, 7, 7]]), run(rounded, [[1, 2], [4, 4]])
    assert np.array_equal(beside_large[0, :2], alone[0])
    assert np.array_equal(beside_large[1, 0], alone[1, 0])


def test_weights_are_rounded_so_that_products_change_little():
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(500, 6)) @ rng.normal(size=(6, 96)) + 0.1 * rng.normal(size=(500, 96))
    weight = rng.normal(size=(96, 40))
    rounded, steps = rounded_weights(weight, inputs.T @ inputs)
    assert np.abs(rounded).max() <= LARGEST
    nearest = np.round(weight / steps) * steps
    error = np.square(inputs @ (rounded * steps - weight)).mean()
    assert error < 0.5 * np.square(inputs @ (nearest - weight)).mean()


def test_channels_that_no_sentence_shows_do_no_harm():
    weight = np.random.default_rng(3).normal(size=(8, 4))
    rounded, steps = rounded_weights(weight, np.zeros((8, 8)))
    assert np.allclose(rounded * steps, weight, atol=steps.max())
