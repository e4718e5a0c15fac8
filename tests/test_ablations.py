"""Ablations: variants named and compared from runs alone, and drawn."""

import json
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from demarche import training
from demarche.ablations import REFERENCE, Variant, ablations, plots, variant_name
from demarche.cli import main
from demarche.config import composed
from demarche.corpus.shares import drawn_evenly
from demarche.report.charts import SERIES, Bar, Point, bar_chart, line_chart
from demarche.runs import list_runs, recorded, write_results
from demarche.stance import STANCES
from demarche.training import train

SVG = "{http://www.w3.org/2000/svg}"


def parsed(chart: str) -> ElementTree.Element:
    return ElementTree.fromstring(chart)  # noqa: S314 - our own


VARIANTS = [
    (["data=all"], 0.8),
    (["data=all", "seed=2"], 0.7),
    (["data=all", "data.gold=0.5"], 0.6),
    (["data=articles"], 0.5),
    (["data=articles", "model.words=[1,1]"], 0.4),
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of several variants and seeds with planted predictions, a share of them right."""
    folder = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(0)
    stances = np.array(STANCES)[rng.integers(4, size=120)]
    for overrides, share in VARIANTS:
        said = np.where(rng.random(120) < share, stances, rng.permutation(stances))
        table = pd.DataFrame({"id": [f"s{n:03d}" for n in range(120)], "stance": stances})
        table = table.assign(predicted=said, mode=["direct"] * 100 + ["narration"] * 20)
        told = table[:100]
        score = f1_score(told["stance"], told["predicted"], average="macro")
        with recorded(composed([*overrides, f"runs={folder}"]), {"gold.jsonl": "0"}) as run:
            metrics = {"statements": {"n": 100, "macro_f1": score}}
            write_results(run, metrics, table.sample(frac=1, random_state=len(overrides)))
    return folder


def test_variants_are_named_by_what_one_types():
    for overrides, name in (
        (["ablation=all"], "data=all"),
        (["ablation=gold_50"], "data=all data.gold=0.5"),
        (["ablation=statements", "seed=7"], "data=statements"),
        (["model=majority", "data=articles", "data.name=own"], "data=own"),
    ):
        assert variant_name(composed(overrides).as_dict()) == name
    older = composed(["data=all"]).as_dict()
    del older["params"]["min_rows"]
    older["data"]["gold"] = True
    assert variant_name(older) == "data=all"


def test_seeds_are_one_row_and_the_rest_is_set_beside_the_reference(runs):
    first, *others = ablations(list_runs(runs))
    assert first.name == REFERENCE
    assert first.seeds == (1, 2)
    one, two = (
        next(run for run in list_runs(runs) if run.config["config"] == wanted.as_dict())
        for wanted in (composed(["data=all", f"seed={n}", f"runs={runs}"]) for n in (1, 2))
    )
    scores = [run.metrics["statements"]["macro_f1"] for run in (one, two)]
    assert first.macro_f1 == pytest.approx(sum(scores) / 2)
    assert first.difference is None
    assert {row.name for row in others} == {
        "data=all data.gold=0.5",
        "data=articles",
        "data=articles model.words=[1,1]",
    }
    for row in others:
        assert row.difference == pytest.approx(row.macro_f1 - first.macro_f1)
        assert row.interval[0] < row.macro_f1 < row.interval[1]
        assert row.difference_interval[0] <= row.difference <= row.difference_interval[1]


def test_without_the_reference_no_difference_is_given(runs):
    rows = ablations([run for run in list_runs(runs) if "-all-" not in run.id])
    assert len(rows) == 2
    assert all(row.difference is None for row in rows)


def test_the_command_gives_table_and_plots(runs, tmp_path, capsys):
    arguments = ["ablations", "--runs", str(runs)]
    assert main([*arguments, "--plots", str(tmp_path / "plots")]) == 0
    table = capsys.readouterr().out
    assert "| tfidf | `data=all data.gold=0.5" in table
    assert "| 1, 2 |" in table
    drawn = sorted(path.name for path in (tmp_path / "plots").iterdir())
    assert drawn == ["ablation-tfidf.svg", "learning-curve.svg"]
    assert main([*arguments, "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 4
    assert main(["ablations", "--runs", str(tmp_path)]) == 2
    assert "demarche train" in capsys.readouterr().err


def row(name, gold, score, group=1):
    return Variant(group, "tfidf", name, gold, (1,), 139, score, (0.1, 0.9), None, None)


def test_a_learning_curve_needs_two_shares_of_one_recipe():
    rows = [row("data=all", 1.0, 0.6), row("data=articles", 1.0, 0.5)]
    assert set(plots(rows)) == {"ablation-tfidf.svg"}
    rows += [row("data=all data.gold=0.25", 0.25, 0.4), row("data=all", 1.0, 0.9, group=2)]
    curve = plots(rows)["learning-curve.svg"]
    assert "tfidf, data=all: at 100: 0.600 (0.10 to 0.90), at 25: 0.400" in curve
    assert "articles" not in curve
    assert "0.900 (" not in curve, "runs on other data stand apart"


def test_charts_tell_their_figures_as_text_and_are_safe():
    bars = [Bar("<b>&", 0.5, 0.25, 0.75), Bar("none", None), Bar("alone", 1.0)]
    root = parsed(bar_chart("A & B", "macro-F1", bars))
    assert root.find(f"{SVG}title").text == "A & B"
    told = root.find(f"{SVG}desc").text
    assert told == "<b>&: 0.500 (0.25 to 0.75); none: not defined; alone: 1.000"
    labelled = root.get("aria-labelledby").split()
    assert labelled == [root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")]
    assert "not defined" in [text.text for text in root.iter(f"{SVG}text")]
    widths = [float(rect.get("width")) for rect in root.iter(f"{SVG}rect")]
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.2)


def test_lines_differ_in_more_than_colour_and_stay_inside():
    lines = {f"line {n}": [Point(25, n / 4, 0, 1), Point(100, 1.0)] for n in range(SERIES)}
    root = parsed(line_chart("t", "x", "y", lines))
    drawn = list(root.iter(f"{SVG}polyline"))
    assert len({line.get("stroke-dasharray") for line in drawn}) == SERIES
    height = float(root.get("viewBox").split()[3])
    for line in drawn:
        for point in line.get("points").split():
            x, y = map(float, point.split(","))
            assert 0 < x < 640
            assert 0 < y < height
    assert len({path.get("d") for path in root.iter(f"{SVG}path")}) == SERIES
    with pytest.raises(ValueError, match="5 series"):
        line_chart("t", "x", "y", {**lines, "one more": lines["line 0"]})


def test_one_point_is_a_chart_too():
    parsed(line_chart("t", "x", "y", {"a": [Point(1, 0.5)]}))


def test_a_share_is_drawn_evenly_and_smaller_lie_within_larger(corpus):
    rows = corpus.gold_examples()
    groups = {row.group for row in rows}
    before: set[str] = set()
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawn = drawn_evenly(rows, share, 1)
        assert len(drawn) == round(share * len(rows))
        for group in groups:
            whole, part = (sum(r.group == group for r in some) for some in (rows, drawn))
            assert abs(part - share * whole) <= 1
        ids = {r.id for r in drawn}
        assert before <= ids
        before = ids
    assert drawn == rows
    assert drawn_evenly(rows, 0.5, 1) != drawn_evenly(rows, 0.5, 2)


def test_the_held_out_part_is_never_reduced(tmp_path, corpus, monkeypatch):
    monkeypatch.setattr(training, "read_corpus", lambda *_: corpus)
    overrides = ["model=majority", "data=articles", "data.gold=0.25", f"runs={tmp_path}"]
    assert len(train(composed(overrides)).predictions()) == 193
