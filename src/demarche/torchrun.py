"""One training job done by the processes that torchrun starts.

The first trains as a process alone does. The others fit the same models on the same rows beside
it, so that all meet at every fine-tuning; what they have fitted is thrown away.
"""

from collections.abc import Sequence

from demarche.config import TrainConfig, composed
from demarche.errors import ConfigError, UsageError
from demarche.models.registry import model_class
from demarche.ranks import local_processes, processes, rank, together, told
from demarche.runs import terminable


def check_parallel(config: TrainConfig) -> None:
    """Make sure that a job is one for several processes.

    Raises
    ------
    UsageError
        If nothing is fine-tuned, or there are more processes than GPUs.
    """
    names = [config.model]
    if config.model == "ensemble":
        names = [member.get("name", label) for label, member in config.params.members.items()]
    if "transformer" not in names:
        raise UsageError(
            f"model={config.model} is not fine-tuned, and gains nothing from "
            f"{processes()} processes; train it without torchrun"
        )
    _check_gpus()


def _check_gpus() -> None:
    import torch

    gpus = torch.cuda.device_count()
    if 0 < gpus < local_processes():
        raise UsageError(
            f"{local_processes()} processes, but {gpus} GPU on this machine; "
            f"torchrun --nproc-per-node {gpus}"
        )


def assist(overrides: Sequence[str]) -> None:
    """Fit along with the first process.

    Raises
    ------
    DemarcheError
        If this process has another config or other data than the first, or fails at fitting.
    """
    task = told()
    if not task:
        return
    with together(), terminable():
        from demarche.training import fit, planned, read_corpus, training_rows

        _check_gpus()
        config = composed(overrides)
        corpus = read_corpus(config.data.seeds, config.data.folder)
        run, folds = planned(config, corpus)
        if run.id != task:
            raise ConfigError(
                f"rank {rank()} would train {run.id}, the first process {task}: "
                "config or data differ between the machines"
            )
        model = model_class(config.model)(config.params, config.seed)
        for held_out in [*(fold.held_out for fold in folds), ()]:
            fit(model, training_rows(config, corpus, held_out))
