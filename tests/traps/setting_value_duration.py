# trap: setting-value
from harbour import nowhere, setting, sql

setting("execution.checkpointing.interval", "10 secunds")
nowhere("n INT")
sql("INSERT INTO nowhere VALUES (1)")
