"""Figures for Prometheus: what became of jobs, what waits, and whether the process keeps up."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

LOOK_SECONDS = 1.0
"""How often the event loop's delay is measured."""


class Metrics:
    """One registry, passed to whoever has something to count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.jobs = Counter(
            "clapper_jobs",
            "Jobs that ended, by their last state and, when they failed, the reason's key.",
            ["outcome", "reason"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "clapper_job_seconds",
            "From a worker's start to the end of a job, by model.",
            ["model"],
            buckets=(10, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600),
            registry=self.registry,
        )
        self.running = Gauge("clapper_jobs_running", "Jobs in work.", registry=self.registry)
        self.waiting = Gauge("clapper_jobs_waiting", "Jobs in the queue.", registry=self.registry)
        self.delay = Gauge(
            "clapper_event_loop_delay_seconds",
            "How much later than asked for the event loop last woke up.",
            registry=self.registry,
        )

    async def watch_loop(self, every: float = LOOK_SECONDS) -> None:
        """Measure the event loop's delay until cancelled, `every` so many seconds."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + every
            await asyncio.sleep(every)
            self.delay.set(max(0.0, loop.time() - due))

    @contextmanager
    def served(self, host: str, port: int | None) -> Iterator[int | None]:
        """Offer the figures at `http://host:port/metrics` meanwhile; nowhere without a port.

        Yields the port, which the system chooses for 0.
        """
        if port is None:
            yield None
            return
        server, thread = start_http_server(port, addr=host, registry=self.registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
