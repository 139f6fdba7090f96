"""Who waits for whom on PostgreSQL; SQLite's `BEGIN IMMEDIATE` lets one writer in by itself.

Two admissions that read the last credit at the same moment would both take it. A transaction
that decides by what it reads therefore takes an advisory lock first; at READ COMMITTED every
later statement sees all that was committed before the lock was had. The locks end with the
transaction, so that a process that dies leaves none.
"""

from enum import IntEnum

from sqlalchemy import BigInteger, Connection, func, literal, select


class Lock(IntEnum):
    """Beside servers, whose own ids are their locks: ids are positive, these are not.

    Taken in this order, before a server's, so that nobody waits in a circle.
    """

    MIGRATION = -1
    OPERATOR = -2
    """Admissions of all servers, only where the operator has a cap over everything."""
    CLAIM = -3
    """Workers counting what a member has running."""


def hold_lock(connection: Connection, key: int) -> None:
    """Wait for the lock of that key; it is given back when the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(literal(key, BigInteger))))
