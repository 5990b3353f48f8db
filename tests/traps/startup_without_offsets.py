# trap: startup-without-offsets
from harbour import KAFKA, nowhere, orders, send, sql

from streamlings import lab

send(b'{"amount": 1}')
orders("amount INT", f"{KAFKA}, 'properties.group.id'='{lab.name('billing')}'")
nowhere("amount INT")
sql("INSERT INTO nowhere SELECT * FROM orders")
