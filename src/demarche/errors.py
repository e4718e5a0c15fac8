"""The error family: each message is one line that says what is wrong, where, and what to do."""


class DemarcheError(Exception):
    """Any failure that demarche foresees; the job failed (exit status 1)."""

    exit_status = 1


class UsageError(DemarcheError):
    """The request itself is wrong: an unknown option, name, column or file (exit status 2)."""

    exit_status = 2


class DataError(UsageError):
    """A data file breaks its contract; the message names file, line and field."""


class ConfigError(UsageError):
    """A training config has an unknown key, a wrong type or an illegal value."""


class RunError(DemarcheError):
    """A run is missing, unfinished or damaged."""


class EncoderError(DemarcheError):
    """An encoder's weights cannot be had, or are not the ones that were pinned."""


def one_line(error: Exception) -> str:
    """Give another library's message without its line breaks."""
    return " ".join(str(error).split())
