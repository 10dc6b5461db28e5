"""The ledger of sharing: one row for each time that data of somebody was given away (PP-3, NDSR 12)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model, create_with
from support.policies.sharing_words import Aim, Approval, Basis, Data, Kind, Recipient


class Sharing(Model):
    """Data of one person that was given away; a row never changes, and leaves no sooner than after 36 months.

    Either `partner` (the code of a partner) or `recipient` says who got it, never the name of anybody. `key` is of what
    was done, so that the same act stands here once. `reference` is that of the work order, "" without one.
    """

    __tablename__ = "sharing"
    __table_args__ = (
        CheckConstraint("(partner = '') <> (recipient = '')", name="one_recipient"),
        CheckConstraint("(approval = 'staff') = (approved_by IS NOT NULL)", name="approver"),
        Index(None, "person_id", "id"),
        Index(None, "reference"),
        Index(None, "at"),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    person_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(12))
    partner: Mapped[str] = mapped_column(String(32))
    recipient: Mapped[str] = mapped_column(String(12))
    data: Mapped[list[str]]
    aim: Mapped[str] = mapped_column(String(12))
    basis: Mapped[str] = mapped_column(String(12))
    approval: Mapped[str] = mapped_column(String(8))
    approved_by: Mapped[int | None] = mapped_column(BigId)
    reference: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]

    @property
    def how(self) -> Kind:
        """What was done."""
        return Kind(self.kind)

    @property
    def who(self) -> Recipient | None:
        """Who got it, where it is no partner."""
        return Recipient(self.recipient) if self.recipient else None

    @property
    def what(self) -> list[Data]:
        """What was given."""
        return [Data(each) for each in self.data]

    @property
    def why(self) -> Aim:
        """What for."""
        return Aim(self.aim)

    @property
    def ground(self) -> Basis:
        """Why it may be given."""
        return Basis(self.basis)

    @property
    def decided(self) -> Approval:
        """Who decided it."""
        return Approval(self.approval)


SQLITE_TRIGGERS = [
    "CREATE TRIGGER sharing_no_update BEFORE UPDATE ON sharing "
    "BEGIN SELECT RAISE(ABORT, 'the ledger of sharing is append-only'); END",
    "CREATE TRIGGER sharing_no_delete BEFORE DELETE ON sharing "
    "WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%S', 'now', '-36 months', '+1 day') "
    "BEGIN SELECT RAISE(ABORT, 'records of sharing are kept for three years'); END",
]
POSTGRESQL_TRIGGERS = [
    "CREATE OR REPLACE FUNCTION sharing_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF TG_OP = 'DELETE' THEN "
    "IF OLD.at <= now() - interval '36 months' + interval '1 day' THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION 'records of sharing are kept for three years'; END IF; "
    "RAISE EXCEPTION 'the ledger of sharing is append-only'; END $$",
    "CREATE TRIGGER sharing_append_only BEFORE UPDATE OR DELETE ON sharing "
    "FOR EACH ROW EXECUTE FUNCTION sharing_append_only()",
    "CREATE TRIGGER sharing_no_truncate BEFORE TRUNCATE ON sharing "
    "FOR EACH STATEMENT EXECUTE FUNCTION sharing_append_only()",
]
create_with(Sharing, "sqlite", SQLITE_TRIGGERS)
create_with(Sharing, "postgresql", POSTGRESQL_TRIGGERS)
