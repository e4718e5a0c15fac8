"""The models by name; each is imported only when it is asked for."""

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from demarche.errors import ConfigError
from demarche.models.protocol import Predictor, StanceClassifier

MODELS = {
    "embedding": "demarche.models.embedding:Embedding",
    "ensemble": "demarche.models.ensemble:Ensemble",
    "majority": "demarche.models.majority:Majority",
    "tfidf": "demarche.models.tfidf:Tfidf",
    "transformer": "demarche.models.transformer:Transformer",
}

GRAPHS = "onnx"
"""The folder of a model's ONNX graphs, within the model's own."""


def model_class(name: str) -> type[StanceClassifier]:
    """Import the model of that name.

    Raises
    ------
    ConfigError
        If the registry has no such model; the message names the nearest.
    """
    if name not in MODELS:
        near = get_close_matches(name, MODELS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the models are {', '.join(MODELS)}"
        raise ConfigError(f"no model {name!r}; {hint}")
    module, attribute = MODELS[name].split(":")
    found: type[StanceClassifier] = getattr(import_module(module), attribute)
    return found


def load_fitted(name: str, directory: Path) -> Predictor:
    """Read a fitted model back to classify with: its ONNX graph, if it was written.

    Parameters
    ----------
    name : str
        The model's name in the registry.
    directory : Path

    Raises
    ------
    RunError
        If the folder does not hold an intact model of this kind.
    """
    if not (directory / GRAPHS).is_dir():
        return model_class(name).load(directory)
    from demarche.models.onnx import OnnxClassifier  # here, because it loads onnxruntime

    return OnnxClassifier.load(directory / GRAPHS)
