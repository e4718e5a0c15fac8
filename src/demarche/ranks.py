"""The processes that torchrun starts for one job: which one this is, and what they tell each other.

They talk through the key-value store that torchrun itself keeps and that outlives each of them.
The first, rank 0, says what is trained, and is the only one that writes and prints; all of them
end well together, or for the reason of the one that first did not.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from demarche.errors import DemarcheError

# torch is imported where it is needed: a command asks for its rank before it loads a library.

TASK, MET, ENDED, DONE = "task", "met", "ended", "done"
"""Keys of the store: the run that is trained; how often processes have come to a meeting; why it
ended badly; that it ended well."""

INTERRUPTED = "interrupted"

LOST = ("Connection closed by peer", "ncclRemoteError")
"""How gloo and NCCL put it that another process is gone."""


def rank() -> int:
    """Give the number of this process, from 0; alone, it is the first."""
    return int(os.environ["RANK"]) if _by_torchrun() else 0


def processes() -> int:
    """Give the number of processes that do the job together."""
    return int(os.environ["WORLD_SIZE"]) if _by_torchrun() else 1


def local_rank() -> int:
    """Give the number of this process on its machine, which is that of its GPU."""
    return int(os.environ["LOCAL_RANK"]) if _by_torchrun() else 0


def local_processes() -> int:
    """Give the number of the job's processes on this machine."""
    return int(os.environ["LOCAL_WORLD_SIZE"]) if _by_torchrun() else 1


def _by_torchrun() -> bool:
    return "TORCHELASTIC_RUN_ID" in os.environ


def tell(task: str) -> None:
    """Tell the other processes, if there are any, what is trained; ``""`` for nothing."""
    if processes() > 1:
        _store().set(TASK, task)


def told() -> str:
    """Wait until the first process has checked the job, and give what it told."""
    task: str = _store().get(TASK).decode()
    return task


def meet() -> None:
    """Wait until all processes have come as far as this one.

    They do so before they join in torch's own group, where a process that waits for one that has
    failed does not hear that it is to end.
    """
    if processes() > 1:
        waiting = _store().add(MET, 1)
        while _store().add(MET, 0) < -(-waiting // processes()) * processes():
            time.sleep(0.05)


@contextmanager
def together() -> Iterator[None]:
    """Leave the block when all processes have done theirs, or all when one failed.

    Raises
    ------
    DemarcheError
        In the first process and in the one that failed first, with that one's reason.
    KeyboardInterrupt
        Likewise, if it was interrupted.
    SystemExit
        In the others, which have nothing to add.
    """
    if processes() == 1:
        yield
        return
    try:
        yield
        if rank() == 0:
            _store().set(DONE, "")
        while not _store().check([DONE]):
            time.sleep(0.1)
        _leave_group()
    except (Exception, KeyboardInterrupt) as error:
        # When one has gone, torchrun ends the others, which are tidying up now.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        own = f"rank {rank()}: {_reason(error)}"
        # Only the first comes to stand: a process whose partner is gone fails in its turn.
        first: str = _store().compare_set(ENDED, "", own).decode()
        if first == own:
            if isinstance(error, RuntimeError):  # torch's own: no memory, a lost connection
                raise DemarcheError(own) from error
            raise
        if rank() > 0:
            sys.exit(1)
        if first.endswith(f": {INTERRUPTED}"):
            raise KeyboardInterrupt from None
        raise DemarcheError(first) from error


def _reason(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if any(sign in str(error) for sign in LOST):
        return "another process has died or is out of reach; torchrun says which, below"
    return " ".join(str(error).split())[:300] or type(error).__name__


@cache
def _store() -> Any:
    from torch.distributed import PrefixStore, TCPStore  # type: ignore[attr-defined]

    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    # torchrun may start the processes again, and these must not hear what those before said.
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    return PrefixStore(f"demarche/{attempt}", TCPStore(address, port, wait_for_workers=False))


def _leave_group() -> None:
    from torch import distributed

    if distributed.is_initialized():
        distributed.destroy_process_group()
