"""The report: the figures of the commands on one page that stands alone."""

import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from lxml import html

from demarche.cli import main
from demarche.config import composed
from demarche.corpus.corpus import packaged
from demarche.evaluation.metrics import PROBABILITY_COLUMNS, evaluate
from demarche.report.evaluation import write_report
from demarche.runs import Run, identify
from demarche.stance import STANCES
from demarche.training import train

HOSTILE = '"<script>alert(1)</script> & <b>\x07"'


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("trained")
    return train(composed(["model=majority", "data=articles", f"runs={folder}"]))


def variant(run: Run, folder: Path, seed: int, gold: float = 1.0, right: float = 0.6) -> Run:
    """Copy a run as one of another seed and share of gold that is right so often, by chance."""
    config = run.config
    config["config"]["seed"] = seed
    config["config"]["data"]["gold"] = gold
    name = ["model=majority", "data=articles", f"data.gold={gold}", f"seed={seed}"]
    copy = Run(folder / identify(composed(name), config["fingerprints"]))
    shutil.copytree(run.path, copy.path)
    (copy.path / "config.json").write_text(json.dumps(config))
    table = run.predictions()
    rng = np.random.default_rng(seed)
    given = rng.dirichlet(np.ones(len(STANCES)), len(table))
    truth = np.array([STANCES.index(stance) for stance in table["stance"]])
    hit, rows = rng.random(len(table)) < right, np.arange(len(table))
    best = given.argmax(axis=1)
    swapped = given[rows, best].copy()
    given[rows[hit], best[hit]] = given[rows[hit], truth[hit]]
    given[rows[hit], truth[hit]] = swapped[hit]
    table[list(PROBABILITY_COLUMNS)] = given
    table["predicted"] = [STANCES[column] for column in given.argmax(axis=1)]
    rewrite(copy, table)
    return copy


def rewrite(run: Run, table) -> None:
    table.to_parquet(run.path / "predictions.parquet")
    (run.path / "metrics.json").write_text(json.dumps(evaluate(table)))


@pytest.fixture
def models(trained, tmp_path) -> Path:
    """Three runs on the same data, two of them differing in their seed alone."""
    folder = tmp_path / "models"
    for seed, gold in ((1, 1.0), (2, 1.0), (1, 0.5)):
        variant(trained, folder, seed, gold)
    return folder


def page(folder: Path, *names: str) -> html.HtmlElement:
    out = folder.parent / "report.html"
    assert main(["report", *names, "-o", str(out), "--runs", str(folder)]) == 0
    return html.document_fromstring(out.read_text(encoding="utf-8"))


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def tables(element: html.HtmlElement) -> list[list[dict[str, str]]]:
    """Read every table as rows by heading."""
    found = []
    for table in element.iter("table"):
        headings = [words(cell) for cell in table.xpath("./thead/tr/th")]
        rows = [[words(cell) for cell in row] for row in table.xpath("./tbody/tr")]
        found.append([dict(zip(headings, row, strict=True)) for row in rows])
    return found


def printed(capsys, *arguments: str) -> list[dict[str, str]]:
    """Read the Markdown tables that a command prints."""
    capsys.readouterr()
    assert main([*arguments, "--format", "markdown"]) == 0
    rows, headings = [], []
    for line in capsys.readouterr().out.splitlines():
        cells = [" ".join(cell.split()) for cell in line.strip("|").split(" | ")]
        if not line.startswith("|"):
            headings = []
        elif not headings:
            headings = cells
        elif set(cells) != {"---"}:
            rows.append(dict(zip(headings, cells, strict=True)))
    return rows


def test_every_figure_of_compare_stands_in_the_report(models, capsys):
    told = tables(page(models))
    rows = printed(capsys, "compare", "--runs", str(models))
    assert len(rows) == 2
    for row in rows:
        shown: dict[str, str] = {}
        for table in told:
            for line in table:
                if line.get("run") == row["run"]:
                    shown |= line
        assert row == {heading: shown[heading] for heading in row}


