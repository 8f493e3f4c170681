-- The contact desk: requests, what was written in each, and who did what.
CREATE TABLE contact_request (
    id UUID PRIMARY KEY,
    reference TEXT NOT NULL CONSTRAINT contact_request_reference_unique UNIQUE,
    -- SHA-256 of the secret in a visitor's link; null for requests from accounts.
    key_hash BYTEA,
    topic TEXT NOT NULL CHECK (topic IN
        ('question', 'not-free', 'find-another', 'sourcing', 'dissatisfied', 'delete-account', 'feedback', 'other')),
    state TEXT NOT NULL CHECK (state IN ('new', 'answered', 'waiting', 'closed', 'merged')),
    account_id UUID REFERENCES account (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'nl', 'en')),
    expert_id UUID REFERENCES expert (id),
    booking_id UUID REFERENCES booking (id),
    -- What is looked for, as a search's query.
    search TEXT NOT NULL,
    assigned_to UUID REFERENCES account (id),
    merged_into UUID REFERENCES contact_request (id),
    created_at TIMESTAMPTZ NOT NULL,
    -- Since when it is the managers' turn.
    waits_since TIMESTAMPTZ,
    first_answered_at TIMESTAMPTZ,
    version BIGINT NOT NULL
);
CREATE INDEX contact_request_waiting ON contact_request (waits_since) WHERE waits_since IS NOT NULL;
CREATE INDEX contact_request_by_state ON contact_request (state, created_at);
CREATE INDEX contact_request_by_account ON contact_request (account_id, created_at);

CREATE TABLE contact_message (
    id UUID PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES contact_request (id),
    -- `note` is for managers only.
    side TEXT NOT NULL CHECK (side IN ('sender', 'manager', 'note')),
    author_id UUID REFERENCES account (id),
    body TEXT NOT NULL,
    -- Ids of proposed experts, JSON.
    experts TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX contact_message_by_request ON contact_message (request_id, created_at);

CREATE TABLE contact_log (
    id UUID PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES contact_request (id),
    at TIMESTAMPTZ NOT NULL,
    account_id UUID REFERENCES account (id),
    event TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX contact_log_by_request ON contact_log (request_id, at);
