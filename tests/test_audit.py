"""The actor audit finds the bias that a model has, and none where there is none."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from shell import shell

from demarche.cli import main
from demarche.config import composed
from demarche.corpus.swaps import make_swaps
from demarche.errors import DemarcheError
from demarche.evaluation import actors
from demarche.evaluation.actors import audit
from demarche.evaluation.metrics import PROBABILITY_COLUMNS
from demarche.runs import list_runs
from demarche.stance import STANCES
from demarche.training import predict, predict_swaps, train


class Rigged:
    """Says "accusatory" for sure of what names a country, "neutral" of the rest."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def predict_proba(self, texts, contexts=None):
        accuses = np.array([any(name in text for name in self.names) for text in texts])
        return np.eye(len(STANCES))[np.where(accuses, 2, 3)]


def audited(corpus, model, **changes):
    swaps = predict_swaps(model, make_swaps(tuple(corpus.sentences)))
    return audit(predict(model, corpus.sentences).assign(**changes), swaps)


def test_a_model_that_ignores_actors_never_flips(corpus):
    found = audited(corpus, Rigged("treaty"))
    assert found.overall.statements > 120
    assert found.overall.swaps == 10 * found.overall.statements
    for group in (found.overall, *found.by_stance, *found.by_country):
        assert group.flips.mean == group.apart.mean == 0
        assert group.flips.low == 0
        assert group.flips.high > 0  # none seen is not none possible
        assert all(size.mean == 0 and size.low is None for size in group.size.values())
    assert found.overall.flips.high < 0.05
    assert not any(shift.significant for shift in found.shifts)
    assert all(shift.change.mean == 0 and shift.p_value == 1 for shift in found.shifts)


def test_a_model_that_accuses_one_original_actor_flips_where_it_stood(corpus):
    found = audited(corpus, Rigged("Russia", "Moscow"))
    groups = {group.name: group for group in found.by_country}
    assert groups["RU"].flips.mean > 0.8
    assert groups["RU"].change["accusatory"].mean == -groups["RU"].change["neutral"].mean < -0.8
    assert groups["RU"].change["accusatory"].high < -0.7
    assert 0.5 < found.overall.flips.low < found.overall.flips.mean < found.overall.flips.high
    # Where Russia is no longer, what is put in makes no difference.
    assert groups["RU"].apart.mean == 0
    assert {shift.country for shift in found.shifts if shift.significant} <= {"RU"}


def test_a_model_that_accuses_one_country_put_in_is_told_on(corpus):
    found = audited(corpus, Rigged("Turk", "Ankara"))
    biased = {(shift.country, shift.stance): shift for shift in found.shifts if shift.significant}
    assert {("TR", "accusatory"), ("TR", "neutral")} <= biased.keys()
    worst = found.shifts[0]
    assert worst.country == "TR"
    assert biased["TR", "accusatory"].change.mean > 0.7
    assert biased["TR", "accusatory"].change.low > 0.6
    assert all(abs(s.change.mean) < 0.2 for (code, _), s in biased.items() if code != "TR")


def test_the_test_of_countries_keeps_its_level(corpus, monkeypatch):
    """Variants shuffled within statements have no bias: few families may show one."""
    monkeypatch.setattr(actors, "_estimates", lambda *_: [actors.Estimate(0, None, None)] * 4)
    swaps = make_swaps(tuple(corpus.sentences))
    clusters, _ = pd.factorize(np.array([swap.id for swap in swaps]))
    inserted = [frozenset(after for _, after in swap.countries) for swap in swaps]
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(40):
        of_statement = rng.normal(size=(len(swaps), 4))[clusters]
        skewed = np.exp(2 * of_statement + rng.normal(size=(len(swaps), 4)))
        probabilities = skewed / skewed.sum(axis=1, keepdims=True)
        alarms += actors._shifts(probabilities, clusters, inserted, 0)[0].significant
    assert alarms <= 6  # of 40 at 5 %; more than 6 once in 200 times


