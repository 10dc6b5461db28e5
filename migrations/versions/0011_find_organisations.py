"""Members are found by the beginning of their organisation's name, which is sealed: by blind indexes of it.

Names told before are made known by a periodic task, since opening them takes the keys.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNKNOWN = sa.text("NOT organisation_known")


def upgrade() -> None:
    op.create_table(
        "name_start",
        sa.Column("id", ID, nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_name_start_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_name_start"),
        sa.UniqueConstraint("blind", "person_id", name="uq_name_start_blind_person_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_name_start_person_id", "name_start", ["person_id"])
    op.add_column(
        "basic_information",
        sa.Column("organisation_known", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_basic_information_unknown",
        "basic_information",
        ["id"],
        sqlite_where=UNKNOWN,
        postgresql_where=UNKNOWN,
    )


def downgrade() -> None:
    op.drop_index("ix_basic_information_unknown", "basic_information")
    op.drop_column("basic_information", "organisation_known")
    op.drop_table("name_start")
