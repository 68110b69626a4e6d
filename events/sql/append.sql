-- The requests of a group that may not go in, and the first reason of each.
CREATE OR REPLACE FUNCTION ledger.refusals(
    r_command uuid[], h_request integer[], h_stream uuid[], h_expected integer[],
    c_request integer[], c_stream uuid[], c_version integer[],
    k_request integer[], k_claim text[], k_stream uuid[], k_take boolean[]
) RETURNS TABLE (rank integer, request integer, why text, what text, stands bigint, digest bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (m.request) m.* FROM (
        SELECT 1 AS rank, r.no::integer AS request, 'known' AS why, '' AS what, l.position AS stands, l.digest
        FROM unnest(r_command) WITH ORDINALITY AS r(command, no)
            CROSS JOIN LATERAL (SELECT * FROM ledger.log o WHERE o.command = r.command ORDER BY o.position LIMIT 1) l
        UNION ALL
        SELECT 1, r.no::integer, 'known', '', 0, s.digest
        FROM unnest(r_command) WITH ORDINALITY AS r(command, no)
            CROSS JOIN LATERAL (SELECT * FROM ledger.silent o WHERE o.command = r.command LIMIT 1) s
        UNION ALL
        SELECT 2, h.request, 'version', h.stream::text, coalesce(now.version, 0), 0
        FROM unnest(h_request, h_stream, h_expected) AS h(request, stream, expected)
        LEFT JOIN ledger.heads now ON now.stream = h.stream WHERE coalesce(now.version, 0) <> h.expected
        UNION ALL
        SELECT 3, c.request, 'condition', c.stream::text, coalesce(now.version, 0), 0
        FROM unnest(c_request, c_stream, c_version) AS c(request, stream, version)
        LEFT JOIN ledger.heads now ON now.stream = c.stream WHERE coalesce(now.version, 0) <> c.version
        UNION ALL
        SELECT 4, k.request, 'claimed', k.claim, 0, 0
        FROM unnest(k_request, k_claim, k_stream, k_take) AS k(request, claim, stream, take)
        LEFT JOIN ledger.claims held ON held.claim = k.claim
        WHERE CASE WHEN k.take THEN held.claim IS NOT NULL ELSE held.stream IS DISTINCT FROM k.stream END
    ) m ORDER BY m.request, m.rank, m.stands;
END $$;

-- One group of requests, appended in one transaction: who is in, where it stands, and why the others are not.
--
-- The caller sees to it that no two requests of a group touch each other (same stream, command or claim; a condition on
-- a stream that another one writes), so every check is against the state before the group and all of it is set-wise.
-- Arrays of one prefix run in parallel: r_ requests, h_ streams written, c_ conditions, k_ claims, f_ facts; request
-- numbers begin at 1; facts stand in the order of their requests.
--
-- Answers the position before the group, the recorded instant, and a JSON list of the requests that are not in, or null:
-- {request, why: known|version|condition|claimed, what: stream or claim, version or position as it stands, digest}.
CREATE OR REPLACE FUNCTION ledger.append(
    r_command uuid[], r_digest bigint[], r_answer bytea[],
    h_request integer[], h_stream uuid[], h_expected integer[], h_version integer[],
    c_request integer[], c_stream uuid[], c_version integer[],
    k_request integer[], k_claim text[], k_stream uuid[], k_take boolean[],
    f_request integer[], f_cause bigint[], f_digest bigint[], f_version integer[], f_on date[], f_by integer[],
    f_name smallint[], f_stream uuid[], f_command uuid[], f_reason text[], f_data bytea[],
    OUT head bigint, OUT at bigint, OUT refusals text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused integer[];
    added   bigint := cardinality(f_request);
BEGIN
    -- The lock comes first, in a statement of its own: what follows sees all that was committed before it was granted.
    SELECT c.position, greatest(c.recorded, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
    INTO head, at FROM ledger.counter c FOR UPDATE;

    -- Nearly always all are in: one cheap question, and only when it says no, which ones and why.
    -- (Scalar subqueries, because a join might be planned from the log's side.)
    IF EXISTS (SELECT FROM unnest(r_command) AS r(command)
               WHERE (SELECT true FROM ledger.log l WHERE l.command = r.command LIMIT 1)
                  OR (SELECT true FROM ledger.silent s WHERE s.command = r.command))
       OR EXISTS (SELECT FROM unnest(h_stream, h_expected) AS h(stream, expected)
                  WHERE coalesce((SELECT now.version FROM ledger.heads now WHERE now.stream = h.stream), 0) <> h.expected)
       OR cardinality(c_request) > 0 OR cardinality(k_request) > 0
    THEN
        SELECT array_agg(n.request), json_agg(n)::text INTO refused, refusals
        FROM ledger.refusals(r_command, h_request, h_stream, h_expected, c_request, c_stream, c_version,
                             k_request, k_claim, k_stream, k_take) n;
    END IF;

    IF refused IS NOT NULL THEN
        SELECT count(*) INTO added FROM unnest(f_request) AS f(request) WHERE f.request <> ALL (refused);
    END IF;
    IF added > 0 THEN
        INSERT INTO ledger.log (position, recorded, cause, digest, version, effective_on, by, name, stream, command, reason, data)
        SELECT head + row_number() OVER (ORDER BY f.no), at, f.cause, f.digest, f.version, f.effective_on, f.by, f.name,
               f.stream, f.command, f.reason, f.data
        FROM unnest(f_request, f_cause, f_digest, f_version, f_on, f_by, f_name, f_stream, f_command, f_reason, f_data)
             WITH ORDINALITY AS f(request, cause, digest, version, effective_on, by, name, stream, command, reason, data, no)
        WHERE refused IS NULL OR f.request <> ALL (refused);

        INSERT INTO ledger.heads (stream, version)
        SELECT h.stream, h.version FROM unnest(h_request, h_stream, h_version) AS h(request, stream, version)
        WHERE refused IS NULL OR h.request <> ALL (refused)
        ON CONFLICT (stream) DO UPDATE SET version = excluded.version;

        UPDATE ledger.counter SET position = head + added, recorded = at;
        PERFORM pg_notify('ledger', (head + added)::text);
    END IF;
    IF cardinality(k_request) > 0 THEN
        DELETE FROM ledger.claims held USING unnest(k_request, k_claim, k_take) AS k(request, claim, take)
        WHERE held.claim = k.claim AND NOT k.take AND (refused IS NULL OR k.request <> ALL (refused));
        INSERT INTO ledger.claims (claim, stream)
        SELECT k.claim, k.stream FROM unnest(k_request, k_claim, k_stream, k_take) AS k(request, claim, stream, take)
        WHERE k.take AND (refused IS NULL OR k.request <> ALL (refused));
    END IF;
    IF cardinality(r_digest) > 0 THEN
        INSERT INTO ledger.silent (command, digest, answer)
        SELECT r.command, r.digest, r.answer
        FROM unnest(r_command, r_digest, r_answer) WITH ORDINALITY AS r(command, digest, answer, no)
        WHERE r.digest IS NOT NULL AND (refused IS NULL OR r.no <> ALL (refused));
    END IF;
END $$;

-- The same for one request of one fact with neither conditions nor claims, which is what a lone caller asks: no arrays, no joins.
CREATE OR REPLACE FUNCTION ledger.append_one(
    a_cause bigint, a_digest bigint, a_expected integer, a_on date, a_by integer, a_name smallint,
    a_stream uuid, a_command uuid, a_reason text, a_data bytea, OUT head bigint, OUT at bigint, OUT refusals text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known record;
BEGIN
    SELECT c.position, greatest(c.recorded, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
    INTO head, at FROM ledger.counter c FOR UPDATE;
    IF EXISTS (SELECT FROM ledger.log l WHERE l.command = a_command)
       OR EXISTS (SELECT FROM ledger.silent s WHERE s.command = a_command)
       OR a_expected <> coalesce((SELECT h.version FROM ledger.heads h WHERE h.stream = a_stream), 0)
    THEN
        SELECT json_agg(n)::text INTO refusals FROM ledger.refusals(
            ARRAY[a_command], '{1}', ARRAY[a_stream], ARRAY[a_expected], '{}', '{}', '{}', '{}', '{}', '{}', '{}') n;
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

-- The numbers of names and of actors; new ones get theirs.
CREATE OR REPLACE FUNCTION ledger.number_names(names text[]) RETURNS TABLE (name text, no smallint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.names (name) SELECT unnest(names) ON CONFLICT DO NOTHING;
    SELECT n.name, n.no FROM ledger.names n WHERE n.name = ANY (names);
$$;
CREATE OR REPLACE FUNCTION ledger.number_actors(actors text[]) RETURNS TABLE (actor text, no integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.actors (actor) SELECT unnest(actors) ON CONFLICT DO NOTHING;
    SELECT a.actor, a.no FROM ledger.actors a WHERE a.actor = ANY (actors);
$$;

-- What the application may: read all, append through the functions above, and nothing else.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'caunoi_app') THEN CREATE ROLE caunoi_app LOGIN; END IF;
    IF NOT pg_has_role(current_user, 'caunoi_app', 'MEMBER') THEN EXECUTE format('GRANT caunoi_app TO %I', current_user); END IF;
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO caunoi_app;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO caunoi_app;
GRANT EXECUTE ON FUNCTION ledger.append, ledger.append_one, ledger.extend, ledger.number_names, ledger.number_actors TO caunoi_app;
