"""What goes wrong on purpose: a TaskManager is killed, the broker is killed and started again."""

from __future__ import annotations

import signal
from collections.abc import Callable

from streamlings import wait
from streamlings.errors import LabError
from streamlings.servers import broker, cluster, process, state
from streamlings.stage.observing import Observing


class Faults(Observing):
    """A scene on which something can be killed at a moment that the scenario chooses."""

    def kill_taskmanager(self, *, after: Callable[[], object] = lambda: None, during_checkpoint: bool = False) -> None:
        """SIGKILL the TaskManagers that run the job, and wait until Flink has noticed. A check of the kind "restore" has a spare one.

        `after` is done before. The JobManager stands still meanwhile, so that no checkpoint begins between what the job then reads and
        the kill; so `after` must not ask Flink anything, and ends within 15 s (heartbeats are missed after 20 s). With `during_checkpoint`
        the next one has begun by then, and cannot complete. Raises LabError where no job runs, or nothing stands by.
        """
        hosts = sorted(set().union(*(j.taskmanagers() for j in self.refresh())))
        if not hosts:
            raise LabError("no TaskManager runs the job that should lose it", hint="check it again; is this machine very busy?")
        if len(hosts) > 1:  # two jobs, of which one has found the spare
            cluster.add_taskmanager()
        if not wait.until(lambda: set(self.rest.taskmanagers()) - set(hosts), deadline_s=30):
            raise LabError("no TaskManager stands by for the one that is to be killed", hint="check it again; is this machine very busy?")
        self.account.compare()
        self.killed += hosts
        for host in hosts:
            self.rest.until_metrics_have_come(host)
        servers = state.read().processes
        self._until_no_checkpoint_is_under_way()
        with process.standing_still(servers["jobmanager"]):
            after()
            if during_checkpoint:
                for host in hosts:
                    process.signal_group(servers[host], signal.SIGSTOP)
            else:
                cluster.kill_taskmanagers(hosts)
        if during_checkpoint:
            wait.until(lambda: self._checkpoints("in_progress") or self._is_lost(), deadline_s=10)
            during_checkpoint = bool(self._checkpoints("in_progress"))  # else Flink has missed the TaskManager first
            cluster.kill_taskmanagers(hosts)
        self.timeline_.step()
        self.timeline_.note("kill", "TaskManager, while a checkpoint was under way" if during_checkpoint else "TaskManager")
        self.rest.until_gone(hosts)

    def _until_no_checkpoint_is_under_way(self) -> None:
        """Where the job takes some, wait until one has just been completed: another one that has been triggered already might yet hold what
        the job reads while the JobManager stands still."""
        if any(job.checkpoint_interval() for job in self.jobs):
            before = self._checkpoints("completed")
            wait.until(lambda: self._checkpoints("completed") > before and not self._checkpoints("in_progress"), deadline_s=5)

    def _checkpoints(self, which: str) -> int:
        """How many are "completed", or "in_progress"."""
        return sum(int(self.rest.checkpoints(job.id)["counts"][which]) for job in self.jobs)

    def _is_lost(self) -> bool:
        """Whether some job does not run any more, since a TaskManager was missed."""
        return any(self.rest.job(job.id)["state"] != "RUNNING" for job in self.jobs)

    def restart_kafka(self) -> None:
        """SIGKILL the broker and start it again on the same data and port."""
        self.timeline_.step()
        broker.restart()
        self.timeline_.note("kill", "broker, started again at once")
