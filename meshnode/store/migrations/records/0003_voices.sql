-- Who stands in a scope: whoever began a log there that counts, and for whom else the key of one speaks.

CREATE TABLE voices (                       -- agents besides the first for whom records of a log speak
    number INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES logs,
    agent BLOB NOT NULL,
    UNIQUE (log, agent)
) STRICT;
CREATE INDEX voices_by_agent ON voices (agent);
