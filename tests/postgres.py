"""A private PostgreSQL for tests, from the binaries that the machine has."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped] # it ships no types

MISSING = "PostgreSQL's server (initdb, postgres) was not found"
START_SECONDS = 60


def find_binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, on PATH or where Debian puts them; newest first."""
    on_path = shutil.which("postgres")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    candidates = [*([Path(on_path).resolve().parent] if on_path else []), *installed]
    return next((c for c in candidates if all((c / n).exists() for n in _NEEDED)), None)


_NEEDED = ("initdb", "postgres", "pg_isready")


class Postgres:
    """A running server in a folder of its own, reached through a socket there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.blank: str | None = None
        """The URL of a database with the schema and nothing in it, once somebody made one."""

    async def create_database(self, *, like: str | None = None) -> str:
        """The URL of a new database: an empty one, or a copy of one that nobody is connected to."""
        name = f"t{uuid4().hex}"
        template = f' TEMPLATE "{_name(like)}"' if like else ""
        await self._run(f'CREATE DATABASE "{name}"{template}')
        return f"postgresql://clapper@/{name}?host={self._folder}"

    async def drop_database(self, url: str) -> None:
        await self._run(f'DROP DATABASE "{_name(url)}" WITH (FORCE)')

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(
            user="clapper", database="postgres", host=str(self._folder), timeout=30
        )
        try:
            await connection.execute(statement, timeout=60)
        finally:
            await connection.close()


def _name(url: str) -> str:
    return url.split("/")[3].split("?", maxsplit=1)[0]


@contextmanager
def running_postgres(binaries: Path) -> Iterator[Postgres]:
    """Start a server without durability, and stop it by its pid at the end."""
    folder = Path(tempfile.mkdtemp(prefix="clapper-pg-"))
    try:
        _initialise(binaries, folder)
        server = _start(binaries, folder)
        try:
            _wait_until_ready(binaries, folder, server)
            yield Postgres(folder)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(binaries: Path, folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = str(folder / "data")
    options = ["-D", data, "-U", "clapper", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    command = [*_as_other_user(), str(binaries / "initdb"), *options]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=START_SECONDS)


def _start(binaries: Path, folder: Path) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "60",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), *options]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen([*_as_other_user(), *command], cwd=folder, stderr=log, stdout=log)


def _wait_until_ready(binaries: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    ask = [str(binaries / "pg_isready"), "-q", "-h", str(folder)]
    while subprocess.run(ask, check=False, timeout=START_SECONDS).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((folder / "log").read_text())
        time.sleep(0.05)


def _as_other_user() -> list[str]:
    """PostgreSQL refuses to run as root; the server also ends when the tests are killed."""
    if os.geteuid() != 0:
        return []
    return [
        "setpriv",
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        "--pdeathsig=INT",
    ]
