"""A fine-tuned sequence classifier whose last layer is fitted again with the real sentences.

Two stages. The encoder is fine-tuned on synthetic text, which no event shares, so one
fine-tuning serves every fold. Then the last layer alone is fitted again on synthetic and real
rows together (last-layer retraining, Kirichenko et al. 2023), which takes seconds a fold and
cannot forget what the encoder knows. Where there is no synthetic text the encoder is
fine-tuned on the real rows, and that is all.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, AutoTokenizer, set_seed

from demarche.actors.masking import mask
from demarche.errors import EncoderError, RunError
from demarche.models.encoder import batches_by_length, device, find_encoder
from demarche.models.finetune import Rows, finetune
from demarche.models.linear import fit_chosen, logit_weights
from demarche.models.protocol import Probabilities, stance_indices
from demarche.models.storage import load_json, save_json
from demarche.records import Hints
from demarche.stance import INDEX, STANCES


@dataclass(frozen=True)
class TransformerParams:
    """The model's config.

    Attributes
    ----------
    encoder : str
        A folder, or a name on the model hub.
    max_tokens : int
        Longer texts are cut.
    trained_layers : int or None
        How many of the encoder's top layers are trained, those below and the embeddings being
        frozen; 0 trains the head alone, None everything.
    epochs : int
        Passes over the rows, the slots of synthetic ones filled anew for each.
    least_steps : int
        Optimiser steps at least; on few rows there are more epochs.
    batch_size : int
        Rows an optimiser step.
    learning_rate, head_learning_rate : float
        Of the encoder and of the last layer, at the peak: they rise over a tenth of the steps
        and fall along a cosine to a quarter.
    weight_decay : float
    dropout : float
        Before the last layer. The encoder has none: on a CPU it costs a fifth of the time.
    label_smoothing : float
        Share of each label spread over all stances.
    hidden_tokens : float
        Share of the tokens that is masked in training.
    real_weight : float
        What a real row counts against a synthetic one when the last layer is fitted again.
    head_strength : float
        Inverse regularisation weight of that fit.
    mask_actors : bool
        Read every text with its countries and persons replaced by fixed ones
        (`demarche.actors.masking`), so that the verdict cannot depend on them.
    """

    encoder: str
    max_tokens: int
    trained_layers: int | None
    epochs: int
    least_steps: int
    batch_size: int
    learning_rate: float
    head_learning_rate: float
    weight_decay: float
    dropout: float
    label_smoothing: float
    hidden_tokens: float
    real_weight: float
    head_strength: float
    mask_actors: bool


class Transformer:
    """A sequence classifier of transformers, fine-tuned.

    Fitting the same object again reuses the fine-tuned encoder as long as the rows of the
    first stage are the same; only the last layer is fitted anew.
    """

    Params = TransformerParams

    def __init__(self, params: TransformerParams, seed: int) -> None:
        self.params = params
        self.seed = seed
        self._tuned_on = ""

    def fit(
        self,
        texts: Sequence[str],
        stances: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
        hints: Hints | None = None,
    ) -> Self:
        """Fine-tune on the synthetic rows, then fit the last layer on all; see the module."""
        texts = self._read(texts)
        labels = stance_indices(stances)
        examples = hints.examples if hints is not None else ()
        synthetic = np.array([example.synthetic for example in examples] or [False] * len(texts))
        first = (np.flatnonzero(synthetic) if synthetic.any() else np.arange(len(texts))).tolist()
        key = _digest([(texts[row], stances[row]) for row in first])
        if key != self._tuned_on:
            self._finetune([texts[row] for row in first], labels[first], first, hints)
            self._known: dict[str, NDArray[np.float32]] = {}
            self._tuned_on = key
        if synthetic.any() and not synthetic.all():
            self._fit_last_layer(texts, labels, synthetic, hints)
        return self

    def _read(self, texts: Sequence[str]) -> list[str]:
        """Give the texts as the encoder is to see them."""
        return [mask(text) for text in texts] if self.params.mask_actors else list(texts)

    def _finetune(
        self,
        texts: Sequence[str],
        labels: NDArray[np.int64],
        places: Sequence[int],
        hints: Hints | None,
    ) -> None:
        set_seed(self.seed)
        folder = find_encoder(self.params.encoder)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self.model: Any = AutoModelForSequenceClassification.from_pretrained(
            folder, id2label=dict(enumerate(STANCES)), label2id=dict(INDEX)
        )
        self._prepare()
        refill = hints.refill if hints is not None else None

        def texts_of_epoch(k: int) -> list[str]:
            assert refill is not None  # noqa: S101 - only called where there is one
            rows = refill(k)
            return self._read([rows[place].text for place in places])

        rows = Rows(texts, labels.tolist(), self.tokenizer, self.params.max_tokens)
        refilling = texts_of_epoch if refill is not None else None
        finetune(self.model, rows, self.params, self.seed, refilling)

    def _prepare(self) -> None:
        """Set dropout, and freeze what is not trained."""
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = self.params.dropout
        for module in self.model.base_model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        if self.params.trained_layers is None:
            return
        layers = _layers(self.model.base_model)
        trained = layers[max(0, len(layers) - self.params.trained_layers) :]
        first_trained = next(iter(trained.parameters()), None)
        for name, parameter in self.model.base_model.named_parameters():
            # A pooler is a layer of the head, whatever the encoder counts it to.
            if parameter is first_trained or name.startswith("pooler."):
                break
            parameter.requires_grad_(False)

    def _fit_last_layer(
        self,
        texts: Sequence[str],
        labels: NDArray[np.int64],
        synthetic: NDArray[np.bool_],
        hints: Hints | None,
    ) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._forward(new, features=True), strict=True))
        X = np.stack([self._known[text] for text in texts])
        mean, scale = X.mean(axis=0), X.std(axis=0) + 1e-6
        head = fit_chosen(
            (X - mean) / scale,
            labels,
            [self.params.head_strength],
            hints,
            self.seed,
            np.where(synthetic, 1.0, self.params.real_weight),
        )
        weights, biases = logit_weights(head)
        layer = _last_layer(self.model)
        with torch.no_grad():
            layer.weight.zero_()
            layer.bias.fill_(NEVER)
            for row, column in enumerate(head.classes_):
                folded = weights[row] / scale
                layer.weight[column] = torch.from_numpy(folded)
                layer.bias[column] = float(biases[row] - folded @ mean)

    def predict_proba(
        self,
        texts: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
    ) -> Probabilities:
        """Give the probability of each stance, shape (n, 4)."""
        logits = torch.from_numpy(self._forward(self._read(texts), features=False)).double()
        return np.asarray(torch.softmax(logits, dim=1).numpy())

    @torch.inference_mode()
    def _forward(self, texts: Sequence[str], *, features: bool) -> NDArray[np.float32]:
        """Give the logits, or what goes into the last layer, of each text."""
        self.model.to(device()).eval()
        layer = _last_layer(self.model)
        seen: list[torch.Tensor] = []
        hook = layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
        width = layer.in_features if features else len(STANCES)
        found = np.zeros((len(texts), width), dtype=np.float32)
        for rows in batches_by_length(texts, 64):
            batch = self.tokenizer(
                [texts[row] for row in rows],
                padding=True,
                truncation=True,
                max_length=self.params.max_tokens,
                return_tensors="pt",
            ).to(device())
            seen.clear()
            logits = self.model(**batch).logits
            found[rows] = (seen[0] if features else logits).float().cpu().numpy()
        hook.remove()
        return found

    def save(self, directory: Path) -> None:
        """Write weights (safetensors), config and tokenizer as transformers does."""
        self.model.save_pretrained(directory)
        self.tokenizer.save_pretrained(directory)
        content = {"params": vars(self.params), "seed": self.seed}
        save_json(content, directory / "demarche.json")

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read a fine-tuned classifier back."""
        content = load_json(directory / "demarche.json", "params", "seed")
        try:
            model = cls(TransformerParams(**content["params"]), content["seed"])
            model.tokenizer = AutoTokenizer.from_pretrained(directory)
            model.model = AutoModelForSequenceClassification.from_pretrained(
                directory, use_safetensors=True
            )
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise RunError(f"{directory}: damaged ({reason}); train the run again") from None
        return model


NEVER = -1e4
"""Logit of a stance that the training rows lack: probability 0."""


def _digest(rows: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _layers(encoder: torch.nn.Module) -> torch.nn.ModuleList:
    """Find the encoder's stack of layers: its longest list of modules."""
    lists = [module for module in encoder.modules() if isinstance(module, torch.nn.ModuleList)]
    if not lists:
        raise EncoderError(
            f"{type(encoder).__name__}: no stack of layers found; set model.trained_layers=null"
        )
    return max(lists, key=len)


def _last_layer(classifier: torch.nn.Module) -> torch.nn.Linear:
    """Find the linear layer that gives the logits."""
    return [
        module
        for module in classifier.modules()
        if isinstance(module, torch.nn.Linear) and module.out_features == len(STANCES)
    ][-1]
