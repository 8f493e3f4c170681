-- The contact desk: requests, what was written in each, and who did what.
CREATE TABLE desk_request (
    id UUID PRIMARY KEY,
    reference TEXT NOT NULL CONSTRAINT desk_request_reference_unique UNIQUE,
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
    merged_into UUID REFERENCES desk_request (id),
    created_at TIMESTAMPTZ NOT NULL,
    -- Since when it is the managers' turn.
    waits_since TIMESTAMPTZ,
    first_answered_at TIMESTAMPTZ,
    version BIGINT NOT NULL
);
CREATE INDEX desk_request_waiting ON desk_request (waits_since) WHERE waits_since IS NOT NULL;
CREATE INDEX desk_request_by_state ON desk_request (state, created_at);
CREATE INDEX desk_request_by_account ON desk_request (account_id, created_at);

CREATE TABLE desk_message (
    id UUID PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES desk_request (id),
    -- `note` is for managers only.
    side TEXT NOT NULL CHECK (side IN ('sender', 'manager', 'note')),
    author_id UUID REFERENCES account (id),
    body TEXT NOT NULL,
    -- Ids of proposed experts, JSON.
    experts TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX desk_message_by_request ON desk_message (request_id, created_at);

CREATE TABLE desk_log (
    id UUID PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES desk_request (id),
    at TIMESTAMPTZ NOT NULL,
    account_id UUID REFERENCES account (id),
    event TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX desk_log_by_request ON desk_log (request_id, at);
