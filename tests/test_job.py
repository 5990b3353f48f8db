"""What is read from Flink's REST API about a job, with answers as Flink gives them."""

from __future__ import annotations

from typing import Any, cast

from streamlings.servers.rest import FlinkRest
from streamlings.stage.job import FlinkJob

READER = "Source__orders.KafkaSourceReader.topic.x_orders.partition"


class Rest:
    """A job of one or two vertices, whose metrics are given."""

    def __init__(self, *vertices: dict[str, str], description: str = "") -> None:
        self.vertices = vertices
        self.description = description

    def job(self, _: str) -> dict[str, Any]:
        ids = [f"v{n}" for n in range(len(self.vertices))]
        nodes = [{"id": i, "inputs": [{"id": ids[0]}] if n else [], "description": self.description} for n, i in enumerate(ids)]
        vertices = [{"id": i, "name": i, "parallelism": 1, "status": "RUNNING"} for i in ids]
        return {"name": "a job", "state": "RUNNING", "vertices": vertices, "plan": {"nodes": nodes}}

    def metric_names(self, _: str, vertex: str) -> list[str]:
        return list(self.vertices[int(vertex[1:])])

    def metrics(self, _: str, vertex: str, names: list[str]) -> dict[str, str]:
        return {name: self.vertices[int(vertex[1:])][name] for name in names}


def job(*vertices: dict[str, str], description: str = "") -> FlinkJob:
    return FlinkJob(cast(FlinkRest, Rest(*vertices, description=description)), "j").refresh()


def test_the_watermark_is_that_of_the_operators_behind_the_sources() -> None:
    source = {"0.Calc[2].currentInputWatermark": "7000"}
    assert job(source, {"0.Window[4].currentInputWatermark": "5000", "0.sink[5]__Writer.currentInputWatermark": "4000"}).watermark() == 4000
    assert job(source, {"0.Window[4].currentInputWatermark": str(-(2**63))}).watermark() is None


def test_where_all_is_chained_to_the_source_it_is_that_behind_which_it_is_made() -> None:
    made = {"0.Calc[2].currentInputWatermark": "5000", "0.order_log[3]__Writer.currentInputWatermark": "5000"}
    assert job(made).watermark() == 5000
    assert job(made | {"0.parse.currentInputWatermark": str(-(2**63))}).watermark() == 5000, "before it is assigned there is none"
    assert job({"0.parse.currentInputWatermark": str(-(2**63))}).watermark() is None
    assert job({"0.Source__orders.numRecordsOut": "3"}).watermark() is None


def test_a_job_has_run_when_each_of_its_tasks_has() -> None:
    times = {"v0": [5, 6], "v1": [7, 0]}
    rest = Rest({}, {})
    rest.ask = lambda path: {"subtasks": [{"timestamps": {"RUNNING": at}} for at in times[path.split("/")[4]]]}  # type: ignore[attr-defined]
    one = FlinkJob(cast(FlinkRest, rest), "j").refresh()
    assert not one.has_run()
    times["v1"] = [7, 8]
    assert one.has_run()
    assert not FlinkJob(cast(FlinkRest, Rest()), "j").refresh().has_run(), "one that failed before it had tasks"


def test_readers_of_a_partition_are_counted() -> None:
    once = {f"0.{READER}.0.currentOffset": "3", f"1.{READER}.1.currentOffset": "4"}
    assert job(once).readers() == {("x_orders", 0): 1, ("x_orders", 1): 1}
    assert job(once | {f"0.Source__again.{READER.partition('.')[2]}.0.currentOffset": "3"}).readers()["x_orders", 0] == 2


def test_the_plan_is_told_a_line_an_operator() -> None:
    told = "Source: orders<br/>+- [22]:Calc(select=[a &gt; 1])<br/>   +- log[23]: Writer<br/>"
    assert job({}, description=told).plan == ["Source: orders", "Calc(select=[a > 1])", "log: Writer"]


def test_two_sinks_of_one_name_in_a_chain_cannot_be_counted() -> None:
    named, unnamed = "Source: orders<br/>+- {}: Writer<br/>+- {}: Writer<br/>", "Sink"
    assert job({}, description=named.format("clean[3]", "bad[4]")).countable
    assert not job({}, description=named.format(unnamed, unnamed)).countable


def test_metrics_are_listed_anew_only_where_they_may_have_changed() -> None:
    listed: list[str] = []
    watched = job({"0.Window[4].currentInputWatermark": "5000"}, {"0.sink[5]__Writer.currentInputWatermark": "4000"})
    names = watched.rest.metric_names
    watched.rest.metric_names = lambda of, vertex: (listed.append(vertex), names(of, vertex))[1]  # type: ignore[method-assign]
    assert [watched.watermark() for _ in range(5)] == [4000] * 5
    assert listed == ["v1"], "what is listed has the watermark: its values are asked for, and not its names"
