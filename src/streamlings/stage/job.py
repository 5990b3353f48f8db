"""What Flink's REST API says of one job: state, watermarks, consumed offsets, checkpoints, where it runs."""

from __future__ import annotations

import html
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from streamlings.servers.flink import TAG
from streamlings.servers.rest import JSON, FlinkRest

NO_WATERMARK = -(2**63)
END_OF_INPUT = 2**63 - 1
"""The watermark that a bounded source sends last (Watermark.MAX_WATERMARK); a metric, which is a float, may say a little more."""
OFFSET = re.compile(r"KafkaSourceReader\.topic\.(?P<topic>.+)\.partition\.(?P<partition>\d+)\.currentOffset$")
INPUT_WATERMARK = re.compile(r"^\d+\.(?:(?P<operator>.+)\.)?currentInputWatermark$")
NODE_ID = re.compile(r"\[\d+\]")
SPLIT_WATERMARK = re.compile(r"\.split\.(?P<topic>.+)-(?P<partition>\d+)\.watermark\.currentWatermark$")
RECORDS_SENT = re.compile(r"\.numRecordsSend$")
LATE = re.compile(r"\.numLateRecordsDropped$")
ENDED = {"FAILED", "CANCELED", "FINISHED"}
FRESH_S, NAMES_S = 0.04, 0.2
"""How long the list of a vertex's metrics is believed that lacks what is looked for, and one that has it. Flink renews it every 40 ms, and
to ask for it costs more than all else that is asked."""


