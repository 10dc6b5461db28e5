"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TOKENS = sa.Text().with_variant(TSVECTOR(), "postgresql")

AFTERWARDS = {
    "sqlite": [
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
        "CREATE VIRTUAL TABLE search_fts USING fts5(tokens, content='search_doc', content_rowid='id', tokenize='ascii')",
        "CREATE TRIGGER search_doc_added AFTER INSERT ON search_doc BEGIN INSERT INTO search_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
        "CREATE TRIGGER search_doc_removed AFTER DELETE ON search_doc BEGIN INSERT INTO search_fts(search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()",
        "CREATE INDEX ix_search_doc_tokens ON search_doc USING gin (tokens)",
    ],
}


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("title_zh", sa.String(length=120), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("body_zh", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'ended')", name="ck_announcement_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
        sa.UniqueConstraint("uid", name="uq_announcement_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_announcement_list", "announcement", ["state", "pinned", "published_at"], unique=False
    )
    op.create_table(
        "bulk_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("actor_id", ID, nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_run"),
        sa.UniqueConstraint("uid", name="uq_bulk_run_uid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "code",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("visitor", sa.String(length=40), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("target_kind", sa.String(length=8), nullable=False),
        sa.Column("target_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("target_blind", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("send", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("failed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_code"),
        sa.UniqueConstraint("uid", name="uq_code_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_code_address", "code", ["address", "created_at"], unique=False)
    op.create_index("ix_code_created", "code", ["created_at"], unique=False)
    op.create_index("ix_code_target", "code", ["target_blind", "created_at"], unique=False)
    op.create_index("ix_code_visitor", "code", ["visitor", "purpose"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("dedup_key", sa.String(length=240), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("check_code", sa.String(length=8), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=120), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("check_code", name="uq_delivery_check_code"),
        sa.UniqueConstraint("dedup_key", name="uq_delivery_dedup_key"),
        sa.UniqueConstraint("uid", name="uq_delivery_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_about", "delivery", ["about", "id"], unique=False)
    op.create_index("ix_delivery_inbox", "delivery", ["person_id", "channel", "id"], unique=False)
    op.create_index("ix_delivery_state", "delivery", ["state", "id"], unique=False)
    op.create_index(
        "ix_delivery_unread", "delivery", ["person_id", "channel", "read_at"], unique=False
    )
    op.create_table(
        "draft",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=48), nullable=False),
        sa.Column("about", sa.String(length=48), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("owner", "about", name="uq_draft_owner_about"),
        sa.UniqueConstraint("uid", name="uq_draft_uid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event",
        sa.Column("id", ID, nullable=False),
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("stream", "seq", name="uq_event_stream_seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_action_at", "event", ["action", "at"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("id", ID, nullable=False),
        sa.Column("scope_key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_key"),
        sa.UniqueConstraint("scope_key", name="uq_idempotency_key_scope_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "installation",
        sa.Column("id", ID, nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "kept_form",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("visitor", sa.String(length=32), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_form"),
        sa.UniqueConstraint("uid", name="uq_kept_form_uid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice_preference",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice_preference"),
        sa.UniqueConstraint(
            "person_id", "purpose", "channel", name="uq_notice_preference_person_id_purpose_channel"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("dedup_key", sa.String(length=240), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("handler", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("last_error", sa.String(length=120), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedup_key", name="uq_outbox_dedup_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "priority", "due_at"], unique=False)
    op.create_index("ix_outbox_state_lease_until", "outbox", ["state", "lease_until"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_folded", sa.String(length=60), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_set_at", MOMENT, nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("character_keys", sa.Boolean(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("name_folded", name="uq_person_name_folded"),
        sa.UniqueConstraint("uid", name="uq_person_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_person_kind", "person", ["kind"], unique=False)
    op.create_table(
        "policy_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("effective_from", MOMENT, nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_version"),
        sa.UniqueConstraint("label", name="uq_policy_version_label"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_policy_version_effective_from", "policy_version", ["effective_from"], unique=False
    )
    op.create_table(
        "proof",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("proved_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proof"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_proof_person_id_session_id_expires_at",
        "proof",
        ["person_id", "session_id", "expires_at"],
        unique=False,
    )
    op.create_table(
        "queue_count",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_count"),
        sa.UniqueConstraint("name", name="uq_queue_count_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "search_doc",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("thing_id", ID, nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("staff_only", sa.Boolean(), nullable=False),
        sa.Column("tokens", TOKENS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_doc"),
        sa.UniqueConstraint("kind", "thing_id", "part", name="uq_search_doc_kind_thing_id_part"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "stored_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("name_owner", sa.String(length=80), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("thumbnail_type", sa.String(length=20), nullable=True),
        sa.Column("thumbnail_width", sa.Integer(), nullable=True),
        sa.Column("thumbnail_height", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("scanned_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("attached_to", sa.String(length=80), nullable=True),
        sa.Column("missing_since", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('pending_scan', 'clean', 'blocked')", name="ck_stored_file_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stored_file"),
        sa.UniqueConstraint("uid", name="uq_stored_file_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_stored_file_attached_to_created_at",
        "stored_file",
        ["attached_to", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_stored_file_owner_attached_to", "stored_file", ["owner", "attached_to"], unique=False
    )
    op.create_index(
        "ix_stored_file_state_created_at", "stored_file", ["state", "created_at"], unique=False
    )
    op.create_table(
        "stream_head",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name="pk_stream_head"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "timer_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("task_slot", sa.String(length=120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timer_run"),
        sa.UniqueConstraint("task_slot", name="uq_timer_run_task_slot"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "vault_key",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("destroyed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_vault_key"),
        sa.UniqueConstraint("owner", name="uq_vault_key_owner"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "basic_information",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("enterprise", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verified_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_basic_information_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_basic_information"),
        sa.UniqueConstraint("person_id", name="uq_basic_information_person_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("how", sa.String(length=24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint("act IN ('accepted', 'informed')", name="ck_consent_act"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["policy_version.id"], name="fk_consent_version_id_policy_version"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_consent_standing",
        "consent",
        ["person_id", "purpose", "version_id", "act"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "contact_person",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opted_out_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_contact_person_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_person"),
        sa.UniqueConstraint("uid", name="uq_contact_person_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_person_person_id", "contact_person", ["person_id"], unique=False)
    op.create_table(
        "factor_reset",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name="fk_factor_reset_asked_by_person"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name="fk_factor_reset_decided_by_person"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_factor_reset_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_factor_reset"),
        sa.UniqueConstraint("uid", name="uq_factor_reset_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_factor_reset_open",
        "factor_reset",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_recovery_code_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", ID, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("second_factor_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_session_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("secret_hash", name="uq_session_secret_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_session_person", "session", ["person_id", "ended_at"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("target_blind", sa.LargeBinary(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sign_in_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_in_address", "sign_in", ["address", "at"], unique=False)
    op.create_index("ix_sign_in_at", "sign_in", ["at"], unique=False)
    op.create_index("ix_sign_in_person", "sign_in", ["person_id", "at"], unique=False)
    op.create_index("ix_sign_in_target", "sign_in", ["target_blind", "at"], unique=False)
    op.create_table(
        "work_order",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=24), nullable=False),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column("requester_id", ID, nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("related_id", ID, nullable=True),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("status_at", MOMENT, nullable=False),
        sa.Column("first_reply_due", MOMENT, nullable=False),
        sa.Column("first_replied_at", MOMENT, nullable=True),
        sa.Column("resolve_due", MOMENT, nullable=False),
        sa.Column("paused_minutes", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("closed_reason", sa.String(length=24), nullable=True),
        sa.Column("reopened_at", MOMENT, nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("rated_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name="ck_work_order_priority"),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["person.id"], name="fk_work_order_assignee_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["related_id"], ["work_order.id"], name="fk_work_order_related_id_work_order"
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["person.id"], name="fk_work_order_requester_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_work_order"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_work_order_changed", "work_order", ["updated_at", "id"], unique=False)
    op.create_index(
        "ix_work_order_mine", "work_order", ["assignee_id", "status", "due_at", "id"], unique=False
    )
    op.create_index(
        "ix_work_order_open",
        "work_order",
        ["id"],
        unique=False,
        sqlite_where=sa.text("status NOT IN ('resolved', 'closed')"),
        postgresql_where=sa.text("status NOT IN ('resolved', 'closed')"),
    )
    op.create_index(
        "ix_work_order_queue",
        "work_order",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("status NOT IN ('resolved', 'closed')"),
        postgresql_where=sa.text("status NOT IN ('resolved', 'closed')"),
    )
    op.create_index(
        "ix_work_order_requester", "work_order", ["requester_id", "updated_at"], unique=False
    )
    op.create_index("ix_work_order_status", "work_order", ["status", "due_at", "id"], unique=False)
    op.create_index(
        "ix_work_order_timed",
        "work_order",
        ["status", "status_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('waiting', 'resolved')"),
        postgresql_where=sa.text("status IN ('waiting', 'resolved')"),
    )
    op.create_index(
        "ix_work_order_urgent",
        "work_order",
        ["priority", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("status NOT IN ('resolved', 'closed')"),
        postgresql_where=sa.text("status NOT IN ('resolved', 'closed')"),
    )
    op.create_table(
        "contact_point",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("contact_person_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("bound", sa.Boolean(), nullable=False),
        sa.Column("verified_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_person_id"],
            ["contact_person.id"],
            name="fk_contact_point_contact_person_id_contact_person",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_contact_point_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_point"),
        sa.UniqueConstraint("uid", name="uq_contact_point_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_point_blind", "contact_point", ["kind", "blind"], unique=False)
    op.create_index(
        "ix_contact_point_contact_person", "contact_point", ["contact_person_id"], unique=False
    )
    op.create_index("ix_contact_point_person", "contact_point", ["person_id"], unique=False)
    op.create_index(
        "uq_contact_point_bound",
        "contact_point",
        ["kind", "blind"],
        unique=True,
        sqlite_where=sa.text("bound"),
        postgresql_where=sa.text("bound"),
    )
    op.create_table(
        "note",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("redacted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_note_author_id_person"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_note_order_id_work_order"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_note_order_id_id", "note", ["order_id", "id"], unique=False)
    op.create_table(
        "rating",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_rating_order_id_work_order"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rating"),
        sa.UniqueConstraint("order_id", name="uq_rating_order_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tag",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["work_order.id"], name="fk_tag_order_id_work_order"),
        sa.PrimaryKeyConstraint("id", name="pk_tag"),
        sa.UniqueConstraint("order_id", "word", name="uq_tag_order_id_word"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tag_word", "tag", ["word"], unique=False)
    op.create_table(
        "party",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("proved_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact_point.id"], name="fk_party_contact_id_contact_point"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_party_order_id_work_order"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_party_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
        sa.UniqueConstraint(
            "order_id", "person_id", "role", name="uq_party_order_id_person_id_role"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_party_person_id", "party", ["person_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("from_staff", sa.Boolean(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("redacted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_message_author_id_person"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_message_order_id_work_order"
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_message_party_id_party"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_order_id_id", "message", ["order_id", "id"], unique=False)
    op.create_index("ix_message_party_id_id", "message", ["party_id", "id"], unique=False)
    for statement in AFTERWARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        op.execute("DROP TABLE search_fts")
    op.drop_index("ix_message_party_id_id", table_name="message")
    op.drop_index("ix_message_order_id_id", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_party_person_id", table_name="party")
    op.drop_table("party")
    op.drop_index("ix_tag_word", table_name="tag")
    op.drop_table("tag")
    op.drop_table("rating")
    op.drop_index("ix_note_order_id_id", table_name="note")
    op.drop_table("note")
    op.drop_index(
        "uq_contact_point_bound",
        table_name="contact_point",
        sqlite_where=sa.text("bound"),
        postgresql_where=sa.text("bound"),
    )
    op.drop_index("ix_contact_point_person", table_name="contact_point")
    op.drop_index("ix_contact_point_contact_person", table_name="contact_point")
    op.drop_index("ix_contact_point_blind", table_name="contact_point")
    op.drop_table("contact_point")
    op.drop_index(
        "ix_work_order_urgent",
        table_name="work_order",
        sqlite_where=sa.text("status NOT IN ('resolved', 'closed')"),
        postgresql_where=sa.text("status NOT IN ('resolved', 'closed')"),
    )
    op.drop_index(
        "ix_work_order_timed",
        table_name="work_order",
        sqlite_where=sa.text("status IN ('waiting', 'resolved')"),
        postgresql_where=sa.text("status IN ('waiting', 'resolved')"),
    )
    op.drop_index("ix_work_order_status", table_name="work_order")
    op.drop_index("ix_work_order_requester", table_name="work_order")
    op.drop_index(
        "ix_work_order_queue",
        table_name="work_order",
        sqlite_where=sa.text("status NOT IN ('resolved', 'closed')"),
        postgresql_where=sa.text("status NOT IN ('resolved', 'closed')"),
    )
    op.drop_index(
        "ix_work_order_open",
        table_name="work_order",
        sqlite_where=sa.text("status NOT IN ('resolved', 'closed')"),
        postgresql_where=sa.text("status NOT IN ('resolved', 'closed')"),
    )
    op.drop_index("ix_work_order_mine", table_name="work_order")
    op.drop_index("ix_work_order_changed", table_name="work_order")
    op.drop_table("work_order")
    op.drop_index("ix_sign_in_target", table_name="sign_in")
    op.drop_index("ix_sign_in_person", table_name="sign_in")
    op.drop_index("ix_sign_in_at", table_name="sign_in")
    op.drop_index("ix_sign_in_address", table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index("ix_session_person", table_name="session")
    op.drop_table("session")
    op.drop_index("ix_recovery_code_person_id", table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_index(
        "uq_factor_reset_open",
        table_name="factor_reset",
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.drop_table("factor_reset")
    op.drop_index("ix_contact_person_person_id", table_name="contact_person")
    op.drop_table("contact_person")
    op.drop_index(
        "uq_consent_standing",
        table_name="consent",
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_table("consent")
    op.drop_table("basic_information")
    op.drop_table("vault_key")
    op.drop_table("timer_run")
    op.drop_table("stream_head")
    op.drop_index("ix_stored_file_state_created_at", table_name="stored_file")
    op.drop_index("ix_stored_file_owner_attached_to", table_name="stored_file")
    op.drop_index("ix_stored_file_attached_to_created_at", table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_table("search_doc")
    op.drop_table("queue_count")
    op.drop_index("ix_proof_person_id_session_id_expires_at", table_name="proof")
    op.drop_table("proof")
    op.drop_index("ix_policy_version_effective_from", table_name="policy_version")
    op.drop_table("policy_version")
    op.drop_index("ix_person_kind", table_name="person")
    op.drop_table("person")
    op.drop_index("ix_outbox_state_lease_until", table_name="outbox")
    op.drop_index("ix_outbox_due", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("notice_preference")
    op.drop_table("kept_form")
    op.drop_table("installation")
    op.drop_table("idempotency_key")
    op.drop_index("ix_event_action_at", table_name="event")
    op.drop_table("event")
    op.drop_table("draft")
    op.drop_index("ix_delivery_unread", table_name="delivery")
    op.drop_index("ix_delivery_state", table_name="delivery")
    op.drop_index("ix_delivery_inbox", table_name="delivery")
    op.drop_index("ix_delivery_about", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index("ix_code_visitor", table_name="code")
    op.drop_index("ix_code_target", table_name="code")
    op.drop_index("ix_code_created", table_name="code")
    op.drop_index("ix_code_address", table_name="code")
    op.drop_table("code")
    op.drop_table("bulk_run")
    op.drop_index("ix_announcement_list", table_name="announcement")
    op.drop_table("announcement")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION event_append_only()")
