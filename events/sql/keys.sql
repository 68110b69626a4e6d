-- The keys of persons, each wrapped in the master key, which is not here. Who has no key any more cannot be read again.

CREATE SCHEMA IF NOT EXISTS keys;

-- One row: tells the right master key from a wrong one.
CREATE TABLE IF NOT EXISTS keys.master (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    proof bytea NOT NULL
);

-- `wrapped` is null when the key was destroyed; the row stays, so that nobody is given a second one.
CREATE TABLE IF NOT EXISTS keys.persons (
    person       uuid PRIMARY KEY,
    wrapped      bytea,
    made_at      timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- Keys for those who have none; answers what each of them has now, which may be somebody else's choice, or nothing.
CREATE OR REPLACE FUNCTION keys.make(persons uuid[], chosen bytea[]) RETURNS TABLE (person text, wrapped bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO keys.persons (person, wrapped) SELECT new.* FROM unnest(persons, chosen) AS new ON CONFLICT DO NOTHING;
    SELECT k.person::text, k.wrapped FROM keys.persons k WHERE k.person = ANY (persons);
$$;

-- For ever. Answers whether there was a key to destroy.
CREATE OR REPLACE FUNCTION keys.destroy(a_person uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    had boolean := EXISTS (SELECT FROM keys.persons k WHERE k.person = a_person AND k.wrapped IS NOT NULL);
BEGIN
    INSERT INTO keys.persons (person, wrapped, destroyed_at) VALUES (a_person, NULL, now())
    ON CONFLICT (person) DO UPDATE SET wrapped = NULL, destroyed_at = coalesce(keys.persons.destroyed_at, now());
    RETURN had;
END $$;

-- The first master key that a database meets is the one it keeps to.
CREATE OR REPLACE FUNCTION keys.prove(a_proof bytea) RETURNS bytea
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO keys.master (proof) VALUES (a_proof) ON CONFLICT DO NOTHING;
    SELECT proof FROM keys.master;
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA keys FROM PUBLIC;
GRANT USAGE ON SCHEMA keys TO caunoi_app;
GRANT SELECT ON ALL TABLES IN SCHEMA keys TO caunoi_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA keys TO caunoi_app;
