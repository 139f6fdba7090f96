"""The environment of a process that may not write: coverage, which does, stays out of it."""

import os


def unmeasured() -> dict[str, str]:
    """Everything that this process has, except what tells a child to measure itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}
