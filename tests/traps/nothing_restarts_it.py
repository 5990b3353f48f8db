# trap: nothing-restarts-it
from harbour import nowhere, orders, send, sql

from streamlings import lab, wait
from streamlings.servers import cluster, state
from streamlings.servers.rest import FlinkRest

rest = FlinkRest(lab.flink)
send(b'{"customer_id": "ada"}')
orders("customer_id STRING")
nowhere("customer_id STRING, orders BIGINT")
job = str(sql("INSERT INTO nowhere SELECT customer_id, COUNT(*) FROM orders GROUP BY customer_id").get_job_client().get_job_id())
wait.until(lambda: all(vertex["status"] == "RUNNING" for vertex in rest.job(job)["vertices"]), deadline_s=30)
older = cluster.taskmanagers(state.read())
newer = cluster.add_taskmanager()
wait.until(lambda: newer in rest.taskmanagers(), deadline_s=30)
cluster.kill_taskmanagers(older)
rest.until_gone(older)
