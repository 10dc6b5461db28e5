"""An account with another service, once bound to a person, signs in here (M6)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "external_identity",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("subject_blind", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_external_identity_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_external_identity"),
        sa.UniqueConstraint("uid", name="uq_external_identity_uid"),
        sa.UniqueConstraint(
            "provider", "subject_blind", name="uq_external_identity_provider_subject_blind"
        ),
        sa.UniqueConstraint(
            "person_id", "provider", name="uq_external_identity_person_id_provider"
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("external_identity")
