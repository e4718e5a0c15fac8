"""The report: the figures of the commands on one page that stands alone."""

import json
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lxml import html

from demarche.cli import main
from demarche.config import composed
from demarche.corpus.corpus import packaged
from demarche.evaluation.metrics import PROBABILITY_COLUMNS, evaluate
from demarche.runs import Run, identify
from demarche.stance import STANCES
from demarche.training import train

HOSTILE = '"<script>alert(1)</script> & <b>\x07"'


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("trained")
    return train(composed(["model=majority", "data=articles", f"runs={folder}"]))


def variant(run: Run, folder: Path, seed: int, gold: float) -> Run:
    """Copy a run as one of another seed and share of gold that is right more often than not."""
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
    hit, rows = rng.random(len(table)) < 0.6, np.arange(len(table))
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


@pytest.fixture(scope="module")
def models(trained, tmp_path_factory) -> Path:
    """Three runs on the same data, two of them differing in their seed alone; not to be changed."""
    folder = tmp_path_factory.mktemp("three") / "models"
    for seed, gold in ((1, 1.0), (2, 1.0), (1, 0.5)):
        variant(trained, folder, seed, gold)
    return folder


@pytest.fixture(scope="module")
def document(models) -> html.HtmlElement:
    """The report on the three."""
    return page(models)


@pytest.fixture(scope="module")
def first(models) -> Run:
    """One of them."""
    return Run(min(models.iterdir()))


@pytest.fixture(scope="module")
def alone(models, first) -> html.HtmlElement:
    """The report on that one."""
    return page(models, first.id)


@pytest.fixture
def one(first, tmp_path) -> Run:
    """A copy of it that may be changed, alone in its folder."""
    copy = Run(tmp_path / "models" / first.id)
    shutil.copytree(first.path, copy.path)
    return copy


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


def test_every_figure_of_compare_stands_in_the_report(models, document, capsys):
    told = tables(document)
    rows = printed(capsys, "compare", "--runs", str(models))
    assert len(rows) == 2
    for row in rows:
        shown: dict[str, str] = {}
        for table in told:
            for line in table:
                if line.get("run") == row["run"]:
                    shown |= line
        assert row == {heading: shown[heading] for heading in row}


def test_the_figures_of_a_run_are_those_of_compare(models, first, alone, capsys):
    (row,) = printed(capsys, "compare", first.id, "--runs", str(models))
    headline = next(table for table in tables(alone) if table and "all sentences" in table[0])
    figures = {line[""]: line for line in headline}
    assert figures["macro-F1"]["statements"] == row["macro-F1"]
    assert figures["macro-F1"]["95 %"] == row["95 %"]
    assert figures["accuracy"]["statements"] == row["acc."]
    assert figures["expected calibration error"]["statements"] == row["ECE"]


def test_the_confusion_is_the_one_that_was_measured(first, alone):
    confusion = next(table for table in tables(alone) if table and "annotated as" in table[0])
    counts = [[int(line[name]) for name in list(line)[1:5]] for line in confusion]
    assert counts == first.metrics["statements"]["confusion"]


def test_every_chart_can_be_read_without_seeing_it(document):
    charts = document.findall(".//svg")
    assert len(charts) == 2 + 2 * 3, "bars, learning curve, and two for each run"
    for chart in charts:
        assert chart.get("role") == "img"
        for name in chart.get("aria-labelledby").split():
            (element,) = chart.xpath(f".//*[@id='{name}']")
            assert words(element)
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_the_page_stands_alone(document):
    assert not document.xpath("//script | //link | //img | //iframe | //@src")
    assert all(link.startswith("#") for link in document.xpath("//@href"))
    assert "default-src 'none'" in document.xpath("//meta[@http-equiv]/@content")[0]
    assert document.get("lang") == "en"


def test_hostile_text_stays_text(one):
    table = one.predictions()
    table["text"] = table["article"] = table["side"] = table["speaker"] = HOSTILE
    rewrite(one, table)
    document = page(one.path.parent)
    assert not document.xpath("//script | //b")
    assert "<script>alert(1)</script> & <b>\N{REPLACEMENT CHARACTER}" in words(document)


def test_the_most_confident_errors_stand_with_what_both_passes_said(one):
    table = one.predictions()
    wrong = table[(table["mode"] != "narration") & (table["predicted"] != table["stance"])]
    confidence = wrong[list(PROBABILITY_COLUMNS)].max(axis=1)
    expected = wrong.loc[confidence.sort_values(ascending=False).index[:10]]
    shown = page(one.path.parent).xpath("//ol[@class='errors']/li")
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


