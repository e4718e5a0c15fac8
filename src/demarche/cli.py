"""The command line: `demarche data | train | compare | report | read | classify | ...`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.errors import DemarcheError, UsageError

if TYPE_CHECKING:
    from demarche.bulk import Job
    from demarche.runs import Run
    from demarche.shards import Progress

# Each command imports its job when it runs, so that `--help` loads no model library.

INTERRUPTED = 130
PAGE = ".html"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status: 0, 1 failed job, 2 wrong use, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments[:1] == ["train"]:
            from demarche.sweep import train_command

            return train_command(arguments[1:])
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
    data.set_defaults(run_command=_data)

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
    search.set_defaults(run_command=_search)

    compare = commands.add_parser("compare", help="compare finished runs, best first")
    compare.add_argument("run", nargs="*", metavar="RUN", help="default: all finished runs")
    compare.add_argument(
        "--format",
        choices=("table", "markdown", "csv", "json"),
        help="default: table on a terminal, else markdown",
    )
    _add_runs(compare)
    compare.set_defaults(run_command=_compare)

    audit = commands.add_parser("audit", help="whether a run's verdicts depend on who is named")
    audit.add_argument("run", metavar="RUN")
    audit.add_argument(
        "--format",
        choices=("table", "markdown", "json"),
        help="default: table on a terminal, else markdown",
    )
    _add_runs(audit)
    audit.set_defaults(run_command=_audit)

    ablations = commands.add_parser("ablations", help="show what each part of the recipe is worth")
    ablations.add_argument("run", nargs="*", metavar="RUN", help="default: all finished runs")
    ablations.add_argument(
        "--format",
        choices=("table", "markdown", "json"),
        help="default: table on a terminal, else markdown",
    )
    ablations.add_argument("--plots", type=Path, metavar="DIR", help="draw them too, as SVG")
    _add_runs(ablations)
    ablations.set_defaults(run_command=_ablations)

    report = commands.add_parser("report", help="write finished runs as a page for the browser")
    report.add_argument("run", nargs="*", metavar="RUN", help="default: all finished runs")
    report.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help=f"ends in {PAGE}"
    )
    _add_runs(report)
    report.set_defaults(run_command=_report)

    runs = commands.add_parser("runs", help="list runs, or remove some")
    actions = runs.add_subparsers(metavar="ACTION")
    remove = actions.add_parser("rm", help="remove runs")
    remove.add_argument("run", nargs="+", metavar="RUN")
    _add_runs(remove)
    remove.set_defaults(run_command=_remove)
    runs.add_argument("--format", choices=("table", "json"), default="table")
    _add_runs(runs)
    runs.set_defaults(run_command=_runs)

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
    read.set_defaults(run_command=_read)

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
    _add_runs(classify)
    classify.set_defaults(run_command=_classify)

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
    check.set_defaults(run_command=_check_labels)

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
    export.set_defaults(run_command=_export)

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
    back.set_defaults(run_command=_import)


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


def _data(options: argparse.Namespace) -> None:
    from demarche.overview import overview
    from demarche.render import print_overview

    print_overview(overview(options.seeds, options.folder), options.format)


def _search(options: argparse.Namespace) -> None:
    from demarche.search import search

    if options.trials < 1:
        raise UsageError(f"--trials {options.trials}: expected 1 or more")
    found = search(options.override, options.trials, options.space)
    sys.stdout.write(f"{' '.join(found)}\n")


def _compare(options: argparse.Namespace) -> None:
    from demarche.compare import compare
    from demarche.render import print_comparison

    print_comparison(compare(_finished(options)), options.format or _table_form())


def _ablations(options: argparse.Namespace) -> None:
    from demarche.ablations import ablations, plots
    from demarche.files import write_text
    from demarche.render import print_ablations

    rows = ablations(_finished(options))
    if options.plots:
        options.plots.mkdir(parents=True, exist_ok=True)
        for name, chart in plots(rows).items():
            write_text(options.plots / name, chart)
    print_ablations(rows, options.format or _table_form())


def _finished(options: argparse.Namespace) -> "list[Run]":
    """Give the runs that a command names, by default all that are finished."""
    from demarche.runs import find_run, list_runs

    chosen = [find_run(name, options.runs) for name in dict.fromkeys(options.run)]
    if unfinished := [run for run in chosen if run.state != "finished"]:
        raise UsageError(f"{unfinished[0].id} is {unfinished[0].state}; only finished runs compare")
    runs = chosen or [run for run in list_runs(options.runs) if run.state == "finished"]
    if not runs:
        raise UsageError(f"no finished run in {options.runs}; train one: demarche train")
    return runs


def _table_form() -> str:
    return "table" if sys.stdout.isatty() else "markdown"


def _audit(options: argparse.Namespace) -> None:
    from demarche.audit import audit_run
    from demarche.render import print_audit
    from demarche.runs import find_run

    run = find_run(options.run, options.runs)
    print_audit(audit_run(run), run.id, options.format or _table_form())


def _report(options: argparse.Namespace) -> None:
    from demarche.report.evaluation import write_report
    from demarche.tables import check_output

    if options.output.suffix.lower() != PAGE:
        raise UsageError(f"{options.output}: a report's name ends in {PAGE}")
    check_output(options.output, (PAGE,))
    write_report(_finished(options), options.output)


def _runs(options: argparse.Namespace) -> None:
    from demarche.render import print_runs
    from demarche.runs import list_runs

    print_runs(list_runs(options.runs), options.format)


def _remove(options: argparse.Namespace) -> None:
    from demarche.runs import find_run, remove_run

    for run in [find_run(name, options.runs) for name in dict.fromkeys(options.run)]:
        remove_run(run)
        sys.stderr.write(f"removed {run.id}\n")


def _read(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from demarche.classify import Classifier
    from demarche.inputs import find_inputs
    from demarche.reading import judge, read_inputs, run_to_judge_with
    from demarche.rows import to_table
    from demarche.tables import check_output, write_jsonl, write_table

    if options.output:
        check_output(options.output, (PAGE,))
    run = None if options.no_stance else run_to_judge_with(options.run, options.runs)
    if not (run or options.no_stance):
        sys.stderr.write(f"demarche: no finished run in {options.runs}, so no stances are given\n")
    readings, failed = [], 0
    for outcome in read_inputs(find_inputs(options.file), options.speakers):
        if outcome.message:
            tqdm.write(f"demarche: {outcome.message}", sys.stderr)
        if outcome.reading:
            readings.append(outcome.reading)
        else:
            failed += 1
    if not readings:
        return UsageError.exit_status
    articles = judge(readings, Classifier(run.model(), run.id) if run else None, options.show)
    if options.output and options.output.suffix.lower() == PAGE:
        from demarche.report.page import write_page

        write_page(articles, options.show, options.output)
    elif options.output:
        write_table(to_table(articles, options.show), options.output)
    elif sys.stdout.isatty():
        from rich.console import Console

        from demarche.report.terminal import print_articles

        print_articles(articles, options.show, Console())
    else:
        write_jsonl(to_table(articles, options.show), sys.stdout.buffer)
        sys.stdout.buffer.flush()  # so that a closed pipe or a full disk is met here
    return DemarcheError.exit_status if failed else 0


def _classify(options: argparse.Namespace) -> None:
    from demarche.bulk import Job, find_sources, survey
    from demarche.classify import load
    from demarche.shards import find_target
    from demarche.sources import STANDARD_INPUT, Source, Texts

    if options.text and options.input:
        raise UsageError("give statements or --input, not both")
    if not options.text and not options.input and sys.stdin.isatty():
        raise UsageError("nothing to classify: give statements, --input FILE, or pipe text in")
    target = find_target(options.output) if options.output else None
    sources: list[Source | Texts] = [Texts(options.text)]
    if not options.text:
        sources = [*find_sources(options.input or STANDARD_INPUT, target and target.folder)]
    # Without an output there is no place for bad rows.
    strict = options.strict or target is None
    # A wrong column is told before the model is loaded.
    column = "text" if options.text else options.text_column
    layout = survey(sources, column, bool(target and target.ending == ".parquet"), strict)
    classifier = load(options.run, options.runs)
    if options.max_error is not None:
        sys.stderr.write(f"{classifier.guarantee(options.max_error)}\n")
    job = Job(
        classifier,
        sources,
        column,
        layout,
        options.max_error,
        options.explain,
        strict,
    )
    if target is None:
        done = _show(job)
    else:
        done = job.write(target)
        if done.rejected:
            sys.stderr.write(f"bad rows left out: {done.rejected}; see {target.rejects}\n")
    if done.empty:
        sys.stderr.write(f"rows with nothing to read, left without a stance: {done.empty}\n")
    if done.uncertain:
        sys.stderr.write(f"rows left uncertain: {done.uncertain} of {done.rows - done.empty}\n")


def _show(job: "Job") -> "Progress":
    """Print what a job judges, as a table on a terminal, else as JSONL."""
    from demarche.classify import print_predictions
    from demarche.shards import Progress
    from demarche.tables import write_jsonl

    done = Progress()
    for part in job.judged():
        if sys.stdout.isatty():
            from rich.console import Console

            print_predictions(part.predictions, Console())
        else:
            write_jsonl(part.table, sys.stdout.buffer)
            sys.stdout.buffer.flush()  # so that a closed pipe or a full disk is met here
        done = done.plus(part.predictions, part.rejects)
    return done


def _check_labels(options: argparse.Namespace) -> None:
    from demarche.labels import check_labels, load_annotated
    from demarche.render import print_label_check
    from demarche.runs import find_run

    run = find_run(options.run, options.runs) if options.run else None
    annotated = load_annotated(options.seeds, options.folder)
    print_label_check(check_labels(annotated, run), options.format)


def _export(options: argparse.Namespace) -> None:
    from demarche.corpus.annotation import reading_tasks
    from demarche.exchange import check_tasks_path, corpus_tasks, export_tasks
    from demarche.labels import load_annotated

    check_tasks_path(options.to, options.output)
    if options.input:
        tasks = reading_tasks(options.input)
    else:
        run = None
        if options.run:
            from demarche.runs import find_run

            run = find_run(options.run, options.runs)
        tasks = corpus_tasks(load_annotated(options.seeds, options.folder), run)
    beside = export_tasks(options.to, options.output, tasks)
    what = "labelling interface" if options.to == "label-studio" else "labels"
    sys.stderr.write(f"{len(tasks)} sentences in {options.output}, the {what} in {beside}\n")


def _import(options: argparse.Namespace) -> None:
    from demarche.exchange import import_annotations, tool_of

    tool = options.tool or tool_of(options.file)
    done = import_annotations(tool, options.file, options.output, options.annotator, options.seeds)
    left_out = f", {done.left_out} sentences without labels left out" if done.left_out else ""
    sys.stderr.write(
        f"{done.rows} rows in {options.output}{left_out}; "
        f"annotated by {', '.join(done.annotators)}\n"
    )
