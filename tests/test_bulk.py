"""Files without end: in parts, on from where it stopped, nothing lost, nothing doubled."""

import gzip
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readers import read_table

from demarche import sources
from demarche.bulk import Job, find_sources, survey
from demarche.classify import Classifier
from demarche.errors import DemarcheError, UsageError
from demarche.models.protocol import Probabilities
from demarche.shards import Progress, find_target
from demarche.sources import Source
from demarche.stance import STANCES
from demarche.tables import from_texts, write_table
from demarche.verdicts import OUTPUT


class Length:
    """Judges a text by its length, and counts what it has judged."""

    def __init__(self) -> None:
        self.judged = 0

    def predict_proba(
        self, texts: Sequence[str], contexts: Sequence[str] | None = None
    ) -> Probabilities:
        self.judged += len(texts)
        rows = np.full((len(texts), 4), 0.1)
        rows[np.arange(len(texts)), [len(text) % 4 for text in texts]] = 0.7
        return rows


def classify(
    given: Path | str,
    output: Path | str,
    rows: int = 3,
    model: Length | None = None,
    run: str = "length-1",
    column: str = "text",
    **options: Any,
) -> Progress:
    target = find_target(str(output))
    found = find_sources(str(given), target.folder)
    strict = options.get("strict", False)
    layout = survey(found, column, target.ending == ".parquet", strict)
    judge: Any = Classifier(model or Length(), run)  # type: ignore[arg-type]
    return Job(judge, found, column, layout, rows=rows, **options).write(target)


def refusal(job: Callable[[], object], error: type[DemarcheError] = UsageError) -> str:
    with pytest.raises(error) as caught:
        job()
    message = str(caught.value)
    assert "\n" not in message
    return message


def lines(n: int, start: int = 0) -> str:
    return "".join(f'{{"id": {i}, "text": "{"x" * (i % 9)}"}}\n' for i in range(start, start + n))


def union(folder: Path) -> list[dict[str, Any]]:
    # A part of bad rows alone is, in JSONL, an empty file.
    parts = sorted(part for part in folder.glob("part-*") if part.stat().st_size)
    return [record for part in parts for record in read_table(part).records]


# One batch or many


texts = st.text(st.characters(codec="utf-8"), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
records = st.dictionaries(
    st.sampled_from(["text", "a", "b", "stance"]),
    scalars | st.lists(scalars, max_size=2),
    max_size=4,
)
some_tables = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)


def outputs(given: Path, folder: Path, ending: str, rows: int) -> tuple[Any, Any]:
    classify(given, folder / f"{rows}{ending}", rows)
    written = folder / f"{rows}{ending}"
    if ending == ".parquet":
        return pq.read_schema(written), pq.read_table(written).to_pylist()
    return None, written.read_bytes()


@some_tables
@given(
    st.lists(records, max_size=8),
    st.integers(1, 9),
    st.sampled_from([".jsonl", ".csv", ".tsv", ".parquet"]),
)
def test_any_jsonl_in_any_batches_gives_the_same(
    tmp_path: Path, rows: list[dict[str, Any]], size: int, ending: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in [{"text": "a"}, *rows]))
    assert outputs(path, tmp_path, ending, size) == outputs(path, tmp_path, ending, 100)


@some_tables
@given(
    st.lists(st.tuples(texts, scalars), min_size=1, max_size=8),
    st.integers(1, 9),
    st.sampled_from([".csv", ".tsv", ".parquet"]),
    st.sampled_from([".jsonl", ".csv", ".parquet"]),
)
def test_any_table_in_any_batches_gives_the_same(
    tmp_path: Path, rows: list[tuple[str, Any]], size: int, form: str, ending: str
) -> None:
    path = tmp_path / f"x{form}"
    table = from_texts([text for text, _ in rows])
    for record, (_, own) in zip(table.records, rows, strict=True):
        record["own"] = own
    table.columns.append("own")
    write_table(table, path)
    assert outputs(path, tmp_path, ending, size) == outputs(path, tmp_path, ending, 100)


def test_rows_of_several_files_come_in_order_with_all_columns(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv.gz").write_bytes(
        gzip.compress(b"text,id\na,1\nbb,2\n") + gzip.compress(b"ccc,3\n")
    )
    (folder / "b.jsonl.zst").write_bytes(
        pa.compress(b'{"text": "d", "n": 5}\n', "zstd", asbytes=True)
    )
    (folder / "c.txt").write_text("e\nf\n")
    (folder / "d.jsonl").write_text("")
    pq.write_table(pa.table({"text": ["g"], "n": [7]}), folder / "e.parquet")
    (folder / "notes.md").write_text("none of the rows")
    for pattern in (folder, folder / "*.*[!d]"):
        classify(pattern, tmp_path / "out.parquet", rows=1)
        written = pq.read_table(tmp_path / "out.parquet")
        assert written["text"].to_pylist() == ["a", "bb", "ccc", "d", "e", "f", "g"]
        assert written["id"].to_pylist() == ["1", "2", "3", None, None, None, None]
        assert written["n"].to_pylist() == [None, None, None, 5, None, None, 7]
    classify(folder, tmp_path / "out.csv", rows=2)
    assert read_table(tmp_path / "out.csv").columns == ["text", "id", "n", *OUTPUT]
    assert not (tmp_path / "out.csv.parts").exists()


