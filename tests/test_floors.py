"""Imports point down, and the doors open without a model library."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "demarche"
DOOR = "__init__"  # the package itself
# The floors from the ground up; each floor is its rooms, each room its modules and sub-packages.
FLOORS: tuple[tuple[set[str], ...], ...] = (
    (
        {
            "stance",
            "errors",
            "records",
            "gazetteer",
            "files",
            "typed",
            "columnar",
            "columns",
            "sources",
            "tables",
            "textrows",
            "jsontext",
            "extras",
            "ranks",
            "actors",
        },
    ),
    ({"articles"}, {"corpus"}),
    ({"models"}, {"evaluation"}),
    (
        {"config", "training", "sweep", "runs", "compare", "overview", "audit", "figures"}
        | {"abstain", "ablations", "search", "tracking", "labels", "exchange", "export", "card"}
        | {"classify", "verdicts", "bulk", "shards", "ray_engine", "inputs", "reading", "rows"}
        | {"report", "torchrun"},
    ),
    ({"cli", "commands", "render", "serve", "__main__", DOOR},),
)
FLOOR = {name: floor for floor, rooms in enumerate(FLOORS) for room in rooms for name in room}
ROOM = {name: room for rooms in FLOORS for room in rooms for name in room}
# The second floor stands on the ground alone: it knows neither articles nor corpus.
ALLOWED = {0: set[int](), 1: {0}, 2: {0}, 3: {0, 1, 2}, 4: {0, 1, 2, 3}}

HEAVY = ("torch", "transformers", "sklearn")


def name_of(path: Path) -> str:
    """The part of a module's name that has a floor: its module or sub-package."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def imported(source: str, package: str) -> Iterator[str]:
    """The part below ``demarche`` of every import in a module, those in functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                stem = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*stem, *([node.module] if node.module else [])])
            names = [base]
            if base == "demarche":  # `from demarche import x`: a module x, or a name of the door
                names = [f"demarche.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "demarche":
                below = parts[1] if len(parts) > 1 else DOOR
                stands = below in FLOOR or (ROOT / below).is_dir()
                yield below if stands or (ROOT / f"{below}.py").exists() else DOOR


def offences(name: str, source: str, package: str = "demarche") -> list[str]:
    """The imports of a module that its floor does not allow."""
    return sorted(
        {
            other
            for other in imported(source, package)
            if other not in ROOM[name] and FLOOR.get(other) not in ALLOWED[FLOOR[name]]
        }
    )


def test_modules_are_found() -> None:
    assert {"stance", "corpus", "models", "evaluation", "cli"} <= {name_of(p) for p in modules()}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_module_stands_on_a_floor(path: Path) -> None:
    assert name_of(path) in FLOOR, f"give {name_of(path)!r} a floor in FLOORS"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    package = ".".join(("demarche", *path.relative_to(ROOT).parent.parts))
    assert offences(name_of(path), path.read_text(encoding="utf-8"), package) == []


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("stance", "import demarche.runs", ["runs"]),
        ("corpus", "def f():\n    from demarche.models.tfidf import Tfidf", ["models"]),
        ("corpus", "from demarche.articles import page", ["articles"]),
        ("models", "from demarche import corpus", ["corpus"]),
        ("models", "from demarche.evaluation.metrics import score", ["evaluation"]),
        ("evaluation", "import demarche.models.registry as r", ["models"]),
        ("evaluation", "from demarche.corpus.folds import Fold", ["corpus"]),
        ("training", "from demarche.cli import main", ["cli"]),
        ("training", "from demarche import __version__", [DOOR]),
        ("runs", "import demarche", [DOOR]),
        ("corpus", "from ..training import fit", ["training"]),
        ("corpus", "from . import folds\nfrom .rows import Row\nfrom ..errors import E", []),
        ("models", "from demarche.stance import STANCES\nimport torch", []),
        ("cli", "from demarche.render import f\nfrom demarche import records", []),
    ],
)
def test_an_import_that_points_up_or_across_is_seen(
    name: str, source: str, expected: list[str]
) -> None:
    inside = f"demarche.{name}" if (ROOT / name).is_dir() else "demarche"
    assert offences(name, source, inside) == expected


@pytest.mark.parametrize(
    "script",
    [
        "import demarche\ndemarche.load, demarche.__version__",
        "import demarche\ndemarche.read('“No,” he said.')",
        "from demarche.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass",
    ],
    ids=["import demarche", "demarche.read", "demarche --help"],
)
def test_doors_load_no_model_library(script: str) -> None:
    report = f"import sys\nsys.stderr.write(repr([n for n in {HEAVY} if n in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\n{report}"], capture_output=True, text=True, check=False
    )
    assert done.stderr == "[]"


def test_help_names_every_command() -> None:
    script = "from demarche.cli import main\nmain(['--help'])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    commands = "data train compare audit report runs export read classify labels"
    for command in commands.split():
        assert f"\n    {command} " in done.stdout
