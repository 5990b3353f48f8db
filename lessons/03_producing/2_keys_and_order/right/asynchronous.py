"""Sends what happens to Harbour's orders to Kafka with the asynchronous producer, which packs messages by itself."""

import asyncio
import json

from confluent_kafka.aio import AIOProducer

from streamlings import lab


async def main() -> None:
    producer = AIOProducer({"bootstrap.servers": lab.kafka, "partitioner": "murmur2_random"})
    reports = []
    for line in (lab.folder("in") / "orders.jsonl").read_text().splitlines():
        reports.append(await producer.produce(lab.topic("orders"), line.encode(), key=json.loads(line)["customer_id"].encode()))
    await producer.flush()
    messages = await asyncio.gather(*reports)
    partition_of = {message.key().decode(): message.partition() for message in messages}
    (lab.folder("out") / "partitions.json").write_text(json.dumps(partition_of))
    await producer.close()


asyncio.run(main())
