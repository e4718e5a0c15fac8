"""`demarche read` as a user meets it: files and folders in, tables and pages out, exit status."""

import csv
import json
import os
import pty
import re
import subprocess
import sys
import termios
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from shell import shell

from demarche.cli import main
from demarche.config import DataConfig, ProtocolConfig, TrainConfig
from demarche.models.majority import Majority, MajorityParams
from demarche.reading import read
from demarche.records import Prediction, Reading, Statement
from demarche.report.page import write_page
from demarche.rows import COLUMNS, ReadArticle
from demarche.runs import recorded, write_model, write_results
from demarche.stance import STANCES
from demarche.verdicts import OUTPUT

ARTICLE = (
    "Latvia warns its neighbour\n\n"
    "Latvian Foreign Minister Ana Bel said on Friday that talks with Moscow would go on. "
    "“We will answer every raid,” she said.\n\n"
    "The two sides met in Geneva in March.\n"
)
PLAIN = [name for name in COLUMNS if name != "kind"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finished run, which finds everything accusatory."""
    folder = tmp_path_factory.mktemp("runs")
    data = DataConfig(
        "gold", gold=1.0, statements=False, synthetic_articles=0.0, seeds=None, folder=None
    )
    protocol = ProtocolConfig("none", event=None)
    config = TrainConfig("majority", MajorityParams(), data, protocol, 1, str(folder))
    with recorded(config, {}) as run:
        write_results(run, None, pd.DataFrame())
        write_model(run, Majority(MajorityParams(), 1).fit(["a", "b"], ["accusatory"] * 2), {})
    return folder


@pytest.fixture
def call(runs, tmp_path, capsys, monkeypatch):
    """Run `demarche read` in an empty folder; give status, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, folder: Path | None = runs) -> tuple[int, str, str]:
        try:
            status = main(["read", *arguments, *(["--runs", str(folder)] if folder else [])])
        except SystemExit as stop:  # argparse
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def save(name: str, content: str | bytes = ARTICLE) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def rows_of(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


def test_an_article_becomes_rows_with_the_best_run(call, runs):
    status, out, errors = call(save("latvia.txt"))
    rows = rows_of(out)
    assert status == 0
    assert not errors
    assert list(rows[0]) == [*PLAIN, *OUTPUT]
    assert {row["article"] for row in rows} == {"latvia"}
    assert all(row["text"] == ARTICLE[row["start"] : row["end"]] for row in rows)
    assert {row["run"] for row in rows} == {path.name for path in runs.iterdir()}
    assert {row["stance"] for row in rows} == {"accusatory"}
    assert {row["target"] for row in rows if row["mode"] == "narration"} == {"none"}


def test_rows_can_be_fewer_or_more(call):
    save("a.txt")
    body = rows_of(call("a.txt")[1])
    statements = rows_of(call("a.txt", "--statements")[1])
    everything = rows_of(call("a.txt", "--all")[1])
    assert statements == [row for row in body if row["mode"] != "narration"]
    assert list(everything[0]) == [*COLUMNS, *OUTPUT]
    kept = [row for row in everything if row["kind"] == "body"]
    assert [{k: v for k, v in row.items() if k != "kind"} for row in kept] == body
    assert call("a.txt", "--all", "--statements")[0] == 2


def test_without_a_run_there_is_a_note_and_no_stance(call, tmp_path):
    status, out, errors = call(save("a.txt"), folder=tmp_path / "nowhere")
    assert status == 0
    assert list(rows_of(out)[0]) == PLAIN
    assert errors.count("\n") == 1
    assert "no finished run" in errors
    status, quiet, errors = call("a.txt", "--no-stance")
    assert (status, quiet, errors) == (0, out, "")


def test_a_named_run_must_be_there(call, runs):
    (run,) = runs.iterdir()
    assert call(save("a.txt"), "--run", run.name[-8:])[0] == 0
    status, out, errors = call("a.txt", "--run", "nonesuch")
    assert (status, out) == (2, "")
    assert "demarche runs" in errors
    assert call("a.txt", "--run", run.name, "--no-stance")[0] == 2


def test_a_file_of_speakers_extends_the_reader(call):
    header = "name,aliases,side,role,kind"
    save("speakers.csv", f"{header}\nAnabella Belova,Ana Bel,Latvia,analyst,person\n")
    rows = rows_of(call(save("a.txt"), "--speakers", "speakers.csv", "--statements")[1])
    assert {(row["speaker"], row["side"], row["role"]) for row in rows} == {
        ("Anabella Belova", "Latvia", "analyst")
    }
    assert {row["speaker"] for row in rows_of(call("a.txt", "--statements")[1])} == {"Ana Bel"}
    save("speakers.csv", f"{header}\nAna Bel,,Chile,poet,person\n")
    status, out, errors = call("a.txt", "--speakers", "speakers.csv")
    assert (status, out) == (2, "")
    assert "speakers.csv:2: field 'role'" in errors


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv", "parquet", "html"])
def test_files_out(call, tmp_path, ending):
    save("a.txt")
    lines = rows_of(call("a.txt")[1])
    status, out, errors = call("a.txt", "--output", f"out.{ending}")
    assert (status, out, errors) == (0, "", "")
    path = tmp_path / f"out.{ending}"
    if ending == "html":
        assert "We will answer every raid" in path.read_text(encoding="utf-8")
    elif ending == "parquet":
        frame = pd.read_parquet(path)
        assert list(frame.columns) == [*PLAIN, *OUTPUT]
        assert frame["start"].tolist() == [row["start"] for row in lines]
    elif ending == "jsonl":
        assert rows_of(path.read_text(encoding="utf-8")) == lines
    else:
        with path.open(encoding="utf-8", newline="") as stream:
            table = list(csv.DictReader(stream, delimiter="\t" if ending == "tsv" else ","))
        assert [row["text"] for row in table] == [row["text"] for row in lines]
        assert [json.loads(r["quotations"]) for r in table] == [r["quotations"] for r in lines]


def test_one_bad_file_does_not_stop_the_rest(call):
    save("in/1.txt", ARTICLE + "One ended.\n")
    save("in/2.txt", b"\x89PNG\x00\x01")
    save("in/3.md", ARTICLE + "Three ended.\n")
    save("in/4.html", b"")
    status, out, errors = call("missing.txt", "in", "in/*.doc", "--no-stance")
    assert status == 1
    assert list(dict.fromkeys(row["article"] for row in rows_of(out))) == ["1", "3"]
    messages = errors.splitlines()
    assert [message.split(": ")[1] for message in messages] == [
        "missing.txt", "in/2.txt", "in/4.html", "in/*.doc",
    ]  # fmt: skip
    assert messages[0].endswith("no such file")
    assert "binary" in messages[1]
    assert "is empty" in messages[2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"\x00\x01\x02", "binary"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html><body></body></html>", "a.txt"),
    ],
)
def test_nothing_read_is_wrong_use(call, tmp_path, content, message):
    save("a.txt", content)
    status, out, errors = call("a.txt", "--no-stance", "--output", "out.csv")
    assert (status, out) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required"),
        (["missing.txt"], "no such file"),
        (["."], "holds no"),
        (["a.txt", "--output", "out.xlsx"], r"\.html"),
        (["a.txt", "--output", "no/out.html"], "no folder"),
        (["a.txt", "--output", "folder.html"], "is a folder"),
        (["a.txt", "--speakers", "missing.csv"], "missing.csv"),
    ],
)
def test_wrong_use_is_told_in_one_line(call, tmp_path, arguments, message):
    Path("folder.html").mkdir()
    if arguments != ["."]:
        save("a.txt")
    status, out, errors = call(*arguments, "--no-stance")
    assert (status, out) == (2, "")
    assert re.search(message, errors)
    assert "Traceback" not in errors
    assert not list(tmp_path.glob("out*"))


