-- One stock for what is rented alone and with an expert's booking, workstations among it; and money for rentals that
-- banks take back.

-- Where workstations are sent: JSON; null where nothing is sent.
ALTER TABLE rental_order ADD COLUMN delivery_body TEXT;

-- As `chargeback`, of payments of rentals.
CREATE TABLE rental_chargeback (
    provider_ref TEXT PRIMARY KEY,
    payment_id BLOB NOT NULL REFERENCES rental_payment (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    reversed INTEGER NOT NULL,
    noted_at TEXT NOT NULL
) STRICT;
CREATE INDEX rental_chargeback_by_payment ON rental_chargeback (payment_id);

-- From here on, each database in its own words.
-- What is in stock is no longer a product only: `workstation` stands beside their codes.
CREATE TABLE new_rental_stock (
    product TEXT PRIMARY KEY,
    units INTEGER NOT NULL CHECK (units BETWEEN 0 AND 1000)
) STRICT;
INSERT INTO new_rental_stock (product, units) SELECT product, units FROM rental_stock;
INSERT INTO new_rental_stock (product, units) VALUES ('workstation', 5);

-- Each unit is one order's, or one booking's, on a day: the key itself refuses the second.
CREATE TABLE new_rental_day (
    product TEXT NOT NULL,
    unit INTEGER NOT NULL,
    day TEXT NOT NULL,
    rental_id BLOB REFERENCES rental_order (id),
    booking_id BLOB REFERENCES booking (id),
    CONSTRAINT rental_day_once PRIMARY KEY (product, unit, day),
    CONSTRAINT rental_day_of_one CHECK ((rental_id IS NULL) <> (booking_id IS NULL))
) STRICT;
INSERT INTO new_rental_day (product, unit, day, rental_id) SELECT product, unit, day, rental_id FROM rental_day;
DROP TABLE rental_day;
DROP TABLE rental_stock;
ALTER TABLE new_rental_stock RENAME TO rental_stock;
ALTER TABLE new_rental_day RENAME TO rental_day;
CREATE INDEX rental_day_by_order ON rental_day (rental_id);
CREATE INDEX rental_day_by_booking ON rental_day (booking_id);
CREATE INDEX rental_day_by_day ON rental_day (day, product);

-- Bookings that stand take the lowest units that nobody has. There may be fewer in stock than that: the audit says so.
INSERT INTO rental_day (product, unit, day, booking_id)
WITH RECURSIVE item (product, booking_id) AS (
    SELECT 'workstation', b.id FROM booking b WHERE json_extract(b.order_body, '$.workstation')
    UNION ALL SELECT l.value, b.id FROM booking b, json_each(b.order_body, '$.licences') l
), wanted AS (
    SELECT i.product, d.day, d.booking_id,
        ROW_NUMBER() OVER (PARTITION BY i.product, d.day ORDER BY d.booking_id) AS place
    FROM booked_day d JOIN item i ON i.booking_id = d.booking_id
), pair AS (
    SELECT w.product, w.day, COUNT(*)
        + (SELECT COUNT(*) FROM rental_day t WHERE t.product = w.product AND t.day = w.day) AS most
    FROM wanted w GROUP BY w.product, w.day
), number (n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < (SELECT COALESCE(MAX(most), 1) FROM pair)
), unit AS (
    SELECT p.product, p.day, u.n, ROW_NUMBER() OVER (PARTITION BY p.product, p.day ORDER BY u.n) AS place
    FROM pair p JOIN number u ON u.n <= p.most
    WHERE NOT EXISTS (SELECT 1 FROM rental_day t WHERE t.product = p.product AND t.day = p.day AND t.unit = u.n)
)
SELECT w.product, u.n, w.day, w.booking_id
FROM wanted w JOIN unit u ON u.product = w.product AND u.day = w.day AND u.place = w.place;
