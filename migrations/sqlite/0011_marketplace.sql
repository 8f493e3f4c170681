-- Reviews by both sides, disputes, licences rented alone, shortlists and saved searches.

-- Reviews of experts: hidden from everybody until both sides are in or their time is over; then shown, unless a manager
-- hides them. Those that came with the demonstration were always shown.
ALTER TABLE review ADD COLUMN state TEXT NOT NULL DEFAULT 'shown' CHECK (state IN ('waiting', 'shown', 'hidden'));
-- JSON: the client's marks by criterion; null where there is only the mean.
ALTER TABLE review ADD COLUMN scores TEXT;
ALTER TABLE review ADD COLUMN shown_at TEXT;
-- The expert's one answer.
ALTER TABLE review ADD COLUMN reply TEXT;
ALTER TABLE review ADD COLUMN replied_at TEXT;

-- Reviews of clients, by their experts: read by both and by managers.
CREATE TABLE client_review (
    id BLOB PRIMARY KEY,
    booking_id BLOB NOT NULL CONSTRAINT client_review_booking_unique UNIQUE REFERENCES booking (id),
    expert_id BLOB NOT NULL REFERENCES expert (id),
    client_id BLOB NOT NULL REFERENCES account (id),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'shown', 'hidden')),
    created_at TEXT NOT NULL,
    shown_at TEXT
) STRICT;
CREATE INDEX client_review_by_client ON client_review (client_id, created_at);

-- Somebody finds that a review breaks the rules: a manager decides, with reasons.
CREATE TABLE review_report (
    id BLOB PRIMARY KEY,
    -- Of an expert (`review`), or of a client (`client_review`).
    about TEXT NOT NULL CHECK (about IN ('expert', 'client')),
    review_id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL,
    closed_at TEXT,
    CONSTRAINT review_report_once UNIQUE (review_id, account_id)
) STRICT;
CREATE INDEX review_report_open ON review_report (created_at) WHERE closed_at IS NULL;

-- Append-only: what became of reviews.
CREATE TABLE review_log (
    id BLOB PRIMARY KEY,
    review_id BLOB NOT NULL,
    at TEXT NOT NULL,
    actor_id BLOB REFERENCES account (id),
    event TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX review_log_by_review ON review_log (review_id, at);

-- Disputes over a booking. While one is open, what it would cost the expert at most is withheld from the payout.
CREATE TABLE dispute (
    id BLOB PRIMARY KEY,
    booking_id BLOB NOT NULL REFERENCES booking (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    side TEXT NOT NULL CHECK (side IN ('client', 'expert')),
    state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'dismissed', 'withdrawn')),
    -- JSON: the days that are disputed; none where no money is asked back.
    days_body TEXT NOT NULL,
    statement TEXT NOT NULL,
    -- What the client got back by it, and why.
    refund INTEGER NOT NULL CHECK (refund >= 0),
    outcome TEXT NOT NULL,
    created_at TEXT NOT NULL,
    closed_at TEXT
) STRICT;
CREATE INDEX dispute_by_booking ON dispute (booking_id, created_at);
CREATE INDEX dispute_by_state ON dispute (state, created_at);
-- One at a time.
CREATE UNIQUE INDEX dispute_open ON dispute (booking_id) WHERE closed_at IS NULL;

