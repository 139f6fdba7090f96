"""Figures as Prometheus fetches them."""

import asyncio
import time
from urllib.request import urlopen

from bot.telemetry import Metrics


def read(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read(), "utf-8")


async def test_figures_are_served_while_asked_for() -> None:
    metrics = Metrics()
    metrics.jobs.labels(outcome="failed", reason="failure-moderation").inc()
    metrics.running.set(2)

    with metrics.served("127.0.0.1", 0) as port:
        assert port is not None
        text = await asyncio.to_thread(read, port)

    assert 'clapper_jobs_total{outcome="failed",reason="failure-moderation"} 1.0' in text
    assert "clapper_jobs_running 2.0" in text
    assert "clapper_jobs_waiting 0.0" in text  # nobody has counted it yet


def test_no_port_is_opened_without_a_setting() -> None:
    with Metrics().served("127.0.0.1", None) as port:
        assert port is None


def test_two_bots_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()

    first.jobs.labels("delivered", "").inc()

    delivered = {"outcome": "delivered", "reason": ""}
    assert second.registry.get_sample_value("clapper_jobs_total", delivered) is None


async def test_a_blocked_event_loop_shows() -> None:
    metrics = Metrics()
    watching = asyncio.create_task(metrics.watch_loop(every=0.001))
    await asyncio.sleep(0)

    time.sleep(0.2)  # noqa: ASYNC251 - this is what must show
    for _ in range(5):  # the timer, its future, the watcher
        await asyncio.sleep(0)
    delay = metrics.registry.get_sample_value("clapper_event_loop_delay_seconds")
    watching.cancel()
    await asyncio.wait([watching])

    assert delay is not None
    assert delay > 0.1
