"""A topic on the stage: the scenario sends to it, waits for rows in it, and the checks judge what lies in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from streamlings import shop
from streamlings.checks import Check, Failure
from streamlings.errors import LabError
from streamlings.servers import broker
from streamlings.stage.batches import Batch, batches
from streamlings.stage.patience import PATIENCE, START_S
from streamlings.stage.records import Record, Row, consumer, end_of, read_all, to_json

if TYPE_CHECKING:
    from streamlings.stage.stage import Stage


MANY_RECORDS = 50_000
"""More than any task asks for: the program writes in a loop, perhaps quicker than anybody could read."""
READ_AT_ONCE = 5_000
"""So many records are read before whoever waits for one looks at the clock again."""


class StageTopic:
    """`name` is what the exercise calls it, `full_name` what it is called on the broker during this check."""

    def __init__(self, stage: Stage, name: str, full_name: str, partitions: int) -> None:
        self.stage, self.name, self.full_name, self.partitions = stage, name, full_name, partitions
        self.sent: list[Row] = []
        self.ends: dict[int, int] = {}
        """Sent so far: by partition, the offset behind the last event."""
        self.newest: dict[int, int] = {}
        """Sent so far: by partition, the newest event time, epoch ms; of one that came before it happened, when it came."""
        self.last: tuple[int, int] | None = None
        """Partition and offset of the event sent last; None before the first."""
        self.seen: list[Record] = []
        """Read so far while the stream was open, committed records only, in order of arrival."""
        self.committed: list[Record] = []
        """Everything at the end of the scenario, as read_committed sees it; anew with each `collect`."""
        self.anybody_writes = False
        """Whether the task lets others than the program's Flink jobs write to it."""

    def send(
        self,
        *events: Row | bytes,
        partition: int | None = None,
        key: str = "customer_id",
        encode: Callable[[Row], bytes] = to_json,
        arrived: int | None = None,
    ) -> None:
        """Send events in order, and wait until the broker has them. Raises LabError when it does not take them.

        An event that is bytes is sent as it is, without a key; in `sent` it stands as {"value": its text}. `arrived` is what Kafka's own
        time of these records says, epoch ms; by default it is now.
        """
        producer = self.stage.producer
        delivered: dict[int, Message] = {}
        failed: list[KafkaError] = []

        def report(nth: int, error: KafkaError | None, message: Message) -> None:
            if error is not None:
                failed.append(error)
            else:
                delivered[nth] = message

        for nth, event in enumerate(events):
            where = {} if partition is None and self.partitions > 1 else {"partition": partition or 0}
            where |= {"timestamp": arrived} if arrived else {}
            value, its_key = (event, None) if isinstance(event, bytes) else (encode(event), str(event.get(key, "")).encode())
            producer.produce(self.full_name, value, key=its_key, on_delivery=partial(report, nth), **where)
        if producer.flush(10) or failed:
            raise LabError(f"the broker did not take events for {self.name}", details=str(failed[:1]), hint="./streamlings status")
        for nth, sent in enumerate(events):
            at, offset = delivered[nth].partition() or 0, delivered[nth].offset() or 0
            event = {"value": sent.decode("utf-8", "replace")} if isinstance(sent, bytes) else sent
            self.sent.append(event)
            self.last = (at, offset)
            self.ends[at] = max(offset + 1, self.ends.get(at, 0))
            time = event.get("timestamp", 0)
            self.newest[at] = max(min(time, arrived or time), self.newest.get(at, 0))
            self.stage.timeline_.sent(self.name, at, offset, event)

    def tick(self, at: str | int) -> list[Row]:
        """Send an order of that time to every partition that has none so new: the watermark is the lowest of all partitions. The orders."""
        time = at if isinstance(at, int) else shop.ms(at)
        behind = [p for p in range(self.partitions) if self.newest.get(p, 0) < time]
        ticks = {p: self.stage.shop.order(f"{shop.TICK}-{p}", time) for p in behind}
        for partition, order in ticks.items():
            self.send(order, partition=partition)
        return list(ticks.values())

    def poll(self, timeout_s: float = 0) -> list[Record]:
        """Records that have arrived since the last call, waiting up to `timeout_s` for the first; at most READ_AT_ONCE of them, and
        none of a topic that is flooded."""
        fresh: list[Record] = []
        while len(fresh) < READ_AT_ONCE and not self.flooded and (message := self._tap.poll(0 if fresh else timeout_s)) is not None:
            if message.error() is None:
                record = Record.of(message)
                fresh.append(record)
                self.stage.timeline_.output(self.name, record.partition, record.offset, record.row() or _undecoded(record))
        self.seen += fresh
        return fresh

    @property
    def flooded(self) -> bool:
        """Whether more was written to it than any task asks for."""
        return len(self.seen) >= MANY_RECORDS

    @cached_property
    def _tap(self) -> Consumer:
        tap = consumer(self.stage.lab.kafka, isolation="read_committed")
        tap.assign([TopicPartition(self.full_name, p, 0) for p in range(self.partitions)])
        return tap

    def length(self) -> int:
        """Records that lie in it before the first open transaction, with those that end one; none in what somebody has removed."""
        return self._until_the_end(self._tap)

    def appended(self) -> int:
        """Records that lie in it, with those of open transactions."""
        return self._until_the_end(self._uncommitted_tap)

    def is_read(self) -> bool:
        """Whether `poll` has given every record before the first open transaction, or is told too much to go on."""
        if self.flooded:
            return True
        partitions = [TopicPartition(self.full_name, p) for p in range(self.partitions)]
        # Positions, not the records' offsets: what ends a transaction has an offset, too. There is none before the first record.
        at = {each.partition: max(0, each.offset) for each in self._tap.position(partitions)}
        return all(at[p.partition] >= (end_of(self._tap, p, deadline_s=10) or 0) for p in partitions)

    def _until_the_end(self, tap: Consumer) -> int:
        return sum(end_of(tap, TopicPartition(self.full_name, p), deadline_s=10) or 0 for p in range(self.partitions))

    @cached_property
    def _uncommitted_tap(self) -> Consumer:
        """Never reads: what a consumer calls the end of a topic depends on its isolation, too."""
        return consumer(self.stage.lab.kafka, isolation="read_uncommitted")

    def until(
        self,
        *,
        proves: Check | None = None,
        hint: str = "",
        deadline_s: float = 60,
        patience: int = PATIENCE,
        start_s: float = START_S,
        **fields: object,
    ) -> None:
        """A barrier: wait until some row with these fields has come out, while the stream is open.

        `hint` is for the learner whose program never emits it. `patience` and `start_s` are those of `Stage.until`.
        """
        text = " ".join(f"{k} {v}" for k, v in fields.items())
        self.stage.until(
            lambda: self._has(fields),
            f"a row in {self.name} with {text}",
            proves=proves,
            hint=hint,
            deadline_s=deadline_s,
            patience=patience,
            start_s=start_s,
        )

    def _has(self, fields: dict[str, object]) -> bool:
        self.poll(0.02)
        return any(_matches(row, fields) for row in self.rows)

    @property
    def rows(self) -> list[Row]:
        """The JSON objects in it: all committed ones at the end, before that what was seen. Tombstones and other bytes are left out."""
        return self._final_rows if self.committed else rows_of(self.seen)

    def matching(self, **fields: object) -> list[Row]:
        """The rows with these values."""
        return [row for row in self.rows if _matches(row, fields)]

    def latest(self, *key: str) -> dict[tuple[Any, ...], Row]:
        """The rows folded by key: a later row replaces an earlier one (what a reader of an upsert stream keeps)."""
        return {tuple(v if isinstance(v := row.get(k), Hashable) else str(v) for k in key): row for row in self.rows}

    def expect(self, row: Row, *, because: list[str] | None = None, hint: str = "") -> None:
        """Exactly one row for this window or key: `row`'s first fields say which, the last field what it must hold."""
        *which, judged = row
        found = self.matching(**{k: row[k] for k in which})
        values = [r.get(judged) for r in found]
        if values == [row[judged]]:
            return
        label = " ".join(str(row[k]) for k in which)
        got = "no row" if not values else "  then  ".join(f"{judged} {shop.shown(v)}" for v in values)
        raise Failure(expected=f"{label}  {judged} {shop.shown(row[judged])}", actual=f"{label}  {got}", because=because or [], hint=hint)

    def collect(self) -> None:
        """Read everything that lies in it now and is committed; of a topic that is flooded, what was seen."""
        self.poll()
        for known in ("uncommitted", "_final_rows"):
            vars(self).pop(known, None)
        if self.flooded:
            self.committed = self.seen
        else:
            self.committed = read_all(self.stage.lab.kafka, self.full_name, self.partitions, isolation="read_committed")

    @cached_property
    def uncommitted(self) -> list[Record]:
        """Everything that lies in it, as read_uncommitted sees it: with what aborted transactions wrote."""
        return read_all(self.stage.lab.kafka, self.full_name, self.partitions, isolation="read_uncommitted")

    @cached_property
    def _final_rows(self) -> list[Row]:
        return rows_of(self.committed)

    def batches(self) -> list[Batch]:
        """How its records were batched by whoever produced them, from the log files of a broker that leads its first partition."""
        own = self.stage.brokers
        if own:
            return batches(own.of[own.leader(self.full_name) or 1].data, self.full_name, self.partitions)
        with broker.data_of(self.full_name, self.partitions) as data:
            return batches(data, self.full_name, self.partitions)

    def close(self) -> None:
        for tap in {"_tap", "_uncommitted_tap"} & vars(self).keys():
            getattr(self, tap).close()


def _matches(row: Row, fields: dict[str, object]) -> bool:
    return all(row.get(name) == value for name, value in fields.items())


def make_producer(address: str) -> Producer:
    """The scenario's own producer: at once, in order, acknowledged. (An idempotent one would wait half a second for its producer id.)"""
    settings = {"linger.ms": 0, "acks": "all", "max.in.flight": 1, "partitioner": "murmur2_random", "log_level": 0}
    return Producer({"bootstrap.servers": address} | settings)


def _undecoded(record: Record) -> Row:
    """What a timeline shows of a record that holds no JSON object."""
    key = (record.key or b"").decode("utf-8", "replace")
    return {"tombstone": key} if record.value is None else {"value": repr(record.value)[:60]}


def rows_of(records: Iterable[Record]) -> list[Row]:
    """The JSON objects among these records."""
    return [row for record in records if (row := record.row()) is not None]