def test_a_column_of_several_types_is_text_in_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"], "n": pa.array([1], pa.int8())}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"text": ["b"], "n": [2.5]}), tmp_path / "b.parquet")
    classify(tmp_path / "*.parquet", tmp_path / "out")
    assert [row["n"] for row in union(tmp_path / "out")] == [1, 2.5]
    classify(f"{tmp_path}/?.parquet", tmp_path / "out.parquet", rows=1)
    assert pq.read_table(tmp_path / "out.parquet")["n"].to_pylist() == ["1", "2.5"]


@pytest.mark.parametrize(
    "array",
    [
        pa.nulls(4),
        pa.array([1, 2, None, 4]),
        pa.array([["a"], [], None, ["b", "c"]]),
        pa.array(["a", None, "b", "a"]).dictionary_encode(),
        pa.array([b"a", None, b"\xff", b""]),
        pa.array([{"a": 1}, None, {"a": 2}, {"a": 3}]),
        pa.array([1, None, 10**15, 3], pa.timestamp("us", "UTC")),
        pa.array(["a", None, "b", "c"], pa.large_string()),
    ],
    ids=lambda array: str(array.type)[:12],
)
@pytest.mark.parametrize("ending", [".parquet", ".jsonl", ".csv"])
def test_a_column_of_any_type_is_kept_and_may_hold_the_texts(
    tmp_path: Path, array: Any, ending: str
) -> None:
    pq.write_table(pa.table({"own": array}), tmp_path / "x.parquet")
    done = classify(tmp_path / "x.parquet", tmp_path / f"out{ending}", column="own", rows=3)
    # Times are read as text: Python's own hold neither nanoseconds nor the year 10,000.
    kinds = (str, datetime)
    readable = sum(isinstance(value, kinds) for value in array.to_pylist())
    assert (done.rows, done.rows - done.empty) == (4, readable)
    if ending == ".parquet":
        assert pq.read_table(tmp_path / "out.parquet")["own"].type == array.type
        assert pq.read_table(tmp_path / "out.parquet")["own"].to_pylist() == array.to_pylist()


def test_a_batch_ends_early_where_cells_are_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "CHARACTERS", 2_500_000)
    large = "We will answer. " * 65_536  # 1 MB
    write_table(from_texts([large] * 7), tmp_path / "x.csv")
    write_table(from_texts([f"{i}{large}" for i in range(7)]), tmp_path / "x.parquet")
    for name in ("x.csv", "x.parquet"):
        batches = [len(batch.table.records) for batch in Source(str(tmp_path / name)).batches()]
        assert sum(batches) == 7
        assert max(batches) <= 3
        classify(tmp_path / name, tmp_path / f"out-{name}", rows=100)
        assert [len(t) // 2**20 for t in read_table(tmp_path / f"out-{name}").column("text")] == (
            [1] * 7
        )


# Bad rows