def test_the_figures_of_a_run_are_those_of_compare(models, capsys):
    (row,) = printed(
        capsys, "compare", *[r.name for r in models.iterdir()][:1], "--runs", str(models)
    )
    document = page(models, *[r.name for r in models.iterdir()][:1])
    headline = next(t for t in tables(document) if t and "all sentences" in t[0])
    figures = {line[""]: line for line in headline}
    assert figures["macro-F1"]["statements"] == row["macro-F1"]
    assert figures["macro-F1"]["95 %"] == row["95 %"]
    assert figures["accuracy"]["statements"] == row["acc."]
    assert figures["expected calibration error"]["statements"] == row["ECE"]


def test_the_confusion_is_the_one_that_was_measured(models):
    run = Run(next(iter(sorted(models.iterdir()))))
    confusion = next(t for t in tables(page(models, run.id)) if t and "annotated as" in t[0])
    counts = [[int(line[name]) for name in list(line)[1:5]] for line in confusion]
    assert counts == run.metrics["statements"]["confusion"]


def test_every_chart_can_be_read_without_seeing_it(models):
    document = page(models)
    charts = document.findall(".//svg")
    assert len(charts) == 2 + 2 * 3, "bars, learning curve, and two for each run"
    for chart in charts:
        assert chart.get("role") == "img"
        for name in chart.get("aria-labelledby").split():
            (element,) = chart.xpath(f".//*[@id='{name}']")
            assert words(element)
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_the_page_stands_alone(models):
    document = page(models)
    assert not document.xpath("//script | //link | //img | //iframe | //@src")
    assert all(link.startswith("#") for link in document.xpath("//@href"))
    assert "default-src 'none'" in document.xpath("//meta[@http-equiv]/@content")[0]
    assert document.get("lang") == "en"


def test_hostile_text_stays_text(trained, tmp_path):
    run = variant(trained, tmp_path / "models", 1)
    table = run.predictions()
    table["text"] = table["article"] = table["side"] = table["speaker"] = HOSTILE
    rewrite(run, table)
    document = page(tmp_path / "models")
    assert not document.xpath("//script | //b")
    assert "<script>alert(1)</script> & <b>\N{REPLACEMENT CHARACTER}" in words(document)


def test_the_most_confident_errors_stand_with_what_both_passes_said(trained, tmp_path):
    run = variant(trained, tmp_path / "models", 1)
    table = run.predictions()
    wrong = table[(table["mode"] != "narration") & (table["predicted"] != table["stance"])]
    confidence = wrong[list(PROBABILITY_COLUMNS)].max(axis=1)
    expected = wrong.loc[confidence.sort_values(ascending=False).index[:10]]
    shown = page(tmp_path / "models").xpath("//ol[@class='errors']/li")
    passes = {
        name: {row["id"]: row["stance"] for row in map(json.loads, lines)}
        for name in ("first_pass", "second_pass")
        if (lines := (packaged("data") / f"{name}.jsonl").read_text("utf-8").splitlines())
    }
    assert len(shown) == 10
    for item, (_, row) in zip(shown, expected.iterrows(), strict=True):
        text = words(item)
        assert row["id"] in text
        assert " ".join(row["text"].split()) in text
        assert f"first pass {passes['first_pass'][row['id']]}, " in text
        assert f"second pass {passes['second_pass'][row['id']]}" in text


def test_labels_of_other_data_are_not_shown(trained, tmp_path):
    run = variant(trained, tmp_path / "models", 1)
    config = run.config
    config["fingerprints"]["gold.jsonl"] = "0" * 64
    (run.path / "config.json").write_text(json.dumps(config))
    text = words(page(tmp_path / "models"))
    assert "gold.jsonl has changed since" in text
    assert "first pass" not in text


def test_a_model_without_errors(trained, tmp_path):
    variant(trained, tmp_path / "models", 1, right=1.0)
    assert "None: all 139 verdicts are right." in words(page(tmp_path / "models"))


def test_the_learning_curve_is_drawn_where_there_are_shares_of_gold(models):
    assert "Learning curve" in page(models).xpath("//svg/title/text()")
    alone = page(models, next(iter(sorted(models.iterdir()))).name)
    assert "Learning curve" not in alone.xpath("//svg/title/text()")
    assert "demarche train -m experiment=ablation" in words(alone)


