# trap: savepoint-not-found
from harbour import nowhere, setting, sql

setting("execution.state-recovery.path", "file:///no-such-savepoint")
nowhere("n INT")
sql("INSERT INTO nowhere VALUES (1)")
