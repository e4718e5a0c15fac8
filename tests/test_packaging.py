"""The wheel works away from the checkout."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_code_configs_data_and_articles(wheel):
    with ZipFile(wheel) as archive:
        held = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "src/demarche", "configs", "data", "seeds"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    wanted = {
        path.removeprefix("src/") if path.startswith("src/") else f"demarche/{path}"
        for path in tracked
    }
    assert wanted
    assert sorted(wanted - held) == []


def test_an_unpacked_wheel_trains_and_classifies(wheel, tmp_path):
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = (
        "import sys; sys.path.insert(0, 'site'); import demarche, demarche.cli; "
        "assert demarche.__file__.endswith('site/demarche/__init__.py'), demarche.__file__; "
        "arguments = ['train', 'model=tfidf', 'data=articles', 'protocol=none']; "
        "assert demarche.cli.main(arguments) == 0; "
        "print(demarche.load().classify(['We shall strike.'])[0].stance)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] in ("escalatory", "conciliatory", "accusatory", "neutral")
