"""The models by name; each is imported only when it is asked for."""

from difflib import get_close_matches
from importlib import import_module

from demarche.errors import ConfigError
from demarche.models.protocol import StanceClassifier

MODELS = {
    "embedding": "demarche.models.embedding:Embedding",
    "ensemble": "demarche.models.ensemble:Ensemble",
    "majority": "demarche.models.majority:Majority",
    "tfidf": "demarche.models.tfidf:Tfidf",
    "transformer": "demarche.models.transformer:Transformer",
}


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
