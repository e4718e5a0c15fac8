"""Graphs of several kinds of encoders: what they say, and what they leave uncomputed."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from encoders import make_encoder
from onnx import TensorProto, helper
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, set_seed

from demarche.models import fusion
from demarche.models.graphs import write_fp32
from demarche.models.onnx import FP32

TOKENS = np.array([[2, 7, 9, 11, 3], [2, 8, 3, 0, 0]])
ATTENDED = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])


def make_classifier(kind: str, folder: Path) -> SimpleNamespace:
    """A tiny classifier of some kind, with random weights."""
    set_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = AutoConfig.for_model(
        kind, **sizes, vocab_size=40, max_position_embeddings=64, pad_token_id=0, num_labels=4
    )
    model = AutoModelForSequenceClassification.from_config(config)
    # Fresh weights are so small that every text would get the same logits.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return SimpleNamespace(model=model, tokenizer=AutoTokenizer.from_pretrained(folder))


def run(graph: onnx.ModelProto, *outputs: str) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(list(outputs), {"input_ids": TOKENS, "attention_mask": ATTENDED})


@pytest.mark.parametrize("kind", ["bert", "roberta", "electra", "distilbert"])
def test_the_graph_of_an_encoder_says_what_the_encoder_says(kind, tmp_path):
    classifier = make_classifier(kind, make_encoder(tmp_path))
    write_fp32(classifier, tmp_path)
    graph = onnx.load(tmp_path / FP32)
    (logits,) = run(graph, "logits")
    with torch.inference_mode():
        model = classifier.model.eval()
        expected = model(torch.tensor(TOKENS), torch.tensor(ATTENDED)).logits.numpy()
    assert np.abs(expected[0] - expected[1]).max() > 0.01
    assert np.allclose(logits, expected, atol=1e-4)

    attention = [node for node in graph.graph.node if node.op_type == "MultiHeadAttention"]
    assert len(attention) == (2 if kind in fusion.PLAIN else 0)
    if attention:
        last = [n for n in graph.graph.node if n.op_type == "SkipLayerNormalization"][-1].output[0]
        graph.graph.output.append(helper.make_tensor_value_info(last, TensorProto.FLOAT, None))
        assert run(graph, last)[0].shape == (2, 1, 32), "of the last layer only the token read"
