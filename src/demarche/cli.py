"""The command line: `demarche data | train | compare | report | read | classify | ...`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from demarche import commands as run
from demarche.errors import DemarcheError, UsageError
from demarche.ranks import processes

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status: 0, 1 failed job, 2 wrong use, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments[:1] == ["train"]:
            from demarche.sweep import train_command

            return train_command(arguments[1:])
        if processes() > 1:
            raise UsageError("only `demarche train` is for torchrun")
        options = parser().parse_args(arguments)
        return int(options.run_command(options) or 0)
    except DemarcheError as error:
        sys.stderr.write(f"demarche: {error}\n")
        return error.exit_status
    except KeyboardInterrupt:
        sys.stderr.write("demarche: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        sys.stderr.write(f"demarche: {error.filename or 'output'}: {error.strerror or error}\n")
        return 1


def parser() -> argparse.ArgumentParser:
    """Describe every command and option."""
    top = argparse.ArgumentParser(
        prog="demarche", description="Who said what, to whom, in which tone."
    )
    top.add_argument("--version", action="version", version=f"demarche {version('demarche')}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    data = commands.add_parser("data", help="check the corpus and show its counts and agreement")
    data.add_argument("--seeds", type=Path, metavar="DIR", help="articles.yaml and the articles")
    data.add_argument("--folder", type=Path, metavar="DIR", help="gold.jsonl and synthetic text")
    data.add_argument("--format", choices=("table", "json"), default="table")
    data.set_defaults(run_command=run.data)

    commands.add_parser(
        "train", add_help=False, help="train and evaluate a model (`demarche train --help`)"
    )

    search = commands.add_parser(
        "search",
        help="choose a model's parameters (`demarche train $(demarche search model=tfidf)`)",
        description="Choose parameters on rows that the protocol does not measure, and print them "
        "as KEY=VALUE for `demarche train`. The same command again goes on with its study.",
    )
    search.add_argument("override", nargs="*", metavar="KEY=VALUE", help="as for `demarche train`")
    search.add_argument("--trials", type=int, default=20, metavar="N", help="default: 20 in all")
    search.add_argument("--space", type=Path, metavar="FILE", help=".yaml of what to try")
    search.set_defaults(run_command=run.search)

    compare = commands.add_parser("compare", help="compare finished runs, best first")
    compare.add_argument("run", nargs="*", metavar="RUN", help="default: all finished runs")
    compare.add_argument(
        "--format",
        choices=("table", "markdown", "csv", "json"),
        help="default: table on a terminal, else markdown",
    )
    _add_runs(compare)
    compare.set_defaults(run_command=run.compare)

    audit = commands.add_parser("audit", help="whether a run's verdicts depend on who is named")
    audit.add_argument("run", metavar="RUN")
    audit.add_argument(
        "--format",
        choices=("table", "markdown", "json"),
        help="default: table on a terminal, else markdown",
    )
    _add_runs(audit)
    audit.set_defaults(run_command=run.audit)

    ablations = commands.add_parser("ablations", help="show what each part of the recipe is worth")
    ablations.add_argument("run", nargs="*", metavar="RUN", help="default: all finished runs")
    ablations.add_argument(
        "--format",
        choices=("table", "markdown", "json"),
        help="default: table on a terminal, else markdown",
    )
    ablations.add_argument("--plots", type=Path, metavar="DIR", help="draw them too, as SVG")
    _add_runs(ablations)
    ablations.set_defaults(run_command=run.ablations)

    report = commands.add_parser("report", help="write finished runs as a page for the browser")
    report.add_argument("run", nargs="*", metavar="RUN", help="default: all finished runs")
    report.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="ends in .html"
    )
    _add_runs(report)
    report.set_defaults(run_command=run.report)

    runs = commands.add_parser("runs", help="list runs, or remove some")
    actions = runs.add_subparsers(metavar="ACTION")
    remove = actions.add_parser("rm", help="remove runs")
    remove.add_argument("run", nargs="+", metavar="RUN")
    _add_runs(remove)
    remove.set_defaults(run_command=run.remove_runs)
    runs.add_argument("--format", choices=("table", "json"), default="table")
    _add_runs(runs)
    runs.set_defaults(run_command=run.runs)

    export = commands.add_parser("export", help="write a run's model in another form")
    export.add_argument("run", metavar="RUN")
    export.add_argument(
        "--to",
        choices=("onnx", "transformers"),
        required=True,
        help="onnx: graphs within the run, by which it classifies from then on; transformers: "
        "a folder that its pipeline loads",
    )
    export.add_argument("-o", "--output", type=Path, metavar="DIR", help="for transformers: new")
    _add_runs(export)
    export.set_defaults(run_command=run.export_model)

    read = commands.add_parser("read", help="read articles: who said what, to whom, in which tone")
    read.add_argument(
        "file",
        nargs="+",
        metavar="FILE",
        help="text, Markdown or a saved web page; a folder of .txt, .md, .html and .htm files; a "
        "pattern such as 'news/**/*.txt'; or - for standard input",
    )
    shown = read.add_mutually_exclusive_group()
    shown.add_argument(
        "--statements",
        action="store_const",
        dest="show",
        const="statements",
        default="body",
        help="only sentences that convey somebody's words",
    )
    shown.add_argument(
        "--all",
        action="store_const",
        dest="show",
        const="all",
        help="also what was left out of the body, and as what",
    )
    read.add_argument("--speakers", type=Path, metavar="FILE", help=".csv of further speakers")
    judge = read.add_mutually_exclusive_group()
    judge.add_argument("--run", metavar="RUN", help="judges the stance, default: the best finished")
    judge.add_argument("--no-stance", action="store_true", help="no run; much quicker")
    read.add_argument(
        "--output", type=Path, metavar="FILE", help=".jsonl, .csv, .tsv, .parquet or .html"
    )
    _add_runs(read)
    read.set_defaults(run_command=run.read)

    classify = commands.add_parser("classify", help="classify statements of your own")
    classify.add_argument("text", nargs="*", metavar="TEXT", help="statements; none: see --input")
    classify.add_argument(
        "--input",
        metavar="FILE",
        help=".txt (a statement a line), .csv, .tsv, .jsonl, each also .gz or .zst, or .parquet; a "
        "folder of such files; a pattern such as '2024/*.csv.gz'; or - for standard input",
    )
    classify.add_argument("--text-column", default="text", metavar="NAME", help="default: text")
    classify.add_argument("--run", metavar="RUN", help="default: the best finished run")
    classify.add_argument(
        "--max-error",
        type=_share,
        metavar="SHARE",
        help="abstain (stance uncertain) so that at most this share of the answers is wrong",
    )
    classify.add_argument(
        "--explain", action="store_true", help="weigh each word for or against the verdict; slower"
    )
    classify.add_argument(
        "--strict", action="store_true", help="stop at the first bad row, instead of leaving it out"
    )
    classify.add_argument(
        "--output",
        metavar="FILE",
        help=".jsonl, .csv, .tsv or .parquet; or a folder for parts of them, judged or "
        "judged.csv/; the same command again goes on where it was stopped",
    )
    classify.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="ray: a part for each input file, many at a time; needs demarche[ray]",
    )
    classify.add_argument(
        "--workers", type=int, metavar="N", help="of ray, default: one for each core"
    )
    classify.add_argument(
        "--address", help="of a Ray cluster that shares the disk, default: this machine alone"
    )
    _add_runs(classify)
    classify.set_defaults(run_command=run.classify)

    _add_labels(commands)
    return top


def _share(text: str) -> float:
    from demarche.abstain import check_level

    share = float(text)
    check_level(share)
    return share


def _add_labels(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    labels = commands.add_parser("labels", help="look at labels again; annotate elsewhere")
    actions = labels.add_subparsers(title="actions", metavar="ACTION", required=True)

    check = actions.add_parser("check", help="list labels that deserve a second look")
    check.add_argument("run", nargs="?", metavar="RUN", help="whose predictions contradict labels")
    check.add_argument("--format", choices=("table", "json", "csv"), default="table")
    _add_corpus(check)
    _add_runs(check)
    check.set_defaults(run_command=run.check_labels)

    export = actions.add_parser("export", help="write sentences for people to annotate")
    export.add_argument("--to", choices=("label-studio", "doccano"), required=True)
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    suggested = export.add_mutually_exclusive_group()
    suggested.add_argument("--run", metavar="RUN", help="adds its held-out predictions")
    suggested.add_argument(
        "--input", type=Path, metavar="FILE", help=".jsonl of `demarche read`; default: the corpus"
    )
    _add_corpus(export)
    _add_runs(export)
    export.set_defaults(run_command=run.export_labels)

    back = actions.add_parser("import", help="check what people annotated; write gold rows")
    back.add_argument("file", type=Path, metavar="FILE", help="what the tool exported")
    back.add_argument(
        "--from",
        dest="tool",
        choices=("label-studio", "doccano"),
        help="default: label-studio for .json, doccano for .jsonl",
    )
    back.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=".jsonl")
    back.add_argument("--annotator", metavar="NAME", help="default: the ground truth")
    back.add_argument("--seeds", type=Path, metavar="DIR", help="articles.yaml and the articles")
    back.set_defaults(run_command=run.import_labels)


def _add_corpus(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seeds", type=Path, metavar="DIR", help="articles.yaml and the articles")
    command.add_argument("--folder", type=Path, metavar="DIR", help="gold.jsonl and both passes")


def _add_runs(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--runs",
        type=Path,
        default=Path("models"),
        metavar="DIR",
        help="folder of the runs, default: models",
    )