def test_a_file_without_a_sentence_is_no_failure(call):
    status, out, errors = call(save("marks.txt", "“” ‘’ \n\n—\n"), "--no-stance")
    assert (status, "Traceback" in errors) == (0, False)
    assert all(not any(c.isalnum() for c in row["text"]) for row in rows_of(out))


def test_encodings_are_told_where_they_are_guessed(call):
    save("utf16.txt", ARTICLE.encode("utf-16"))
    save("bom.txt", ARTICLE.encode("utf-8-sig"))
    save("old.txt", ARTICLE.encode("windows-1252"))
    status, out, errors = call("utf16.txt", "bom.txt", "old.txt", "--no-stance")
    by_article: dict[str, list] = {}
    for row in rows_of(out):
        by_article.setdefault(row.pop("article"), []).append(row)
    assert status == 0
    assert by_article["utf16"] == by_article["bom"] == by_article["old"]
    assert errors.splitlines() == [
        "demarche: old.txt: 1 line that is not UTF-8 read as Windows-1252"
    ]


def test_windows_line_ends_keep_their_offsets(call):
    text = ARTICLE.replace("\n", "\r\n")
    rows = rows_of(call(save("dos.txt", text), "--all", "--no-stance")[1])
    assert [row["text"] for row in rows] == [text[row["start"] : row["end"]] for row in rows]
    assert rows[-1]["end"] == len(text) - 2


