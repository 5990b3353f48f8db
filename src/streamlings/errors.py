"""Every error that this tool raises on purpose, and the exit code it ends with.

    StreamlingsError
    ├── UsageError         2   wrong use: unknown exercise, empty file, bad option
    └── LabError           3   could not check: a server is down, a download failed
        └── ServerCrashed  3   a server of the lab ended by itself; carries its last log lines

A failed check is not an error: it is a result (see `outcome.py`), exit code 1.
"""

from __future__ import annotations


class StreamlingsError(Exception):
    """One clear line for people, and what to try. Printed by the command line, never as a traceback."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "", details: str = "") -> None:
        """`message` says what happened, `hint` what to do, `details` is evidence such as log lines."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details


class UsageError(StreamlingsError):
    """The command was used wrongly; nothing was changed."""

    exit_code = 2


class LabError(StreamlingsError):
    """Something around the learner's program is unwell: never the learner's fault."""


class ServerCrashed(LabError):
    """A server of the lab ended by itself, or never became ready."""
