-- The ledger: a partitioned log, the head of every stream, the claims that are held, and the counter that numbers all.
-- Run as the owner, under an advisory lock, as often as one likes.

CREATE SCHEMA IF NOT EXISTS ledger;

-- Names of facts and of actors stand once here and as numbers in the log: 36 bytes less a record.
CREATE TABLE IF NOT EXISTS ledger.names (
    no   smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS ledger.actors (
    no    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor text NOT NULL UNIQUE
);

-- One row. Whoever holds its lock numbers records, and nobody else.
CREATE TABLE IF NOT EXISTS ledger.counter (
    one            boolean PRIMARY KEY DEFAULT true CHECK (one),
    position       bigint NOT NULL,
    recorded       bigint NOT NULL,      -- microseconds since 1970-01-01 UTC
    partition_size bigint NOT NULL
) WITH (fillfactor = 10);

-- Columns are ordered by width, so that none is padded. `digest` tells one body from another under the same command;
-- it is no part of the record.
CREATE TABLE IF NOT EXISTS ledger.log (
    position     bigint   NOT NULL,
    recorded     bigint   NOT NULL,
    cause        bigint   NOT NULL,
    digest       bigint   NOT NULL,
    version      integer  NOT NULL,
    effective_on date     NOT NULL,
    by           integer  NOT NULL,
    name         smallint NOT NULL,
    stream       uuid     NOT NULL,
    command      uuid     NOT NULL,
    reason       text     NOT NULL,
    data         bytea    NOT NULL,
    PRIMARY KEY (position) WITH (fillfactor = 100)
) PARTITION BY RANGE (position);
CREATE INDEX IF NOT EXISTS log_stream ON ledger.log (stream);
CREATE INDEX IF NOT EXISTS log_command ON ledger.log (command) WITH (fillfactor = 100);

CREATE TABLE IF NOT EXISTS ledger.heads (
    stream  uuid PRIMARY KEY WITH (fillfactor = 100),
    version integer NOT NULL
) WITH (fillfactor = 80);

-- What is unique across streams while it is held. `claim` says what (`card:…`), `stream` who holds it.
CREATE TABLE IF NOT EXISTS ledger.claims (
    claim  text PRIMARY KEY,
    stream uuid NOT NULL
);

-- Commands that had nothing new to say leave no record; their answer is kept all the same.
CREATE TABLE IF NOT EXISTS ledger.silent (
    command  uuid PRIMARY KEY,
    digest   bigint NOT NULL,
    answer   bytea NOT NULL
);

-- For people: the log with its numbers written out.
CREATE OR REPLACE VIEW ledger.records AS
SELECT l.position, split_part(n.name, '.', 1) || '/' || l.stream AS stream, l.version, n.name, l.effective_on,
       'epoch'::timestamptz + l.recorded * interval '1 microsecond' AS recorded_at, a.actor AS by,
       nullif(l.reason, '') AS reason, l.command, nullif(l.cause, 0) AS cause, convert_from(l.data, 'UTF8') AS data
FROM ledger.log l JOIN ledger.names n ON n.no = l.name JOIN ledger.actors a ON a.no = l.by;

CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is for ever: % of % is not possible', tg_op, tg_table_name
        USING HINT = 'A correction is a new record that strikes through an old one.', ERRCODE = 'insufficient_privilege';
END $$;

-- Statement triggers of a partitioned table do not fire for its parts, so each part has its own.
CREATE OR REPLACE FUNCTION ledger.guard(part regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER forever BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', part);
END $$;
SELECT ledger.guard('ledger.log');

-- Makes the parts that positions up to `upto` need. Attaching takes no lock that a reader or an append would feel.
CREATE OR REPLACE FUNCTION ledger.extend(upto bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    size bigint := (SELECT partition_size FROM ledger.counter);
    part text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.extend'));
    FOR part_no IN 0 .. upto / size LOOP
        part := format('log_%s', part_no);
        CONTINUE WHEN to_regclass('ledger.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE ledger.%I (LIKE ledger.log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        EXECUTE format('ALTER TABLE ledger.%I ADD CONSTRAINT bounds CHECK (position >= %s AND position < %s)',
                       part, part_no * size, (part_no + 1) * size);
        EXECUTE format('ALTER TABLE ledger.log ATTACH PARTITION ledger.%I FOR VALUES FROM (%s) TO (%s)',
                       part, part_no * size, (part_no + 1) * size);
        -- It spared the attachment a look at the rows; kept, it would be parsed anew by every append.
        EXECUTE format('ALTER TABLE ledger.%I DROP CONSTRAINT bounds', part);
        PERFORM ledger.guard(('ledger.' || part)::regclass);
    END LOOP;
END $$;

INSERT INTO ledger.counter (position, recorded, partition_size) VALUES (0, 0, 10000000) ON CONFLICT DO NOTHING;
SELECT ledger.extend((SELECT position + partition_size FROM ledger.counter));
