-- Public holidays of a region: besides those of the country of their base, an expert may name where in it they are.

-- ISO 3166-2, `FR-57`; none: the country's own days only. One of another country than the base's counts for nothing.
ALTER TABLE expert ADD COLUMN holiday_region TEXT;
