"""What runs: Kafka, Flink, the schema registry, PostgreSQL. One server each, and the ways to run them."""

BACKENDS = ["native", "containers", "external"]
"""The ways in which the lab runs."""
