"""How many connections a process may hold."""

import resource


def allow_many_files() -> None:
    """As many as the system lets it: the usual limit of 1,024 is too low for 1,000 streams."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
