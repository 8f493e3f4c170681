-- Managers list the bookings of a state, the newest first, and find them by the buyer that each was made for.
CREATE INDEX booking_by_state ON booking (state, created_at);
ALTER TABLE booking ADD COLUMN buyer_name TEXT NOT NULL DEFAULT '';
CREATE INDEX booking_by_buyer ON booking (buyer_name, id);

-- From here on, each database in its own words.
UPDATE booking SET buyer_name = COALESCE(buyer_body::jsonb #>> '{party,name}', '');
