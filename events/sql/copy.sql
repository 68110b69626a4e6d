-- Much at once: the facts of a chunk come by COPY into a temporary table, and from there into the log in one statement.

-- Where they come to, once a connection. It belongs to the ledger's owner; the application may only fill it. (What is
-- temporary is not logged, and a transaction that wrote nothing else waits for no disc.)
CREATE OR REPLACE FUNCTION ledger.prepare_copy() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CREATE TEMPORARY TABLE copied (
        no bigint, cause bigint, digest bigint, version integer, effective_on date, by integer, name smallint, stream uuid,
        command uuid, reason text, data bytea
    );
    GRANT INSERT ON pg_temp.copied TO caunoi_app;
END $$;

-- One chunk, appended in one transaction, all of it or nothing. `no` of the facts that were copied runs from 1 on, in the
-- order in which they shall stand.
--
-- Requests may follow each other on a stream: the caller has seen to it that each continues what the one before leaves,
-- and says of each stream from where to where it grows (for the first request that writes it); `conditions` are those
-- on streams that nothing before them in the chunk writes; no command and no claim comes twice.
--
-- Answers as `ledger.append` does; where it names refusals, nothing was stored. What was copied is taken away in any case.
CREATE OR REPLACE FUNCTION ledger.copy(
    commands uuid[], begun ledger.asked_head[], continued ledger.asked_head[], conditions ledger.asked_condition[],
    claims ledger.asked_claim[], silent ledger.asked_silent[], OUT head bigint, OUT at bigint, OUT refusals text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved bigint;
    added bigint;
BEGIN
    -- A table of the caller's own might run the caller's code with the owner's rights.
    IF (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = to_regclass('pg_temp.copied') AND c.relkind = 'r')
       IS DISTINCT FROM current_user THEN
        RAISE EXCEPTION 'nothing was prepared to copy into' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT c.position, c.recorded INTO head, at FROM ledger.counter c FOR UPDATE;
    at := greatest(at, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);

    -- Who finds out that something is not as expected raises, so that the heads are back where they were when it is
    -- asked what. (The heads' own insert and update look whether they stand where they should: half the time of an upsert
    -- after a look.)
    BEGIN
        IF EXISTS (SELECT FROM ledger.log l WHERE l.command = ANY (commands))
           OR EXISTS (SELECT FROM ledger.silent s WHERE s.command = ANY (commands))
           OR EXISTS (SELECT FROM unnest(conditions) c
                      WHERE coalesce((SELECT now.version FROM ledger.heads now WHERE now.stream = c.stream), 0) <> c.version)
           OR EXISTS (SELECT FROM unnest(claims) k
                      WHERE (SELECT held.stream FROM ledger.claims held WHERE held.claim = k.claim)
                            IS DISTINCT FROM CASE WHEN NOT k.take THEN k.stream END)
        THEN
            RAISE unique_violation;
        END IF;
        INSERT INTO ledger.heads (stream, version) SELECT h.stream, h.version FROM unnest(begun) h ORDER BY h.stream;
        IF cardinality(continued) > 0 THEN
            UPDATE ledger.heads now SET version = h.version
            FROM unnest(continued) h WHERE now.stream = h.stream AND now.version = h.expected;
            GET DIAGNOSTICS moved = ROW_COUNT;
            IF moved < cardinality(continued) THEN
                RAISE unique_violation;
            END IF;
        END IF;
    EXCEPTION WHEN unique_violation THEN
        SELECT json_agg(n)::text INTO refusals FROM ledger.refusals(commands, begun || continued, conditions, claims) n;
        IF refusals IS NULL THEN
            RAISE;
        END IF;
        TRUNCATE pg_temp.copied;
        RETURN;
    END;

    INSERT INTO ledger.log (position, recorded, cause, digest, version, effective_on, by, name, stream, command, reason, data)
    SELECT head + c.no, at, c.cause, c.digest, c.version, c.effective_on, c.by, c.name, c.stream, c.command, c.reason, c.data
    FROM pg_temp.copied c;
    GET DIAGNOSTICS added = ROW_COUNT;
    IF added > 0 THEN
        -- No position comes twice: so many of them between here and there leave no gap.
        IF added <> (SELECT count(*) FROM pg_temp.copied c WHERE c.no BETWEEN 1 AND added) THEN
            RAISE EXCEPTION 'the facts that were copied are not numbered from 1 to %', added USING ERRCODE = 'data_exception';
        END IF;
        UPDATE ledger.counter SET position = head + added, recorded = at;
        PERFORM pg_notify('ledger', (head + added)::text);
    END IF;
    IF cardinality(claims) > 0 THEN
        DELETE FROM ledger.claims held USING unnest(claims) k WHERE held.claim = k.claim AND NOT k.take;
        INSERT INTO ledger.claims (claim, stream) SELECT k.claim, k.stream FROM unnest(claims) k WHERE k.take;
    END IF;
    IF cardinality(silent) > 0 THEN
        INSERT INTO ledger.silent (command, digest, answer) SELECT r.command, r.digest, r.answer FROM unnest(silent) r;
    END IF;
    TRUNCATE pg_temp.copied;
END $$;

REVOKE ALL ON FUNCTION ledger.prepare_copy, ledger.copy FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.prepare_copy, ledger.copy TO caunoi_app;
