"""Streamlings: graded exercises on a real Kafka broker and a real Flink cluster."""

__version__ = "0.1.0"
