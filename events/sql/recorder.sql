-- What a library's applications keep beside the log: their facts are in the log, and here is what is no fact.

CREATE SCHEMA IF NOT EXISTS recorder;

-- How far a view has followed an application: a row that changes in the transaction of the view's own rows.
CREATE TABLE IF NOT EXISTS recorder.tracking (
    application text   NOT NULL,
    upstream    text   NOT NULL,
    position    bigint NOT NULL,
    PRIMARY KEY (application, upstream)
) WITH (fillfactor = 50);

-- Snapshots follow from facts and can be taken again at any time.
CREATE TABLE IF NOT EXISTS recorder.snapshots (
    application text    NOT NULL,
    originator  text    NOT NULL,
    version     integer NOT NULL,
    topic       text    NOT NULL,
    state       bytea   NOT NULL,
    PRIMARY KEY (application, originator, version)
);

GRANT USAGE ON SCHEMA recorder TO caunoi_app;
GRANT SELECT, INSERT, UPDATE ON recorder.tracking TO caunoi_app;
GRANT SELECT, INSERT ON recorder.snapshots TO caunoi_app;