def test_the_words_of_an_error_are_marked_by_what_they_weigh(one):
    table = one.predictions()
    row = table[(table["mode"] != "narration") & (table["predicted"] != table["stance"])].iloc[0]
    rewrite(one, table[table["id"] == row["id"]])
    first, *_, last = re.finditer(r"\w+", row["text"])
    evidence = [
        {"id": row["id"], "word": word[0], "start": word.start(), "end": word.end(), "weight": w}
        for word, w in ((last, 1.25), (first, -0.5))
    ]
    pd.DataFrame(evidence).to_parquet(one.path / "evidence.parquet")
    (item,) = page(one.path.parent).xpath("//ol[@class='errors']/li")
    assert item.xpath(".//mark[@class='for']/text()") == [last[0]]
    assert item.xpath(".//mark[@class='against']/text()") == [first[0]]
    assert words(item.find("blockquote")) == " ".join(row["text"].split())
    assert f"Words: {last[0]} +1.25, {first[0]} -0.50" in words(item)


def test_a_run_of_an_earlier_version_has_errors_without_words(one):
    (one.path / "evidence.parquet").unlink()
    document = page(one.path.parent)
    assert f"not shown: {one.id} holds no evidence" in words(document)
    assert len(document.xpath("//ol[@class='errors']/li")) == 10
    assert not document.xpath("//mark")


def test_labels_of_other_data_are_not_shown(one):
    config = one.config
    config["fingerprints"]["gold.jsonl"] = "0" * 64
    (one.path / "config.json").write_text(json.dumps(config))
    text = words(page(one.path.parent))
    assert "gold.jsonl has changed since" in text
    assert "first pass" not in text


def test_a_model_without_errors(one):
    table = one.predictions()
    rewrite(one, table[table["predicted"] == table["stance"]])
    assert re.search(r"None: all \d+ verdicts are right", words(page(one.path.parent)))


def test_the_learning_curve_is_drawn_where_there_are_shares_of_gold(document, alone):
    assert "Learning curve" in document.xpath("//svg/title/text()")
    assert "Learning curve" not in alone.xpath("//svg/title/text()")
    assert "demarche train -m experiment=ablation" in words(alone)


def test_the_actor_audit_is_that_of_the_command(trained, capsys):
    folder = trained.path.parent
    told = [line for table in tables(page(folder)) for line in table]
    rows = printed(capsys, "audit", trained.id, "--runs", str(folder))
    assert len(rows) > 10
    assert all(row in told for row in rows)


def test_older_runs_are_reported_without_what_they_lack(one):
    (one.path / "swaps.parquet").unlink()
    one.predictions().drop(columns="speaker").to_parquet(one.path / "predictions.parquet")
    text = words(page(one.path.parent))
    assert f"No actor audit: {one.id} holds no actor swaps" in text
    assert "By speaker: not defined" in text


def test_runs_of_other_data_stand_apart(trained, one):
    run = Run(one.path.parent / trained.id)
    shutil.copytree(trained.path, run.path)
    config = run.config
    config["fingerprints"]["gold.jsonl"] = "0" * 64
    (run.path / "config.json").write_text(json.dumps(config))
    headings = [words(heading) for heading in page(one.path.parent).iter("h2")]
    assert headings[0].startswith("Data 1: ")
    assert any("not to be set beside those above" in heading for heading in headings)


def test_the_commands_train_the_same_runs_again(models, first, document):
    commands = document.xpath("//pre")[-1].text_content().splitlines()
    again = [
        identify(composed(shlex.split(command)[2:]), first.config["fingerprints"])
        for command in commands
        if command.startswith("demarche train ")
    ]
    assert sorted(again) == sorted(run.name for run in models.iterdir())


def refused(capsys, folder: Path, output: Path, *names: str) -> tuple[int, str]:
    capsys.readouterr()
    status = main(["report", *names, "-o", str(output), "--runs", str(folder)])
    out, errors = capsys.readouterr()
    assert not out
    assert len(errors.splitlines()) == 1
    return status, errors


def test_an_unfinished_run_is_refused(one, tmp_path, capsys):
    (one.path / "status.json").write_text(json.dumps({**one.status, "state": "failed"}))
    status, told = refused(capsys, one.path.parent, tmp_path / "r.html", one.id)
    assert status == 2
    assert f"{one.id} is failed; only finished runs" in told


def test_a_damaged_run_leaves_an_earlier_report_as_it_was(one, tmp_path, capsys):
    output = tmp_path / "r.html"
    output.write_text("earlier")
    (one.path / "predictions.parquet").write_bytes(b"no table")
    status, told = refused(capsys, one.path.parent, output, one.id)
    assert status == 1
    assert "predictions.parquet: damaged or missing" in told
    assert output.read_text() == "earlier"
    assert not list(tmp_path.glob(".*partial"))


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


def test_runs_that_held_nothing_out_are_refused_or_named(one, tmp_path, capsys):
    run = Run(one.path.parent / "majority-articles-none-s1-0")
    shutil.copytree(one.path, run.path)
    (run.path / "metrics.json").write_text("null")
    status, told = refused(capsys, one.path.parent, tmp_path / "r.html", run.id)
    assert status == 2
    assert "no run was measured" in told
    assert f"Nothing was held out in {run.id}" in words(page(one.path.parent))
