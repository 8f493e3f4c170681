-- Accounts: the people who sign in. One person may be client, expert and manager at once.
CREATE TABLE account (
    id UUID PRIMARY KEY,
    -- Lower case.
    email TEXT NOT NULL CONSTRAINT account_email_unique UNIQUE,
    password_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'nl', 'en')),
    time_zone TEXT NOT NULL,
    is_manager BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- What a client typed last, offered again at the next booking.
CREATE TABLE client_profile (
    account_id UUID PRIMARY KEY REFERENCES account (id),
    organisation TEXT NOT NULL,
    street TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    vat_number TEXT,
    registration TEXT,
    invoice_email TEXT NOT NULL
);

-- Sessions by the SHA-256 of their token: a stolen database opens no session.
CREATE TABLE session (
    token_hash BYTEA PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX session_by_account ON session (account_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- The non-secret fields of a refused form, kept for one re-rendering without script.
CREATE TABLE form_stash (
    key_hash BYTEA PRIMARY KEY,
    body TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

-- Failed attempts per account and per address, to slow guessing down.
CREATE TABLE throttle (
    bucket TEXT PRIMARY KEY,
    attempts BIGINT NOT NULL,
    window_ends_at TIMESTAMPTZ NOT NULL
);

-- The rulebook: every tariff and threshold, a version a row, as JSON of the domain's own type.
CREATE TABLE rulebook (
    version BIGINT PRIMARY KEY,
    effective_from DATE NOT NULL,
    body TEXT NOT NULL,
    released_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE product (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    position BIGINT NOT NULL
);

CREATE TABLE expert (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL CONSTRAINT expert_account_unique UNIQUE REFERENCES account (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
    kind TEXT NOT NULL CHECK (kind IN ('in-house', 'independent')),
    level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 4),
    display_name TEXT NOT NULL,
    headline TEXT NOT NULL,
    summary TEXT NOT NULL,
    -- Language the profile's texts are written in.
    summary_language TEXT NOT NULL,
    base_place BIGINT NOT NULL,
    base_lat BIGINT NOT NULL,
    base_lon BIGINT NOT NULL,
    base_country TEXT NOT NULL,
    on_site BOOLEAN NOT NULL,
    remote BOOLEAN NOT NULL,
    -- One way; null is world-wide.
    max_travel_km BIGINT CHECK (max_travel_km >= 0),
    -- Bit 0 is Monday.
    week_pattern BIGINT NOT NULL CHECK (week_pattern BETWEEN 0 AND 127),
    works_holidays BOOLEAN NOT NULL,
    -- Reviews: sum and number of ratings 1 to 5.
    rating_sum BIGINT NOT NULL,
    rating_count BIGINT NOT NULL,
    -- Completed platform days, the ladder's count.
    completed_days BIGINT NOT NULL CHECK (completed_days >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    -- Rises with everything that search must hear of: profile, reviews, free days.
    changed_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX expert_by_change ON expert (changed_at);

CREATE TABLE expert_product (
    expert_id UUID NOT NULL REFERENCES expert (id),
    product TEXT NOT NULL REFERENCES product (code),
    PRIMARY KEY (expert_id, product)
);
CREATE TABLE expert_sector (
    expert_id UUID NOT NULL REFERENCES expert (id),
    sector TEXT NOT NULL,
    PRIMARY KEY (expert_id, sector)
);
-- ISO 639-1 codes.
CREATE TABLE expert_language (
    expert_id UUID NOT NULL REFERENCES expert (id),
    language TEXT NOT NULL,
    PRIMARY KEY (expert_id, language)
);
-- Certificates, diplomas and jobs, in the order they are shown.
CREATE TABLE expert_record (
    expert_id UUID NOT NULL REFERENCES expert (id),
    kind TEXT NOT NULL CHECK (kind IN ('certificate', 'education', 'experience')),
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    organisation TEXT NOT NULL,
    from_year BIGINT,
    to_year BIGINT,
    description TEXT NOT NULL,
    PRIMARY KEY (expert_id, kind, position)
);

-- Single days that differ from the week pattern.
CREATE TABLE expert_exception (
    expert_id UUID NOT NULL REFERENCES expert (id),
    day DATE NOT NULL,
    free BOOLEAN NOT NULL,
    PRIMARY KEY (expert_id, day)
);

-- How an expert is billed and paid; only the expert and managers see it.
CREATE TABLE expert_billing (
    expert_id UUID PRIMARY KEY REFERENCES expert (id),
    company TEXT NOT NULL,
    street TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    vat_number TEXT,
    registration TEXT,
    -- A small business that charges no VAT.
    vat_exempt BOOLEAN NOT NULL
);

CREATE TABLE booking (
    id UUID PRIMARY KEY,
    -- Short, for people: eight characters.
    reference TEXT NOT NULL CONSTRAINT booking_reference_unique UNIQUE,
    -- The form's own key: a double click is one booking.
    idempotency_key UUID NOT NULL CONSTRAINT booking_idempotency_unique UNIQUE,
    expert_id UUID NOT NULL REFERENCES expert (id),
    client_id UUID NOT NULL REFERENCES account (id),
    state TEXT NOT NULL,
    -- The running clock of the state, if it has one.
    clock_at TIMESTAMPTZ,
    -- Rises with each move; writers name the one they read.
    version BIGINT NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    -- First and last instant of the assignment, by the platform's zone.
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    -- JSON of the domain's `Order` and `Quote`: what was agreed.
    order_body TEXT NOT NULL,
    quote_body TEXT NOT NULL,
    rulebook_version BIGINT NOT NULL REFERENCES rulebook (version),
    total BIGINT NOT NULL CHECK (total >= 0),
    -- The place as it was called in the client's language, for on-site work.
    place_name TEXT,
    work_address TEXT,
    -- JSON of the buyer `Party` as typed, plus contact.
    buyer_body TEXT NOT NULL,
    order_number TEXT,
    note TEXT,
    locale TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    paid_at TIMESTAMPTZ,
    accepted_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    -- Completed platform days before this assignment; frozen at completion.
    ladder_before BIGINT,
    ladder_days BIGINT
);
CREATE INDEX booking_by_client ON booking (client_id, created_at);
CREATE INDEX booking_by_expert ON booking (expert_id, first_day);
CREATE INDEX booking_by_clock ON booking (state, clock_at);

-- One booking per expert and day: the key itself refuses the second, holds included.
CREATE TABLE booked_day (
    expert_id UUID NOT NULL REFERENCES expert (id),
    day DATE NOT NULL,
    booking_id UUID NOT NULL REFERENCES booking (id),
    CONSTRAINT booked_day_once PRIMARY KEY (expert_id, day)
);
CREATE INDEX booked_day_by_booking ON booked_day (booking_id);

-- Append-only: every move of a booking, who made it, when and why.
CREATE TABLE booking_log (
    booking_id UUID NOT NULL REFERENCES booking (id),
    -- From 1 within the booking.
    step BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    -- Null when a clock moved it.
    actor_id UUID REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (booking_id, step)
);

CREATE TABLE payment (
    id UUID PRIMARY KEY,
    booking_id UUID NOT NULL REFERENCES booking (id),
    method TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    -- open, authorized, paid, canceled, expired, failed: the provider's own words.
    state TEXT NOT NULL,
    -- Null until the provider has answered.
    provider_ref TEXT CONSTRAINT payment_provider_ref_unique UNIQUE,
    checkout_url TEXT,
    captured BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX payment_by_booking ON payment (booking_id);

CREATE TABLE refund (
    id UUID PRIMARY KEY,
    payment_id UUID NOT NULL REFERENCES payment (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    -- due, sent, failed.
    state TEXT NOT NULL,
    provider_ref TEXT,
    reason TEXT NOT NULL,
    -- One effect a cause: the same cause asks for the same refund.
    dedup_key TEXT NOT NULL CONSTRAINT refund_dedup_unique UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX refund_by_payment ON refund (payment_id);

-- Double entry: the entries of a transaction sum to nought; debits are positive.
CREATE TABLE ledger_transaction (
    id UUID PRIMARY KEY,
    dedup_key TEXT NOT NULL CONSTRAINT ledger_dedup_unique UNIQUE,
    kind TEXT NOT NULL,
    booking_id UUID REFERENCES booking (id),
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ledger_by_booking ON ledger_transaction (booking_id);
CREATE TABLE ledger_entry (
    transaction_id UUID NOT NULL REFERENCES ledger_transaction (id),
    line BIGINT NOT NULL,
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (transaction_id, line)
);
CREATE INDEX ledger_entry_by_account ON ledger_entry (account);

-- Issued documents: immutable, complete, with a hash; numbers have no gap within series and year.
CREATE TABLE document (
    id UUID PRIMARY KEY,
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    booking_id UUID NOT NULL REFERENCES booking (id),
    -- One document a cause: a booking's invoice is issued once.
    dedup_key TEXT NOT NULL CONSTRAINT document_dedup_unique UNIQUE,
    total BIGINT NOT NULL,
    body TEXT NOT NULL,
    -- Hexadecimal SHA-256 of `body`.
    sha256 TEXT NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT document_number_unique UNIQUE (series, year, sequence)
);
CREATE INDEX document_by_booking ON document (booking_id);
CREATE TABLE document_counter (
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    last_sequence BIGINT NOT NULL,
    PRIMARY KEY (series, year)
);

-- Durable jobs: each (kind, subject) once; a worker takes a lease, so that a dead one's work is taken over.
CREATE TABLE job (
    kind TEXT NOT NULL,
    subject UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    attempts BIGINT NOT NULL,
    leased_until TIMESTAMPTZ,
    done_at TIMESTAMPTZ,
    last_error TEXT,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX job_by_due ON job (done_at, due_at);

-- Transactional outbox: written with the change it tells of, sent afterwards.
CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    dedup_key TEXT NOT NULL CONSTRAINT outbox_dedup_unique UNIQUE,
    recipient TEXT NOT NULL,
    locale TEXT NOT NULL,
    subject TEXT NOT NULL,
    body_text TEXT NOT NULL,
    body_html TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    next_attempt_at TIMESTAMPTZ NOT NULL,
    attempts BIGINT NOT NULL,
    sent_at TIMESTAMPTZ,
    last_error TEXT
);
CREATE INDEX outbox_by_due ON outbox (sent_at, next_attempt_at);

-- What the VAT register answered, word for word.
CREATE TABLE vat_check (
    id UUID PRIMARY KEY,
    country TEXT NOT NULL,
    number TEXT NOT NULL,
    status TEXT NOT NULL,
    evidence TEXT NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX vat_check_by_number ON vat_check (number, asked_at);

CREATE TABLE review (
    id UUID PRIMARY KEY,
    expert_id UUID NOT NULL REFERENCES expert (id),
    booking_id UUID CONSTRAINT review_booking_unique UNIQUE REFERENCES booking (id),
    rating BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX review_by_expert ON review (expert_id, created_at);

-- Products that experts know; which of them are rented out is the rulebook's to say.
INSERT INTO product (code, name, position) VALUES
    ('autocad', 'AutoCAD', 1),
    ('revit', 'Revit', 2),
    ('civil-3d', 'Civil 3D', 3),
    ('inventor', 'Inventor', 4),
    ('fusion', 'Fusion', 5),
    ('3ds-max', '3ds Max', 6),
    ('maya', 'Maya', 7),
    ('navisworks', 'Navisworks', 8),
    ('plant-3d', 'Plant 3D', 9),
    ('vault', 'Vault', 10);
