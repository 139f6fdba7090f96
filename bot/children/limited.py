"""The first lines of every child: take on the limits, then become the script.

Run as `python -I limited.py MEMORY SECONDS SCRIPT ARGUMENT…`; standard library only.
"""

import runpy
import sys
from contextlib import suppress


def take_on(memory: int, seconds: int) -> None:
    """Limit this process's address space and processor time, where the platform can."""
    try:
        import resource  # noqa: PLC0415  # Windows has none
    except ImportError:
        return
    amounts = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
    }
    for kind, amount in amounts.items():
        with suppress(ValueError, OSError):  # macOS refuses a limit of address space
            resource.setrlimit(kind, (amount, amount))


def main() -> None:
    """Give the script the arguments that are left."""
    memory, seconds, script = sys.argv[1:4]
    take_on(int(memory), int(seconds))
    sys.argv = sys.argv[3:]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
