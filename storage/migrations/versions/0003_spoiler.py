"""Videos behind a spoiler: what a member asked for, and what a server asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FLAG = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")

NEW = (("jobs", "spoiler"), ("jobs", "server_spoiler"), ("servers", "spoiler"))


def upgrade() -> None:
    for table, name in NEW:
        op.add_column(table, sa.Column(name, FLAG, nullable=False, server_default="0"))
