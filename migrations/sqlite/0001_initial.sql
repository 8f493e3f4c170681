-- Accounts: the people who sign in. One person may be client, expert and manager at once.
CREATE TABLE account (
    id BLOB PRIMARY KEY,
    -- Lower case.
    email TEXT NOT NULL CONSTRAINT account_email_unique UNIQUE,
    password_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'nl', 'en')),
    time_zone TEXT NOT NULL,
    is_manager INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- What a client typed last, offered again at the next booking.
CREATE TABLE client_profile (
    account_id BLOB PRIMARY KEY REFERENCES account (id),
    organisation TEXT NOT NULL,
    street TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    vat_number TEXT,
    registration TEXT,
    invoice_email TEXT NOT NULL
) STRICT;

-- Sessions by the SHA-256 of their token: a stolen database opens no session.
CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_account ON session (account_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- The non-secret fields of a refused form, kept for one re-rendering without script.
CREATE TABLE form_stash (
    key_hash BLOB PRIMARY KEY,
    body TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

-- Failed attempts per account and per address, to slow guessing down.
CREATE TABLE throttle (
    bucket TEXT PRIMARY KEY,
    attempts INTEGER NOT NULL,
    window_ends_at TEXT NOT NULL
) STRICT;

-- The rulebook: every tariff and threshold, a version a row, as JSON of the domain's own type.
CREATE TABLE rulebook (
    version INTEGER PRIMARY KEY,
    effective_from TEXT NOT NULL,
    body TEXT NOT NULL,
    released_at TEXT NOT NULL
) STRICT;

CREATE TABLE product (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE expert (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL CONSTRAINT expert_account_unique UNIQUE REFERENCES account (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
    kind TEXT NOT NULL CHECK (kind IN ('in-house', 'independent')),
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 4),
    display_name TEXT NOT NULL,
    headline TEXT NOT NULL,
    summary TEXT NOT NULL,
    -- Language the profile's texts are written in.
    summary_language TEXT NOT NULL,
    base_place INTEGER NOT NULL,
    base_lat INTEGER NOT NULL,
    base_lon INTEGER NOT NULL,
    base_country TEXT NOT NULL,
    on_site INTEGER NOT NULL,
    remote INTEGER NOT NULL,
    -- One way; null is world-wide.
    max_travel_km INTEGER CHECK (max_travel_km >= 0),
    -- Bit 0 is Monday.
    week_pattern INTEGER NOT NULL CHECK (week_pattern BETWEEN 0 AND 127),
    works_holidays INTEGER NOT NULL,
    -- Reviews: sum and number of ratings 1 to 5.
    rating_sum INTEGER NOT NULL,
    rating_count INTEGER NOT NULL,
    -- Completed platform days, the ladder's count.
    completed_days INTEGER NOT NULL CHECK (completed_days >= 0),
    created_at TEXT NOT NULL,
    -- Rises with everything that search must hear of: profile, reviews, free days.
    changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX expert_by_change ON expert (changed_at);

CREATE TABLE expert_product (
    expert_id BLOB NOT NULL REFERENCES expert (id),
    product TEXT NOT NULL REFERENCES product (code),
    PRIMARY KEY (expert_id, product)
) STRICT;
CREATE TABLE expert_sector (
    expert_id BLOB NOT NULL REFERENCES expert (id),
    sector TEXT NOT NULL,
    PRIMARY KEY (expert_id, sector)
) STRICT;
-- ISO 639-1 codes.
CREATE TABLE expert_language (
    expert_id BLOB NOT NULL REFERENCES expert (id),
    language TEXT NOT NULL,
    PRIMARY KEY (expert_id, language)
) STRICT;
-- Certificates, diplomas and jobs, in the order they are shown.
CREATE TABLE expert_record (
    expert_id BLOB NOT NULL REFERENCES expert (id),
    kind TEXT NOT NULL CHECK (kind IN ('certificate', 'education', 'experience')),
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    organisation TEXT NOT NULL,
    from_year INTEGER,
    to_year INTEGER,
    description TEXT NOT NULL,
    PRIMARY KEY (expert_id, kind, position)
) STRICT;

-- Single days that differ from the week pattern.
CREATE TABLE expert_exception (
    expert_id BLOB NOT NULL REFERENCES expert (id),
    day TEXT NOT NULL,
    free INTEGER NOT NULL,
    PRIMARY KEY (expert_id, day)
) STRICT;

-- How an expert is billed and paid; only the expert and managers see it.
CREATE TABLE expert_billing (
    expert_id BLOB PRIMARY KEY REFERENCES expert (id),
    company TEXT NOT NULL,
    street TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    vat_number TEXT,
    registration TEXT,
    -- A small business that charges no VAT.
    vat_exempt INTEGER NOT NULL
) STRICT;

CREATE TABLE booking (
    id BLOB PRIMARY KEY,
    -- Short, for people: eight characters.
    reference TEXT NOT NULL CONSTRAINT booking_reference_unique UNIQUE,
    -- The form's own key: a double click is one booking.
    idempotency_key BLOB NOT NULL CONSTRAINT booking_idempotency_unique UNIQUE,
    expert_id BLOB NOT NULL REFERENCES expert (id),
    client_id BLOB NOT NULL REFERENCES account (id),
    state TEXT NOT NULL,
    -- The running clock of the state, if it has one.
    clock_at TEXT,
    -- Rises with each move; writers name the one they read.
    version INTEGER NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    -- First and last instant of the assignment, by the platform's zone.
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    -- JSON of the domain's `Order` and `Quote`: what was agreed.
    order_body TEXT NOT NULL,
    quote_body TEXT NOT NULL,
    rulebook_version INTEGER NOT NULL REFERENCES rulebook (version),
    total INTEGER NOT NULL CHECK (total >= 0),
    -- The place as it was called in the client's language, for on-site work.
    place_name TEXT,
    work_address TEXT,
    -- JSON of the buyer `Party` as typed, plus contact.
    buyer_body TEXT NOT NULL,
    order_number TEXT,
    note TEXT,
    locale TEXT NOT NULL,
    created_at TEXT NOT NULL,
    paid_at TEXT,
    accepted_at TEXT,
    completed_at TEXT,
    -- Completed platform days before this assignment; frozen at completion.
    ladder_before INTEGER,
    ladder_days INTEGER
) STRICT;
CREATE INDEX booking_by_client ON booking (client_id, created_at);
CREATE INDEX booking_by_expert ON booking (expert_id, first_day);
CREATE INDEX booking_by_clock ON booking (state, clock_at);

-- One booking per expert and day: the key itself refuses the second, holds included.
CREATE TABLE booked_day (
    expert_id BLOB NOT NULL REFERENCES expert (id),
    day TEXT NOT NULL,
    booking_id BLOB NOT NULL REFERENCES booking (id),
    CONSTRAINT booked_day_once PRIMARY KEY (expert_id, day)
) STRICT;
CREATE INDEX booked_day_by_booking ON booked_day (booking_id);

-- Append-only: every move of a booking, who made it, when and why.
CREATE TABLE booking_log (
    booking_id BLOB NOT NULL REFERENCES booking (id),
    -- From 1 within the booking.
    step INTEGER NOT NULL,
    at TEXT NOT NULL,
    -- Null when a clock moved it.
    actor_id BLOB REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (booking_id, step)
) STRICT;

CREATE TABLE payment (
    id BLOB PRIMARY KEY,
    booking_id BLOB NOT NULL REFERENCES booking (id),
    method TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- open, authorized, paid, canceled, expired, failed: the provider's own words.
    state TEXT NOT NULL,
    -- Null until the provider has answered.
    provider_ref TEXT CONSTRAINT payment_provider_ref_unique UNIQUE,
    checkout_url TEXT,
    captured INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX payment_by_booking ON payment (booking_id);

CREATE TABLE refund (
    id BLOB PRIMARY KEY,
    payment_id BLOB NOT NULL REFERENCES payment (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- due, sent, failed.
    state TEXT NOT NULL,
    provider_ref TEXT,
    reason TEXT NOT NULL,
    -- One effect a cause: the same cause asks for the same refund.
    dedup_key TEXT NOT NULL CONSTRAINT refund_dedup_unique UNIQUE,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX refund_by_payment ON refund (payment_id);

-- Double entry: the entries of a transaction sum to nought; debits are positive.
CREATE TABLE ledger_transaction (
    id BLOB PRIMARY KEY,
    dedup_key TEXT NOT NULL CONSTRAINT ledger_dedup_unique UNIQUE,
    kind TEXT NOT NULL,
    booking_id BLOB REFERENCES booking (id),
    at TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_by_booking ON ledger_transaction (booking_id);
CREATE TABLE ledger_entry (
    transaction_id BLOB NOT NULL REFERENCES ledger_transaction (id),
    line INTEGER NOT NULL,
    account TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (transaction_id, line)
) STRICT;
CREATE INDEX ledger_entry_by_account ON ledger_entry (account);

-- Issued documents: immutable, complete, with a hash; numbers have no gap within series and year.
CREATE TABLE document (
    id BLOB PRIMARY KEY,
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    booking_id BLOB NOT NULL REFERENCES booking (id),
    -- One document a cause: a booking's invoice is issued once.
    dedup_key TEXT NOT NULL CONSTRAINT document_dedup_unique UNIQUE,
    total INTEGER NOT NULL,
    body TEXT NOT NULL,
    -- Hexadecimal SHA-256 of `body`.
    sha256 TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    CONSTRAINT document_number_unique UNIQUE (series, year, sequence)
) STRICT;
CREATE INDEX document_by_booking ON document (booking_id);
CREATE TABLE document_counter (
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    PRIMARY KEY (series, year)
) STRICT;

-- Durable jobs: each (kind, subject) once; a worker takes a lease, so that a dead one's work is taken over.
CREATE TABLE job (
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    due_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    leased_until TEXT,
    done_at TEXT,
    last_error TEXT,
    PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX job_by_due ON job (done_at, due_at);

-- Transactional outbox: written with the change it tells of, sent afterwards.
CREATE TABLE outbox (
    id BLOB PRIMARY KEY,
    dedup_key TEXT NOT NULL CONSTRAINT outbox_dedup_unique UNIQUE,
    recipient TEXT NOT NULL,
    locale TEXT NOT NULL,
    subject TEXT NOT NULL,
    body_text TEXT NOT NULL,
    body_html TEXT NOT NULL,
    created_at TEXT NOT NULL,
    next_attempt_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at TEXT,
    last_error TEXT
) STRICT;
CREATE INDEX outbox_by_due ON outbox (sent_at, next_attempt_at);

-- What the VAT register answered, word for word.
CREATE TABLE vat_check (
    id BLOB PRIMARY KEY,
    country TEXT NOT NULL,
    number TEXT NOT NULL,
    status TEXT NOT NULL,
    evidence TEXT NOT NULL,
    asked_at TEXT NOT NULL
) STRICT;
CREATE INDEX vat_check_by_number ON vat_check (number, asked_at);

CREATE TABLE review (
    id BLOB PRIMARY KEY,
    expert_id BLOB NOT NULL REFERENCES expert (id),
    booking_id BLOB CONSTRAINT review_booking_unique UNIQUE REFERENCES booking (id),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
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
