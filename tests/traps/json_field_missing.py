# trap: json-field-missing
from harbour import EARLIEST, nowhere, orders, send, sql

send(b'{"amount": 12}')
orders("price INT", f"{EARLIEST}, 'json.fail-on-missing-field'='true'")
nowhere("price INT")
sql("INSERT INTO nowhere SELECT * FROM orders")
