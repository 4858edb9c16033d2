"""The requests, done: what is planned, what is started, and what is kept between the two."""

from collections.abc import Mapping
from typing import Any

from flink_runner.description import Request
from flink_runner.failure import JobError
from flink_runner.flink import Cluster, Job


class Jobs:
    """All jobs of one process; a prepared one waits here for its start."""

    def __init__(self) -> None:
        self._cluster = Cluster()
        self._prepared: dict[str, Job] = {}

    def do(self, request: Request) -> Mapping[str, Any]:
        """Does one request. Throws JobError."""
        if request.action == "discard":
            self._prepared.pop(request.job, None)
            return {}
        if request.action == "start":
            return {"jobId": self._take(request.job).start(request.fixed)}
        self._prepared.pop(request.job, None)
        job = Job(request, self._cluster)
        plan = job.plan()
        if request.action == "submit":
            return {"jobId": job.start({})}
        if request.action == "prepare":
            self._prepared[request.job] = job
        return {"plan": plan, "catalogs": job.catalogs()}

    def _take(self, name: str) -> Job:
        job = self._prepared.pop(name, None)
        if job is None:
            raise JobError("start", "this job was not prepared; submit it instead")
        return job
