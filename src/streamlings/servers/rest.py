"""Flink's REST API, as far as this tool asks it. Names and units are Flink's (times in ms since the epoch)."""

from __future__ import annotations

import json
import re
from itertools import takewhile
from typing import Any
from urllib.parse import quote

import urllib3

from streamlings import wait
from streamlings.errors import LabError

JSON = dict[str, Any]

EVENT_LOST = "An OperatorEvent from an OperatorCoordinator to a task was lost"
"""What Flink records when a task had failed before the JobManager's next message reached it: the task's own exception comes too late to
be recorded, and stands in its TaskManager's log alone. (SubtaskGatewayImpl.sendEvent, Task.deliverOperatorEvent)"""
LOG_LINE = re.compile(r"(?:\S+ )?\d\d:\d\d:\d\d,\d{3} ")


class FlinkRest:
    """A client for one cluster. Raises LabError when Flink does not answer, LookupError when it does not know what was asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._pool = urllib3.HTTPConnectionPool(address.split(":")[0], int(address.split(":")[1]), maxsize=4, retries=False)

    def ask(self, path: str, *, method: str = "GET", body: JSON | None = None, read_s: float = 20) -> Any:
        return json.loads(self._answer(path, method=method, body=body, read_s=read_s) or b"{}")

    def _answer(self, path: str, *, method: str = "GET", body: JSON | None = None, read_s: float = 20) -> bytes:
        try:
            answer = self._pool.request(
                method,
                path,
                body=None if body is None else json.dumps(body),
                headers={"Content-Type": "application/json"},
                timeout=urllib3.Timeout(connect=2, read=read_s),
            )
        except urllib3.exceptions.HTTPError as e:
            raise LabError(f"Flink does not answer at {self.address}", details=str(e), hint="./streamlings status") from e
        if answer.status == 404:
            raise LookupError(path)
        if answer.status >= 400:
            raise LabError(f"Flink refused {method} {path}: {answer.status}", details=answer.data.decode("utf-8", "replace")[:800])
        return answer.data

    def answers(self) -> bool:
        """Whether a Flink answers there (and not another program)."""
        try:
            return "slots-total" in self.ask("/overview", read_s=1)
        except (LabError, LookupError, ValueError):
            return False

    def slots(self) -> int:
        """Task slots of all registered TaskManagers; 0 while the cluster is coming up."""
        try:
            return int(self.ask("/overview")["slots-total"])
        except (LabError, LookupError, KeyError):
            return 0

    def taskmanagers(self) -> list[str]:
        return [tm["id"] for tm in self.ask("/taskmanagers")["taskmanagers"]]

    def until_gone(self, taskmanagers: list[str], *, deadline_s: float = 20) -> None:
        """Wait until Flink has noticed that these TaskManagers are gone. Before that, a question for metrics would wait for the dead."""
        wait.until(lambda: not set(taskmanagers) & set(self.taskmanagers()), deadline_s=deadline_s)

    def until_measured(self, taskmanager: str, *, deadline_s: float = 30) -> None:
        """Wait until Flink has metrics of this TaskManager: while it waits for those of one that has died, it has none of any other."""
        wait.until(lambda: self.ask(f"/taskmanagers/{taskmanager}/metrics"), deadline_s=deadline_s)

    def cpu_ns(self, taskmanager: str) -> int:
        """The processor time of a TaskManager by the newest metrics, in steps of 10 ms; 0 where there are none."""
        try:
            found = self.ask(f"/taskmanagers/{taskmanager}/metrics?get=Status.JVM.CPU.Time")
        except LookupError:
            return 0
        return next((int(metric["value"]) for metric in found), 0)

    def jobs(self) -> list[JSON]:
        """Overview of every job the cluster remembers: jid, name, state, start-time..."""
        return list(self.ask("/jobs/overview")["jobs"])

    def job(self, job: str) -> JSON:
        return dict(self.ask(f"/jobs/{job}"))

    def subtasks(self, job: str, vertex: str) -> list[JSON]:
        return list(self.ask(f"/jobs/{job}/vertices/{vertex}")["subtasks"])

    def metrics(self, job: str, vertex: str, names: list[str]) -> dict[str, str]:
        """Values by metric name ("0.currentInputWatermark"); a metric that does not exist (yet) is left out."""
        if not names:
            return {}
        asked = ",".join(quote(n, safe="") for n in names)
        return {m["id"]: m.get("value", "") for m in self.ask(f"/jobs/{job}/vertices/{vertex}/metrics?get={asked}")}

    def job_metric(self, job: str, name: str) -> str:
        """One metric of the job as a whole, such as "numRestarts"; "" while it is not there."""
        return next((str(m.get("value", "")) for m in self.ask(f"/jobs/{job}/metrics?get={name}")), "")

    def metric_names(self, job: str, vertex: str) -> list[str]:
        return [m["id"] for m in self.ask(f"/jobs/{job}/vertices/{vertex}/metrics")]

    def checkpoints(self, job: str) -> JSON:
        return dict(self.ask(f"/jobs/{job}/checkpoints"))

    def trigger_checkpoint(self, job: str) -> str:
        """Start a checkpoint now (works without periodic checkpointing); the id of the request."""
        return str(self.ask(f"/jobs/{job}/checkpoints", method="POST", body={})["request-id"])

    def triggered_checkpoint(self, job: str, request: str) -> JSON | None:
        """The outcome of such a request once it is there: {"checkpointId": ..} or {"failureCause": ..}."""
        answer = self.ask(f"/jobs/{job}/checkpoints/{request}")
        return dict(answer["operation"]) if answer["status"]["id"] == "COMPLETED" else None

    def root_exception(self, job: str) -> str:
        """The exception that failed or restarted the job most recently; "" where there was none, or Flink has forgotten the job."""
        history = self._exceptions(job)
        recorded = str(history[0]["stacktrace"]) if history else ""
        if EVENT_LOST not in recorded:
            return recorded
        of_tasks = [entry for entry in [history[0], *history[0].get("concurrentExceptions", [])] if entry.get("taskManagerId")]
        return next(filter(None, map(self._in_the_log, of_tasks)), recorded)

    def failures(self, job: str) -> list[str]:
        """The stack traces of what failed or restarted the job, newest first, as far as Flink keeps them (web.exception-history-size)."""
        return [str(entry["stacktrace"]) for entry in self._exceptions(job)]

    def _exceptions(self, job: str) -> list[JSON]:
        try:
            return list(self.ask(f"/jobs/{job}/exceptions?maxExceptions=50").get("exceptionHistory", {}).get("entries", []))
        except LookupError:
            return []

    def _in_the_log(self, entry: JSON) -> str:
        """What the task of an entry of the exception history failed with, by its TaskManager's log; "" where it is not there (any more)."""
        try:
            log = self._answer(f"/taskmanagers/{entry['taskManagerId']}/log").decode("utf-8", "replace")
        except (LookupError, LabError):
            return ""
        return failure_in_log(log, str(entry["taskName"]))

    def cancel(self, job: str) -> None:
        self.ask(f"/jobs/{job}", method="PATCH")


def failure_in_log(log: str, task: str) -> str:
    """The stack trace with which a task ("Source: orders (1/1) - execution #0") failed last, by a TaskManager's log; "" for none."""
    name, _, attempt = task.rpartition(" - execution ")
    lines = log.splitlines()
    failed = re.compile(rf" {re.escape(name + attempt)} \(\S+\) switched from \w+ to FAILED with failure cause:$")
    at = next((n for n in reversed(range(len(lines))) if failed.search(lines[n])), len(lines))
    return "\n".join(takewhile(lambda line: not LOG_LINE.match(line), lines[at + 1 :]))
