-- The audit as managers find it: its runs and what they found. Refunds that the provider refuses outright.

CREATE TABLE audit_run (
    id UUID PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'done')),
    -- Who asked for it; none for the clock's.
    asked_by UUID REFERENCES account (id),
    asked_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    -- When all rows were checked; the provider is asked after that.
    checked_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    -- Rows of bookings and of money that there were.
    row_count BIGINT NOT NULL,
    -- Payments compared with the provider, and those about which it gave no answer.
    compared BIGINT NOT NULL,
    unanswered BIGINT NOT NULL,
    -- The last of them: whoever goes on with the run begins after it.
    compared_up_to UUID,
    -- Findings that are not stored, because there were too many.
    left_out BIGINT NOT NULL,
    CONSTRAINT audit_run_ends CHECK ((state = 'done') = (ended_at IS NOT NULL))
);
-- One at a time.
CREATE UNIQUE INDEX audit_run_one_open ON audit_run (state) WHERE state = 'open';
CREATE INDEX audit_run_by_end ON audit_run (ended_at);

CREATE TABLE audit_finding (
    run_id UUID NOT NULL REFERENCES audit_run (id),
    position BIGINT NOT NULL,
    -- Which check found it.
    check_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- What it is about: a kind, and the id of one.
    about TEXT NOT NULL,
    about_id UUID,
    -- Whose nomination or membership it is about: some managers may not know of it.
    account_id UUID REFERENCES account (id),
    CONSTRAINT audit_finding_once PRIMARY KEY (run_id, position)
);

-- When the provider last refused it; none while it is being asked again.
ALTER TABLE refund ADD COLUMN refused_at TIMESTAMPTZ;
ALTER TABLE rental_refund ADD COLUMN refused_at TIMESTAMPTZ;
