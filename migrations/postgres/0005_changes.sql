-- Bookings that are cut short or changed after acceptance.

-- JSON of what is kept of the quote, and of the days that stay the booking's own; null while everything is.
ALTER TABLE booking ADD COLUMN settlement_body TEXT;
-- How often the agreed order was replaced by another.
ALTER TABLE booking ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- A change that waits for its payment (`proposed`) or for the expert (`asked`), or was `applied` or `dropped`. The old
-- booking stands until it is applied.
CREATE TABLE booking_change (
    id UUID PRIMARY KEY,
    booking_id UUID NOT NULL REFERENCES booking (id),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'asked', 'applied', 'dropped')),
    -- The running clock of the state, if it has one.
    clock_at TIMESTAMPTZ,
    order_body TEXT NOT NULL,
    quote_body TEXT NOT NULL,
    place_name TEXT,
    work_address TEXT,
    -- New total less old total.
    difference BIGINT NOT NULL,
    asks_expert BOOLEAN NOT NULL,
    actor_id UUID NOT NULL REFERENCES account (id),
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ
);
CREATE INDEX booking_change_by_booking ON booking_change (booking_id, created_at);
-- One at a time.
CREATE UNIQUE INDEX booking_change_open ON booking_change (booking_id) WHERE closed_at IS NULL;

-- The change whose price difference a payment pays; null for the booking's own.
ALTER TABLE payment ADD COLUMN change_id UUID REFERENCES booking_change (id);
-- What is to be taken of an authorised payment; null for all of it.
ALTER TABLE payment ADD COLUMN to_capture BIGINT CHECK (to_capture > 0);

-- A client's report that the expert did not come or stopped: the expert confirms it, or a manager decides.
CREATE TABLE booking_report (
    id UUID PRIMARY KEY,
    booking_id UUID NOT NULL REFERENCES booking (id),
    account_id UUID NOT NULL REFERENCES account (id),
    -- JSON: the days that were not worked.
    days_body TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ
);
CREATE INDEX booking_report_by_booking ON booking_report (booking_id, created_at);
CREATE UNIQUE INDEX booking_report_open ON booking_report (booking_id) WHERE closed_at IS NULL;
