"""The command line as a user meets it: comparison, classification, bad input, exit status."""

import csv
import io
import json
import shutil
import statistics
from pathlib import Path

import pytest
from shell import shell

from demarche.cli import main
from demarche.compare import Uncertainty, compare
from demarche.config import composed
from demarche.corpus.corpus import packaged
from demarche.runs import Run, list_runs
from demarche.training import train

STATEMENTS = [
    "“Any vessel that crosses the line will be sunk,” the admiral said.",
    "The two ministers will meet on Friday, the spokeswoman said.",
]


def copied_corpus(folder: Path) -> Path:
    """Copy the shipped data with one annotation changed."""
    folder.mkdir()
    gold = (packaged("data") / "gold.jsonl").read_text(encoding="utf-8")
    changed = gold.replace('"also": null', '"also": "neutral"', 1)
    (folder / "gold.jsonl").write_text(changed, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of two models, and of one on other data."""
    folder = tmp_path_factory.mktemp("runs")
    other = copied_corpus(folder / "other-data")
    for overrides in (["model=majority"], ["model=tfidf"], [f"data.folder={other}"]):
        train(composed(["model=majority", "data=articles", f"runs={folder}", *overrides]))
    return folder


@pytest.fixture
def call(runs, capsys, monkeypatch):
    """Run a command in a folder whose runs are in `models`; give status, output and errors."""
    monkeypatch.chdir(runs.parent)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = main([*arguments, "--runs", str(runs)])
        except SystemExit as stop:  # argparse
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_comparison_puts_the_best_first_and_other_data_apart(runs):
    rows = compare(list_runs(runs))
    groups = [(row.group, row.model) for row in rows]
    assert groups == [(1, "tfidf"), (1, "majority"), (2, "majority")]
    best, second, _ = rows
    assert best.macro_f1 > second.macro_f1
    assert best.difference is best.by["statement"].p_adjusted is best.spread is None
    assert second.difference == pytest.approx(second.macro_f1 - best.macro_f1)
    for unit, count in (("statement", 139), ("speaker", 41)):
        low, high = best.by[unit].interval
        assert low < best.macro_f1 < high
        low, high = second.by[unit].difference_interval
        assert low < second.difference < high < 0
        assert second.by[unit].p_adjusted == second.by[unit].p_value < 0.05, "one pair of rows"
        assert best.by[unit].count == count
    assert best.by["article"] == Uncertainty(count=5), "too few articles to resample"
    assert best.statements == 139
    assert best.megabytes > 0
    measured = list_runs(runs)[1].metrics["statements"]
    assert best.ece == pytest.approx(measured["ece"])
    assert best.accuracy_at_half_coverage == pytest.approx(measured["accuracy_at_half_coverage"])


def test_comparison_in_every_form(call):
    status, out, _ = call("compare", "--format", "json")
    assert status == 0
    listed = json.loads(out)
    assert [row["model"] for row in listed] == ["tfidf", "majority", "majority"]
    table = list(csv.DictReader(io.StringIO(call("compare", "--format", "csv")[1])))
    assert [float(row["macro_f1"]) for row in table] == [row["macro_f1"] for row in listed]
    assert [row.keys() for row in table] == [row.keys() for row in listed]
    columns = {"f1_escalatory", "accuracy", "fit_seconds", "megabytes", "per_second", "ece"}
    assert columns <= table[0].keys()
    markdown = call("compare", "--format", "markdown")[1]
    assert markdown.count("held-out statements") == 2
    assert "| tfidf | articles |" in markdown
    assert "| acc. at 50 % | ECE |" in markdown
    assert "not to be set beside" in markdown
    assert "By article: not defined, 5 are too few" in markdown
    assert "tfidf" in call("compare", "--format", "table")[1]
    assert call("compare")[1] == markdown, "piped output is Markdown"


def test_comparison_of_named_runs(call, runs):
    tfidf = next(run.id for run in list_runs(runs) if run.id.startswith("tfidf"))
    rows = json.loads(call("compare", tfidf, tfidf, "--format", "json")[1])
    assert [row["runs"] for row in rows] == [[tfidf]]


def copied(run: Run, folder: Path, seed: int, predicted: str | None = None) -> Run:
    """Copy a run as one of another seed that gave the first thirty sentences this verdict."""
    copy = Run(folder / run.id.replace("-s1-", f"-s{seed}-"))
    shutil.copytree(run.path, copy.path)
    config = run.config
    config["config"]["seed"] = seed
    (copy.path / "config.json").write_text(json.dumps(config))
    predictions = run.predictions()
    if predicted:
        predictions.loc[:29, "predicted"] = predicted
    predictions.to_parquet(copy.path / "predictions.parquet")
    return copy


@pytest.fixture
def seeds(runs, tmp_path):
    """The majority, and three seeds of tfidf, the second and third worse."""
    tfidf, majority = (
        next(run for run in list_runs(runs) if run.id.startswith(name))
        for name in ("tfidf", "majority")
    )
    shutil.copytree(majority.path, tmp_path / majority.id)
    folded = [copied(tfidf, tmp_path, 1)]
    for seed, predicted in ((2, "neutral"), (3, "conciliatory")):
        folded.append(copied(tfidf, tmp_path, seed, predicted))
    return folded


def test_seeds_of_one_config_are_one_row(seeds, call, tmp_path):
    apart = [compare([run])[0] for run in seeds]
    row, floor = compare(list_runs(tmp_path))
    assert (row.seeds, row.runs) == ((1, 2, 3), tuple(run.id for run in seeds))
    assert row.scores == pytest.approx([one.macro_f1 for one in apart])
    assert row.macro_f1 == pytest.approx(statistics.mean(row.scores))
    assert row.spread == pytest.approx(statistics.stdev(row.scores))
    assert (floor.seeds, floor.spread) == ((1,), None)
    # On the same resamples: the mean's interval lies between those of its runs.
    low, high = row.by["statement"].interval
    ends = [one.by["statement"].interval for one in apart]
    assert min(end[0] for end in ends) < low < row.macro_f1
    assert row.macro_f1 < high < max(end[1] for end in ends)
    assert floor.difference == pytest.approx(floor.macro_f1 - row.macro_f1)

    names = [str(run.path) for run in seeds]
    markdown = call("compare", *names, "--format", "markdown")[1]
    assert f"| 1,2,3 | {row.macro_f1:.3f} ± {row.spread:.3f} |" in markdown
    assert "±: standard deviation over the seeds" in markdown
    (listed,) = json.loads(call("compare", *names, "--format", "json")[1])
    assert (listed["seeds"], listed["scores"]) == ([1, 2, 3], list(row.scores))
    (line,) = csv.DictReader(io.StringIO(call("compare", *names, "--format", "csv")[1]))
    assert line["seeds"] == "1 2 3"
    assert line["runs"].split() == list(row.runs)


def test_a_seed_that_comes_again_is_not_folded(seeds, tmp_path):
    again = copied(seeds[1], tmp_path / "again", 2)
    rows = compare([*seeds, again])
    assert sorted(row.seeds for row in rows) == [(1, 2, 3), (2,)]


def test_runs_without_a_column_of_speakers(seeds, call, tmp_path):
    for run in list_runs(tmp_path):
        older = run.predictions().drop(columns="speaker")
        older.to_parquet(run.path / "predictions.parquet")
    names = [str(run.path) for run in seeds]
    assert "kept no column speaker; train them again" in call("compare", *names)[1]
    (row,) = json.loads(call("compare", *names, "--format", "json")[1])
    assert row["speakers"] is row["low_speaker"] is None
    assert row["low"] < row["macro_f1"] < row["high"]


def test_runs_with_probabilities_that_are_not_numbers_are_refused(seeds, call):
    predictions = seeds[0].predictions()
    predictions.loc[5, "p_neutral"] = float("nan")
    predictions.to_parquet(seeds[0].path / "predictions.parquet")
    status, out, errors = call("compare", str(seeds[0].path))
    assert (status, out) == (1, "")
    assert "1 sentences without probabilities; train the run again" in errors


def test_runs_are_listed(call, runs):
    listed = json.loads(call("runs", "--format", "json")[1])
    assert [run["run"] for run in listed] == [run.id for run in list_runs(runs)]
    assert {run["state"] for run in listed} == {"finished"}


def test_statements_are_classified_by_the_best_run(call):
    status, out, errors = call("classify", *STATEMENTS)
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert not errors
    assert [row["text"] for row in rows] == STATEMENTS
    assert all(row["run"].startswith("tfidf") for row in rows)
    assert all(
        sum(row[s] for s in ("escalatory", "conciliatory", "accusatory", "neutral"))
        == pytest.approx(1)
        for row in rows
    )


def test_a_verdict_is_explained_on_request(call):
    _, plain, _ = call("classify", STATEMENTS[0])
    status, out, errors = call("classify", "--explain", STATEMENTS[0])
    row = json.loads(out)
    evidence = row.pop("evidence")
    assert status == 0
    assert not errors
    assert row == json.loads(plain)
    assert [STATEMENTS[0][word["start"] : word["end"]] for word in evidence] == [
        word["word"] for word in evidence
    ]
    assert any(word["weight"] for word in evidence)


def test_a_run_can_be_chosen(call):
    _, out, _ = call("classify", "--run", "majority-articles", STATEMENTS[0])
    assert not out  # two runs begin so
    status, _, errors = call("classify", "--run", "majority-articles", STATEMENTS[0])
    assert status == 2
    assert "fits 2 runs" in errors


def test_a_file_in_and_a_file_out(call, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_text('number,words\n007,"We shall strike, he said"\n008,\n', encoding="utf-8")
    status, out, errors = call(
        "classify", "--input", str(source), "--text-column", "words", "--output", str(target)
    )
    assert status == 0
    assert not out
    assert "nothing to read" in errors
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["number"] for row in rows] == ["007", "008"]
    assert rows[0]["stance"]
    assert rows[1]["stance"] is None


def binary(path: Path) -> Path:
    path.write_bytes(b"\xff\xfe\x00\x81PAR0")
    return path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["classify", "--input", "missing.csv"], "no such file"),
        (["classify", "--input", "none"], "without files"),
        (["classify", "--input", "empty.txt"], "is empty"),
        (["classify", "--input", "bytes.csv"], "UTF-8"),
        (["classify", "--input", "bytes.jsonl"], "UTF-8"),
        (["classify", "--input", "bytes.parquet"], "bytes.parquet"),
        (["classify", "--input", "good.csv", "--text-column", "txt"], "did you mean 'text'"),
        (["classify", "--input", "good.csv", "--output", "out.xlsx"], ".parquet"),
        (["classify", "--input", "good.csv", "--output", "no/out.csv"], "no folder"),
        (["classify", "--input", "good.csv", "a text"], "not both"),
        (["classify", "--engine", "ray", "--input", "good.csv"], "give --input and --output"),
        (["classify", "--engine", "ray", "a text", "--output", "out"], "give --input and --output"),
        (["classify", "--input", "good.csv", "--workers", "2"], "go with --engine ray"),
        (["classify", "--run", "nonesuch", "a text"], "demarche runs"),
        (["compare", "nonesuch"], "demarche runs"),
        (["runs", "rm", "nonesuch"], "demarche runs"),
        (["compare", "--format", "pdf"], "invalid choice"),
    ],
)
def test_wrong_use_is_told_in_one_line(call, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none").mkdir()
    (tmp_path / "empty.txt").touch()
    (tmp_path / "good.csv").write_text("text\nWe shall strike.\n")
    for ending in ("csv", "jsonl", "parquet"):
        binary(tmp_path / f"bytes.{ending}")
    status, out, errors = call(*arguments)
    assert status == 2
    assert message in errors
    assert not out
    assert "Traceback" not in errors
    assert not list(tmp_path.glob("out*"))


def test_no_runs_and_an_unfinished_one(tmp_path, capsys):
    folder = ["--runs", str(tmp_path)]
    assert main(["classify", "a text", *folder]) == 1
    assert "train one" in capsys.readouterr().err
    assert main(["compare", *folder]) == 2
    train(composed(["model=majority", "data=articles", f"runs={tmp_path}"]))
    (run,) = list_runs(tmp_path)
    (run.path / "status.json").write_text(json.dumps({**run.status, "state": "failed"}))
    assert main(["classify", "a text", "--run", run.id, *folder]) == 1
    assert "only finished runs" in capsys.readouterr().err
    assert main(["compare", run.id, *folder]) == 2


def test_data_counts_and_agreement(capsys):
    assert main(["data", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["sentences"], found["statements"]) == (193, 139)
    assert found["gold"]["mode"]["narration"]["neutral"] == 52
    assert sum(found["gold"]["side"]["Russia"].values()) == 59
    assert found["synthetic"]["statements"]["accusatory"] == 2236
    assert round(found["kappa"]["stance"], 2) == 0.97
    assert main(["data"]) == 0
    assert "korea-herald" in capsys.readouterr().out


def test_broken_data_is_told_with_file_and_line(tmp_path, capsys):
    folder = copied_corpus(tmp_path / "data")
    text = (folder / "gold.jsonl").read_text(encoding="utf-8")
    (folder / "gold.jsonl").write_text(text.replace('"accusatory"', '"angry"', 1), "utf-8")
    assert main(["data", "--folder", str(folder)]) == 2
    errors = capsys.readouterr().err
    assert "gold.jsonl, line 1, field 'stance'" in errors
    assert errors.count("\n") == 1


def test_piped_in_and_out(runs):
    done = shell(f"printf 'We strike.\\n\\nWe meet.\\n' | demarche classify --runs {runs}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["We strike.", "", "We meet."]
    assert [row["stance"] is None for row in rows] == [False, True, False]


def test_a_reader_that_leaves_and_a_full_disk(runs):
    closed = shell(f"yes 'We strike.' | head -5000 | demarche classify --runs {runs} | head -1")
    assert closed.stdout.count("\n") == 1
    assert "Error" not in closed.stderr
    full = shell(f"demarche classify 'We strike.' --runs {runs} > /dev/full")
    assert full.returncode == 1
    assert "No space left" in full.stderr
    assert "Traceback" not in full.stderr


def test_help_names_every_command():
    done = shell("demarche --help && demarche --version && demarche train --help")
    assert done.returncode == 0
    for command in ("data", "train", "compare", "runs", "classify", "leave_one_event_out"):
        assert command in done.stdout


def test_no_command_is_wrong_use():
    assert shell("demarche").returncode == 2
    assert shell("demarche clasify x").returncode == 2
