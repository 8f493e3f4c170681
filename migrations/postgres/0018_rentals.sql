-- One stock for what is rented alone and with an expert's booking, workstations among it; and money for rentals that
-- banks take back.

-- Where workstations are sent: JSON; null where nothing is sent.
ALTER TABLE rental_order ADD COLUMN delivery_body TEXT;

-- As `chargeback`, of payments of rentals.
CREATE TABLE rental_chargeback (
    provider_ref TEXT PRIMARY KEY,
    payment_id UUID NOT NULL REFERENCES rental_payment (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    reversed BOOLEAN NOT NULL,
    noted_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX rental_chargeback_by_payment ON rental_chargeback (payment_id);

-- From here on, each database in its own words.
-- What is in stock is no longer a product only: `workstation` stands beside their codes.
ALTER TABLE rental_stock DROP CONSTRAINT rental_stock_product_fkey;
ALTER TABLE rental_day DROP CONSTRAINT rental_day_product_fkey;
INSERT INTO rental_stock (product, units) VALUES ('workstation', 5);

-- Each unit is one order's, or one booking's, on a day: the key itself refuses the second.
ALTER TABLE rental_day ALTER COLUMN rental_id DROP NOT NULL;
ALTER TABLE rental_day ADD COLUMN booking_id UUID REFERENCES booking (id);
ALTER TABLE rental_day ADD CONSTRAINT rental_day_of_one CHECK ((rental_id IS NULL) <> (booking_id IS NULL));
CREATE INDEX rental_day_by_booking ON rental_day (booking_id);
CREATE INDEX rental_day_by_day ON rental_day (day, product);

-- Bookings that stand take the lowest units that nobody has. There may be fewer in stock than that: the audit says so.
INSERT INTO rental_day (product, unit, day, booking_id)
WITH item (product, booking_id) AS (
    SELECT 'workstation', b.id FROM booking b WHERE (b.order_body::jsonb ->> 'workstation')::boolean
    UNION ALL SELECT l.value, b.id FROM booking b
        CROSS JOIN LATERAL jsonb_array_elements_text(b.order_body::jsonb -> 'licences') AS l (value)
), wanted AS (
    SELECT i.product, d.day, d.booking_id,
        ROW_NUMBER() OVER (PARTITION BY i.product, d.day ORDER BY d.booking_id) AS place
    FROM booked_day d JOIN item i ON i.booking_id = d.booking_id
), pair AS (
    SELECT w.product, w.day, COUNT(*)
        + (SELECT COUNT(*) FROM rental_day t WHERE t.product = w.product AND t.day = w.day) AS most
    FROM wanted w GROUP BY w.product, w.day
), unit AS (
    SELECT p.product, p.day, u.n, ROW_NUMBER() OVER (PARTITION BY p.product, p.day ORDER BY u.n) AS place
    FROM pair p CROSS JOIN LATERAL generate_series(1, p.most) AS u (n)
    WHERE NOT EXISTS (SELECT 1 FROM rental_day t WHERE t.product = p.product AND t.day = p.day AND t.unit = u.n)
)
SELECT w.product, u.n, w.day, w.booking_id
FROM wanted w JOIN unit u ON u.product = w.product AND u.day = w.day AND u.place = w.place;
