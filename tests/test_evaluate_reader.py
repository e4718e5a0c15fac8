"""The reader's floors: they hold, and are not lowered unnoticed."""

import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "evaluate_reader"
FOUND = {"five articles": {"body": 0.9, "target": None}}


@pytest.fixture
def script(tmp_path: Path) -> ModuleType:
    loader = SourceFileLoader("evaluate_reader", str(SCRIPT))
    spec = spec_from_loader("evaluate_reader", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    module.FLOORS = tmp_path / "floors.json"
    return module


def test_the_reader_is_not_below_its_floors() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert "| five articles | held-out styles |" in done.stdout


def test_floors_rise_with_an_update(script: ModuleType) -> None:
    assert script._update(FOUND, None) == 0
    assert json.loads(script.FLOORS.read_text())["floors"] == {"five articles": {"body": 0.9}}
    assert script._update({"five articles": {"body": 0.95, "target": None}}, None) == 0
    assert script._floors()["five articles"]["body"] == 0.95
    assert script._check(FOUND) == 1


def test_a_floor_is_lowered_only_with_a_reason(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    script._update(FOUND, None)
    lower = {"five articles": {"body": 0.8, "target": None}}
    assert script._update(lower, None) == 1
    assert script._floors()["five articles"]["body"] == 0.9
    assert "below its floor: five articles, body: 0.8, floor 0.9" in capsys.readouterr().err
    assert script._update(lower, "labels were mended") == 0
    assert script._floors()["five articles"]["body"] == 0.8
    assert json.loads(script.FLOORS.read_text())["lowered"] == [
        {"reason": "labels were mended", "what": ["five articles, body: from 0.9"]}
    ]


def test_a_figure_that_can_no_longer_be_had_is_below_its_floor(script: ModuleType) -> None:
    script._update(FOUND, None)
    assert script._check({"five articles": {"body": None, "target": None}}) == 1
