"""What `--max-error` promises holds, in simulation too, and what cannot be promised is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from readers import read_table

from demarche.abstain import guarantee
from demarche.classify import Classifier, load
from demarche.cli import main
from demarche.config import DataConfig, ProtocolConfig, TrainConfig
from demarche.errors import DemarcheError, RunError, UsageError
from demarche.evaluation import abstention
from demarche.evaluation.abstention import Threshold, most_answers, thresholds
from demarche.evaluation.metrics import PROBABILITY_COLUMNS
from demarche.models.majority import Majority, MajorityParams
from demarche.runs import recorded, write_model, write_results

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Curve = Callable[[Floats], Floats]

DRAWS = 400
GRID = (np.arange(100_000) + 0.5) / 100_000
# The chance of a right verdict at a confidence; confidences are drawn evenly from 0 to 1.
CURVES: dict[str, Curve] = {
    "says nothing": lambda confidence: np.full_like(confidence, 0.7),
    "falls": lambda confidence: 0.4 + 0.6 * confidence,
    "rises and falls": lambda confidence: 0.75 + 0.2 * np.sin(25 * confidence),
}


def misled(curve: Curve, claim: Callable[[Threshold], float], n: int = 139) -> float:
    """The share of draws in which, at any threshold, more answers are wrong than was claimed."""
    rng = np.random.default_rng(11)
    # The true error above each point of the grid.
    true_error = np.cumsum(1 - curve(GRID)[::-1])[::-1] / np.arange(len(GRID), 0, -1)
    bad = 0
    for _ in range(DRAWS):
        confidence = rng.random(n)
        found = thresholds(confidence, rng.random(n) < curve(confidence))
        true = true_error[[int(threshold.value * len(GRID)) for threshold in found]]
        bad += any(e > claim(t) for e, t in zip(true, found, strict=True))
    return bad / DRAWS


# Standard error of a share of .1 in 400 draws: .015.
@pytest.mark.parametrize("curve", CURVES)
def test_the_bounds_hold_at_every_threshold_at_once(curve: str) -> None:
    assert misled(CURVES[curve], lambda threshold: threshold.bound) < 0.1


def test_the_simulation_finds_out_rules_that_promise_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert misled(CURVES["falls"], lambda t: t.wrong / t.answered) > 0.5
    # As if only one threshold were looked at: 90 % for each.
    monkeypatch.setattr(abstention, "CONFIDENCE", 0.0)
    assert misled(CURVES["says nothing"], lambda threshold: threshold.bound) > 0.15


@pytest.mark.parametrize("level", [0.2, 0.3, 0.4])
def test_a_level_that_is_granted_is_kept(level: float) -> None:
    rng = np.random.default_rng(5)
    curve, broken, answered = CURVES["falls"], 0, 0
    for _ in range(300):
        confidence = rng.random(400)
        chosen = most_answers(thresholds(confidence, rng.random(400) < curve(confidence)), level)
        if chosen:
            answered += 1
            broken += 0.6 * (1 - chosen.value) / 2 > level  # the mean error above the threshold
    assert answered > 250
    assert broken / 300 <= 0.1


def test_the_coverage_to_expect_is_that_of_new_statements() -> None:
    rng = np.random.default_rng(5)
    curve, inside = CURVES["falls"], []
    for _ in range(DRAWS):
        confidence = rng.random(139)
        chosen = most_answers(thresholds(confidence, rng.random(139) < curve(confidence)), 0.4)
        if chosen:
            low, high = chosen.coverage_interval
            inside.append(low <= 1 - chosen.value <= high)
    assert len(inside) > DRAWS / 2
    assert 0.92 < np.mean(inside) < 0.98


def test_a_bound_is_that_of_clopper_and_pearson() -> None:
    confidence = np.linspace(0.3, 1, 100)
    found = thresholds(confidence, confidence > 0.5)
    assert [t.answered for t in found] == [*range(10, 101, 10)]
    assert [t.wrong for t in found[:7]] == [0] * 7
    # None wrong of 40: the error rate at which that has probability .01.
    assert found[3].bound == pytest.approx(1 - 0.01 ** (1 / 40))
    assert thresholds(confidence, confidence > 1)[-1].bound == 1


judged = st.lists(
    st.tuples(st.sampled_from([0.25, 0.5, 0.7, 0.9, 1.0]), st.booleans()), min_size=1, max_size=60
)


@given(judged)
def test_equal_confidences_are_answered_together_in_any_order(
    rows: list[tuple[float, bool]],
) -> None:
    confidence, correct = (np.array(column) for column in zip(*rows, strict=True))
    found = thresholds(confidence, correct)
    assert found == thresholds(confidence[::-1], correct[::-1])
    assert found[-1].answered == len(rows)
    for threshold in found:
        above = confidence > threshold.value
        assert threshold.answered == above.sum()
        assert threshold.wrong == (~correct[above]).sum()
        assert threshold.wrong / threshold.answered <= threshold.bound <= 1


def test_the_threshold_with_most_answers_is_chosen() -> None:
    found = [Threshold(0.8, 10, 0, 50, 0.4), Threshold(0.6, 30, 2, 50, 0.3),
             Threshold(0.5, 40, 9, 50, 0.5)]  # fmt: skip
    assert most_answers(found, 0.45) is found[1]
    assert most_answers(found, 0.3) is found[1]
    assert most_answers(found, 0.29) is None


# Runs


def held_out(n: int = 400, seed: int = 0, mode: str = "direct") -> pd.DataFrame:
    """Held-out predictions of a calibrated model, as a run writes them."""
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.3, 1, n)
    correct = rng.random(n) < confidence
    probabilities = np.repeat((1 - confidence[:, None]) / 3, 4, axis=1)
    probabilities[:, 3] = confidence
    return pd.DataFrame(
        {
            "id": [f"s{i}" for i in range(n)],
            "article": rng.choice(["a", "b"], n),
            "mode": mode,
            "stance": np.where(correct, "neutral", "accusatory"),
            "predicted": "neutral",
            **dict(zip(PROBABILITY_COLUMNS, probabilities.T, strict=True)),
        }
    )


def refusal(predictions: pd.DataFrame, level: float) -> str:
    with pytest.raises(UsageError) as error:
        guarantee("run-1", predictions, level)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("n", [40, 139, 400])
def test_the_refusal_names_the_least_level_that_is_granted(n: int) -> None:
    predictions = held_out(n)
    message = refusal(predictions, 0.001)
    assert f"the {n} held-out statements of run-1" in message
    least = float(message.split("no level under ")[1].split()[0])
    assert guarantee("run-1", predictions, least).threshold.bound <= least
    refusal(predictions, least - 0.01)


def test_narration_does_not_count() -> None:
    both = pd.concat([held_out(300), held_out(500, 1, "narration")])
    assert guarantee("run-1", both, 0.4) == guarantee("run-1", held_out(300), 0.4)
    assert "has no held-out statements" in refusal(held_out(50, mode="narration"), 0.4)
    assert "has no held-out statements" in refusal(pd.DataFrame(), 0.4)


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, float("nan"), float("inf")])
def test_what_is_no_level_is_refused(level: float) -> None:
    assert "above 0 and under 1" in refusal(held_out(), level)


def test_too_little_or_broken_data_is_refused() -> None:
    assert "no level under" in refusal(held_out(10), 0.2)
    one = held_out(1).assign(stance="accusatory")
    assert "no level at all" in refusal(one, 0.99)
    with pytest.raises(DemarcheError, match="of 20 sentences are not numbers"):
        guarantee("run-1", held_out(20).assign(p_neutral=float("nan")), 0.5)


def test_a_guarantee_says_what_to_expect_and_what_it_rests_on() -> None:
    found = guarantee("run-1", held_out(), 0.25)
    low, high = found.threshold.coverage_interval
    shown = str(found)
    assert f"expect {found.threshold.coverage:.0%} answered" in shown
    assert f"interval {low:.0%} to {high:.0%}" in shown
    assert "with 90% confidence, at most 25% of the answers are wrong" in shown
    assert "2 articles" in shown


class Sure(Majority):
    """Finds a text neutral with the probability that it states."""

    def predict_proba(self, texts, contexts=None):
        confidence = np.array([float(text) for text in texts])
        rows = np.repeat((1 - confidence[:, None]) / 3, 4, axis=1)
        rows[:, 3] = confidence
        return rows


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("demarche.models.registry.model_class", lambda name: Sure)
    data = DataConfig(
        "gold", gold=True, statements=False, synthetic_articles=0.0, seeds=None, folder=None
    )
    protocol = ProtocolConfig("leave_one_event_out", event=None)
    for seed, predictions in ((1, held_out()), (2, pd.DataFrame())):
        config = TrainConfig("majority", MajorityParams(), data, protocol, seed, str(tmp_path))
        with recorded(config, {}) as run:
            write_results(run, None, predictions)
            write_model(run, Majority(MajorityParams(), seed).fit(["a"], ["neutral"]), {})
    return tmp_path


def run_name(runs: Path, seed: int) -> str:
    (found,) = runs.glob(f"*-s{seed}-*")
    return found.name


def test_an_unsure_verdict_is_uncertain_and_keeps_its_probabilities(runs: Path) -> None:
    classifier = load(run_name(runs, 1), runs)
    least = classifier.guarantee(0.25).threshold.value
    assert 0.4 < least < 0.9
    texts = ["0.4", str(least), str(np.nextafter(least, 1)), "0.99", ""]
    found = classifier.classify(texts, max_error=0.25)
    assert [p.stance for p in found] == ["uncertain", "uncertain", "neutral", "neutral", None]
    plain = classifier.classify(texts)
    assert [p.stance for p in plain] == ["neutral"] * 4 + [None]
    assert [p.probabilities for p in found] == [p.probabilities for p in plain]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv", "parquet"])
def test_every_form_says_uncertain(
    runs: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    output = runs / f"out.{ending}"
    named = ["--runs", str(runs), "--run", run_name(runs, 1), "--max-error", "0.25"]
    assert main(["classify", "0.4", "0.99", "", *named, "--output", str(output)]) == 0
    table = read_table(output)
    assert [stance or None for stance in table.column("stance")] == ["uncertain", "neutral", None]
    assert [float(p) for p in table.column("neutral")[:2]] == [0.4, 0.99]
    out, errors = capsys.readouterr()
    assert not out
    assert str(load(run_name(runs, 1), runs).guarantee(0.25)) in errors
    assert "left uncertain: 1 of 2" in errors


def test_people_and_pipes_see_uncertain(
    runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["classify", "0.4", "--runs", str(runs), "--run", run_name(runs, 1)]
    command += ["--max-error", "0.25"]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert "uncertain" in shown
    assert "0.40" in shown
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["stance"] == "uncertain"


@pytest.mark.parametrize(
    ("seed", "level", "message"),
    [
        (1, "0.001", "support no level under"),
        (2, "0.3", "has no held-out statements"),
        (1, "1", "above 0 and under 1"),
        (1, "nan", "above 0 and under 1"),
        (1, "-0.1", "above 0 and under 1"),
    ],
)
def test_a_refusal_is_one_line_and_writes_nothing(
    runs: Path, capsys: pytest.CaptureFixture[str], seed: int, level: str, message: str
) -> None:
    named = ["--runs", str(runs), "--run", run_name(runs, seed), "--output", str(runs / "x.csv")]
    assert main(["classify", "0.9", *named, f"--max-error={level}"]) == 2
    out, errors = capsys.readouterr()
    assert message in errors
    assert (out, errors.count("\n")) == ("", 1)
    assert not (runs / "x.csv").exists()


def test_a_classifier_without_held_out_predictions_or_probabilities() -> None:
    model = Sure(MajorityParams(), 0).fit(["a"], ["neutral"])
    with pytest.raises(UsageError, match="not at hand"):
        Classifier(model, "run-1").classify(["0.9"], max_error=0.3)
    with pytest.raises(RunError, match="run-1: its model gives no probabilities"):
        Classifier(model, "run-1").classify(["nan"])
