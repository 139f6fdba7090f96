"""Figures for Prometheus: what became of jobs, what waits, and whether the process keeps up."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# ruff: noqa: PLC0415 - prometheus_client takes 12 ms to load, for which no start need wait

LOOK_SECONDS = 1.0
"""How often the event loop's delay is measured."""


class Metrics:
    """One registry, passed to whoever has something to count; a figure is there once it is used."""

    @cached_property
    def registry(self) -> "CollectorRegistry":
        from prometheus_client import CollectorRegistry

        return CollectorRegistry()

    @cached_property
    def jobs(self) -> "Counter":
        from prometheus_client import Counter

        return Counter(
            "clapper_jobs",
            "Jobs that ended, by their last state and, when they failed, the reason's key.",
            ["outcome", "reason"],
            registry=self.registry,
        )

    @cached_property
    def seconds(self) -> "Histogram":
        from prometheus_client import Histogram

        return Histogram(
            "clapper_job_seconds",
            "From a worker's start to the end of a job, by model.",
            ["model"],
            buckets=(10, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600),
            registry=self.registry,
        )

    @cached_property
    def running(self) -> "Gauge":
        return self._gauge("clapper_jobs_running", "Jobs in work.")

    @cached_property
    def waiting(self) -> "Gauge":
        return self._gauge("clapper_jobs_waiting", "Jobs in the queue.")

    @cached_property
    def delay(self) -> "Gauge":
        return self._gauge(
            "clapper_event_loop_delay_seconds",
            "How much later than asked for the event loop last woke up.",
        )

    def _gauge(self, name: str, meaning: str) -> "Gauge":
        from prometheus_client import Gauge

        return Gauge(name, meaning, registry=self.registry)

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
        from prometheus_client import start_http_server

        _ = self.jobs, self.seconds, self.running, self.waiting, self.delay  # untouched ones too
        server, thread = start_http_server(port, addr=host, registry=self.registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
