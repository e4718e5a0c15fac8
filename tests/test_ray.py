"""The engine for many cores and machines: the rows of the local one, and on after any kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from readers import read_table

from demarche.bulk import Job, find_sources, state, survey
from demarche.classify import Classifier
from demarche.cli import main
from demarche.ray_engine import TRIES, Worker
from demarche.shards import Target, find_target

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs demarche[ray]")

FILES = 5
ROWS = 12_000  # of each file: enough to be met at work


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    train = ["train", "model=majority", "data=articles", "protocol=none", f"runs={folder}"]
    assert main(train) == 0
    return folder


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A cluster of this machine alone, which outlives the commands that use it."""
    import ray

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield ray.get_runtime_context().gcs_address
    ray.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with several files of rows, one row in each bad."""
    (tmp_path / "in").mkdir()
    for i in range(FILES):
        rows = [f"{i * ROWS + j},We shall see {j}" for j in range(ROWS)]
        rows[ROWS // 2] = "one cell"
        (tmp_path / "in" / f"{i}.csv").write_text("\n".join(["id,text", *rows, ""]))
    return tmp_path


def command(runs: Path, output: str, *options: str) -> list[str]:
    demarche = [sys.executable, "-m", "demarche", "classify"]
    return [*demarche, "--input", "in", "--runs", str(runs), "--output", output, *options]


def by_ray(
    runs: Path, folder: Path, output: str, *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(runs, output, "--engine", "ray", *options),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def locally(runs: Path, folder: Path) -> bytes:
    subprocess.run(command(runs, "local.csv"), cwd=folder, check=True)
    return (folder / "local.csv").read_bytes()


def rejects(path: Path) -> list[tuple[str, str]]:
    return [(row["place"], row["reason"]) for row in read_table(path).records]


@needs_ray
def test_the_rows_are_those_of_the_local_engine(runs: Path, folder: Path) -> None:
    expected = locally(runs, folder)
    done = by_ray(runs, folder, "out.csv", "--workers", "2")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"bad rows left out: {FILES}; see out.csv.rejects.jsonl" in done.stderr
    assert (folder / "out.csv").read_bytes() == expected
    own = rejects(folder / "out.csv.rejects.jsonl")
    assert own == rejects(folder / "local.csv.rejects.jsonl")
    assert not (folder / "out.csv.parts").exists()


def begun(
    runs: Path, folder: Path, cluster: str, met: Callable[[], Any]
) -> tuple[subprocess.Popen[str], Any]:
    """Start a job and wait until something is met at it."""
    options = ("--engine", "ray", "--address", cluster)
    job = subprocess.Popen(
        command(runs, "out.csv/", *options),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (found := met()):
        assert job.poll() is None, job.communicate()[1]
        time.sleep(0.01)
    return job, found


def workers(folder: Path) -> list[int]:
    """Ray's processes that classify for a job in this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            name = (path / "cmdline").read_bytes()
            if name.startswith(b"ray::") and (path / "cwd").readlink() == folder:
                found.append(int(path.name))
        except OSError:
            pass  # it has ended
    return found


def whole(folder: Path) -> bytes:
    header, *rest = (path.read_bytes() for path in sorted((folder / "out.csv").glob("part-*.csv")))
    return header + b"".join(part.partition(b"\n")[2] for part in rest)


