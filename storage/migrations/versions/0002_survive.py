"""What a job needs to go on after its process died, and to continue an earlier one."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text()
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")

NEW = (
    sa.Column("continues", TEXT),
    sa.Column("opening", TEXT),
    sa.Column("untold", FLAG, nullable=False, server_default="0"),
    sa.Column("videos", TEXT, nullable=False, server_default="[]"),
    sa.Column("claimable_since", WHOLE),
    sa.Column("lease_until", WHOLE),
)


def upgrade() -> None:
    for column in NEW:
        op.add_column("jobs", column)
    untold = sa.text("untold = 1")
    op.create_index("jobs_untold", "jobs", ["untold"], sqlite_where=untold, postgresql_where=untold)
    _keep_links()
    op.drop_column("jobs", "video_url")


def _keep_links() -> None:
    jobs = sa.table("jobs", sa.column("id"), sa.column("video_url"), sa.column("videos"))
    known = sa.select(jobs.c.id, jobs.c.video_url).where(jobs.c.video_url.is_not(None))
    for job_id, url in op.get_bind().execute(known).all():
        videos = json.dumps([[url]])
        op.execute(sa.update(jobs).where(jobs.c.id == job_id).values(videos=videos))
