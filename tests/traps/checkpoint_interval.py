# trap: checkpoint-interval
from harbour import nowhere, setting, sql

setting("execution.checkpointing.interval", "5")
nowhere("n INT")
sql("INSERT INTO nowhere VALUES (1)")
