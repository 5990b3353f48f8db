"""What has each customer paid? Asked once, over all orders that are there, and all the time, while orders come."""

from pyflink.table import DataTypes, EnvironmentSettings, Schema, TableDescriptor, TableEnvironment
from pyflink.table.expressions import col

from streamlings import lab


def kafka(connector: str, topic: str, schema: Schema) -> TableDescriptor.Builder:
    options = TableDescriptor.for_connector(connector).schema(schema)
    return options.option("topic", lab.topic(topic)).option("properties.bootstrap.servers", lab.kafka).option("value.format", "json")


order = Schema.new_builder().column("customer_id", "STRING").column("amount", "DECIMAL(10, 2)").column("status", "STRING").build()
answer = Schema.new_builder().column("revenue", "DECIMAL(14, 2)").column("customer_id", "STRING NOT NULL").primary_key("customer_id")

# The live question first: which of the two is asked first makes no difference.
for mode, topic in ((EnvironmentSettings.in_streaming_mode(), "revenue_live"), (EnvironmentSettings.in_batch_mode(), "revenue_nightly")):
    tables = TableEnvironment.create(mode)
    source = kafka("kafka", "orders", order).option("scan.startup.mode", "earliest-offset")
    if topic == "revenue_nightly":
        source = source.option("scan.bounded.mode", "latest-offset")
    tables.create_temporary_table("orders", source.build())
    tables.create_temporary_table("revenue", kafka("upsert-kafka", topic, answer.build()).option("key.format", "raw").build())
    paid = tables.from_path("orders").filter(col("status") == "PAID").group_by(col("customer_id"))
    paid.select(col("amount").sum.cast(DataTypes.DECIMAL(14, 2)), col("customer_id")).execute_insert("revenue")
