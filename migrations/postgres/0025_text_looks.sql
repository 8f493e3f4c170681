-- Words that were marked as contact details in a person's text, and that a manager is asked to look at.

CREATE TABLE text_look (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    -- In which form, and in which of its fields.
    area TEXT NOT NULL CHECK (area IN ('profile', 'record', 'application', 'member')),
    field TEXT NOT NULL,
    -- The whole text, as it was typed.
    body TEXT NOT NULL,
    -- JSON: the words that were marked, in full, white space collapsed. Allowed, they are for this account alone.
    words_body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'allowed', 'refused')),
    asked_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ,
    decided_by UUID REFERENCES account (id),
    -- Why it was refused.
    reason TEXT NOT NULL DEFAULT '',
    CONSTRAINT text_look_decided CHECK ((state = 'asked') = (decided_at IS NULL))
);
CREATE INDEX text_look_by_account ON text_look (account_id, asked_at);
CREATE INDEX text_look_open ON text_look (asked_at, id) WHERE state = 'asked';

-- Append-only: what was asked for and decided. The texts stay out of it: they can be erased.
CREATE TABLE text_look_log (
    id UUID PRIMARY KEY,
    look_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID REFERENCES account (id),
    event TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX text_look_log_by_time ON text_look_log (at);
CREATE INDEX text_look_log_by_look ON text_look_log (look_id, at);
CREATE INDEX text_look_log_by_actor ON text_look_log (actor_id, at);

-- From here on, each database in its own words.
CREATE TRIGGER text_look_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON text_look_log
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
