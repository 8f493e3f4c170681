-- Reviews by both sides, disputes, licences rented alone, shortlists and saved searches.

-- Reviews of experts: hidden from everybody until both sides are in or their time is over; then shown, unless a manager
-- hides them. Those that came with the demonstration were always shown.
ALTER TABLE review ADD COLUMN state TEXT NOT NULL DEFAULT 'shown' CHECK (state IN ('waiting', 'shown', 'hidden'));
-- JSON: the client's marks by criterion; null where there is only the mean.
ALTER TABLE review ADD COLUMN scores TEXT;
ALTER TABLE review ADD COLUMN shown_at TIMESTAMPTZ;
-- The expert's one answer.
ALTER TABLE review ADD COLUMN reply TEXT;
ALTER TABLE review ADD COLUMN replied_at TIMESTAMPTZ;

-- Reviews of clients, by their experts: read by both and by managers.
CREATE TABLE client_review (
    id UUID PRIMARY KEY,
    booking_id UUID NOT NULL CONSTRAINT client_review_booking_unique UNIQUE REFERENCES booking (id),
    expert_id UUID NOT NULL REFERENCES expert (id),
    client_id UUID NOT NULL REFERENCES account (id),
    rating BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'shown', 'hidden')),
    created_at TIMESTAMPTZ NOT NULL,
    shown_at TIMESTAMPTZ
);
CREATE INDEX client_review_by_client ON client_review (client_id, created_at);

-- Somebody finds that a review breaks the rules: a manager decides, with reasons.
CREATE TABLE review_report (
    id UUID PRIMARY KEY,
    -- Of an expert (`review`), or of a client (`client_review`).
    about TEXT NOT NULL CHECK (about IN ('expert', 'client')),
    review_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id),
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    CONSTRAINT review_report_once UNIQUE (review_id, account_id)
);
CREATE INDEX review_report_open ON review_report (created_at) WHERE closed_at IS NULL;

-- Append-only: what became of reviews.
CREATE TABLE review_log (
    id UUID PRIMARY KEY,
    review_id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID REFERENCES account (id),
    event TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX review_log_by_review ON review_log (review_id, at);

-- Disputes over a booking. While one is open, what it would cost the expert at most is withheld from the payout.
CREATE TABLE dispute (
    id UUID PRIMARY KEY,
    booking_id UUID NOT NULL REFERENCES booking (id),
    account_id UUID NOT NULL REFERENCES account (id),
    side TEXT NOT NULL CHECK (side IN ('client', 'expert')),
    state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'dismissed', 'withdrawn')),
    -- JSON: the days that are disputed; none where no money is asked back.
    days_body TEXT NOT NULL,
    statement TEXT NOT NULL,
    -- What the client got back by it, and why.
    refund BIGINT NOT NULL CHECK (refund >= 0),
    outcome TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ
);
CREATE INDEX dispute_by_booking ON dispute (booking_id, created_at);
CREATE INDEX dispute_by_state ON dispute (state, created_at);
-- One at a time.
CREATE UNIQUE INDEX dispute_open ON dispute (booking_id) WHERE closed_at IS NULL;

