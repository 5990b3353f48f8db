# trap: session-longer-than-poll
from clients import GROUP
from confluent_kafka import Consumer

Consumer(GROUP | {"max.poll.interval.ms": 10_000})
