# fails: visits_come_when_they_are_over
# says: whose clicks keep it open
"""Harbour's visits: a customer's clicks with pauses of at most 30 minutes between them. How many clicks, from when to when (UTC)?

The topic `visits` gets one row per visit, when it is over.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE clicks (
        customer_id STRING,
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '60' SECOND
    ) WITH ({KAFKA}, 'connector' = 'kafka', 'topic' = '{lab.topic("clicks")}', 'format' = 'json',
            'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE visits (customer_id STRING, began STRING, last_click STRING, clicks BIGINT,
                         PRIMARY KEY (customer_id, began) NOT ENFORCED)
    WITH ({KAFKA}, 'connector' = 'upsert-kafka', 'topic' = '{lab.topic("visits")}', 'key.format' = 'json', 'value.format' = 'json')
""")

tables.execute_sql("""
    INSERT INTO visits
    SELECT customer_id, DATE_FORMAT(window_start, 'HH:mm:ss'), DATE_FORMAT(MAX(event_time), 'HH:mm:ss'), COUNT(*)
    FROM TABLE(SESSION(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '30' MINUTE))
    GROUP BY customer_id, window_start, window_end
    ON CONFLICT DO DEDUPLICATE
""")