@needs_ray
def test_a_killed_driver_is_gone_on_after(runs: Path, folder: Path, cluster: str) -> None:
    out, changed = folder / "out.csv", folder / "in" / "3.csv"
    job, _ = begun(runs, folder, cluster, lambda: list(out.glob("_part-*.json")))
    job.kill()
    job.communicate()
    while workers(folder):  # the cluster ends them
        time.sleep(0.1)
    finished = [path.stem.removeprefix("_") for path in out.glob("_part-*.json")]
    times = {name: (out / f"{name}.csv").stat().st_mtime_ns for name in finished}
    assert 0 < len(times) < FILES

    content = changed.read_text()
    changed.write_text(f"{content}1,another\n")
    refused = by_ray(runs, folder, "out.csv/")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "begun with another input (in/3.csv has changed)" in refused.stderr
    changed.write_text(content)
    refused = by_ray(runs, folder, "out.csv/", "--explain")
    assert "begun with another --explain (False, now True)" in refused.stderr
    other = subprocess.run(
        command(runs, "out.csv/"), cwd=folder, capture_output=True, text=True, check=False
    )
    assert "begun with another --engine (ray, now local)" in other.stderr

    done = by_ray(runs, folder, "out.csv/", "--address", cluster)
    assert done.returncode == 0, done.stderr
    assert f"going on after {len(times) * (ROWS - 1):,} rows" in done.stderr
    assert {name: (out / f"{name}.csv").stat().st_mtime_ns for name in finished} == times
    assert whole(folder) == locally(runs, folder)
    assert len(rejects(out / "_rejects.jsonl")) == FILES
    assert {path.name for path in out.iterdir()} == {
        "_job.json",
        "_rejects.jsonl",
        *(f"part-{i:05}.csv" for i in range(FILES)),
    }
    again = by_ray(runs, folder, "out.csv/")
    assert "was finished before" in again.stderr


@needs_ray
@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs Linux")
def test_a_killed_worker_is_replaced(runs: Path, folder: Path, cluster: str) -> None:
    job, pids = begun(runs, folder, cluster, lambda: workers(folder))
    os.kill(pids[0], signal.SIGKILL)
    out, told = job.communicate()
    assert (job.returncode, out) == (0, ""), told
    assert whole(folder) == locally(runs, folder)
    assert len(rejects(folder / "out.csv" / "_rejects.jsonl")) == FILES


@needs_ray
def test_strict_stops_with_one_line(runs: Path, folder: Path, cluster: str) -> None:
    done = by_ray(runs, folder, "out.csv/", "--strict", "--address", cluster)
    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if line.startswith("demarche: ")]
    assert f".csv:{ROWS // 2 + 2}: 1 cells where the header has 2" in told[0]
    assert "Traceback" not in done.stderr
    assert not list((folder / "out.csv").glob("part-*"))


@needs_ray
def test_an_address_where_nothing_is(runs: Path, folder: Path) -> None:
    done = by_ray(runs, folder, "out.csv/", "--address", "127.0.0.1:1")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "127.0.0.1:1: no Ray cluster answers there" in done.stderr


# Without Ray


def test_without_the_extra_the_command_to_install_it_is_told(
    runs: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("demarche.extras.find_spec", lambda name: None)
    given = ["classify", "--input", str(folder / "in"), "--output", f"{folder}/out"]
    assert main([*given, "--runs", str(runs), "--engine", "ray"]) == 2
    told = "demarche: --engine ray needs an extra: pip install 'demarche[ray]'\n"
    assert capsys.readouterr().err == told
    assert not (folder / "out").exists()


def one_worker(folder: Path, load: Callable[[], Classifier]) -> Worker:
    found = find_sources(str(folder / "in"))
    target: Target = find_target(f"{folder}/out")
    target.folder.mkdir()
    job = partial(Job, column="text", layout=survey(found, "text"))
    return Worker(load, job, found, [state(source) for source in found], target, Path.cwd())


class DiedError(BaseException):
    pass


def test_a_file_over_which_processes_die_is_named(folder: Path) -> None:
    def die() -> Classifier:
        raise DiedError

    worker = one_worker(folder, die)
    for _ in range(TRIES):
        with pytest.raises(DiedError):
            worker({"item": 1})
    told = worker({"item": 1})
    assert (told["status"], told["number"]) == (1, 1)
    assert f"1.csv: {TRIES} processes died over it" in told["error"]
    assert not list((folder / "out").glob("part-*"))


def test_a_file_that_changed_or_went_before_its_turn_is_told(folder: Path) -> None:
    worker = one_worker(folder, lambda: pytest.fail("nothing is to be classified"))
    with (folder / "in" / "0.csv").open("a") as stream:
        stream.write("9,more\n")
    (folder / "in" / "1.csv").unlink()
    assert "0.csv: changed while the job ran; start anew" in worker({"item": 0})["error"]
    assert worker({"item": 1})["error"].endswith("1.csv: No such file or directory")
