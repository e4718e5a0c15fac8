"""A transformer's folder for the model hub: what transformers loads, with a model card."""

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from demarche.runs import Run
from demarche.stance import STANCES

FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")

TEXT = """
# {run}

Reads the stance of one English sentence of news: `{stances}`. Trained by
demarche {version} from `{encoder}`.

```python
from transformers import pipeline

classify = pipeline("text-classification", "{run}", truncation=True)
classify("We shall answer with force.")
```

## Intended use

Coding of what governments, their media and analysts are quoted as saying about affairs between
states: for research that reads a share of the verdicts again, and for looking through many
articles. The probabilities are calibrated on held-out statements.

## Limits

- It judges sentences alone, in English, of the kind that news of foreign affairs holds; not
  irony, not whether a statement is true, and not what a speaker means to do.
- The figures below come from {n} statements. Their intervals are wide: read them, not the
  single numbers.
- Its verdicts may depend on who is named. `demarche audit {run}` measures how much.
- Not for decisions about persons, nor without a reader where a wrong verdict does harm.

## Held-out figures

Protocol `{protocol}`: no statement is judged by a model that saw its event in training.

{table}

## Data

{data}

## How it was trained

```json
{params}
```
"""


def write_folder(run: Run, folder: Path) -> None:
    """Copy a run's transformer into an existing, empty folder, with a card of what it is."""
    for name in FILES:
        shutil.copyfile(run.path / "model" / name, folder / name)
    config = folder / "tokenizer_config.json"
    content = json.loads(config.read_text(encoding="utf-8"))
    # Where the pipeline is to cut longer texts: where the run does.
    content["model_max_length"] = run.config["config"]["params"]["max_tokens"]
    config.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    model_card(run).save(folder / "README.md")


def model_card(run: Run) -> ModelCard:
    """Describe a finished run for the model hub: data, figures with intervals, use, limits."""
    config = run.config["config"]
    scores = (run.metrics or {}).get("statements")
    data = ModelCardData(
        language="en",
        library_name="transformers",
        pipeline_tag="text-classification",
        tags=["stance-detection", "news", "political-science"],
        model_name=run.id,
        eval_results=_results(config["data"]["name"], scores) if scores else None,
    )
    text = TEXT.format(
        run=run.id,
        stances="`, `".join(STANCES),
        version=version("demarche"),
        encoder=config["params"]["encoder"],
        n=scores["n"] if scores else "no held-out",
        protocol=config["protocol"]["name"],
        table=_table(scores) if scores else "Nothing was held out, so nothing was measured.",
        data="\n".join(
            [
                f"`data={config['data']['name']}`; files by their SHA-256:\n",
                *(f"- `{name}` {digest}" for name, digest in run.config["fingerprints"].items()),
            ]
        ),
        params=json.dumps(config["params"], indent=1),
    )
    return ModelCard(f"---\n{data.to_yaml()}\n---\n{text}")


def _results(data: str, scores: dict[str, Any]) -> list[EvalResult]:
    return [
        EvalResult(
            task_type="text-classification",
            dataset_type="demarche",
            dataset_name=f"demarche data={data}, held-out statements",
            metric_type=kind,
            metric_name=name,
            metric_value=round(scores[kind_of], 4),
        )
        for kind, name, kind_of in (
            ("f1", "macro-F1", "macro_f1"),
            ("accuracy", "accuracy", "accuracy"),
        )
    ]


def _table(scores: dict[str, Any]) -> str:
    """Lay out the held-out figures, each with its 95 % interval where it has one."""
    rows = ["| figure | value | 95 % interval |", "| --- | --- | --- |"]
    found = {"macro-F1": "macro_f1", "accuracy": "accuracy", "log loss": "log_loss", "ECE": "ece"}
    bounds = {name: units["statement"] for name, units in scores.get("intervals", {}).items()}
    for name, key in found.items():
        if key in scores:
            low_high = bounds.get(key) or scores.get(f"{key}_interval")
            shown = f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else "not defined"
            rows.append(f"| {name} | {scores[key]:.3f} | {shown} |")
    rows += [
        "",
        "| stance | precision | recall | F1 | statements |",
        "| --- | --- | --- | --- | --- |",
    ]
    for stance, of in scores["per_class"].items():
        shown = " | ".join(f"{of[name]:.2f}" for name in ("precision", "recall", "f1"))
        rows.append(f"| {stance} | {shown} | {of['support']} |")
    return "\n".join(rows)
