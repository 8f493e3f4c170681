-- Files that go with the messages of a booking's thread. Their bytes lie in the store of uploads, under their ids.
CREATE TABLE booking_message_file (
    id BLOB PRIMARY KEY,
    message_id BLOB NOT NULL REFERENCES booking_message (id),
    author_id BLOB NOT NULL REFERENCES account (id),
    -- Their order in the message, from 0.
    position INTEGER NOT NULL CHECK (position >= 0),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 TEXT NOT NULL,
    CONSTRAINT booking_message_file_position_unique UNIQUE (message_id, position)
) STRICT;
CREATE INDEX booking_message_file_by_author ON booking_message_file (author_id);
