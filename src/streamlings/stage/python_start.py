"""Python in a TaskManager: begun once, by the first job that needs it.

Where a task is cancelled while it waits for that (its job failed elsewhere, or somebody cancelled it), pemja keeps the interruption and
fails every later job in that TaskManager with it (MainInterpreter.initialize; seen with late_orders, whose source was made
to fail at the first record in a TaskManager that had run SQL before: in one of two or three tries).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from streamlings.errors import LabError
from streamlings.stage.job import FlinkJob

LOST = re.compile(r"\bMainInterpreter\.initialize\b.*^Caused by: java\.lang\.InterruptedException$", re.S | re.M)


def was_lost(jobs: Iterable[FlinkJob]) -> bool:
    """Whether a job has failed with that, and none with anything else: then an earlier job is to blame, and not this check's."""
    failures = [trace for job in jobs if job.uses_python for trace in job.rest.failures(job.id)]
    return bool(failures) and all(LOST.search(trace) for trace in failures)


def may_be_lost(jobs: Iterable[FlinkJob]) -> bool:
    """Whether a job with Python functions has ended before all of its tasks ran, as far as Flink says."""
    try:
        return any(job.uses_python and not job.has_run() for job in jobs)
    except LabError:
        return True
