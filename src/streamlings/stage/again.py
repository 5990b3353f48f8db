"""The program once more, on the topics of the same check: for a replay, or as its next version."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from streamlings import wait
from streamlings.errors import LabError

if TYPE_CHECKING:
    from streamlings.stage.stage import Stage


def cancel_jobs(stage: Stage) -> bool:
    """Cancel the jobs of this check and wait until they have ended; whether the TaskManager must be replaced after the check: because one
    of them ran Python functions in it, or does not end."""
    cancelled: set[str] = set()

    def all_ended() -> bool:
        """Looked at anew each time: what was submitted last appears late."""
        running = [job for job in stage.refresh() if not job.ended]
        stage.ran_python |= any(job.uses_python for job in stage.jobs)
        for job in running:
            if job.id not in cancelled:
                with suppress(LabError, LookupError):  # it has just ended
                    stage.rest.cancel(job.id)
                cancelled.add(job.id)
        return not running

    try:
        return not wait.until(all_ended, deadline_s=10) or stage.ran_python
    except (LabError, LookupError):
        return True


def forget_jobs(stage: Stage) -> None:
    """Cancel the program's jobs, read what they have written, and begin to count rows anew, for the jobs that it submits next."""
    stage.observe()
    stage.account.compare()
    cancel_jobs(stage)
    stage.count_anew()
    stage.account.begin_anew()
    stage.jobs_before |= {job.id for job in stage.jobs}
    stage.jobs.clear()
