"""Harbour's order log with the Table API, without any SQL but the expressions."""

from pyflink.table import DataTypes, EnvironmentSettings, Schema, TableDescriptor, TableEnvironment
from pyflink.table.expressions import call_sql, col

from streamlings import lab


def kafka(topic: str, schema: Schema) -> TableDescriptor.Builder:
    return (
        TableDescriptor.for_connector("kafka")
        .option("properties.bootstrap.servers", lab.kafka)
        .option("topic", lab.topic(topic))
        .format("json")
        .schema(schema)
    )


def main() -> None:
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    fields = Schema.new_builder().column("order_id", DataTypes.STRING()).column("customer_id", DataTypes.STRING())
    fields = fields.column("amount", DataTypes.DECIMAL(10, 2)).column("status", DataTypes.STRING())
    fields = fields.column("timestamp", DataTypes.BIGINT()).column_by_expression("placed", "TO_TIMESTAMP_LTZ(`timestamp`, 3)")
    fields = fields.watermark("placed", "placed - INTERVAL '5' SECOND")
    tables.create_temporary_table("orders", kafka("orders", fields.build()).option("scan.startup.mode", "earliest-offset").build())

    text = call_sql("DATE_FORMAT(placed, 'yyyy-MM-dd HH:mm:ss.SSS')").alias("placed_at")
    log = tables.from_path("orders").select(col("order_id"), col("customer_id"), col("amount"), col("status"), text)
    tables.create_temporary_table(
        "order_log", kafka("order_log", Schema.new_builder().from_resolved_schema(log.get_resolved_schema()).build()).build()
    )
    log.execute_insert("order_log")


main()
