"""What goes wrong on purpose: a TaskManager is killed, the broker is killed and started again."""

from __future__ import annotations

import signal
from collections.abc import Callable

from streamlings import wait
from streamlings.errors import LabError
from streamlings.servers import broker, cluster, process, state
from streamlings.stage.observing import NEWER_S, Observing

BEGINS_S = 6
"""So long is waited for a checkpoint of the job's own; with what `after` takes, less than a heartbeat is missed after."""


class Faults(Observing):
    """A scene on which something can be killed at a moment that the scenario chooses."""

    def kill_taskmanager(self, *, after: Callable[[], object] = lambda: None, during_checkpoint: bool = False) -> None:
        """SIGKILL the TaskManagers that run the job, and wait until Flink has noticed. A check of the kind "restore" has a spare one.

        `after` is done before. The JobManager stands still meanwhile, so that no checkpoint begins between what the job then reads and
        the kill; so `after` must not ask Flink anything, and ends within 12 s (heartbeats are missed after 20 s). With `during_checkpoint`
        the next one has begun by then, and cannot complete; where none begins within BEGINS_S, the kill comes all the same. Raises LabError
        where no job runs, or nothing stands by.
        """
        hosts = sorted(
            set().union(*(j.taskmanagers() for j in self.refresh())) - {*self.killed}
        )  # of a job that has ended, Flink tells where it ran
        if not hosts:
            raise LabError("no TaskManager runs the job that should lose it", hint="check it again; is this machine very busy?")
        if "jobmanager" not in (lab := state.read()).processes:
            raise LabError("this lab's TaskManagers are not ours to kill", hint=broker.NOT_OURS)
        cluster.assert_known(lab, hosts)
        if len(hosts) > 1:  # two jobs, of which one has found the spare
            cluster.add_taskmanager()
        if not wait.until(lambda: set(self.rest.taskmanagers()) - set(hosts), deadline_s=30 * wait.crowding()):
            raise LabError("no TaskManager stands by for the one that is to be killed", hint="check it again; is this machine very busy?")
        self.account.compare()
        self.killed += hosts
        # A question for metrics that is under way when a TaskManager is killed is waited for until `web.timeout`, and all others with it.
        self._hosts_since = 0.0
        wait.until(self.newer_metrics(1), deadline_s=NEWER_S)
        servers = state.read().processes
        self._until_no_checkpoint_is_under_way()
        begun = False
        try:
            with process.standing_still(servers["jobmanager"]):
                after()
                if during_checkpoint:
                    for host in hosts:
                        servers[host].signal(signal.SIGSTOP)
                else:
                    cluster.kill_taskmanagers(hosts)
                self.read_what_lies_there()  # before anything can be written again, so that the timeline tells what came before the kill
            if during_checkpoint:
                begun = bool(wait.until(lambda: self._checkpoints("in_progress"), deadline_s=BEGINS_S))
        finally:
            if during_checkpoint:
                cluster.kill_taskmanagers(hosts)  # whatever went wrong, none is left standing still
        self.timeline_.step()
        self.timeline_.note("kill", "TaskManager, while a checkpoint was under way" if begun else "TaskManager")
        self.rest.until_gone(hosts)
        self._hosts_since = 0.0
        self.count_anew()

    def _until_no_checkpoint_is_under_way(self) -> None:
        """Where a job takes some, wait until one has just been completed, for BEGINS_S at most: another one that has been triggered already
        might yet hold what the job reads while the JobManager stands still."""
        if any(job.checkpoint_interval() for job in self.jobs if not job.ended):
            before = self._checkpoints("completed")
            wait.until(lambda: self._checkpoints("completed") > before and not self._checkpoints("in_progress"), deadline_s=BEGINS_S)

    def _checkpoints(self, which: str) -> int:
        """How many are "completed", or "in_progress", of the jobs that have not ended."""
        return sum(int(self.rest.checkpoints(job.id)["counts"][which]) for job in self.jobs if not job.ended)

    def restart_kafka(self) -> None:
        """SIGKILL the broker and start it again on the same data and port."""
        self.timeline_.step()
        broker.restart()
        self.timeline_.note("kill", "broker, started again at once")
