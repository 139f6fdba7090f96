"""Where coverage stays out: of tests that repeat others, and of a process that may not write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage

_TELLS_CHILDREN = "COVERAGE_PROCESS_CONFIG"
"""Where coverage tells a process that is started to measure itself as well."""


def unmeasured() -> dict[str, str]:
    """Everything that this process has, except what tells a child to measure itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


@contextmanager
def measuring_nothing() -> Iterator[None]:
    """Meanwhile neither this process is measured nor any that it starts."""
    stopped: list[Coverage] = []
    while measuring := Coverage.current():  # in a worker a second one wakes when the first stops
        measuring.stop()
        stopped.append(measuring)
    told = os.environ.pop(_TELLS_CHILDREN, None)
    try:
        yield
    finally:
        if told is not None:
            os.environ[_TELLS_CHILDREN] = told
        if stopped:
            stopped[0].start()
