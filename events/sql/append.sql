-- What a group is made of, one array each. (One array of rows costs one pass; a parallel array a column cost eleven.)
DO $$
BEGIN
    IF to_regtype('ledger.asked_fact') IS NULL THEN
        -- `digest` and `answer` only of a request that has no facts; null otherwise.
        CREATE TYPE ledger.asked_command AS (command uuid, digest bigint, answer bytea);
        CREATE TYPE ledger.asked_head AS (request integer, stream uuid, expected integer, version integer);
        CREATE TYPE ledger.asked_condition AS (request integer, stream uuid, version integer);
        CREATE TYPE ledger.asked_claim AS (request integer, claim text, stream uuid, take boolean);
        CREATE TYPE ledger.asked_fact AS (
            request integer, cause bigint, digest bigint, version integer, effective_on date, by integer, name smallint,
            stream uuid, command uuid, reason text, data bytea
        );
    END IF;
END $$;

-- The requests of a group that may not go in, and the first reason of each.
CREATE OR REPLACE FUNCTION ledger.refusals(
    commands ledger.asked_command[], heads ledger.asked_head[], conditions ledger.asked_condition[], claims ledger.asked_claim[]
) RETURNS TABLE (
    rank integer, request integer, why text, what text, stands bigint, digest bigint, facts bigint, recorded bigint
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (m.request) m.* FROM (
        SELECT 1 AS rank, r.no::integer AS request, 'known' AS why, '' AS what, l.position AS stands, l.digest, l.facts,
               l.recorded
        FROM unnest(commands) WITH ORDINALITY AS r(command, digest, answer, no)
        CROSS JOIN LATERAL (SELECT min(o.position) AS position, min(o.digest) AS digest, count(*) AS facts,
                                   min(o.recorded) AS recorded
                            FROM ledger.log o WHERE o.command = r.command HAVING count(*) > 0) l
        UNION ALL
        SELECT 1, r.no::integer, 'known', '', 0, s.digest, 0, 0
        FROM unnest(commands) WITH ORDINALITY AS r(command, digest, answer, no)
        CROSS JOIN LATERAL (SELECT * FROM ledger.silent o WHERE o.command = r.command LIMIT 1) s
        UNION ALL
        SELECT 2, h.request, 'version', h.stream::text, coalesce(now.version, 0), 0, 0, 0
        FROM unnest(heads) h
        LEFT JOIN ledger.heads now ON now.stream = h.stream WHERE coalesce(now.version, 0) <> h.expected
        UNION ALL
        SELECT 3, c.request, 'condition', c.stream::text, coalesce(now.version, 0), 0, 0, 0
        FROM unnest(conditions) c
        LEFT JOIN ledger.heads now ON now.stream = c.stream WHERE coalesce(now.version, 0) <> c.version
        UNION ALL
        SELECT 4, k.request, 'claimed', k.claim, 0, 0, 0, 0
        FROM unnest(claims) k
        LEFT JOIN ledger.claims held ON held.claim = k.claim
        WHERE CASE WHEN k.take THEN held.claim IS NOT NULL ELSE held.stream IS DISTINCT FROM k.stream END
    ) m ORDER BY m.request, m.rank, m.stands;
END $$;

-- One group of requests, appended in one transaction: who is in, where it stands, and why the others are not.
--
-- The caller sees to it that no two requests of a group touch each other (same stream, command or claim; a condition on
-- a stream that another one writes), so every check is against the state before the group and all of it is set-wise.
-- Request numbers begin at 1, in the order of `commands`; facts stand in the order of their requests.
--
-- Answers the position before the group, the recorded instant, and a JSON list of the requests that are not in, or null:
-- {request, why: known|version|condition|claimed, what: stream or claim, stands: version or first position, and of a
-- known command its digest, how many facts it came to and when they were recorded}.
CREATE OR REPLACE FUNCTION ledger.append(
    commands ledger.asked_command[], heads ledger.asked_head[], conditions ledger.asked_condition[],
    claims ledger.asked_claim[], facts ledger.asked_fact[], silent boolean,
    OUT head bigint, OUT at bigint, OUT refusals text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused integer[];
    added   bigint := cardinality(facts);
BEGIN
    -- The lock comes first, in a statement of its own: what follows sees all that was committed before it was granted.
    SELECT c.position, c.recorded INTO head, at FROM ledger.counter c FOR UPDATE;
    at := greatest(at, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);

    -- Nearly always all are in: one cheap question, and only when it says no, which ones and why.
    -- (Scalar subqueries, because a join might be planned from the log's side.)
    IF cardinality(conditions) > 0 OR cardinality(claims) > 0
       OR EXISTS (SELECT FROM unnest(commands) r
                  WHERE (SELECT true FROM ledger.log l WHERE l.command = r.command LIMIT 1)
                     OR (SELECT true FROM ledger.silent s WHERE s.command = r.command))
       OR EXISTS (SELECT FROM unnest(heads) h
                  WHERE coalesce((SELECT now.version FROM ledger.heads now WHERE now.stream = h.stream), 0) <> h.expected)
    THEN
        SELECT array_agg(n.request), json_agg(n)::text INTO refused, refusals
        FROM ledger.refusals(commands, heads, conditions, claims) n;
    END IF;

    IF refused IS NULL THEN
        IF added > 0 THEN
            INSERT INTO ledger.log
                (position, recorded, cause, digest, version, effective_on, by, name, stream, command, reason, data)
            SELECT head + f.no, at, f.cause, f.digest, f.version, f.effective_on, f.by, f.name, f.stream, f.command, f.reason, f.data
            FROM unnest(facts) WITH ORDINALITY AS
                 f(request, cause, digest, version, effective_on, by, name, stream, command, reason, data, no);
            INSERT INTO ledger.heads (stream, version) SELECT h.stream, h.version FROM unnest(heads) h
            ON CONFLICT (stream) DO UPDATE SET version = excluded.version;
        END IF;
    ELSE
        SELECT count(*) INTO added FROM unnest(facts) f WHERE f.request <> ALL (refused);
        INSERT INTO ledger.log
            (position, recorded, cause, digest, version, effective_on, by, name, stream, command, reason, data)
        SELECT head + row_number() OVER (ORDER BY f.no), at, f.cause, f.digest, f.version, f.effective_on, f.by, f.name,
               f.stream, f.command, f.reason, f.data
        FROM unnest(facts) WITH ORDINALITY AS
             f(request, cause, digest, version, effective_on, by, name, stream, command, reason, data, no)
        WHERE f.request <> ALL (refused);
        INSERT INTO ledger.heads (stream, version)
        SELECT h.stream, h.version FROM unnest(heads) h WHERE h.request <> ALL (refused)
        ON CONFLICT (stream) DO UPDATE SET version = excluded.version;
    END IF;
    IF added > 0 THEN
        UPDATE ledger.counter SET position = head + added, recorded = at;
        PERFORM pg_notify('ledger', (head + added)::text);
    END IF;

    IF cardinality(claims) > 0 THEN
        DELETE FROM ledger.claims held USING unnest(claims) k
        WHERE held.claim = k.claim AND NOT k.take AND (refused IS NULL OR k.request <> ALL (refused));
        INSERT INTO ledger.claims (claim, stream) SELECT k.claim, k.stream FROM unnest(claims) k
        WHERE k.take AND (refused IS NULL OR k.request <> ALL (refused));
    END IF;
    IF silent THEN
        INSERT INTO ledger.silent (command, digest, answer)
        SELECT r.command, r.digest, r.answer FROM unnest(commands) WITH ORDINALITY AS r(command, digest, answer, no)
        WHERE r.digest IS NOT NULL AND (refused IS NULL OR r.no <> ALL (refused));
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
            ARRAY[row(a_command, NULL, NULL)::ledger.asked_command],
            ARRAY[row(1, a_stream, a_expected, NULL)::ledger.asked_head], '{}', '{}') n;
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
GRANT EXECUTE ON FUNCTION ledger.append, ledger.append_one, ledger.extend, ledger.number_names, ledger.number_actors TO caunoi_app;
