"""The same with a little table of zones that is joined, and with the reasons asked for one after the other."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"""
    CREATE TABLE orders (message STRING, `partition` INT METADATA VIRTUAL, `offset` BIGINT METADATA VIRTUAL)
    WITH ({KAFKA} = 'raw', 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql(f"""
    CREATE TABLE clean_orders (zone STRING, customer_id STRING, order_id STRING, amount DECIMAL(12, 2))
    WITH ({KAFKA} = 'json', 'topic' = '{lab.topic("clean_orders")}')
""")
tables.execute_sql(f"""
    CREATE TABLE bad_orders (message STRING, reason STRING, found_at STRING)
    WITH ({KAFKA} = 'json', 'topic' = '{lab.topic("bad_orders")}')
""")
tables.execute_sql("""
    CREATE TEMPORARY VIEW zones AS
    SELECT * FROM (VALUES ('DE', 'home'), ('AT', 'union'), ('FR', 'union'), ('NL', 'union'), ('CH', 'customs'), ('GB', 'customs'))
        AS zones (country, zone)
""")
tables.execute_sql("""
    CREATE TEMPORARY VIEW fields AS
    SELECT *, JSON_VALUE(message, '$.order_id') AS order_id, JSON_VALUE(message, '$.customer_id') AS customer_id,
        COALESCE(JSON_VALUE(message, '$.country'), '') AS country,
        COALESCE(TRY_CAST(JSON_VALUE(message, '$.amount') AS DECIMAL(12, 2)), 0) AS amount
    FROM orders
    WHERE COALESCE(JSON_VALUE(message, '$.status'), 'none') <> 'TEST'
""")
tables.execute_sql("""
    CREATE TEMPORARY VIEW judged AS
    SELECT *, CASE
        WHEN message IS NOT JSON OBJECT THEN 'not_json'
        WHEN CHAR_LENGTH(order_id) > 0 AND CHAR_LENGTH(customer_id) > 0 THEN
            CASE WHEN amount <= 0 THEN 'bad_amount'
                 WHEN country IN ('DE', 'AT', 'FR', 'NL', 'CH', 'GB') THEN 'none' ELSE 'unknown_country' END
        ELSE 'no_id'
    END AS reason
    FROM fields
""")
statements = tables.create_statement_set()
statements.add_insert_sql("""
    INSERT INTO clean_orders (amount, order_id, customer_id, zone)
    SELECT amount, order_id, customer_id, zone FROM judged JOIN zones ON judged.country = zones.country WHERE reason = 'none'
""")
statements.add_insert_sql("""
    INSERT INTO bad_orders
    SELECT message, reason, CAST(`partition` AS STRING) || '-' || CAST(`offset` AS STRING) FROM judged WHERE reason <> 'none'
""")
statements.execute().wait()
