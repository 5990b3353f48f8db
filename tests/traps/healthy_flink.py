# trap: none
from harbour import EARLIEST, orders, send, sql, tables
from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.STRING())
def shout(name):
    return name.upper()


tables.create_temporary_function("shout", shout)
send(
    *(
        b'{"customer_id": "%s", "amount": 12.50, "placed": "2026-01-01 12:00:%02d"}' % (name, n)
        for n, name in enumerate([b"ada", b"bob"] * 20)
    )
)
orders(
    "customer_id STRING, amount DECIMAL(10, 2), placed TIMESTAMP(3), WATERMARK FOR placed AS placed - INTERVAL '5' SECOND",
    f"{EARLIEST}, 'scan.bounded.mode'='latest-offset'",
)
tables.from_path("orders").print_schema()
print(list(sql("SELECT * FROM orders").collect()))
totals = sql(
    "SELECT shout(customer_id), window_start, SUM(amount) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed), INTERVAL '10' SECOND))"
    " GROUP BY customer_id, window_start, window_end"
)
print(list(totals.collect()))
print(tables.explain_sql("SELECT customer_id, COUNT(*) FROM orders GROUP BY customer_id"))
