-- The recognition programme up to the answer (S46–S56, S64–S66): contributions, cycles, nominations, reviews, letters.

-- What an account shared with other users, voluntarily; paid work is never written down here (S63).
CREATE TABLE contribution (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    channel TEXT NOT NULL CHECK (channel IN
        ('forum', 'knowledge-base', 'conference', 'video', 'social', 'blog', 'article', 'meet-up', 'community')),
    occurred_on DATE NOT NULL,
    -- https only.
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    -- ISO 639-1.
    language TEXT NOT NULL,
    -- How many people it reached, as its author believes.
    reach BIGINT CHECK (reach >= 0),
    -- What it helped with.
    helped TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('nominee', 'platform')),
    -- What on the platform it is, as `answer/<id>` or `talk/<id>`.
    source_key TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    -- Taken away by its author: shown and counted no more.
    removed_at TIMESTAMPTZ,
    CONSTRAINT contribution_platform_key CHECK ((source = 'platform') = (source_key IS NOT NULL))
);
CREATE INDEX contribution_by_account ON contribution (account_id, occurred_on);
CREATE UNIQUE INDEX contribution_link_once ON contribution (account_id, url, occurred_on) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX contribution_source_once ON contribution (account_id, source_key)
    WHERE removed_at IS NULL AND source_key IS NOT NULL;

-- Two a year. The next collects while one is reviewed.
CREATE TABLE recognition_cycle (
    id UUID PRIMARY KEY,
    -- `2027-02` or `2027-08`.
    code TEXT NOT NULL CONSTRAINT recognition_cycle_code_unique UNIQUE,
    phase TEXT NOT NULL CHECK (phase IN ('collecting', 'review', 'decision', 'closed')),
    version BIGINT NOT NULL,
    -- The rulebook whose weights hold, pinned when the window opens.
    rulebook_version BIGINT NOT NULL,
    -- 1 February or 1 August, 00:00 in the platform's zone: collecting ends, the window opens.
    window_at TIMESTAMPTZ NOT NULL,
    -- Reviews are due.
    review_until TIMESTAMPTZ NOT NULL,
    -- Every answer is due (S51).
    answer_by TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    -- When managers were last warned that answers may come too late.
    alarmed_at TIMESTAMPTZ
);
-- One collects at a time.
CREATE UNIQUE INDEX recognition_cycle_collects_once ON recognition_cycle (phase) WHERE phase = 'collecting';

-- Append-only: every move of a cycle.
CREATE TABLE recognition_cycle_log (
    cycle_id UUID NOT NULL REFERENCES recognition_cycle (id),
    step BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    from_phase TEXT,
    to_phase TEXT NOT NULL,
    PRIMARY KEY (cycle_id, step)
);

-- One account has one open at most; an earlier one stays as it was.
CREATE TABLE nomination (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    state TEXT NOT NULL CHECK (
        state IN ('draft', 'submitted', 'review', 'deliberation', 'decided', 'granted', 'refused', 'withdrawn')
    ),
    -- Rises with every change once it is sent; writers name the one they read.
    version BIGINT NOT NULL,
    -- Set when it is sent: the cycle that collects then.
    cycle_id UUID REFERENCES recognition_cycle (id),
    -- The refused one that it follows.
    previous_id UUID REFERENCES nomination (id),
    -- JSON of the form, field by field as typed.
    form TEXT NOT NULL,
    -- The language of its texts and of the letter.
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'nl', 'en')),
    country TEXT NOT NULL,
    -- When the nominee stated to be no employee, subcontractor, consultant or intern of the vendor (S47).
    eligible_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    submitted_at TIMESTAMPTZ,
    -- The decision, told once the letter is sent.
    outcome TEXT CHECK (outcome IN ('grant', 'refuse')),
    -- JSON: each a quality and a text.
    reasons TEXT,
    -- What the letter says besides.
    remark TEXT NOT NULL DEFAULT '',
    decided_by UUID REFERENCES account (id),
    decided_at TIMESTAMPTZ,
    answered_at TIMESTAMPTZ,
    CONSTRAINT nomination_sent_into_cycle CHECK (state IN ('draft', 'withdrawn') OR cycle_id IS NOT NULL),
    CONSTRAINT nomination_decided_by_somebody CHECK (
        state NOT IN ('decided', 'granted', 'refused')
        OR (outcome IS NOT NULL AND decided_by IS NOT NULL AND decided_at IS NOT NULL)
    ),
    CONSTRAINT nomination_granted CHECK (state <> 'granted' OR (outcome = 'grant' AND answered_at IS NOT NULL)),
    CONSTRAINT nomination_refused_with_reasons CHECK (
        state <> 'refused' OR (outcome = 'refuse' AND answered_at IS NOT NULL AND reasons IS NOT NULL AND reasons <> '[]')
    )
);
CREATE UNIQUE INDEX nomination_open_once ON nomination (account_id)
    WHERE state NOT IN ('granted', 'refused', 'withdrawn');