BAD = {
    "x.jsonl": (b'{"text": "a"}\nplain\n{"text": "b\xff"}\n{"text": "c"}\n', [2, 3]),
    "x.csv": (b'text,n\na,1\nb\n"c"x,3\nd\xff,4\ne,5\n', [3, 4, 5]),
    "x.tsv": (b'text\tn\na\t1\n"never closed\t2\nb\t3\n', [3]),
    "x.txt": (b"a\nb\xff\nc\n", [2]),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("rows", [1, 2, 100])
def test_bad_rows_are_left_out_with_place_reason_and_text(
    tmp_path: Path, name: str, rows: int
) -> None:
    content, bad = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    for output in ("out.jsonl", "folder/"):
        done = classify(path, f"{tmp_path}/{output}", rows)
        target = find_target(f"{tmp_path}/{output}")
        rejects = read_table(target.rejects).records
        assert [reject["place"] for reject in rejects] == [f"{path}:{line}" for line in bad]
        assert done.rejected == len(bad)
        source_lines = content.split(b"\n")
        for reject, line in zip(rejects, bad, strict=True):
            assert reject["row"].encode() == source_lines[line - 1].replace(b"\xff", rb"\xff")
            assert reject["reason"]
        written = read_table(target.path).records if target.is_file else union(target.path)
        good = content.count(b"\n") - len(bad) - (name[-3:] in ("csv", "tsv"))
        assert [row["stance"] for row in written] == [STANCES[1]] * good
        assert not list(target.path.glob("_rejects-*"))
    path.write_bytes(b"text\nfine\n" if name[-3:] in ("csv", "tsv") else b'{"text": "fine"}\n')
    classify(path, tmp_path / "out.jsonl", rows)
    assert not (tmp_path / "out.jsonl.rejects.jsonl").exists()


@pytest.mark.parametrize("name", BAD)
def test_strict_stops_at_the_first_bad_row(tmp_path: Path, name: str) -> None:
    content, bad = BAD[name]
    (tmp_path / name).write_bytes(content)
    message = refusal(lambda: classify(tmp_path / name, tmp_path / "out.csv", strict=True))
    assert message.startswith(f"{tmp_path / name}:{bad[0]}: ")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("codec", ["gz", "zst"])
def test_a_truncated_file_is_told_and_what_was_read_is_kept(tmp_path: Path, codec: str) -> None:
    rng = random.Random(1)
    content = ("text\n" + "".join(f"{rng.random()}\n" for _ in range(8000))).encode()
    whole = gzip.compress(content) if codec == "gz" else pa.compress(content, "zstd", asbytes=True)
    path = tmp_path / f"x.csv.{codec}"
    path.write_bytes(bytes(whole)[:-2000])
    message = refusal(lambda: classify(path, f"{tmp_path}/out/", rows=1000))
    assert f"x.csv.{codec}: is damaged or cut off after line " in message
    parts = list((tmp_path / "out").glob("part-*"))
    assert parts
    assert all(len(read_table(part).records) for part in parts)
    assert not list(tmp_path.rglob("*.partial"))


# Stopped and resumed


class StoppedError(Exception):
    pass


class Stopping(Length):
    """Stops the job at its n-th call."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.left = calls

    def predict_proba(
        self, texts: Sequence[str], contexts: Sequence[str] | None = None
    ) -> Probabilities:
        self.left -= 1
        if self.left < 0:
            raise StoppedError
        return super().predict_proba(texts, contexts)


@pytest.mark.parametrize("output", ["out/", "out.csv/", "out.parquet/", "out.jsonl", "out.parquet"])
def test_a_stopped_job_goes_on_without_doing_anything_twice(tmp_path: Path, output: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(lines(7) + "bad\n" + lines(13, 7))
    with pytest.raises(StoppedError):
        classify(path, f"{tmp_path}/{output}", model=Stopping(4))
    target = find_target(f"{tmp_path}/{output}")
    assert len(list(target.folder.glob("part-*"))) == 4
    assert not target.is_file or not target.path.exists()
    model = Length()
    done = classify(path, f"{tmp_path}/{output}", model=model)
    written = read_table(target.path).records if target.is_file else union(target.path)
    assert [int(row["id"]) for row in written] == list(range(20))
    assert (done.rows, done.rejected, done.empty) == (20, 1, 3)
    assert len(read_table(target.rejects).records) == 1
    assert model.judged == 8  # of the nine rows that were left, one is empty
    assert not target.is_file or not target.folder.exists()
    if not target.is_file:
        again = Length()
        assert classify(path, f"{tmp_path}/{output}", model=again) == done
        assert again.judged == 0


KILLED = """
import os, sys, time
sys.path.insert(0, {tests!r})
from test_bulk import Length, classify
class Slow(Length):
    def predict_proba(self, texts, contexts=None):
        time.sleep(0.001)
        return super().predict_proba(texts, contexts)
for line in sys.stdin:  # the imports are done once, the killed job runs in a child
    child = os.fork()
    if not child:
        classify({path!r}, {output!r}, rows=5, model=Slow())
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.mark.parametrize("output", ["out/", "out.csv"])
def test_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path, output: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(lines(30) + "bad\n" + lines(30, 30))
    classify(path, tmp_path / "whole.jsonl", rows=5)
    script = KILLED.format(
        tests=str(Path(__file__).parent), path=str(path), output=f"{tmp_path}/{output}"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdin
    assert parent.stdout
    rng, kills = random.Random(7), 0
    for turn in count():
        parent.stdin.write("go\n")
        parent.stdin.flush()
        child = int(parent.stdout.readline())
        if turn < 10:
            time.sleep(rng.uniform(0, 0.05))
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(child, signal.SIGKILL)
        status = int(parent.stdout.readline())
        kills += status == -signal.SIGKILL
        if turn >= 10:
            assert status == 0
            break
    parent.stdin.close()
    parent.wait()
    parent.stdout.close()
    assert kills > 0
    target = find_target(f"{tmp_path}/{output}")
    written = read_table(target.path).records if target.is_file else union(target.path)
    expected = read_table(tmp_path / "whole.jsonl").records
    assert [int(row["id"]) for row in written] == list(range(60))
    assert [row["stance"] or None for row in written] == [row["stance"] for row in expected]
    assert len(read_table(target.rejects).records) == 1


@pytest.mark.parametrize("output", ["out/", "out.csv"])
def test_a_kill_before_the_first_manifest_leaves_nothing_in_the_way(
    tmp_path: Path, output: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(lines(20))
    folder = find_target(f"{tmp_path}/{output}").folder
    folder.mkdir()
    (folder / "._job.json.17.partial").touch()
    assert classify(path, f"{tmp_path}/{output}").rows == 20
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "mine.txt").touch()
    with pytest.raises(UsageError, match="none of a job"):
        classify(path, f"{tmp_path}/{output}")


def begun(tmp_path: Path, output: str = "out/") -> Path:
    path = tmp_path / "x.jsonl"
    path.write_text(lines(20))
    with pytest.raises(StoppedError):
        classify(path, f"{tmp_path}/{output}", model=Stopping(3))
    return path


@pytest.mark.parametrize("output", ["out/", "out.csv"])
def test_another_input_run_or_option_does_not_go_on(tmp_path: Path, output: str) -> None:
    path = begun(tmp_path, output)
    out = f"{tmp_path}/{output}"
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert "another run (length-1, now length-2)" in refusal(
        lambda: classify(path, out, run="length-2")
    )
    assert "another --explain (False, now True)" in refusal(
        lambda: classify(path, out, explain=True)
    )
    assert "another number of rows" in refusal(lambda: classify(path, out, rows=4))
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    content = path.read_text()
    path.write_text(lines(21))
    message = refusal(lambda: classify(path, out))
    assert f"begun with another input ({path} has changed)" in message
    assert "remove that folder to start anew" in message
    path.write_text(content)
    (tmp_path / "y.jsonl").write_text(lines(3))
    assert "y.jsonl is new)" in refusal(lambda: classify(tmp_path / "?.jsonl", out))


def test_a_job_without_a_part_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(lines(20))
    with pytest.raises(StoppedError):
        classify(path, tmp_path / "out.csv", model=Stopping(0))
    path.write_text(lines(5))
    assert classify(path, tmp_path / "out.csv").rows == 5


def test_an_input_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(lines(20))

    class Changing(Length):
        def predict_proba(
            self, texts: Sequence[str], contexts: Sequence[str] | None = None
        ) -> Probabilities:
            with path.open("a") as stream:
                stream.write(lines(1))
            return super().predict_proba(texts, contexts)

    message = refusal(lambda: classify(path, f"{tmp_path}/o/", model=Changing()), DemarcheError)
    assert "x.jsonl: changed while it was read" in message


def test_what_is_there_and_no_job_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(lines(4))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "letter.txt").write_text("mine")
    assert "none of a job" in refusal(lambda: classify(path, tmp_path / "own"))
    (tmp_path / "file").write_text("mine")
    assert "is a file" in refusal(lambda: classify(path, tmp_path / "file"))
    assert "there is no folder" in refusal(lambda: classify(path, tmp_path / "no" / "out"))
    assert "'.docx'" in refusal(lambda: classify(path, f"{tmp_path}/out.docx/"))
    assert (tmp_path / "own" / "letter.txt").read_text() == "mine"
    (tmp_path / "out.csv").write_text("earlier")  # a file is replaced, whole
    classify(path, tmp_path / "out.csv")
    assert len(read_table(tmp_path / "out.csv").records) == 4


@pytest.mark.parametrize("content", ["{", "[]", '{"job": {}}', '{"job": {}, "progress": {"x": 1}}'])
def test_a_damaged_manifest_is_told(tmp_path: Path, content: str) -> None:
    path = begun(tmp_path)
    (tmp_path / "out" / "_job.json").write_text(content)
    assert "_job.json: damaged" in refusal(lambda: classify(path, f"{tmp_path}/out/"))


@pytest.mark.parametrize("output", ["out/", "out.parquet", "out.csv"])
def test_a_full_disk_leaves_whole_parts_that_go_on(tmp_path: Path, output: str) -> None:
    path = tmp_path / "x.jsonl"
    large = random.Random(1).randbytes(30_000).hex()
    path.write_text(lines(8) + json.dumps({"id": 8, "text": large}) + "\n" + lines(3, 9))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        message = refusal(lambda: classify(path, f"{tmp_path}/{output}"), DemarcheError)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be written (File too large)" in message
    target = find_target(f"{tmp_path}/{output}")
    assert not list(tmp_path.rglob("*.partial"))
    classify(path, f"{tmp_path}/{output}")
    written = read_table(target.path).records if target.is_file else union(target.path)
    assert [int(row["id"]) for row in written] == list(range(12))
