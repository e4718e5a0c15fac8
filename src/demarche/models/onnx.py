"""A fine-tuned classifier as an ONNX graph, run by onnxruntime and tokenizers alone.

::

    onnx/
        manifest.json    what the graphs need to be run, how they agreed, each file's SHA-256
        tokenizer.json
        fp32.onnx        the classifier in single precision
        int8.onnx        with weights of 8 bits; only if its verdicts are those of fp32
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from demarche.actors.masking import mask
from demarche.errors import RunError
from demarche.models.protocol import Probabilities
from demarche.models.storage import load_json, save_json
from demarche.stance import STANCES

MANIFEST = "manifest.json"
TOKENIZER = "tokenizer.json"
FP32, INT8 = "fp32.onnx", "int8.onnx"

TOKENS = 256
"""The most tokens of a batch, padding among them; more do not fit a core's cache."""

REMEDY = "write it again: demarche export RUN --to onnx"


@dataclass(frozen=True)
class Manifest:
    """What the graphs need to be run.

    Attributes
    ----------
    labels : list of str
        The stance of each column.
    graph : str
        The file of the graph that classifies.
    max_tokens : int
        Longer texts are cut.
    pad : int
        The token that fills the shorter texts of a batch.
    mask_actors : bool
        Whether texts are read by `demarche.actors.masking.mask`.
    agreement : dict of str to dict
        By file of a graph, how its verdicts agreed with the classifier's when it was written.
    sha256 : dict of str to str
        By file.
    """

    labels: list[str]
    graph: str
    max_tokens: int
    pad: int
    mask_actors: bool
    agreement: dict[str, dict[str, float]]
    sha256: dict[str, str | None]

    def save(self, directory: Path) -> None:
        """Write it among the graphs."""
        save_json(asdict(self), directory / MANIFEST)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read it, and check the files that classification needs against it.

        Raises
        ------
        RunError
            If the manifest is damaged, or a file is not the one that it names.
        """
        path = directory / MANIFEST
        names = [field.name for field in fields(cls)]
        content = load_json(path, *names, remedy=REMEDY)
        manifest = cls(**{name: content[name] for name in names})
        if manifest.labels != list(STANCES) or manifest.graph not in (FP32, INT8):
            raise RunError(f"{path}: damaged (labels or graph are not demarche's); {REMEDY}")
        for name in (manifest.graph, TOKENIZER):
            if sha256(directory / name) != manifest.sha256.get(name):
                raise RunError(f"{directory / name}: not the file of its manifest; {REMEDY}")
        return manifest


class OnnxClassifier:
    """Reads the stance of sentences by an ONNX graph.

    Each text is judged by itself or beside others of like length, one batch on each core at a
    time; which others makes no difference beyond rounding.

    Parameters
    ----------
    graph : Path
    tokenizer : Tokenizer
    manifest : Manifest
    """

    def __init__(self, graph: Path, tokenizer: Tokenizer, manifest: Manifest) -> None:
        options = onnxruntime.SessionOptions()
        # Batches run side by side, which wastes less than splitting each over the cores.
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        self.tokenizer = tokenizer
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(manifest.max_tokens)
        self.manifest = manifest

    def predict_proba(
        self,
        texts: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
    ) -> Probabilities:
        """Give the probability of each stance, shape (n, 4); like texts are judged once."""
        seen = [mask(text) for text in texts] if self.manifest.mask_actors else list(texts)
        places = {text: place for place, text in enumerate(dict.fromkeys(seen))}
        tokens = [found.ids for found in self.tokenizer.encode_batch(list(places))]
        logits = np.zeros((len(places), len(STANCES)))

        def judge(rows: NDArray[np.int64]) -> None:
            logits[rows] = self._logits([tokens[row] for row in rows])

        _side_by_side(judge, batches([len(ids) for ids in tokens], TOKENS))
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities = weights / weights.sum(axis=1, keepdims=True)
        return np.asarray(probabilities[[places[text] for text in seen]])

    def _logits(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        width = max(map(len, tokens))
        ids = np.full((len(tokens), width), self.manifest.pad, dtype=np.int64)
        attended = np.zeros_like(ids)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = text
            attended[row, : len(text)] = 1
        (logits,) = self.session.run(None, {"input_ids": ids, "attention_mask": attended})
        return np.asarray(logits)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read an exported classifier.

        Raises
        ------
        RunError
            If the folder is damaged.
        """
        manifest = Manifest.load(directory)
        try:
            tokenizer = Tokenizer.from_file(str(directory / TOKENIZER))
            return cls(directory / manifest.graph, tokenizer, manifest)
        # Both libraries raise plain exceptions of their own.
        except Exception as error:
            reason = str(error).splitlines()[0]
            raise RunError(f"{directory}: damaged ({reason}); {REMEDY}") from None


def batches(lengths: Sequence[int], budget: int) -> Iterator[NDArray[np.int64]]:
    """Group rows of like length into batches, the longest first.

    Parameters
    ----------
    lengths : sequence of int, length n
        Tokens of each row.
    budget : int
        The most tokens of a batch, its rows padded to the longest; a longer row stands alone.

    Yields
    ------
    ndarray of int
        Row numbers; each of the n in one batch.
    """
    # The longest first, so that no core is left with the longest when the others are done.
    order = np.argsort(lengths, kind="stable")[::-1]
    start = 0
    while start < len(order):
        end = start + max(1, budget // max(1, lengths[order[start]]))
        yield order[start:end]
        start = end


def _side_by_side(job: Callable[[Any], None], parts: Iterator[Any]) -> None:
    """Do a job for each part, on every core at once."""
    with ThreadPoolExecutor(cores()) as pool:
        for _ in pool.map(job, parts):
            pass


def cores() -> int:
    """Give how many threads to run: ``OMP_NUM_THREADS``, else the cores open to this process."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdecimal() and int(told):
        return int(told)
    if hasattr(os, "sched_getaffinity"):  # on Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def sha256(path: Path) -> str | None:
    """Give a file's digest; None if it is not there."""
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