CREATE TABLE dispute_message (
    id UUID PRIMARY KEY,
    dispute_id UUID NOT NULL REFERENCES dispute (id),
    author_id UUID NOT NULL REFERENCES account (id),
    side TEXT NOT NULL CHECK (side IN ('client', 'expert', 'manager')),
    body TEXT NOT NULL,
    -- The form's own key: a double click is one message.
    form_key UUID NOT NULL CONSTRAINT dispute_message_form_unique UNIQUE,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX dispute_message_by_dispute ON dispute_message (dispute_id, created_at);

CREATE TABLE dispute_file (
    id UUID PRIMARY KEY,
    dispute_id UUID NOT NULL REFERENCES dispute (id),
    author_id UUID NOT NULL REFERENCES account (id),
    side TEXT NOT NULL CHECK (side IN ('client', 'expert', 'manager')),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX dispute_file_by_dispute ON dispute_file (dispute_id, created_at);

-- Licences rented without an expert: what there is of each product.
CREATE TABLE rental_stock (
    product TEXT PRIMARY KEY REFERENCES product (code),
    units BIGINT NOT NULL CHECK (units BETWEEN 0 AND 1000)
);

CREATE TABLE rental_order (
    id UUID PRIMARY KEY,
    reference TEXT NOT NULL CONSTRAINT rental_order_reference_unique UNIQUE,
    -- The form's own key: a double click is one order.
    idempotency_key UUID NOT NULL CONSTRAINT rental_order_idempotency_unique UNIQUE,
    client_id UUID NOT NULL REFERENCES account (id),
    state TEXT NOT NULL,
    -- When an unpaid reservation ends.
    clock_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    -- JSON of the domain's order and quote: what was agreed.
    order_body TEXT NOT NULL,
    quote_body TEXT NOT NULL,
    rulebook_version BIGINT NOT NULL REFERENCES rulebook (version),
    total BIGINT NOT NULL CHECK (total > 0),
    -- JSON of the buyer `Party` as typed, plus contact.
    buyer_body TEXT NOT NULL,
    order_number TEXT,
    locale TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    paid_at TIMESTAMPTZ,
    handed_out_at TIMESTAMPTZ,
    returned_at TIMESTAMPTZ,
    cancelled_at TIMESTAMPTZ
);
CREATE INDEX rental_order_by_client ON rental_order (client_id, created_at);
CREATE INDEX rental_order_by_state ON rental_order (state, first_day);

-- Each unit of a product is one order's on a day: the key itself refuses the second.
CREATE TABLE rental_day (
    product TEXT NOT NULL REFERENCES product (code),
    unit BIGINT NOT NULL,
    day DATE NOT NULL,
    rental_id UUID NOT NULL REFERENCES rental_order (id),
    CONSTRAINT rental_day_once PRIMARY KEY (product, unit, day)
);
CREATE INDEX rental_day_by_order ON rental_day (rental_id);

CREATE TABLE rental_log (
    rental_id UUID NOT NULL REFERENCES rental_order (id),
    step BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    -- Null when a clock or the payment provider moved it.
    actor_id UUID REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (rental_id, step)
);

CREATE TABLE rental_payment (
    id UUID PRIMARY KEY,
    rental_id UUID NOT NULL REFERENCES rental_order (id),
    method TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL,
    provider_ref TEXT CONSTRAINT rental_payment_provider_ref_unique UNIQUE,
    checkout_url TEXT,
    captured BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX rental_payment_by_order ON rental_payment (rental_id);

CREATE TABLE rental_refund (
    id UUID PRIMARY KEY,
    payment_id UUID NOT NULL REFERENCES rental_payment (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    -- due, sent, failed.
    state TEXT NOT NULL,
    provider_ref TEXT,
    reason TEXT NOT NULL,
    -- One effect a cause.
    dedup_key TEXT NOT NULL CONSTRAINT rental_refund_dedup_unique UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX rental_refund_by_payment ON rental_refund (payment_id);

-- Experts that somebody keeps in mind. Nobody else ever sees this, nor is it counted.
CREATE TABLE shortlist (
    account_id UUID NOT NULL REFERENCES account (id),
    expert_id UUID NOT NULL REFERENCES expert (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, expert_id)
);

CREATE TABLE saved_search (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    -- As in the address of the results.
    query TEXT NOT NULL,
    notify BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT saved_search_once UNIQUE (account_id, query)
);

-- Experts that matched once: told of once.
CREATE TABLE saved_match (
    search_id UUID NOT NULL REFERENCES saved_search (id),
    expert_id UUID NOT NULL REFERENCES expert (id),
    found_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (search_id, expert_id)
);

INSERT INTO rental_stock (product, units) SELECT code, 5 FROM product;

-- From here on, each database in its own words.
-- A document is of a booking, or of an order for licences alone.
ALTER TABLE document ALTER COLUMN booking_id DROP NOT NULL;
ALTER TABLE document ADD COLUMN rental_id UUID REFERENCES rental_order (id);
ALTER TABLE document ADD CONSTRAINT document_of_one CHECK ((booking_id IS NULL) <> (rental_id IS NULL));
CREATE INDEX document_by_rental ON document (rental_id) WHERE rental_id IS NOT NULL;

CREATE TRIGGER review_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review_log
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER rental_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rental_log
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
