"""What holds for the whole run: how many work at it, and what it says at its end."""

import os
from collections.abc import Generator
from contextlib import nullcontext
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
import structlog
from coverage import Coverage

import bot
import cogs
import storage
from tests.unmeasured import measuring_nothing

MOST_WORKERS = 8
SETTLES = 30.0
"""Seconds after which the simulated Discord gives a bot up; on a busy machine five are few."""

SCRIPTS = ("__main__", "child", "children.limited", "children.zygote", "migrations.env")
"""Modules that only run, or that load what reads strangers' files."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: two on each processor, since tests wait for disks and other processes."""
    return min(2 * (os.cpu_count() or 1), MOST_WORKERS)


def pytest_configure() -> None:
    """Tracebacks as Python writes them: structlog draws theirs in half a second of each."""
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """The program is loaded measured; to rewrite the asserts of all tests takes long, measured."""
    controls = session.config.getoption("dist", "no") != "no"
    collects = not controls or hasattr(session.config, "workerinput")
    if collects and Coverage.current():
        _load_program()
    with measuring_nothing():
        return (yield)


def _load_program() -> None:
    for package in (bot, cogs, storage):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(SCRIPTS):
                import_module(module.name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "simcord_env" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.simcord(settle_timeout=SETTLES))
        if _on_postgres(item):
            item.add_marker(pytest.mark.unmeasured)


def _on_postgres(item: pytest.Item) -> bool:
    """SQLAlchemy's greenlets are there, which cost coverage a fifth more wherever it looks."""
    chosen = getattr(getattr(item, "callspec", None), "params", {})
    return "postgres" in (*getattr(item, "fixturenames", ()), *chosen.values())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What is `unmeasured` takes half the time, and so does each process that it starts."""
    marked = item.get_closest_marker("unmeasured") is not None
    with measuring_nothing() if marked else nullcontext():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Half characters, which tests write on purpose, cannot be sent by a worker."""
    report = yield
    report.sections = [
        (name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Told from the reports: where workers run the tests, no other conftest is here to tell it."""
    from tests.postgres import MISSING

    skipped = terminalreporter.stats.get("skipped", [])
    if any(MISSING in str(report.longrepr) for report in skipped):
        terminalreporter.section("POSTGRESQL WAS LEFT OUT", sep="!", red=True)
        terminalreporter.write_line(f"{MISSING}: the storage tests ran on SQLite alone.")
