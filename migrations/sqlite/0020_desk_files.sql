-- Files that go with what is written to the contact desk. Their bytes lie in the store of uploads, under their ids.
CREATE TABLE contact_message_file (
    id BLOB PRIMARY KEY,
    message_id BLOB NOT NULL REFERENCES contact_message (id),
    -- Their order in the message, from 0.
    position INTEGER NOT NULL CHECK (position >= 0),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 TEXT NOT NULL,
    CONSTRAINT contact_message_file_position_unique UNIQUE (message_id, position)
) STRICT;

-- Since when nothing more is expected: it was answered or closed, and nobody wrote since.
ALTER TABLE contact_request ADD COLUMN settled_at TEXT;
-- When what was written was erased.
ALTER TABLE contact_request ADD COLUMN erased_at TEXT;
UPDATE contact_request SET settled_at = COALESCE(
    (SELECT MAX(l.at) FROM contact_log l WHERE l.request_id = contact_request.id AND l.event IN ('answered', 'closed')),
    created_at
) WHERE state IN ('answered', 'closed');
CREATE INDEX contact_request_settled ON contact_request (settled_at) WHERE account_id IS NULL AND erased_at IS NULL;
CREATE INDEX contact_request_by_merged ON contact_request (merged_into) WHERE merged_into IS NOT NULL;
