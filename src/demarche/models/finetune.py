"""Fine-tuning of a sequence classifier by transformers' Trainer."""

import math
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import torch
from tqdm import tqdm
from transformers import (
    DataCollatorWithPadding,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    get_cosine_with_min_lr_schedule_with_warmup,
)

from demarche.models.encoder import device
from demarche.models.parallel import ParallelTrainer
from demarche.ranks import meet, processes, rank

Texts = Sequence[str]

FINAL_RATE = 0.25
"""What the learning rate falls to, against its peak; at 0 the last steps learn synthetic
text by heart, and real text suffers."""


class Rows(torch.utils.data.Dataset[dict[str, Any]]):
    """Tokenised texts with their labels; the texts can be exchanged between epochs."""

    def __init__(self, texts: Texts, labels: Sequence[int], tokenizer: Any, max_tokens: int):
        self.labels = labels
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens
        self.exchange(texts)

    def exchange(self, texts: Texts) -> None:
        """Put other texts in the place of the present ones, label by label."""
        self.tokens = self.tokenizer(
            list(texts), truncation=True, max_length=self.max_tokens, return_token_type_ids=False
        )["input_ids"]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> dict[str, Any]:
        return {"input_ids": self.tokens[row], "labels": self.labels[row]}


class Refilling(TrainerCallback):  # type: ignore[misc]
    """Fills the slots of the texts anew at the start of every epoch after the first."""

    def __init__(self, rows: Rows, refill: Callable[[int], Texts]) -> None:
        self.rows = rows
        self.refill = refill

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Exchange the texts."""
        if (epoch := round(state.epoch or 0)) > 0:
            self.rows.exchange(self.refill(epoch))


class Hiding(DataCollatorWithPadding):  # type: ignore[misc]
    """Pads a batch and hides a share of its tokens, so that no single word is leant upon.

    Method: word dropout (Iyyer et al. 2015), with the tokenizer's mask for a dropped word.
    """

    def __init__(self, tokenizer: Any, share: float) -> None:
        super().__init__(tokenizer)
        self.share = share
        self.special = torch.tensor(tokenizer.all_special_ids)

    def __call__(self, rows: list[dict[str, Any]]) -> Any:
        """Make one batch of rows."""
        batch = super().__call__(rows)
        tokens = batch["input_ids"]
        hidden = (torch.rand(tokens.shape) < self.share) & ~torch.isin(tokens, self.special)
        batch["input_ids"] = tokens.masked_fill(hidden, self.tokenizer.mask_token_id)
        return batch


class Progress(TrainerCallback):  # type: ignore[misc]
    """A bar with the time left, on standard error and on a terminal only."""

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Open the bar."""
        hidden = True if rank() > 0 else None  # None: shown on a terminal
        self.bar = tqdm(total=state.max_steps, desc="fine-tuning", leave=False, disable=hidden)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Move the bar."""
        self.bar.update()

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Close the bar."""
        self.bar.close()


def has_bfloat16() -> bool:
    """Say whether the machine computes in bfloat16 faster than in float32."""
    if device().type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def make_trainer(
    model: torch.nn.Module,
    rows: Rows,
    recipe: Any,
    seed: int,
    refill: Callable[[int], Texts] | None,
    folder: str,
) -> Trainer:
    """Set transformers' Trainer up for a recipe.

    Several processes, started by torchrun, share each batch and do what one would do.

    Parameters
    ----------
    model : Module
        A sequence classifier; parameters that need no gradient stay as they are.
    rows : Rows
    recipe : TransformerParams
    seed : int
        Fixes dropout and the order of the rows.
    refill : callable or None
        Gives the texts of the k-th epoch.
    folder : str
        Nothing is kept in it; the Trainer asks for one.
    """
    # Else the Trainer scales gradients by accumulation steps and processes
    # (transformers#47688).
    model.accepts_loss_kwargs = False  # type: ignore[assignment]
    steps_an_epoch = math.ceil(len(rows) / recipe.batch_size)
    epochs = max(recipe.epochs, math.ceil(recipe.least_steps / steps_an_epoch))
    arguments = TrainingArguments(
        output_dir=folder,
        num_train_epochs=epochs,
        per_device_train_batch_size=recipe.batch_size,
        train_sampling_strategy="group_by_length",
        label_smoothing_factor=recipe.label_smoothing,
        max_grad_norm=1.0,
        bf16=has_bfloat16(),
        use_cpu=device().type == "cpu",
        seed=seed,
        disable_tqdm=True,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        dataloader_pin_memory=False,
        log_level_replica="error",
        ddp_find_unused_parameters=False,
    )
    # One process, one GPU: else the Trainer makes batches larger by the number that it sees.
    arguments._n_gpu = min(arguments.n_gpu, 1)
    optimizer = torch.optim.AdamW(_parameter_groups(model, recipe), fused=True)
    total = epochs * steps_an_epoch
    schedule = get_cosine_with_min_lr_schedule_with_warmup(
        optimizer, total // 10, total, min_lr_rate=FINAL_RATE
    )
    callbacks: list[TrainerCallback] = [Progress()]
    if refill is not None:
        callbacks.append(Refilling(rows, refill))
    kind = Trainer if processes() == 1 else ParallelTrainer
    trainer = kind(
        model=model,
        args=arguments,
        train_dataset=rows,
        processing_class=rows.tokenizer,
        data_collator=Hiding(rows.tokenizer, recipe.hidden_tokens),
        callbacks=callbacks,
        optimizers=(optimizer, schedule),
    )
    trainer.remove_callback(_printer())
    return trainer


def _printer() -> type[TrainerCallback]:
    # It would print to standard output, which belongs to results.
    from transformers.trainer_callback import PrinterCallback

    found: type[TrainerCallback] = PrinterCallback
    return found


def _parameter_groups(model: Any, recipe: Any) -> list[dict[str, Any]]:
    # A pooler is a layer of the head, whatever the encoder counts it to.
    body = {
        id(parameter)
        for name, parameter in model.base_model.named_parameters()
        if not name.startswith("pooler.")
    }
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [
        {
            "params": [p for p in trained if id(p) in body],
            "lr": recipe.learning_rate,
            "weight_decay": recipe.weight_decay,
        },
        {
            "params": [p for p in trained if id(p) not in body],
            "lr": recipe.head_learning_rate,
            "weight_decay": recipe.weight_decay,
        },
    ]


def finetune(
    model: torch.nn.Module,
    rows: Rows,
    recipe: Any,
    seed: int,
    refill: Callable[[int], Texts] | None,
) -> None:
    """Fine-tune a classifier in place; arguments as for `make_trainer`."""
    meet()
    with tempfile.TemporaryDirectory() as folder:
        make_trainer(model, rows, recipe, seed, refill, folder).train()
    model.eval()