CREATE INDEX nomination_by_account ON nomination (account_id, created_at);
CREATE INDEX nomination_by_cycle ON nomination (cycle_id, state);

-- What was shown when it was sent.
CREATE TABLE nomination_contribution (
    nomination_id UUID NOT NULL REFERENCES nomination (id),
    contribution_id UUID NOT NULL REFERENCES contribution (id),
    PRIMARY KEY (nomination_id, contribution_id)
);
CREATE INDEX nomination_contribution_by_contribution ON nomination_contribution (contribution_id);

-- Accounts that a manager made reviewers.
CREATE TABLE reviewer (
    account_id UUID PRIMARY KEY REFERENCES account (id),
    -- The languages read, as `fr nl`.
    languages TEXT NOT NULL,
    -- Whom they work for: who works for the same is not reviewed by them.
    organisation TEXT NOT NULL,
    appointed_by UUID NOT NULL REFERENCES account (id),
    appointed_at TIMESTAMPTZ NOT NULL,
    -- No longer given anything.
    ended_at TIMESTAMPTZ
);

-- A reviewer said not to be impartial about somebody; it holds for every cycle.
CREATE TABLE reviewer_conflict (
    reviewer_id UUID NOT NULL REFERENCES account (id),
    account_id UUID NOT NULL REFERENCES account (id),
    ground TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (reviewer_id, account_id)
);

-- A reviewer's seat on a nomination, and the review written there.
CREATE TABLE nomination_seat (
    nomination_id UUID NOT NULL REFERENCES nomination (id),
    reviewer_id UUID NOT NULL REFERENCES account (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'in', 'recused', 'released')),
    assigned_at TIMESTAMPTZ NOT NULL,
    reminded_at TIMESTAMPTZ,
    -- JSON of the review, as typed while it is open.
    form TEXT NOT NULL,
    champion BIGINT CHECK (champion BETWEEN 1 AND 5),
    expert BIGINT CHECK (expert BETWEEN 1 AND 5),
    caring BIGINT CHECK (caring BETWEEN 1 AND 5),
    responsive BIGINT CHECK (responsive BETWEEN 1 AND 5),
    leader BIGINT CHECK (leader BETWEEN 1 AND 5),
    submitted_at TIMESTAMPTZ,
    -- Why the seat was left.
    ground TEXT NOT NULL DEFAULT '',
    ended_at TIMESTAMPTZ,
    PRIMARY KEY (nomination_id, reviewer_id),
    CONSTRAINT nomination_seat_in_is_scored CHECK (
        state <> 'in' OR (submitted_at IS NOT NULL AND champion IS NOT NULL AND expert IS NOT NULL
            AND caring IS NOT NULL AND responsive IS NOT NULL AND leader IS NOT NULL)
    )
);
CREATE INDEX nomination_seat_by_reviewer ON nomination_seat (reviewer_id, state);

-- What reviewers and managers say to each other once both reviews are in; append-only.
CREATE TABLE nomination_message (
    id UUID PRIMARY KEY,
    nomination_id UUID NOT NULL REFERENCES nomination (id),
    author_id UUID NOT NULL REFERENCES account (id),
    body TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX nomination_message_by_nomination ON nomination_message (nomination_id, at);

-- The answer, as it was sent; append-only, but that an erased person's is blanked.
CREATE TABLE nomination_letter (
    nomination_id UUID PRIMARY KEY REFERENCES nomination (id),
    locale TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- JSON: its paragraphs.
    body TEXT NOT NULL,
    sent_by UUID NOT NULL REFERENCES account (id),
    sent_at TIMESTAMPTZ NOT NULL
);

-- Append-only: every move, who made it, when and why. Nobody is named where the clock moved.
CREATE TABLE nomination_log (
    nomination_id UUID NOT NULL REFERENCES nomination (id),
    -- From 1 within the nomination.
    step BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    event TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (nomination_id, step)
);

-- From here on, each database in its own words.
CREATE TRIGGER recognition_cycle_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recognition_cycle_log
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER nomination_message_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON nomination_message
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER nomination_letter_append_only BEFORE DELETE OR TRUNCATE ON nomination_letter
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER nomination_letter_only_blanked BEFORE UPDATE ON nomination_letter
    FOR EACH ROW WHEN (NEW.body <> '["–"]' OR NEW.nomination_id <> OLD.nomination_id OR NEW.locale <> OLD.locale
        OR NEW.subject <> OLD.subject OR NEW.sent_by <> OLD.sent_by OR NEW.sent_at <> OLD.sent_at)
    EXECUTE FUNCTION append_only();
CREATE TRIGGER nomination_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON nomination_log
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
