-- What a group is made of, one array each. (One array of rows costs one pass; a parallel array a column cost eleven.)
-- Each row names its request by the command, so that a request is packed before it is known with whom it goes.
DO $$
BEGIN
    -- Before, rows named their request by its number in the group. The functions that took them go with them.
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('ledger.asked_fact') AND attname = 'request') THEN
        DROP TYPE ledger.asked_command, ledger.asked_head, ledger.asked_condition, ledger.asked_claim, ledger.asked_fact
        CASCADE;
    END IF;
    IF to_regtype('ledger.asked_fact') IS NULL THEN
        CREATE TYPE ledger.asked_head AS (command uuid, stream uuid, expected integer, version integer);
        CREATE TYPE ledger.asked_condition AS (command uuid, stream uuid, version integer);
        CREATE TYPE ledger.asked_claim AS (command uuid, claim text, stream uuid, take boolean);
        CREATE TYPE ledger.asked_fact AS (
            version integer, effective_on date, name smallint, data bytea,
            cause bigint, digest bigint, by integer, stream uuid, command uuid, reason text
        );
        CREATE TYPE ledger.asked_silent AS (command uuid, digest bigint, answer bytea);
    END IF;
END $$;

-- The requests of a group that may not go in, and the first reason of each.
CREATE OR REPLACE FUNCTION ledger.refusals(
    commands uuid[], heads ledger.asked_head[], conditions ledger.asked_condition[], claims ledger.asked_claim[]
) RETURNS TABLE (
    rank integer, command uuid, why text, what text, stands bigint, digest bigint, facts bigint, recorded bigint
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (m.command) m.* FROM (
        SELECT 1 AS rank, r.command, 'known' AS why, '' AS what, l.position AS stands, l.digest, l.facts, l.recorded
        FROM unnest(commands) AS r(command)
        CROSS JOIN LATERAL (SELECT min(o.position) AS position, min(o.digest) AS digest, count(*) AS facts,
                                   min(o.recorded) AS recorded
                            FROM ledger.log o WHERE o.command = r.command HAVING count(*) > 0) l
        UNION ALL
        SELECT 1, r.command, 'known', '', 0, s.digest, 0, 0
        FROM unnest(commands) AS r(command)
        CROSS JOIN LATERAL (SELECT * FROM ledger.silent o WHERE o.command = r.command LIMIT 1) s
        UNION ALL
        SELECT 2, h.command, 'version', h.stream::text, coalesce(now.version, 0), 0, 0, 0
        FROM unnest(heads) h
        LEFT JOIN ledger.heads now ON now.stream = h.stream WHERE coalesce(now.version, 0) <> h.expected
        UNION ALL
        SELECT 3, c.command, 'condition', c.stream::text, coalesce(now.version, 0), 0, 0, 0
        FROM unnest(conditions) c
        LEFT JOIN ledger.heads now ON now.stream = c.stream WHERE coalesce(now.version, 0) <> c.version
        UNION ALL
        SELECT 4, k.command, 'claimed', k.claim, 0, 0, 0, 0
        FROM unnest(claims) k
        LEFT JOIN ledger.claims held ON held.claim = k.claim
        WHERE CASE WHEN k.take THEN held.claim IS NOT NULL ELSE held.stream IS DISTINCT FROM k.stream END
    ) m ORDER BY m.command, m.rank, m.stands;
END $$;

-- One group of requests, appended in one transaction: who is in, where it stands, and why the others are not.
--
-- The caller sees to it that no two requests of a group touch each other (same stream, command or claim; a condition on
-- a stream that another one writes), so every check is against the state before the group and all of it is set-wise.
-- `begun` are the heads of streams that do not exist yet, `continued` those of the others, `silent` the requests without
-- facts; facts stand in the order of `commands`.
--
-- Answers the position before the group, the recorded instant, and a JSON list of the requests that are not in, or null:
-- {command, why: known|version|condition|claimed, what: stream or claim, stands: version or first position, and of a
-- known command its digest, how many facts it came to and when they were recorded}.
CREATE OR REPLACE FUNCTION ledger.append(
    commands uuid[], begun ledger.asked_head[], continued ledger.asked_head[], conditions ledger.asked_condition[],
    claims ledger.asked_claim[], facts ledger.asked_fact[], silent ledger.asked_silent[],
    OUT head bigint, OUT at bigint, OUT refusals text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused uuid[] := '{}';
    added   bigint := cardinality(facts);
    moved   bigint;
BEGIN
    -- The lock comes first, in a statement of its own: what follows sees all that was committed before it was granted.
    SELECT c.position, c.recorded INTO head, at FROM ledger.counter c FOR UPDATE;
    at := greatest(at, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);

    -- Nearly always all are in: cheap questions, and only when one says no, which ones and why. (One look at an index
    -- for all commands is a third of a look for each; scalar subqueries, because a join might be planned from the
    -- log's side.)
    IF EXISTS (SELECT FROM ledger.log l WHERE l.command = ANY (commands))
       OR EXISTS (SELECT FROM ledger.silent s WHERE s.command = ANY (commands))
       OR (cardinality(begun) > 0
           AND EXISTS (SELECT FROM ledger.heads now WHERE now.stream = ANY (ARRAY(SELECT h.stream FROM unnest(begun) h))))
       OR (cardinality(continued) > 0
           AND EXISTS (SELECT FROM unnest(continued) h
                       WHERE coalesce((SELECT now.version FROM ledger.heads now WHERE now.stream = h.stream), 0) <> h.expected))
       OR (cardinality(conditions) > 0
           AND EXISTS (SELECT FROM unnest(conditions) c
                       WHERE coalesce((SELECT now.version FROM ledger.heads now WHERE now.stream = c.stream), 0) <> c.version))
       OR (cardinality(claims) > 0
           AND EXISTS (SELECT FROM unnest(claims) k
                       WHERE (SELECT held.stream FROM ledger.claims held WHERE held.claim = k.claim)
                             IS DISTINCT FROM CASE WHEN NOT k.take THEN k.stream END))
    THEN
        SELECT coalesce(array_agg(n.command), '{}'), json_agg(n)::text INTO refused, refusals
        FROM ledger.refusals(commands, begun || continued, conditions, claims) n;
        begun := ARRAY(SELECT h FROM unnest(begun) h WHERE h.command <> ALL (refused));
        continued := ARRAY(SELECT h FROM unnest(continued) h WHERE h.command <> ALL (refused));
        claims := ARRAY(SELECT k FROM unnest(claims) k WHERE k.command <> ALL (refused));
        silent := ARRAY(SELECT r FROM unnest(silent) r WHERE r.command <> ALL (refused));
        facts := ARRAY(SELECT o.f FROM (SELECT unnest(facts) AS f, generate_subscripts(facts, 1) AS no) o
                       WHERE (o.f).command <> ALL (refused) ORDER BY o.no);
        added := cardinality(facts);
    END IF;

    IF added > 0 THEN
        INSERT INTO ledger.log
            (position, recorded, cause, digest, version, effective_on, by, name, stream, command, reason, data)
        SELECT head + f.no, at, f.cause, f.digest, f.version, f.effective_on, f.by, f.name, f.stream, f.command, f.reason, f.data
        FROM unnest(facts) WITH ORDINALITY AS
             f(version, effective_on, name, data, cause, digest, by, stream, command, reason, no);
        IF cardinality(begun) > 0 THEN
            INSERT INTO ledger.heads (stream, version) SELECT h.stream, h.version FROM unnest(begun) h;
        END IF;
        IF cardinality(continued) > 0 THEN
            UPDATE ledger.heads now SET version = h.version FROM unnest(continued) h WHERE now.stream = h.stream;
            GET DIAGNOSTICS moved = ROW_COUNT;
            IF moved <> cardinality(continued) THEN
                RAISE EXCEPTION 'a stream is named twice' USING ERRCODE = 'cardinality_violation';
            END IF;
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
END $$;

-- The same for one request of one fact with neither conditions nor claims, which is what a lone caller asks: no arrays, no joins.
CREATE OR REPLACE FUNCTION ledger.append_one(
    a_cause bigint, a_digest bigint, a_expected integer, a_on date, a_by integer, a_name smallint,
    a_stream uuid, a_command uuid, a_reason text, a_data bytea, OUT head bigint, OUT at bigint, OUT refusals text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT c.position, c.recorded INTO head, at FROM ledger.counter c FOR UPDATE;
    at := greatest(at, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
    IF EXISTS (SELECT FROM ledger.log l WHERE l.command = a_command)
       OR EXISTS (SELECT FROM ledger.silent s WHERE s.command = a_command)
       OR a_expected <> coalesce((SELECT h.version FROM ledger.heads h WHERE h.stream = a_stream), 0)
    THEN
        SELECT json_agg(n)::text INTO refusals FROM ledger.refusals(
            ARRAY[a_command], ARRAY[row(a_command, a_stream, a_expected, NULL)::ledger.asked_head], '{}', '{}') n;
        RETURN;
    END IF;
    INSERT INTO ledger.log (position, recorded, cause, digest, version, effective_on, by, name, stream, command, reason, data)
    VALUES (head + 1, at, a_cause, a_digest, a_expected + 1, a_on, a_by, a_name, a_stream, a_command, a_reason, a_data);
    IF a_expected = 0 THEN
        INSERT INTO ledger.heads (stream, version) VALUES (a_stream, 1);
    ELSE
        UPDATE ledger.heads h SET version = a_expected + 1 WHERE h.stream = a_stream;
    END IF;
    UPDATE ledger.counter SET position = head + 1, recorded = at;
    PERFORM pg_notify('ledger', (head + 1)::text);
END $$;

-- The same for a request that goes alone, and only if nothing on record after a position names one of these ids or has
-- one of these names. The few facts since then are searched as they are stored, in which ids are never sealed.
CREATE OR REPLACE FUNCTION ledger.append_unless(
    after bigint, ids uuid[], named text[],
    commands uuid[], begun ledger.asked_head[], continued ledger.asked_head[], conditions ledger.asked_condition[],
    claims ledger.asked_claim[], facts ledger.asked_fact[], silent ledger.asked_silent[],
    OUT head bigint, OUT at bigint, OUT refusals text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found uuid;
BEGIN
    -- The lock first, as there; who is known is answered as the first time, whatever has happened since.
    SELECT c.position, c.recorded INTO head, at FROM ledger.counter c FOR UPDATE;
    SELECT l.stream INTO found FROM ledger.log l
    WHERE l.position > after
      AND NOT EXISTS (SELECT FROM ledger.log o WHERE o.command = ANY (commands))
      AND (l.name IN (SELECT n.no FROM ledger.names n WHERE n.name = ANY (named))
           OR EXISTS (SELECT FROM unnest(ids) AS of(id) WHERE position(convert_to(of.id::text, 'UTF8') IN l.data) > 0))
    LIMIT 1;
    IF found IS NULL THEN
        SELECT a.head, a.at, a.refusals INTO head, at, refusals
        FROM ledger.append(commands, begun, continued, conditions, claims, facts, silent) a;
    ELSE
        SELECT json_agg(n)::text INTO refusals
        FROM (SELECT 3 AS rank, commands[1] AS command, 'condition' AS why, found AS what, 0 AS stands,
                     0 AS digest, 0 AS facts, 0 AS recorded) n;
    END IF;
END $$;

-- The numbers of names and of actors; new ones get theirs. Those that are known must not even be tried: a number that is
-- drawn and not used is gone, and there are only 32,767 for names.
CREATE OR REPLACE FUNCTION ledger.number_names(names text[]) RETURNS TABLE (name text, no smallint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.names (name)
    SELECT new.name FROM unnest(names) AS new(name)
    WHERE NOT EXISTS (SELECT FROM ledger.names old WHERE old.name = new.name) ON CONFLICT DO NOTHING;
    SELECT n.name, n.no FROM ledger.names n WHERE n.name = ANY (names);
$$;
CREATE OR REPLACE FUNCTION ledger.number_actors(actors text[]) RETURNS TABLE (actor text, no integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.actors (actor)
    SELECT new.actor FROM unnest(actors) AS new(actor)
    WHERE NOT EXISTS (SELECT FROM ledger.actors old WHERE old.actor = new.actor) ON CONFLICT DO NOTHING;
    SELECT a.actor, a.no FROM ledger.actors a WHERE a.actor = ANY (actors);
$$;

-- What the application may: read all, append through the functions above, and nothing else.
DO $$
BEGIN
    -- Roles are the whole server's: another database's installation may be making it at this very moment.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'caunoi_app') THEN
        BEGIN
            CREATE ROLE caunoi_app LOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'caunoi_app', 'SET') THEN EXECUTE format('GRANT caunoi_app TO %I', current_user); END IF;
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO caunoi_app;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO caunoi_app;
GRANT EXECUTE ON FUNCTION ledger.append, ledger.append_one, ledger.append_unless, ledger.extend, ledger.number_names, ledger.number_actors TO caunoi_app;
