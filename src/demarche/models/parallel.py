"""Fine-tuning by several processes at once, each on its share of every batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader
from transformers import Trainer


def share(rows: int, rank: int, processes: int) -> tuple[list[int], float]:
    """Give a process's rows of a batch, and what the mean loss on them weighs.

    The mean over the processes of these weighted losses is the mean loss on the whole batch,
    also where one has fewer rows than another. One that would have none gets a row at weight 0,
    because all of them must take part in every step.

    Parameters
    ----------
    rows : int
        In the whole batch.
    rank, processes : int
        Which process, of how many.

    Returns
    -------
    list of int
        Row numbers, at least one.
    float
    """
    own = list(range(rank, rows, processes))
    return own or [0], len(own) * processes / rows


class ParallelTrainer(Trainer):  # type: ignore[misc]
    """Transformers' Trainer with batches that do not depend on the number of processes.

    The Trainer's own way gives each process batches of its own, fills up the last one with rows
    that were there before, and averages the means of the processes whatever the number of their
    rows. Here every process draws the same batches, tokens hidden alike, and computes on its
    share of the rows. DistributedDataParallel averages the gradients over the processes.
    """

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Give the batches as one process has them, the same in all."""
        return DataLoader(
            self.train_dataset,
            batch_size=self.args.train_batch_size,
            sampler=self._get_train_sampler(),
            collate_fn=self.data_collator,
        )

    def compute_loss(self, model: Any, inputs: Any, **options: Any) -> Any:
        """Give the weighted loss of this process's share of a batch."""
        rank, labels = self.args.process_index, inputs["labels"]
        rows, weight = share(len(labels), rank, self.args.world_size)
        own = {name: tensor[rows] for name, tensor in inputs.items()}
        with self._drawing(rank):
            return weight * super().compute_loss(model, own, **options)

    @contextmanager
    def _drawing(self, rank: int) -> Iterator[None]:
        """Draw dropout for this process alone; what all draw alike goes on afterwards."""
        seed = np.random.SeedSequence([self.args.seed, self.state.global_step, rank])
        gpus = [self.args.device] if self.args.device.type == "cuda" else []
        with torch.random.fork_rng(gpus):
            torch.manual_seed(int(seed.generate_state(1)[0]))
            yield