def test_the_actor_audit_is_that_of_the_command(trained, tmp_path, capsys):
    folder = trained.path.parent
    told = [line for table in tables(page(folder)) for line in table]
    rows = printed(capsys, "audit", trained.id, "--runs", str(folder))
    assert len(rows) > 10
    assert all(row in told for row in rows)


def test_older_runs_are_reported_without_what_they_lack(trained, tmp_path):
    run = variant(trained, tmp_path / "models", 1)
    (run.path / "swaps.parquet").unlink()
    run.predictions().drop(columns="speaker").to_parquet(run.path / "predictions.parquet")
    text = words(page(tmp_path / "models"))
    assert f"No actor audit: {run.id} holds no actor swaps" in text
    assert "By speaker: not defined" in text


def test_runs_of_other_data_stand_apart(models, trained):
    run = variant(trained, models, 9)
    config = run.config
    config["fingerprints"]["gold.jsonl"] = "0" * 64
    (run.path / "config.json").write_text(json.dumps(config))
    document = page(models)
    headings = [words(heading) for heading in document.iter("h2")]
    assert headings[0].startswith("Data 1: ")
    assert any("not to be set beside those above" in heading for heading in headings)


def test_the_commands_train_the_same_runs_again(models):
    text = page(models).xpath("//pre")[-1].text_content()
    commands = [shlex.split(line) for line in text.splitlines()]
    fingerprints = Run(next(models.iterdir())).config["fingerprints"]
    again = [
        identify(composed(command[2:]), fingerprints)
        for command in commands
        if command[:2] == ["demarche", "train"]
    ]
    assert sorted(again) == sorted(run.name for run in models.iterdir())


def refused(capsys, folder: Path, output: Path, *names: str) -> tuple[int, str]:
    capsys.readouterr()
    status = main(["report", *names, "-o", str(output), "--runs", str(folder)])
    out, errors = capsys.readouterr()
    assert not out
    assert len(errors.splitlines()) == 1
    return status, errors


def test_an_unfinished_run_is_refused(models, tmp_path, capsys):
    run = Run(next(models.iterdir()))
    (run.path / "status.json").write_text(json.dumps({**run.status, "state": "failed"}))
    status, told = refused(capsys, models, tmp_path / "r.html", run.id)
    assert status == 2
    assert f"{run.id} is failed; only finished runs" in told


def test_a_damaged_run_leaves_an_earlier_report_as_it_was(models, tmp_path, capsys):
    run, output = Run(next(models.iterdir())), tmp_path / "r.html"
    output.write_text("earlier")
    (run.path / "predictions.parquet").write_bytes(b"no table")
    status, told = refused(capsys, models, output, run.id)
    assert status == 1
    assert "predictions.parquet: damaged or missing" in told
    assert output.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize(
    ("output", "told"),
    [("nowhere/r.html", "there is no folder"), ("r.pdf", "ends in .html")],
)
def test_an_output_that_cannot_be_is_told_before_the_work(models, tmp_path, capsys, output, told):
    status, errors = refused(capsys, models, tmp_path / output)
    assert status == 2
    assert told in errors


def test_no_run_is_refused(tmp_path, capsys):
    status, told = refused(capsys, tmp_path / "empty", tmp_path / "r.html")
    assert status == 2
    assert "no finished run" in told


def test_runs_that_held_nothing_out_are_refused_or_named(models, trained, tmp_path, capsys):
    run = Run(models / "majority-articles-none-s1-0")
    shutil.copytree(trained.path, run.path)
    (run.path / "metrics.json").write_text("null")
    status, told = refused(capsys, models, tmp_path / "r.html", run.id)
    assert status == 2
    assert "no run was measured" in told
    assert f"Nothing was held out in {run.id}" in words(page(models))


def test_the_same_runs_give_the_same_page(models, tmp_path):
    runs = [Run(path) for path in sorted(models.iterdir())]
    for name in ("first.html", "second.html"):
        write_report(runs, tmp_path / name)
    assert (tmp_path / "first.html").read_bytes() == (tmp_path / "second.html").read_bytes()
