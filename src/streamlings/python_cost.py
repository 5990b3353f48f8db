"""What a call costs per row on this machine: the same fee computed in SQL, in Python row by row, and in Python batch by batch.

    .venv/bin/python -m streamlings.python_cost

Each way is a job of its own, which reads rows that Flink makes up and writes them nowhere. What is measured is how long its task ran
(Flink's REST API, "status-duration"), without the start of the Python process, by the difference between many rows and few.
"""

from __future__ import annotations

from typing import Any

from streamlings.servers.rest import FlinkRest

FEW, MANY = 2_000, 60_000
WAYS = {
    "in SQL": ("amount * 0.029 + 0.3", "thread"),
    "in Python, thread mode": ("fee(amount)", "thread"),
    "in Python, process mode": ("fee(amount)", "process"),
    "in Python, vectorised": ("fees(amount)", "process"),
}


def environment() -> Any:
    """A table environment with both functions."""
    from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
    from pyflink.table.udf import udf

    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    tables.create_temporary_function("fee", udf(lambda amount: amount * 0.029 + 0.3, result_type=DataTypes.DOUBLE()))
    tables.create_temporary_function("fees", udf(lambda amounts: amounts * 0.029 + 0.3, result_type=DataTypes.DOUBLE(), func_type="pandas"))
    tables.execute_sql("CREATE TABLE fees_of (fee DOUBLE) WITH ('connector' = 'blackhole')")
    for rows in (FEW, MANY):
        tables.execute_sql(
            f"CREATE TABLE orders_{rows} (amount DOUBLE) WITH ('connector' = 'datagen', 'number-of-rows' = '{rows}',"
            f" 'rows-per-second' = '100000000')"
        )
    return tables


def ran_ms(tables: Any, rest: FlinkRest, rows: int, expression: str) -> int:
    """How long the task of such a job ran, ms."""
    job = tables.execute_sql(f"INSERT INTO fees_of SELECT {expression} FROM orders_{rows}")
    job.wait()
    client = job.get_job_client()
    id = str(client.get_job_id())
    subtasks = [s for v in rest.job(id)["vertices"] for s in rest.ask(f"/jobs/{id}/vertices/{v['id']}")["subtasks"]]
    return max(int(s["status-duration"]["RUNNING"]) for s in subtasks)


def main() -> None:
    from streamlings import lab  # it points PyFlink at the lab, in the process that measures and in no other

    tables, rest = environment(), FlinkRest(lab.flink)
    for way, (expression, mode) in WAYS.items():
        tables.get_config().set("python.execution-mode", mode)
        few, many = (ran_ms(tables, rest, rows, expression) for rows in (FEW, MANY))
        print(f"{way:<24} {1000 * max(0, many - few) / (MANY - FEW):6.1f} µs a row")


if __name__ == "__main__":
    main()
