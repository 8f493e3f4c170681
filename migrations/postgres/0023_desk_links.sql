-- When a visitor opened the link that nobody was sent but by e-mail, which proves the address.
ALTER TABLE contact_request ADD COLUMN confirmed_at TIMESTAMPTZ;
-- That link's secret, sealed: answers are sent with it, too. Links from before this were shown to whoever wrote the request:
-- theirs is not here, and they prove nothing.
ALTER TABLE contact_request ADD COLUMN sealed_key TEXT;
-- SHA-256 of a whole form with its page's own key: posted twice, it is one message.
ALTER TABLE contact_message ADD COLUMN form_digest BYTEA;
CREATE UNIQUE INDEX contact_message_form_digest ON contact_message (form_digest);
