-- Applications to become an expert (S33, S37). One account has one open at most; an earlier one stays as it was.
CREATE TABLE candidate (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    state TEXT NOT NULL CHECK (
        state IN ('draft', 'new', 'in-review', 'invited', 'interviewed', 'published', 'refused', 'withdrawn')
    ),
    -- Rises with every change that a manager or the candidate makes once it is sent; writers name the one they read.
    version INTEGER NOT NULL,
    -- JSON of the form, field by field as typed: a draft may hold anything.
    form TEXT NOT NULL,
    created_at TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    submitted_at TEXT,
    -- When it came to its state, or when the ball changed sides within it.
    waiting_since TEXT NOT NULL,
    -- What the queue shows and filters by; set when it is sent.
    display_name TEXT NOT NULL,
    country TEXT NOT NULL,
    -- The interview that was picked, with whom, and how long it takes.
    interview_at TEXT,
    interviewer_id BLOB REFERENCES account (id),
    interview_minutes INTEGER,
    -- The decision.
    level INTEGER CHECK (level BETWEEN 1 AND 4),
    kind TEXT CHECK (kind IN ('in-house', 'independent')),
    reasons TEXT,
    CONSTRAINT candidate_refused_with_reasons CHECK (state <> 'refused' OR reasons IS NOT NULL),
    CONSTRAINT candidate_published_with_level CHECK (state <> 'published' OR (level IS NOT NULL AND kind IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX candidate_open_once ON candidate (account_id)
    WHERE state NOT IN ('published', 'refused', 'withdrawn');
CREATE INDEX candidate_by_account ON candidate (account_id, created_at);
CREATE INDEX candidate_by_wait ON candidate (state, waiting_since);
-- Nobody interviews two candidates at once.
CREATE UNIQUE INDEX candidate_interview_once ON candidate (interviewer_id, interview_at)
    WHERE state = 'invited';

CREATE TABLE candidate_product (
    candidate_id BLOB NOT NULL REFERENCES candidate (id),
    product TEXT NOT NULL REFERENCES product (code),
    PRIMARY KEY (candidate_id, product)
) STRICT;

-- Files that candidates sent; the bytes lie in the store, under the same id.
CREATE TABLE candidate_document (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    candidate_id BLOB NOT NULL REFERENCES candidate (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- Hexadecimal SHA-256 of the bytes.
    sha256 TEXT NOT NULL,
    uploaded_at TEXT NOT NULL
) STRICT;
CREATE INDEX candidate_document_by_candidate ON candidate_document (candidate_id, uploaded_at);

-- Times offered for the interview.
CREATE TABLE candidate_slot (
    id BLOB PRIMARY KEY,
    candidate_id BLOB NOT NULL REFERENCES candidate (id),
    starts_at TEXT NOT NULL,
    minutes INTEGER NOT NULL CHECK (minutes BETWEEN 10 AND 240),
    offered_by BLOB NOT NULL REFERENCES account (id),
    CONSTRAINT candidate_slot_once UNIQUE (candidate_id, starts_at)
) STRICT;

-- What managers note for each other; append-only.
CREATE TABLE candidate_note (
    id BLOB PRIMARY KEY,
    candidate_id BLOB NOT NULL REFERENCES candidate (id),
    author_id BLOB NOT NULL REFERENCES account (id),
    body TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX candidate_note_by_candidate ON candidate_note (candidate_id, at);

-- Append-only: every move, who made it, when and why.
CREATE TABLE candidate_log (
    candidate_id BLOB NOT NULL REFERENCES candidate (id),
    -- From 1 within the application.
    step INTEGER NOT NULL,
    at TEXT NOT NULL,
    actor_id BLOB NOT NULL REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    -- What was done: started, sent, taken-up, invited, picked, held, published, refused, withdrawn.
    event TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (candidate_id, step)
) STRICT;