def table(sides: str, wrong: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predictions by side, right (0) or wrong (1), and one swap of each that changes nothing."""
    predicted = ["neutral" if one == "0" else "accusatory" for one in wrong]
    rows = pd.DataFrame({"id": [str(i) for i in range(len(sides))], "side": list(sides)})
    rows = rows.assign(mode="direct", stance="neutral", predicted=predicted, text="")
    rows[list(PROBABILITY_COLUMNS)] = 0.25
    return rows, rows.assign(variant=1, countries="RU>FR", persons="")


def test_sides_that_fare_worse_are_told_apart():
    found = audit(*table("A" * 30 + "B" * 30, "0" * 28 + "11" + "1" * 20 + "0" * 10))
    assert [(side.name, side.errors) for side in found.sides] == [("A", 2), ("B", 20)]
    assert found.sides[1].rate.low > found.sides[0].rate.high
    assert found.sides_p_value == found.sides_p_value_given_stance < 0.001
    even = audit(*table("AB" * 20 + "C", "0011" * 10 + "0"))
    assert even.sides_p_value > 0.5


@pytest.mark.parametrize("n", [40, 120])
def test_intervals_cover_what_they_claim(n):
    """Most statements never flip, some often do: the interval of the share must hold."""
    rng = np.random.default_rng(n)
    held = 0
    for _ in range(200):
        flips = rng.binomial(10, np.where(rng.random(n) < 0.6, 0, rng.beta(1, 1.5, n)))
        found = actors._estimates(flips[:, None].astype(float), np.full(n, 10.0), 0)[0]
        held += found.low <= 0.4 * 0.4 <= found.high
    assert 0.9 <= held / 200 <= 0.99


@pytest.mark.parametrize(
    ("sides", "wrong"), [("AAAA", "0101"), ("ABAB", "0000"), ("ABAB", "1111"), ("A", "1")]
)
def test_where_nothing_can_be_compared_no_p_value_is_given(sides, wrong):
    found = audit(*table(sides, wrong))
    assert found.sides_p_value is None
    assert found.sides_p_value_given_stance is None
    assert found.shifts == []
    assert all(change.low is None for change in found.overall.change.values())


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda p, s: (p, s.iloc[:0]), "no held-out statement names"),
        (lambda p, s: (p, s.assign(p_neutral=np.nan)), "not a number"),
        (lambda p, s: (p.assign(p_neutral=np.inf), s), "not a number"),
        (lambda p, s: (p, s.drop(columns="countries")), "no column 'countries'"),
        (lambda p, s: (p.iloc[1:], s), "1 swapped statements have no held-out prediction"),
    ],
)
def test_damaged_tables_are_one_clear_line(damage, message):
    with pytest.raises(DemarcheError, match=message) as caught:
        audit(*damage(*table("ABAB", "0101")))
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for protocol in ("leave_one_event_out", "none"):
        overrides = ["model=majority", "data=articles", f"protocol={protocol}", f"runs={folder}"]
        train(composed(overrides))
    return folder


def test_a_run_judges_swaps_by_the_model_that_held_them_out(runs):
    run = next(run for run in list_runs(runs) if "leave" in run.id)
    swaps, predictions = run.swaps(), run.predictions().set_index("id")
    assert not swaps.duplicated(["id", "variant"]).any()
    # The majority model answers with its fold's frequencies, whatever the text.
    columns = list(PROBABILITY_COLUMNS)
    assert np.allclose(swaps[columns], predictions.loc[swaps["id"], columns])
    assert predictions[columns].drop_duplicates().shape[0] > 1


def test_the_command_prints_tables_and_json(runs, capsys):
    assert main(["audit", "majority-articles-leave", "--runs", str(runs), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["overall"]["flips"]["mean"] == 0
    assert {group["name"] for group in found["by_stance"]} == set(STANCES)
    assert main(["audit", "majority-articles-leave", "--runs", str(runs)]) == 0
    printed = capsys.readouterr().out
    assert "0.0% of 1300 verdicts flip" in printed
    assert "| Russia |" in printed
    assert "No country's presence alone shifts a probability" in printed
    assert main(["audit", "majority-articles-leave", "--runs", str(runs), "--format", "table"]) == 0
    assert "errors by side" in capsys.readouterr().out


def test_runs_that_cannot_be_audited_say_so_in_one_line(runs, tmp_path, capsys):
    copied = tmp_path / "models"
    shutil.copytree(runs, copied)
    whole, _ = sorted(list_runs(copied), key=lambda run: "leave" not in run.id)
    (whole.path / "swaps.parquet").unlink()
    for name, status, message in (
        ("majority-articles-leave", 1, "holds no actor swaps; remove it"),
        ("majority-articles-none", 2, "held nothing out"),
        ("nobody", 2, "no run 'nobody'"),
    ):
        assert main(["audit", name, "--runs", str(copied)]) == status
        errors = capsys.readouterr().err
        assert message in errors
        assert errors.count("\n") == 1
    (whole.path / "swaps.parquet").write_bytes(b"no table")
    assert main(["audit", "majority-articles-leave", "--runs", str(copied)]) == 1
    assert "damaged" in capsys.readouterr().err


def test_help_tells_of_the_audit():
    assert "audit" in shell("demarche --help").stdout
