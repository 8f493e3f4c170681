-- Governing: the rulebook's drafts and releases, texts with versions, one's own data; and what lists over years need.

-- Who released a rulebook, and why; nobody for the first one.
ALTER TABLE rulebook ADD COLUMN released_by BLOB REFERENCES account (id);
ALTER TABLE rulebook ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- The next rulebook in the making; one at a time.
CREATE TABLE rulebook_draft (
    id BLOB PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'released', 'discarded')),
    -- Rises with each change; writers name the one they read.
    revision INTEGER NOT NULL,
    -- JSON of the domain's own type, with the day from which it is to hold.
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_by BLOB NOT NULL REFERENCES account (id),
    changed_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX rulebook_draft_open ON rulebook_draft (state) WHERE state = 'open';

-- Append-only: who began, changed, discarded and released drafts, and what changed.
CREATE TABLE rulebook_log (
    id BLOB PRIMARY KEY,
    draft_id BLOB NOT NULL REFERENCES rulebook_draft (id),
    at TEXT NOT NULL,
    actor_id BLOB NOT NULL REFERENCES account (id),
    event TEXT NOT NULL CHECK (event IN ('begun', 'changed', 'discarded', 'released')),
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX rulebook_log_by_draft ON rulebook_log (draft_id, at);
CREATE INDEX rulebook_log_by_time ON rulebook_log (at);

-- Terms and statements as they were published: a version whenever a release of the platform brings other words.
CREATE TABLE published_text (
    kind TEXT NOT NULL CHECK (kind IN ('terms', 'privacy', 'accessibility')),
    version INTEGER NOT NULL,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'nl', 'en')),
    -- JSON: title, lead and sections, placeholders filled in.
    body TEXT NOT NULL,
    -- Hexadecimal SHA-256 of `body`.
    sha256 TEXT NOT NULL,
    published_at TEXT NOT NULL,
    PRIMARY KEY (kind, version, locale)
) STRICT;

-- Append-only: who accepted which version, where and when.
CREATE TABLE text_acceptance (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    locale TEXT NOT NULL,
    -- Signing up, or a booking.
    occasion TEXT NOT NULL CHECK (occasion IN ('sign-up', 'booking')),
    booking_id BLOB REFERENCES booking (id),
    at TEXT NOT NULL
) STRICT;
CREATE INDEX text_acceptance_by_account ON text_acceptance (account_id, at);

-- What somebody asked to have of their data: made by a job, kept a week.
CREATE TABLE data_export (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'ready', 'gone')),
    asked_at TEXT NOT NULL,
    ready_at TEXT,
    expires_at TEXT,
    size INTEGER NOT NULL
) STRICT;
CREATE INDEX data_export_by_account ON data_export (account_id, asked_at);
CREATE INDEX data_export_by_expiry ON data_export (state, expires_at);
-- One at a time.
CREATE UNIQUE INDEX data_export_asked ON data_export (account_id) WHERE state = 'asked';

-- When the person behind an account had it erased; what the books must keep stays under its id.
ALTER TABLE account ADD COLUMN erased_at TEXT;

-- Append-only: that an account was erased, and what was removed and kept, in numbers.
CREATE TABLE erasure_log (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    at TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX erasure_log_by_time ON erasure_log (at);

-- Sums of the ledger by day (UTC), for days that are over: a trial balance over years reads these, and what came since.
CREATE TABLE ledger_day (
    day TEXT NOT NULL,
    account TEXT NOT NULL,
    debit INTEGER NOT NULL,
    credit INTEGER NOT NULL,
    PRIMARY KEY (day, account)
) STRICT;
-- One row: every day before this one is summed up.
CREATE TABLE ledger_closed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    until TEXT NOT NULL
) STRICT;

-- Lists by time, over everything.
CREATE INDEX booking_by_creation ON booking (created_at);
CREATE INDEX booking_by_acceptance ON booking (accepted_at);
CREATE INDEX booking_by_rulebook ON booking (rulebook_version);
CREATE INDEX ledger_by_time_whole ON ledger_transaction (at, id);
CREATE INDEX ledger_entry_sums ON ledger_entry (transaction_id, account, amount);
CREATE INDEX booking_log_by_time ON booking_log (at);
CREATE INDEX booking_log_by_actor ON booking_log (actor_id, at);
CREATE INDEX candidate_log_by_time ON candidate_log (at);
CREATE INDEX contact_log_by_time ON contact_log (at);
CREATE INDEX candidate_by_submission ON candidate (submitted_at);
CREATE INDEX review_by_creation ON review (created_at);
CREATE INDEX outbox_by_recipient ON outbox (recipient);

-- From here on, each database in its own words.
CREATE TRIGGER rulebook_log_no_update BEFORE UPDATE ON rulebook_log
BEGIN SELECT RAISE(ABORT, 'rulebook_log is append-only'); END;
CREATE TRIGGER rulebook_log_no_delete BEFORE DELETE ON rulebook_log
BEGIN SELECT RAISE(ABORT, 'rulebook_log is append-only'); END;
CREATE TRIGGER text_acceptance_no_update BEFORE UPDATE ON text_acceptance
BEGIN SELECT RAISE(ABORT, 'text_acceptance is append-only'); END;
CREATE TRIGGER text_acceptance_no_delete BEFORE DELETE ON text_acceptance
BEGIN SELECT RAISE(ABORT, 'text_acceptance is append-only'); END;
