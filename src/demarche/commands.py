"""What each command of the command line does with its options."""

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING

from demarche.errors import DemarcheError, UsageError

if TYPE_CHECKING:
    from demarche.bulk import Job
    from demarche.runs import Run
    from demarche.shards import Progress

# Each imports its job when it runs, so that `demarche --help` loads no model library.

PAGE = ".html"


def data(options: argparse.Namespace) -> None:
    """Show what the corpus holds."""
    from demarche.overview import overview
    from demarche.render import print_overview

    print_overview(overview(options.seeds, options.folder), options.format)


def search(options: argparse.Namespace) -> None:
    """Search for the parameters of a model."""
    from demarche.search import search

    if options.trials < 1:
        raise UsageError(f"--trials {options.trials}: expected 1 or more")
    found = search(options.override, options.trials, options.space)
    sys.stdout.write(f"{' '.join(found)}\n")


def compare(options: argparse.Namespace) -> None:
    """Compare finished runs."""
    from demarche.compare import compare
    from demarche.render import print_comparison

    print_comparison(compare(_finished(options)), options.format or _table_form())


def ablations(options: argparse.Namespace) -> None:
    """Show what each part of the recipe is worth."""
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


def audit(options: argparse.Namespace) -> None:
    """Show whether verdicts depend on who is named."""
    from demarche.audit import audit_run
    from demarche.render import print_audit
    from demarche.runs import find_run

    run = find_run(options.run, options.runs)
    print_audit(audit_run(run), run.id, options.format or _table_form())


def report(options: argparse.Namespace) -> None:
    """Write finished runs as one page."""
    from demarche.report.evaluation import write_report
    from demarche.tables import check_output

    if options.output.suffix.lower() != PAGE:
        raise UsageError(f"{options.output}: a report's name ends in {PAGE}")
    check_output(options.output, (PAGE,))
    write_report(_finished(options), options.output)


def runs(options: argparse.Namespace) -> None:
    """List runs."""
    from demarche.render import print_runs
    from demarche.runs import list_runs

    print_runs(list_runs(options.runs), options.format)


def remove_runs(options: argparse.Namespace) -> None:
    """Remove runs."""
    from demarche.runs import find_run, remove_run

    for run in [find_run(name, options.runs) for name in dict.fromkeys(options.run)]:
        remove_run(run)
        sys.stderr.write(f"removed {run.id}\n")


def export_model(options: argparse.Namespace) -> None:
    """Write a run for other programs."""
    from demarche.export import export_run
    from demarche.runs import find_run

    export_run(find_run(options.run, options.runs), options.to, options.output)


def read(options: argparse.Namespace) -> int:
    """Read articles; 1 where one of them failed."""
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


def classify(options: argparse.Namespace) -> None:
    """Classify statements."""
    from demarche.bulk import Job, find_sources, survey
    from demarche.classify import load
    from demarche.shards import find_target
    from demarche.sources import STANDARD_INPUT, Source, Texts

    if options.text and options.input:
        raise UsageError("give statements or --input, not both")
    if not options.text and not options.input and sys.stdin.isatty():
        raise UsageError("nothing to classify: give statements, --input FILE, or pipe text in")
    _check_engine(options)
    target = find_target(options.output) if options.output else None
    sources: list[Source | Texts] = [Texts(options.text)]
    if not options.text:
        sources = [
            *find_sources(options.input or STANDARD_INPUT, target.folder if target else None)
        ]
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
        if options.engine == "ray":
            from demarche.ray_engine import write

            again = partial(load, options.run or classifier.run, options.runs)
            done = write(job, target, again, options.address, options.workers)
        else:
            done = job.write(target)
        if done.rejected:
            sys.stderr.write(f"bad rows left out: {done.rejected}; see {target.rejects}\n")
    if done.empty:
        sys.stderr.write(f"rows with nothing to read, left without a stance: {done.empty}\n")
    if done.uncertain:
        sys.stderr.write(f"rows left uncertain: {done.uncertain} of {done.rows - done.empty}\n")


def _check_engine(options: argparse.Namespace) -> None:
    """Refuse what the engine cannot do, before anything is read."""
    from demarche.extras import check_extra
    from demarche.sources import STANDARD_INPUT

    if options.engine != "ray":
        if options.workers is not None or options.address is not None:
            raise UsageError("--workers and --address go with --engine ray")
        return
    if options.input in (None, STANDARD_INPUT) or not options.output:
        raise UsageError("--engine ray takes files and writes files: give --input and --output")
    if options.workers is not None and options.workers < 1:
        raise UsageError(f"--workers {options.workers}: expected 1 or more")
    check_extra("ray", "ray", "--engine ray")


def _show(job: "Job") -> "Progress":
    """Print what a job judges, as a table on a terminal, else as JSONL."""
    from demarche.classify import print_predictions
    from demarche.shards import Progress
    from demarche.tables import write_jsonl

    done = Progress()
    for part in job.judged():
        if sys.stdout.isatty():
            from rich.console import Console

            texts = part.table.column(job.column)
            print_predictions(part.verdicts.predictions(texts), Console())
        else:
            write_jsonl(part.table, sys.stdout.buffer)
            sys.stdout.buffer.flush()  # so that a closed pipe or a full disk is met here
        done = done.plus(part.verdicts, part.rejects)
    return done


def check_labels(options: argparse.Namespace) -> None:
    """List labels that deserve a second look."""
    from demarche.labels import check_labels, load_annotated
    from demarche.render import print_label_check
    from demarche.runs import find_run

    run = find_run(options.run, options.runs) if options.run else None
    annotated = load_annotated(options.seeds, options.folder)
    print_label_check(check_labels(annotated, run), options.format)


def export_labels(options: argparse.Namespace) -> None:
    """Write sentences for people to annotate."""
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


def import_labels(options: argparse.Namespace) -> None:
    """Check what people annotated and write it as gold rows."""
    from demarche.exchange import import_annotations, tool_of

    tool = options.tool or tool_of(options.file)
    done = import_annotations(tool, options.file, options.output, options.annotator, options.seeds)
    left_out = f", {done.left_out} sentences without labels left out" if done.left_out else ""
    sys.stderr.write(
        f"{done.rows} rows in {options.output}{left_out}; "
        f"annotated by {', '.join(done.annotators)}\n"
    )