# On the terminal and in pipes


def test_piped_in_and_out(tmp_path):
    (tmp_path / "b.txt").write_text(ARTICLE, encoding="utf-8")
    done = shell("cat b.txt | demarche read b.txt - --no-stance", cwd=tmp_path)
    assert done.returncode == 0
    rows = rows_of(done.stdout)
    assert list(dict.fromkeys(row["article"] for row in rows)) == ["b", "standard input"]
    assert shell("demarche read - --no-stance < /dev/null").returncode == 2


def test_a_reader_that_leaves_and_a_full_disk(tmp_path):
    (tmp_path / "long.txt").write_text(ARTICLE * 200, encoding="utf-8")
    closed = shell("demarche read long.txt --no-stance | head -1", cwd=tmp_path)
    assert closed.stdout.count("\n") == 1
    assert "Error" not in closed.stderr
    full = shell("demarche read long.txt --no-stance > /dev/full", cwd=tmp_path)
    assert full.returncode == 1
    assert "No space left" in full.stderr
    assert "Traceback" not in full.stderr


def on_a_terminal(command: list[str], **options) -> str:
    """Run a command with a terminal of 80 columns for all its streams; give what it shows."""
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 80))
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("COLUMNS", None)
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=environment, **options
    ) as process:
        os.close(follower)
        shown = b""
        while chunk := _read(leader):
            shown += chunk
        process.wait()
    os.close(leader)
    return shown.decode()


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # the other side is closed
        return b""


def test_people_get_a_table_of_80_columns_and_a_progress_bar(tmp_path, runs):
    (tmp_path / "a.txt").write_text(f"{ARTICLE}\n“\x1b]0;x\x07[red]No[/],” he said.\n", "utf-8")
    (tmp_path / "b.txt").write_text(ARTICLE, encoding="utf-8")
    command = [sys.executable, "-m", "demarche", "read", "a.txt", "b.txt", "--runs", str(runs)]
    shown = on_a_terminal(command, cwd=tmp_path)
    plain = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)
    assert "reading:" in plain
    assert "accusatory" in plain
    assert "[red]No[/]" in plain
    assert "\x1b]0" not in plain
    table = [line for line in re.split(r"[\r\n]+", plain) if "reading:" not in line]
    assert max(map(len, table)) <= 80
    quiet = shell(f"demarche read a.txt b.txt --runs {runs} > x.jsonl", cwd=tmp_path)
    assert not quiet.stderr


# The page


