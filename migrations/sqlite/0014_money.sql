-- Refunds that fail after the provider took them, and licences booked with an expert out of the same stock as others.

-- How often the refund was handed to the provider: each attempt has its own key there.
ALTER TABLE refund ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt > 0);
-- When it was heard that the last attempt failed.
ALTER TABLE refund ADD COLUMN failed_at TEXT;
-- Paid back another way than through the provider: the reference of that transfer.
ALTER TABLE refund ADD COLUMN elsewhere TEXT;
ALTER TABLE rental_refund ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt > 0);
ALTER TABLE rental_refund ADD COLUMN failed_at TEXT;
ALTER TABLE rental_refund ADD COLUMN elsewhere TEXT;
CREATE INDEX refund_failed ON refund (failed_at) WHERE state = 'failed';
CREATE INDEX rental_refund_failed ON rental_refund (failed_at) WHERE state = 'failed';