@dataclass
class FlinkJob:
    """A view that `refresh` renews. All times are epoch ms; watermarks are None while there is none."""

    rest: FlinkRest
    id: str
    name: str = ""
    state: str = "CREATED"
    vertices: list[JSON] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)
    plan: list[str] = field(default_factory=list)
    """Its operators as Flink describes them, one a line: to explain with, not to judge by."""
    countable: bool = True
    """Whether Flink counts what each sink writes: of two sinks of one name in one chain it knows one only (its metrics' names collide)."""
    _listed: dict[str, tuple[float, list[str]]] = field(default_factory=dict, repr=False)
    """By vertex, when its metrics were listed last, and their names."""

    def refresh(self) -> FlinkJob:
        detail = self.rest.job(self.id)
        nodes = detail.get("plan", {}).get("nodes", [])
        self.name, self.state, self.vertices = detail["name"], detail["state"], detail["vertices"]
        self.sources = {n["id"] for n in nodes if not n.get("inputs")}
        chains = [_operators(n.get("description", "")) for n in nodes]
        self.plan = [operator for chain in chains for operator in chain]
        self.countable = not any(count > 1 for chain in chains for name, count in Counter(chain).items() if name.endswith("Writer"))
        return self

    @property
    def running(self) -> bool:
        """Whether every task runs."""
        return self.state == "RUNNING" and all(v["status"] in ("RUNNING", "FINISHED") for v in self.vertices)

    @property
    def ended(self) -> bool:
        """Whether nothing comes of it any more: it failed for good, was cancelled, or came to the end of its input."""
        return self.state in ENDED

    def has_run(self) -> bool:
        """Whether every task of it has run, also where it has ended since."""
        try:
            answers = [self.rest.ask(f"/jobs/{self.id}/vertices/{v['id']}/subtasktimes") for v in self.vertices]
        except LookupError:  # Flink keeps only so many that have ended
            return False
        return bool(answers) and all(subtask["timestamps"]["RUNNING"] > 0 for answer in answers for subtask in answer["subtasks"])

    def failed_at_work(self) -> bool:
        """Whether it has failed for good, and not before its tasks ran."""
        return self.state == "FAILED" and self.has_run()

    @cached_property
    def check(self) -> str:
        """The check to which it belongs: its prefix, "by-hand" for none, or "" for a job that says nothing of it."""
        settings = self.rest.ask(f"/jobs/{self.id}/config").get("execution-config", {}).get("user-config", {})
        return str(settings.get(TAG, ""))

    @property
    def uses_python(self) -> bool:
        """Whether some operator runs Python functions, which in thread mode is inside the TaskManager."""
        return any("Python" in v["name"] or "_stream_key_by" in v["name"] for v in self.vertices)

    def watermarks(self) -> dict[str, int | None]:
        """The watermark that reached each operator behind the sources ("GlobalWindowAggregate", "totals: Writer"): the lowest of its
        subtasks. An operator hands a watermark on after what it lets fire, so what the last one has, all the rows before it have left.
        Where all operators are chained to their sources, as in a query without GROUP BY, it is that of those behind which it is made.
        """
        found: dict[str, int | None] = {}
        behind = [v for v in self.vertices if v["id"] not in self.sources]
        for v in behind or self.vertices:
            by_operator: dict[str, list[int]] = defaultdict(list)
            for name, value in self.rest.metrics(self.id, v["id"], self._names(v["id"], INPUT_WATERMARK)).items():
                m = INPUT_WATERMARK.match(name)
                if m and value:
                    by_operator[_readable(m["operator"] or v["name"])].append(int(float(value)))
            # One that some subtask does not report yet is none: the lowest of the others would be too high.
            for operator, values in (by_operator or {_readable(v["name"]): []}).items():
                complete = len(values) >= v["parallelism"] and min(values) > NO_WATERMARK
                found[operator] = min(values) if complete else None
        return found if behind else {name: at for name, at in found.items() if at is not None} or found

    def watermark(self) -> int | None:
        """The lowest watermark behind the sources; None while some operator has none, or no operator has inputs."""
        values = list(self.watermarks().values())
        known = [v for v in values if v is not None]
        return min(known) if known and len(known) == len(values) else None

    def rows_written(self) -> int:
        """How many records its sinks have handed to Kafka since its tasks were started last."""
        return self._sum(RECORDS_SENT)

    def partition_watermarks(self) -> dict[str, int | None]:
        """The watermark of each source partition ("orders-0"), where the source makes watermarks per partition."""
        return {f"{t}-{p}": v for (t, p), v in self._source_metrics(SPLIT_WATERMARK).items()}

    def consumed(self) -> dict[tuple[str, int], int]:
        """The offset of the last record that the sources handed on, by topic and partition."""
        return {key: v for key, v in self._source_metrics(OFFSET).items() if v is not None}

    def readers(self) -> dict[tuple[str, int], int]:
        """How many of its sources read each partition, by topic and partition."""
        names = [name for vertex in self.sources for name in self._names(vertex, OFFSET)]
        return Counter((m["topic"], int(m["partition"])) for name in names if (m := OFFSET.search(name)))

    def late_records_dropped(self) -> int:
        """Flink's own count. It stays 0 until the next window closes, because of local pre-aggregation."""
        return self._sum(LATE)

    def time_share(self, what: str) -> float:
        """How much of its time the subtask spends most that is "busy", or "backPressured": waits for the one behind it. 0 to 1."""
        values = [0.0]
        for v in self.vertices:
            names = [f"{n}.{what}TimeMsPerSecond" for n in range(v["parallelism"])]
            values += [float(value) for value in self.rest.metrics(self.id, v["id"], names).values() if value and value != "NaN"]
        return max(values) / 1000

    def taskmanagers(self) -> set[str]:
        """Ids of the TaskManagers that run its tasks."""
        found = set()
        for v in self.vertices:
            found |= {str(s.get("taskmanager-id", "")) for s in self.rest.subtasks(self.id, v["id"])}
        return found - {"", "(unassigned)"}

    def completed_checkpoints(self) -> int:
        return int(self.rest.checkpoints(self.id)["counts"]["completed"])

    def checkpoint_interval(self) -> int | None:
        """How often the job takes checkpoints, ms; None where it takes none by itself."""
        interval = int(self.rest.ask(f"/jobs/{self.id}/checkpoints/config")["interval"])
        return interval if 0 < interval < 2**62 else None

    def restored_checkpoint(self) -> JSON | None:
        """The checkpoint that the job was restored from after a failure; None where it was not."""
        restored = self.rest.checkpoints(self.id).get("latest", {}).get("restored")
        return dict(restored) if restored else None

    def restarts(self) -> int:
        """How often it was restarted after a failure."""
        return int(self.rest.job_metric(self.id, "numRestarts") or 0)

    def _sum(self, wanted: re.Pattern[str]) -> int:
        found = (self.rest.metrics(self.id, v["id"], self._names(v["id"], wanted)) for v in self.vertices)
        return sum(int(x) for values in found for x in values.values() if x)

    def _names(self, vertex: str, wanted: re.Pattern[str]) -> list[str]:
        """The metrics of a vertex that a pattern describes."""
        listed, names = self._listed.get(vertex, (0.0, []))
        found = [name for name in names if wanted.search(name)]
        now = time.monotonic()
        if now - listed > (NAMES_S if found else FRESH_S):
            self._listed[vertex] = now, self.rest.metric_names(self.id, vertex)
            found = [name for name in self._listed[vertex][1] if wanted.search(name)]
        return found

    def _source_metrics(self, wanted: re.Pattern[str]) -> dict[tuple[str, int], int | None]:
        found: dict[tuple[str, int], int] = {}
        for vertex in self.sources:
            for name, value in self.rest.metrics(self.id, vertex, self._names(vertex, wanted)).items():
                m = wanted.search(name)
                if m and value:
                    at = (m["topic"], int(m["partition"]))
                    found[at] = min(int(float(value)), found.get(at, sys.maxsize))  # of several sources that read it, what the slowest says
        return {at: None if number <= NO_WATERMARK else number for at, number in found.items()}


def _operators(description: str) -> list[str]:
    """The operators of a chain, from the text in which a plan describes it."""
    lines = [NODE_ID.sub("", html.unescape(text)).strip(" +-:") for text in description.split("<br/>")]
    return [line for line in lines if line]


def _readable(name: str) -> str:
    """An operator's name as a plan shows it, without the numbers of its nodes: "totals: Writer"."""
    return NODE_ID.sub("", name).replace("__", ": ").replace("_", " ") if "__" in name else NODE_ID.sub("", name)
