-- Whose bookings these are is answered by an index alone: the newest of a client, of an expert, of a buyer.
DROP INDEX booking_by_buyer;
CREATE INDEX booking_by_buyer ON booking (buyer_name, created_at, id, state);
DROP INDEX booking_by_client;
CREATE INDEX booking_by_client ON booking (client_id, created_at, id, state);
CREATE INDEX booking_by_expert_and_creation ON booking (expert_id, created_at, id, state);
-- So is how long experts took to accept, and what came to nothing.
DROP INDEX booking_by_acceptance;
CREATE INDEX booking_by_acceptance ON booking (accepted_at, paid_at);
CREATE INDEX booking_log_by_outcome ON booking_log (to_state, at);
-- The largest logs are read in their whole order, so that nothing is sorted.
DROP INDEX booking_log_by_time;
CREATE INDEX booking_log_by_time ON booking_log (at, booking_id, step);
DROP INDEX contact_log_by_time;
CREATE INDEX contact_log_by_time ON contact_log (at, id);
