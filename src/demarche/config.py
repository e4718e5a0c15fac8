"""Typed training configs: composed by Hydra, checked once, frozen."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from hydra import compose, initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from demarche.errors import ConfigError
from demarche.models.registry import model_class
from demarche.typed import explained, nearest, typed

PROTOCOLS = ("leave_one_event_out", "holdout", "none")

TRACKING = ("none", "mlflow", "trackio")
"""Where a finished run is logged besides its folder."""

GROUPS = ("model", "data", "protocol", "ablation", "experiment")
"""What can be chosen by name, each a folder of config files."""


@dataclass(frozen=True)
class DataConfig:
    """What is trained on, and where it lies.

    `gold` and `synthetic_articles` are the shares of them that are drawn, from 0 to 1.
    """

    name: str
    gold: float
    statements: bool
    synthetic_articles: float
    seeds: str | None
    folder: str | None

    def __post_init__(self) -> None:
        """Check the shares."""
        for name in ("gold", "synthetic_articles"):
            share = getattr(self, name)
            if not 0 <= share <= 1:
                raise ConfigError(f"data.{name}={share} is no share from 0 to 1")


@dataclass(frozen=True)
class ProtocolConfig:
    """What is held out; an event can be named for ``holdout`` alone."""

    name: str
    event: str | None

    def __post_init__(self) -> None:
        """Check the name, and that an event is not named in vain."""
        if self.name not in PROTOCOLS:
            raise ConfigError(f"protocol.name={self.name} is none of {', '.join(PROTOCOLS)}")
        if self.event is not None and self.name != "holdout":
            raise ConfigError(f"protocol.event is for protocol=holdout, not {self.name}")


@dataclass(frozen=True)
class TrainConfig:
    """One training job.

    Attributes
    ----------
    model : str
        A name in the registry.
    params : object
        That model's `Params`.
    data : DataConfig
    protocol : ProtocolConfig
    seed : int
    runs : str
        The folder that runs are written to.
    tracking : str
        One of `TRACKING`.
    """

    model: str
    params: Any
    data: DataConfig
    protocol: ProtocolConfig
    seed: int
    runs: str
    tracking: str = "none"

    def __post_init__(self) -> None:
        """Check the tracking."""
        if self.tracking not in TRACKING:
            raise ConfigError(f"tracking={self.tracking} is none of {', '.join(TRACKING)}")

    def as_dict(self) -> dict[str, Any]:
        """Give the config as plain values, for the run's record."""
        return asdict(self)


def checked(config: DictConfig) -> TrainConfig:
    """Check a composed config against the dataclasses.

    Raises
    ------
    ConfigError
        If a key is unknown or missing, or a value has the wrong type; the message names the
        key, and the nearest right one.
    """
    model = OmegaConf.to_container(config.model)
    assert isinstance(model, dict)  # noqa: S101 - a group is a mapping
    name = str(model.pop("name"))
    return TrainConfig(
        model=name,
        params=typed(model_class(name).Params, model, "model"),
        data=typed(DataConfig, config.data, "data"),
        protocol=typed(ProtocolConfig, config.protocol, "protocol"),
        seed=_integer(config.seed),
        runs=str(config.runs),
        tracking=str(config.tracking),
    )


def _integer(seed: Any) -> int:
    if type(seed) is not int or seed < 0:
        raise ConfigError(f"seed={seed}: expected a whole number, 0 or more")
    return seed


def composed(overrides: Sequence[str]) -> TrainConfig:
    """Compose a config from ``key=value`` overrides and check it.

    Raises
    ------
    ConfigError
        If an override is not understood, or the config is not right.
    """
    GlobalHydra.instance().clear()
    with initialize_config_module("demarche.configs", version_base="1.3"):
        try:
            return checked(compose("train", overrides=list(overrides)))
        except OmegaConfBaseException as error:
            raise explained(error, str(error.full_key), []) from None
        except HydraException as error:
            raise _unknown_override(error, overrides) from None


def swept(overrides: Sequence[str]) -> list[list[str]]:
    """Give the overrides of each job of a sweep, as Hydra's own sweeper combines them.

    The config may list values too (``hydra.sweeper.params``); those of the overrides go before.

    Raises
    ------
    ConfigError
        If an override is not understood.
    """
    GlobalHydra.instance().clear()
    with initialize_config_module("demarche.configs", version_base="1.3"):
        parser = OverridesParser.create(config_loader=GlobalHydra.instance().config_loader())
        try:
            given = parser.parse_overrides(list(overrides))
            fixed = [str(o.input_line) for o in given if not o.is_sweep_override()]
            params = compose("train", fixed, return_hydra_config=True).hydra.sweeper.params or {}
            listed = parser.parse_overrides([f"{key}={value}" for key, value in params.items()])
            choices = {
                o.get_key_element(): [
                    f"{o.get_key_element()}={value}" for value in o.sweep_string_iterator()
                ]
                if o.is_sweep_override()
                else [str(o.input_line)]
                for o in (*listed, *given)
            }
        except HydraException as error:
            raise _unknown_override(error, overrides) from None
    return [list(job) for job in product(*choices.values())]


def _unknown_override(error: HydraException, overrides: Sequence[str]) -> ConfigError:
    """Turn Hydra's message about an override into one line that names the nearest right one."""
    message = str(error)
    if match := re.search(r"Could not override '([^']+)'", message):
        key = match[1]
        hint = nearest(key, _known_keys(overrides))
        return ConfigError(f"no key {key!r} in the config{hint}")
    if match := re.search(r"Could not find '([^'/]+)/([^']+)'", message):
        group, choice = match[1], match[2]
        options = re.findall(r"^\t(.+)$", message, re.MULTILINE)
        hint = nearest(choice, options) or f"; the choices are {', '.join(options)}"
        return ConfigError(f"no {group}={choice}{hint}")
    return ConfigError(" ".join(message.split()))


def _known_keys(overrides: Sequence[str]) -> list[str]:
    """List the dotted keys of the config that the chosen groups give."""
    config = compose("train", overrides=[o for o in overrides if o.split("=")[0] in GROUPS])
    return list(_dotted(OmegaConf.to_container(config), ""))


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Give nested values by dotted keys."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _dotted(values: Any, prefix: str) -> Iterator[str]:
    """Give the dotted key of every value, nested ones too."""
    for key, value in values.items():
        yield f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{key}.")
