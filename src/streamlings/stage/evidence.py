"""Evidence from outside Kafka's records and Flink: what a consumer group has committed, what lies in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition

from streamlings.errors import LabError
from streamlings.servers.kafka import admin


def committed_offsets(address: str, group: str, topic: str) -> dict[int, int]:
    """The offsets that a group has committed, by partition; partitions without one are left out. {} for a group that does not exist."""
    client = admin(address)
    asked = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    try:
        found = asked[group].result(10).topic_partitions or []
    except KafkaException:
        return {}
    return {p.partition: p.offset for p in found if p.topic == topic and p.offset >= 0 and isinstance(p, TopicPartition)}


def query(address: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query. Raises LabError where PostgreSQL refuses it."""
    import psycopg

    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            return list(connection.execute(sql.encode()).fetchall())
    except psycopg.Error as e:
        raise LabError(f"PostgreSQL could not answer: {e}", hint="./streamlings status", details=sql) from e


def tables(address: str) -> list[str]:
    """The names of all tables."""
    return [str(name) for (name,) in query(address, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


def drop_tables(address: str, mine: Callable[[str], bool]) -> None:
    """Drop the tables of whose names `mine` is true."""
    import psycopg
    from psycopg import sql

    wanted = [name for name in tables(address) if mine(name)]
    if not wanted:
        return
    with psycopg.connect(address, connect_timeout=5, autocommit=True) as connection:
        for name in wanted:
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(name)))
