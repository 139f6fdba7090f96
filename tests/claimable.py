"""Make a job's video wait for its owner, as when nobody could be reached with it."""

from datetime import datetime

from sqlalchemy import Connection, update

from storage.database import Database
from storage.schema import jobs


async def put_by(database: Database, job_id: str, since: datetime) -> None:
    """The job of that id, which is being delivered, is claimable from then on."""
    statement = update(jobs).where(jobs.c.id == job_id, jobs.c.status == "delivering")

    def write(connection: Connection) -> int:
        return connection.execute(statement.values(claimable_since=since)).rowcount

    assert await database.transact(write) == 1
