# trap: braces
from harbour import sql

sql("CREATE TABLE orders (customer_id STRING) WITH ({KAFKA})")
