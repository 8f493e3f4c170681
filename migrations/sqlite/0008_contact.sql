-- The contact desk: requests, what was written in each, and who did what.
CREATE TABLE contact_request (
    id BLOB PRIMARY KEY,
    reference TEXT NOT NULL CONSTRAINT contact_request_reference_unique UNIQUE,
    -- SHA-256 of the secret in a visitor's link; null for requests from accounts.
    key_hash BLOB,
    topic TEXT NOT NULL CHECK (topic IN
        ('question', 'not-free', 'find-another', 'sourcing', 'dissatisfied', 'delete-account', 'feedback', 'other')),
    state TEXT NOT NULL CHECK (state IN ('new', 'answered', 'waiting', 'closed', 'merged')),
    account_id BLOB REFERENCES account (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'nl', 'en')),
    expert_id BLOB REFERENCES expert (id),
    booking_id BLOB REFERENCES booking (id),
    -- What is looked for, as a search's query.
    search TEXT NOT NULL,
    assigned_to BLOB REFERENCES account (id),
    merged_into BLOB REFERENCES contact_request (id),
    created_at TEXT NOT NULL,
    -- Since when it is the managers' turn.
    waits_since TEXT,
    first_answered_at TEXT,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_request_waiting ON contact_request (waits_since) WHERE waits_since IS NOT NULL;
CREATE INDEX contact_request_by_state ON contact_request (state, created_at);
CREATE INDEX contact_request_by_account ON contact_request (account_id, created_at);

CREATE TABLE contact_message (
    id BLOB PRIMARY KEY,
    request_id BLOB NOT NULL REFERENCES contact_request (id),
    -- `note` is for managers only.
    side TEXT NOT NULL CHECK (side IN ('sender', 'manager', 'note')),
    author_id BLOB REFERENCES account (id),
    body TEXT NOT NULL,
    -- Ids of proposed experts, JSON.
    experts TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX contact_message_by_request ON contact_message (request_id, created_at);

CREATE TABLE contact_log (
    id BLOB PRIMARY KEY,
    request_id BLOB NOT NULL REFERENCES contact_request (id),
    at TEXT NOT NULL,
    account_id BLOB REFERENCES account (id),
    event TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX contact_log_by_request ON contact_log (request_id, at);
