"""`demarche train`: Hydra composes and launches, every job is checked before the first starts."""

import sys
from collections.abc import Iterator, Sequence
from itertools import product

import hydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig

from demarche.config import checked, composed
from demarche.errors import ConfigError, DemarcheError
from demarche.runs import Run

SWEEP = {"-m", "--multirun"}


def train_command(arguments: Sequence[str]) -> int:
    """Train one job, or with ``-m`` every combination of the listed values.

    A failed job does not stop the others of a sweep.

    Parameters
    ----------
    arguments : sequence of str
        ``key=value`` overrides and Hydra's own flags.

    Returns
    -------
    int
        0, or the exit status of what failed; 1 where a job of a sweep failed.
    """
    overrides = [argument for argument in arguments if not argument.startswith("-")]
    flags = set(arguments).difference(overrides)
    sweeping = bool(flags & SWEEP)
    # Hydra's other flags (--help, --cfg job, --info) ask questions; there is nothing to check.
    if flags <= SWEEP:
        for job in _jobs(overrides) if sweeping else [overrides]:
            composed(job)
    failures: list[DemarcheError] = []

    def run_job(config: DictConfig) -> None:
        # Imported here: `demarche train --help` needs no model library.
        from demarche.training import train

        try:
            _announce(train(checked(config)))
        except DemarcheError as error:
            sys.stderr.write(f"demarche: {error}\n")
            failures.append(error)

    sys.argv = ["demarche train", *arguments]
    hydra.main(config_path="pkg://demarche.configs", config_name="train", version_base="1.3")(
        run_job
    )()
    if not failures:
        return 0
    return 1 if sweeping else failures[0].exit_status


def _jobs(overrides: Sequence[str]) -> Iterator[list[str]]:
    """Give the overrides of each job of a sweep."""
    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except HydraException as error:
        raise ConfigError(" ".join(str(error).split())) from None
    choices = [
        [f"{o.get_key_element()}={value}" for value in o.sweep_string_iterator()]
        if o.is_sweep_override()
        else [str(o.input_line)]
        for o in parsed
    ]
    return map(list, product(*choices))


def _announce(run: Run) -> None:
    """Print the run's id for machines, its headline for people."""
    metrics = run.metrics
    if metrics and metrics["statements"]:
        statements = metrics["statements"]
        low, high = statements["macro_f1_interval"] or (None, None)
        interval = "95 % not defined" if low is None else f"95 % {low:.3f} to {high:.3f}"
        sys.stderr.write(
            f"macro-F1 {statements['macro_f1']:.3f} ({interval}) "
            f"on {statements['n']} held-out statements\n"
        )
    sys.stdout.write(f"{run.id}\n")
    sys.stdout.flush()
