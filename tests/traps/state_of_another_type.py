# trap: state-of-another-type
from harbour import nowhere, orders, send, setting, sql

from streamlings import lab, wait
from streamlings.servers.rest import FlinkRest

rest = FlinkRest(lab.flink)
send(b'{"customer_id": "ada"}')
orders("customer_id STRING")
nowhere("customer_id STRING, orders BIGINT")
job = str(sql("INSERT INTO nowhere SELECT customer_id, COUNT(*) FROM orders GROUP BY customer_id").get_job_client().get_job_id())
wait.until(lambda: all(vertex["status"] == "RUNNING" for vertex in rest.job(job)["vertices"]), deadline_s=30)
request = rest.ask(f"/jobs/{job}/stop", method="POST", body={"drain": False})["request-id"]


def operation():
    """What became of the savepoint, once it is complete."""
    return rest.ask(f"/jobs/{job}/savepoints/{request}").get("operation")


setting("execution.state-recovery.path", wait.until(operation, deadline_s=30)["location"])
sql("INSERT INTO nowhere SELECT customer_id, COUNT(DISTINCT customer_id) FROM orders GROUP BY customer_id")
