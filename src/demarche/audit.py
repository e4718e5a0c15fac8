"""The actor audit of a run, read from its folder."""

from demarche.errors import UsageError
from demarche.evaluation.actors import Audit, audit
from demarche.runs import Run


def audit_run(run: Run) -> Audit:
    """Audit a finished run: find out whether its verdicts depend on who is named.

    Raises
    ------
    UsageError
        If the run is not finished, or held nothing out.
    RunError
        If it holds no actor swaps, or is damaged.
    """
    if run.state != "finished":
        raise UsageError(f"{run.id} is {run.state}; only finished runs are audited")
    if not run.metrics:
        raise UsageError(f"{run.id} held nothing out, so that there is nothing to audit")
    return audit(run.predictions(), run.swaps())
