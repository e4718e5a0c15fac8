"""A fine-tuned classifier written as an ONNX graph, in single precision or rounded to 8 bits."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch
from onnxruntime.transformers.optimizer import optimize_model

from demarche.errors import RunError
from demarche.models import fusion
from demarche.models.eight_bits import round_products
from demarche.models.onnx import FP32, INT8, TOKENIZER, Manifest, sha256
from demarche.models.transformer import Transformer
from demarche.stance import STANCES

INPUTS = ("input_ids", "attention_mask")
OUTPUT = "logits"
OPSET = 17


class _Logits(torch.nn.Module):
    """Tokens and their mask in, logits out, all by position, as the tracer wants it."""

    def __init__(self, model: torch.nn.Module, *, plain: bool) -> None:
        super().__init__()
        self.model = model
        self.plain = plain

    def forward(self, ids: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
        mask = attended.to(torch.int32)[:, None, None, :] if self.plain else attended
        logits: torch.Tensor = self.model(input_ids=ids, attention_mask=mask).logits
        return logits


def write_fp32(classifier: Transformer, directory: Path) -> None:
    """Write the graph in single precision, with the tokenizer.

    Where the encoder's attention is the plain one, it is one step of the graph, and the last layer
    is computed for the first token alone (`demarche.models.fusion`).

    Parameters
    ----------
    classifier : Transformer
        Fitted or loaded; it is left on the CPU.
    directory : Path

    Raises
    ------
    RunError
        If the tokenizer is none of the library tokenizers.
    """
    if not classifier.tokenizer.is_fast:
        raise RunError(f"{type(classifier.tokenizer).__name__}: no tokenizer.json can be written")
    classifier.tokenizer.backend_tokenizer.save(str(directory / TOKENIZER))
    model = classifier.model.cpu().eval()
    usual = model.config._attn_implementation
    plain = model.config.model_type in fusion.PLAIN
    fusion.register(OPSET)
    model.set_attn_implementation(fusion.ATTENTION if plain else "eager")
    ids = torch.ones(2, 7, dtype=torch.long)
    axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS} | {OUTPUT: {0: "texts"}}
    traced = directory / "traced.onnx"
    with _quiet():
        torch.onnx.export(
            _Logits(model, plain=plain),
            (ids, torch.ones_like(ids)),
            traced,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_axes=axes,
            opset_version=OPSET,
            # The newer exporter takes ten times as long, and the optimiser cannot read its graph.
            dynamo=False,
            custom_opsets={"com.microsoft": 1},
        )
        fused = optimize_model(str(traced), model_type="bert", opt_level=1)
        if plain:
            fusion.straighten(fused.model.graph)
            fusion.keep_first_row(fused.model.graph)
        fused.save_model_to_file(str(directory / FP32))
    traced.unlink()
    model.set_attn_implementation(usual)


def write_int8(classifier: Transformer, directory: Path, texts: Sequence[str]) -> None:
    """Write beside the single-precision graph one in 8 bits (`demarche.models.eight_bits`).

    Parameters
    ----------
    classifier : Transformer
    directory : Path
    texts : sequence of str
        They show how large activations are; their labels play no part.
    """
    tokens = classifier.tokenizer(
        list(texts), truncation=True, max_length=classifier.params.max_tokens
    )
    model = onnx.load(directory / FP32)
    round_products(model, tokens["input_ids"])
    onnx.save(model, directory / INT8)


def write_manifest(
    classifier: Transformer,
    directory: Path,
    graph: str,
    agreement: dict[str, dict[str, float]],
) -> None:
    """Describe what was written; `graph` is the one that classifies."""
    Manifest(
        labels=list(STANCES),
        graph=graph,
        max_tokens=classifier.params.max_tokens,
        pad=classifier.tokenizer.pad_token_id,
        mask_actors=classifier.params.mask_actors,
        agreement=agreement,
        sha256={
            name: sha256(directory / name)
            for name in (TOKENIZER, FP32, INT8)
            if (directory / name).exists()
        },
    ).save(directory)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what tracing and optimising tell their own developers."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