CREATE TABLE dispute_message (
    id BLOB PRIMARY KEY,
    dispute_id BLOB NOT NULL REFERENCES dispute (id),
    author_id BLOB NOT NULL REFERENCES account (id),
    side TEXT NOT NULL CHECK (side IN ('client', 'expert', 'manager')),
    body TEXT NOT NULL,
    -- The form's own key: a double click is one message.
    form_key BLOB NOT NULL CONSTRAINT dispute_message_form_unique UNIQUE,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX dispute_message_by_dispute ON dispute_message (dispute_id, created_at);

CREATE TABLE dispute_file (
    id BLOB PRIMARY KEY,
    dispute_id BLOB NOT NULL REFERENCES dispute (id),
    author_id BLOB NOT NULL REFERENCES account (id),
    side TEXT NOT NULL CHECK (side IN ('client', 'expert', 'manager')),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX dispute_file_by_dispute ON dispute_file (dispute_id, created_at);

-- Licences rented without an expert: what there is of each product.
CREATE TABLE rental_stock (
    product TEXT PRIMARY KEY REFERENCES product (code),
    units INTEGER NOT NULL CHECK (units BETWEEN 0 AND 1000)
) STRICT;

CREATE TABLE rental_order (
    id BLOB PRIMARY KEY,
    reference TEXT NOT NULL CONSTRAINT rental_order_reference_unique UNIQUE,
    -- The form's own key: a double click is one order.
    idempotency_key BLOB NOT NULL CONSTRAINT rental_order_idempotency_unique UNIQUE,
    client_id BLOB NOT NULL REFERENCES account (id),
    state TEXT NOT NULL,
    -- When an unpaid reservation ends.
    clock_at TEXT,
    version INTEGER NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    -- JSON of the domain's order and quote: what was agreed.
    order_body TEXT NOT NULL,
    quote_body TEXT NOT NULL,
    rulebook_version INTEGER NOT NULL REFERENCES rulebook (version),
    total INTEGER NOT NULL CHECK (total > 0),
    -- JSON of the buyer `Party` as typed, plus contact.
    buyer_body TEXT NOT NULL,
    order_number TEXT,
    locale TEXT NOT NULL,
    created_at TEXT NOT NULL,
    paid_at TEXT,
    handed_out_at TEXT,
    returned_at TEXT,
    cancelled_at TEXT
) STRICT;
CREATE INDEX rental_order_by_client ON rental_order (client_id, created_at);
CREATE INDEX rental_order_by_state ON rental_order (state, first_day);

-- Each unit of a product is one order's on a day: the key itself refuses the second.
CREATE TABLE rental_day (
    product TEXT NOT NULL REFERENCES product (code),
    unit INTEGER NOT NULL,
    day TEXT NOT NULL,
    rental_id BLOB NOT NULL REFERENCES rental_order (id),
    CONSTRAINT rental_day_once PRIMARY KEY (product, unit, day)
) STRICT;
CREATE INDEX rental_day_by_order ON rental_day (rental_id);

CREATE TABLE rental_log (
    rental_id BLOB NOT NULL REFERENCES rental_order (id),
    step INTEGER NOT NULL,
    at TEXT NOT NULL,
    -- Null when a clock or the payment provider moved it.
    actor_id BLOB REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (rental_id, step)
) STRICT;

CREATE TABLE rental_payment (
    id BLOB PRIMARY KEY,
    rental_id BLOB NOT NULL REFERENCES rental_order (id),
    method TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL,
    provider_ref TEXT CONSTRAINT rental_payment_provider_ref_unique UNIQUE,
    checkout_url TEXT,
    captured INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX rental_payment_by_order ON rental_payment (rental_id);

CREATE TABLE rental_refund (
    id BLOB PRIMARY KEY,
    payment_id BLOB NOT NULL REFERENCES rental_payment (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- due, sent, failed.
    state TEXT NOT NULL,
    provider_ref TEXT,
    reason TEXT NOT NULL,
    -- One effect a cause.
    dedup_key TEXT NOT NULL CONSTRAINT rental_refund_dedup_unique UNIQUE,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX rental_refund_by_payment ON rental_refund (payment_id);

-- Experts that somebody keeps in mind. Nobody else ever sees this, nor is it counted.
CREATE TABLE shortlist (
    account_id BLOB NOT NULL REFERENCES account (id),
    expert_id BLOB NOT NULL REFERENCES expert (id),
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, expert_id)
) STRICT;

CREATE TABLE saved_search (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    -- As in the address of the results.
    query TEXT NOT NULL,
    notify INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT saved_search_once UNIQUE (account_id, query)
) STRICT;

-- Experts that matched once: told of once.
CREATE TABLE saved_match (
    search_id BLOB NOT NULL REFERENCES saved_search (id),
    expert_id BLOB NOT NULL REFERENCES expert (id),
    found_at TEXT NOT NULL,
    PRIMARY KEY (search_id, expert_id)
) STRICT;

INSERT INTO rental_stock (product, units) SELECT code, 5 FROM product;

-- From here on, each database in its own words.
-- A document is of a booking, or of an order for licences alone. SQLite cannot drop a NOT NULL but by its own text of the
-- table (https://www.sqlite.org/lang_altertable.html#otheralter); the rows stay as they are.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'booking_id BLOB NOT NULL REFERENCES', 'booking_id BLOB REFERENCES')
    WHERE type = 'table' AND name = 'document';
PRAGMA writable_schema = RESET;
ALTER TABLE document ADD COLUMN rental_id BLOB REFERENCES rental_order (id)
    CHECK ((booking_id IS NULL) <> (rental_id IS NULL));
CREATE INDEX document_by_rental ON document (rental_id) WHERE rental_id IS NOT NULL;

CREATE TRIGGER review_log_no_update BEFORE UPDATE ON review_log
BEGIN SELECT RAISE(ABORT, 'review_log is append-only'); END;
CREATE TRIGGER review_log_no_delete BEFORE DELETE ON review_log
BEGIN SELECT RAISE(ABORT, 'review_log is append-only'); END;
CREATE TRIGGER rental_log_no_update BEFORE UPDATE ON rental_log
BEGIN SELECT RAISE(ABORT, 'rental_log is append-only'); END;
CREATE TRIGGER rental_log_no_delete BEFORE DELETE ON rental_log
BEGIN SELECT RAISE(ABORT, 'rental_log is append-only'); END;
