"""What runs: Kafka, Flink, the schema registry, PostgreSQL. One server each, and the ways to run them."""