class Outline(HTMLParser):
    """What a browser would make of a page: elements, ids, and the text of its paragraphs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br"):
            self.open.append((tag, dict(attrs).get("class") or ""))
        if tag == "p":
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, "elements are nested well"

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self.open]
        aside = any(kind in ("tip", "kind") for _, kind in self.open) or "sup" in inside
        if "p" in inside and not aside:
            self.texts[-1] += data


def page_of(path: Path, articles: list[ReadArticle], show="body") -> tuple[str, Outline]:
    write_page(articles, show, path)
    page = path.read_text(encoding="utf-8")
    return page, Outline(page)


def judged(text: str, name: str) -> ReadArticle:
    reading = read(text, name).reading
    return ReadArticle(
        reading,
        {
            place: Prediction(sentence.text, STANCES[place % 4], 0.1, 0.2, 0.3, 0.4, "stub-1")
            for place, sentence in enumerate(reading.sentences)
            if sentence.kind == "body"
        },
    )


def test_the_page_holds_every_sentence_and_marks_every_statement(tmp_path):
    articles = [judged(ARTICLE * 3, "one"), judged(ARTICLE, "two"), judged("—", "empty")]
    page, outline = page_of(tmp_path / "x.html", articles)
    words = " ".join(" ".join(outline.texts).split())
    for article in articles:
        for row in article:
            assert row["text"] in words
    marks = [attributes for tag, attributes in outline.elements if tag == "mark"]
    statements = [row for article in articles for row in article.rows("statements")]
    assert [mark["class"] for mark in marks] == [row["stance"] for row in statements]
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {mark["aria-describedby"] for mark in marks} <= set(ids)
    assert page.count("<li><a href=") == 3
    assert all(mark["tabindex"] == "0" for mark in marks)


def test_the_note_beside_a_paragraph_needs_no_pointer(tmp_path):
    sentence = Statement(
        1, 0, 5, "Never", "body", "indirect", (), "said", "he", "Anna Berg", "Malta", "official",
        "Tunisia",
    )  # fmt: skip
    article = ReadArticle(Reading("one", "Never", None, None, None, (sentence,)))
    page, outline = page_of(tmp_path / "x.html", [article])
    note = re.sub(r"<[^>]*>", "", page.partition('<ol class="notes"')[2].partition("</ol>")[0])
    assert [name for name in ("Anna Berg", "Tunisia", "on behalf of Malta") if name in note] == [
        "Anna Berg", "Tunisia", "on behalf of Malta",
    ]  # fmt: skip
    # A landmark for each paragraph would leave none that one finds.
    assert "aside" not in {tag for tag, _ in outline.elements}


def test_the_page_stands_alone(tmp_path):
    page, outline = page_of(tmp_path / "x.html", [judged(ARTICLE, "one")])
    tags = {tag for tag, _ in outline.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "base"}
    assert not re.search(r"https?:|url\(|@import|//", page)
    assert "default-src 'none'" in page
    for wanted in ("prefers-color-scheme: dark", "@media print", "max-width: 48rem", "viewport"):
        assert wanted in page


def test_markup_in_an_article_stays_text(tmp_path):
    evil = "<script>alert(1)</script>\"'><b onmouseover=x>&amp;{{ 7*7 }}\x00\ud800"
    sentence = Statement(
        1, 0, len(evil), evil, "body", "direct", ((0, 8),), evil, evil, evil, evil, "official", evil
    )
    other = Statement(2, 0, 0, "", evil)
    verdict = Prediction(evil, "escalatory", 0.7, 0.1, 0.1, 0.1, evil)
    article = ReadArticle(Reading(evil, evil, evil, evil, evil, (sentence, other)), {0: verdict})
    page, outline = page_of(tmp_path / "x.html", [article, article], "all")
    tags = {tag for tag, _ in outline.elements}
    assert not tags & {"script", "img"}
    assert not any(
        name.startswith("on") for _, attributes in outline.elements for name in attributes
    )
    assert {attributes.get("class") for tag, attributes in outline.elements if tag == "b"} == {None}
    assert "{{ 7*7 }}" in page
    assert "&amp;amp;" in page
    assert "\x00" not in page


def test_what_was_left_out_is_grey_and_named(tmp_path):
    text = "Photo: Reuters\n\nIt rained."
    sentences = (
        Statement(1, 0, 14, text[:14], "pull_quote"),
        Statement(2, 16, 26, text[16:], "body", "narration", role="author", target="none"),
    )
    article = ReadArticle(Reading("a", text, None, None, None, sentences))
    page, _ = page_of(tmp_path / "x.html", [article], "all")
    assert page.count('class="row noise"') == 1
    assert '<span class="kind">pull quote</span>Photo: Reuters' in page
    assert "<mark" not in page
    page, _ = page_of(tmp_path / "x.html", [article])
    assert "Reuters" not in page
    assert "Stances" not in page, "no run, no legend"


def test_a_sentence_that_is_not_shown_leaves_its_place(tmp_path):
    text = "“We will,” he said. It rained. “So will we,” she said."
    spans = [(0, 19, "direct"), (20, 30, "narration"), (31, len(text), "direct")]
    sentences = tuple(
        Statement(1, start, end, text[start:end], "body", mode, target="none")
        for start, end, mode in spans
    )
    article = ReadArticle(Reading("a", text, None, None, None, sentences))
    _, outline = page_of(tmp_path / "x.html", [article], "statements")
    assert "“We will,” he said. … “So will we,” she said." in outline.texts
