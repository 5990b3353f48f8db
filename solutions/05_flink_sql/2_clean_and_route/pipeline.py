"""Orders from partner shops: the clean ones with their shipping zone to clean_orders, all others with a reason to bad_orders."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (message STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'format' = 'raw', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql(f"""
    CREATE TABLE clean_orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), zone STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("clean_orders")}', 'format' = 'json')
""")
tables.execute_sql(f"""
    CREATE TABLE bad_orders (reason STRING, message STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("bad_orders")}', 'format' = 'json')
""")

# --8<-- [start:views]
tables.execute_sql("""
    CREATE TEMPORARY VIEW fields AS
    SELECT
        message,
        message IS JSON OBJECT AS is_object,
        JSON_VALUE(message, '$.order_id') AS order_id,
        JSON_VALUE(message, '$.customer_id') AS customer_id,
        JSON_VALUE(message, '$.status') AS status,
        TRY_CAST(JSON_VALUE(message, '$.amount') AS DECIMAL(10, 2)) AS amount,
        CASE JSON_VALUE(message, '$.country')
            WHEN 'DE' THEN 'home'
            WHEN 'AT' THEN 'union' WHEN 'FR' THEN 'union' WHEN 'NL' THEN 'union'
            WHEN 'CH' THEN 'customs' WHEN 'GB' THEN 'customs'
        END AS zone
    FROM orders
""")
tables.execute_sql("""
    CREATE TEMPORARY VIEW judged AS
    SELECT *,
        CASE
            WHEN is_object IS NOT TRUE THEN 'not_json'
            WHEN COALESCE(order_id, '') = '' OR COALESCE(customer_id, '') = '' THEN 'no_id'
            WHEN amount IS NULL OR amount <= 0 THEN 'bad_amount'
            WHEN zone IS NULL THEN 'unknown_country'
        END AS reason
    FROM fields
    WHERE status IS DISTINCT FROM 'TEST'
""")
# --8<-- [end:views]

# --8<-- [start:routes]
both = tables.create_statement_set()
both.add_insert_sql("INSERT INTO clean_orders SELECT order_id, customer_id, amount, zone FROM judged WHERE reason IS NULL")
both.add_insert_sql("INSERT INTO bad_orders SELECT reason, message FROM judged WHERE reason IS NOT NULL")
both.execute()
# --8<-- [end:routes]
