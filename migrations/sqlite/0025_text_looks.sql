-- Words that were marked as contact details in a person's text, and that a manager is asked to look at.

CREATE TABLE text_look (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    -- In which form, and in which of its fields.
    area TEXT NOT NULL CHECK (area IN ('profile', 'record', 'application', 'member')),
    field TEXT NOT NULL,
    -- The whole text, as it was typed.
    body TEXT NOT NULL,
    -- JSON: the words that were marked, in full, white space collapsed. Allowed, they are for this account alone.
    words_body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'allowed', 'refused')),
    asked_at TEXT NOT NULL,
    decided_at TEXT,
    decided_by BLOB REFERENCES account (id),
    -- Why it was refused.
    reason TEXT NOT NULL DEFAULT '',
    CONSTRAINT text_look_decided CHECK ((state = 'asked') = (decided_at IS NULL))
) STRICT;
CREATE INDEX text_look_by_account ON text_look (account_id, asked_at);
CREATE INDEX text_look_open ON text_look (asked_at, id) WHERE state = 'asked';

-- Append-only: what was asked for and decided. The texts stay out of it: they can be erased.
CREATE TABLE text_look_log (
    id BLOB PRIMARY KEY,
    look_id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    at TEXT NOT NULL,
    actor_id BLOB REFERENCES account (id),
    event TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX text_look_log_by_time ON text_look_log (at);
CREATE INDEX text_look_log_by_look ON text_look_log (look_id, at);
CREATE INDEX text_look_log_by_actor ON text_look_log (actor_id, at);

-- From here on, each database in its own words.
CREATE TRIGGER text_look_log_no_update BEFORE UPDATE ON text_look_log
BEGIN SELECT RAISE(ABORT, 'text_look_log is append-only'); END;
CREATE TRIGGER text_look_log_no_delete BEFORE DELETE ON text_look_log
BEGIN SELECT RAISE(ABORT, 'text_look_log is append-only'); END;
