-- Applications to become an expert (S33, S37). One account has one open at most; an earlier one stays as it was.
CREATE TABLE candidate (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    state TEXT NOT NULL CHECK (
        state IN ('draft', 'new', 'in-review', 'invited', 'interviewed', 'published', 'refused', 'withdrawn')
    ),
    -- Rises with every change that a manager or the candidate makes once it is sent; writers name the one they read.
    version BIGINT NOT NULL,
    -- JSON of the form, field by field as typed: a draft may hold anything.
    form TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    submitted_at TIMESTAMPTZ,
    -- When it came to its state, or when the ball changed sides within it.
    waiting_since TIMESTAMPTZ NOT NULL,
    -- What the queue shows and filters by; set when it is sent.
    display_name TEXT NOT NULL,
    country TEXT NOT NULL,
    -- The interview that was picked, with whom, and how long it takes.
    interview_at TIMESTAMPTZ,
    interviewer_id UUID REFERENCES account (id),
    interview_minutes BIGINT,
    -- The decision.
    level BIGINT CHECK (level BETWEEN 1 AND 4),
    kind TEXT CHECK (kind IN ('in-house', 'independent')),
    reasons TEXT,
    CONSTRAINT candidate_refused_with_reasons CHECK (state <> 'refused' OR reasons IS NOT NULL),
    CONSTRAINT candidate_published_with_level CHECK (state <> 'published' OR (level IS NOT NULL AND kind IS NOT NULL))
);
CREATE UNIQUE INDEX candidate_open_once ON candidate (account_id)
    WHERE state NOT IN ('published', 'refused', 'withdrawn');
CREATE INDEX candidate_by_account ON candidate (account_id, created_at);
CREATE INDEX candidate_by_wait ON candidate (state, waiting_since);
-- Nobody interviews two candidates at once.
CREATE UNIQUE INDEX candidate_interview_once ON candidate (interviewer_id, interview_at)
    WHERE state = 'invited';

CREATE TABLE candidate_product (
    candidate_id UUID NOT NULL REFERENCES candidate (id),
    product TEXT NOT NULL REFERENCES product (code),
    PRIMARY KEY (candidate_id, product)
);

-- Files that candidates sent; the bytes lie in the store, under the same id.
CREATE TABLE candidate_document (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    candidate_id UUID NOT NULL REFERENCES candidate (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- Hexadecimal SHA-256 of the bytes.
    sha256 TEXT NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX candidate_document_by_candidate ON candidate_document (candidate_id, uploaded_at);

-- Times offered for the interview.
CREATE TABLE candidate_slot (
    id UUID PRIMARY KEY,
    candidate_id UUID NOT NULL REFERENCES candidate (id),
    starts_at TIMESTAMPTZ NOT NULL,
    minutes BIGINT NOT NULL CHECK (minutes BETWEEN 10 AND 240),
    offered_by UUID NOT NULL REFERENCES account (id),
    CONSTRAINT candidate_slot_once UNIQUE (candidate_id, starts_at)
);

-- What managers note for each other; append-only.
CREATE TABLE candidate_note (
    id UUID PRIMARY KEY,
    candidate_id UUID NOT NULL REFERENCES candidate (id),
    author_id UUID NOT NULL REFERENCES account (id),
    body TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX candidate_note_by_candidate ON candidate_note (candidate_id, at);

-- Append-only: every move, who made it, when and why.
CREATE TABLE candidate_log (
    candidate_id UUID NOT NULL REFERENCES candidate (id),
    -- From 1 within the application.
    step BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID NOT NULL REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    -- What was done: started, sent, taken-up, invited, picked, held, published, refused, withdrawn.
    event TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (candidate_id, step)
);
