-- The first layout of records.db: the truth.

-- A log is the chain of one key in one scope. Small numbers stand for logs and lanes in the rows below.
CREATE TABLE logs (
    log INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,              -- the log id, as on the wire
    scope BLOB NOT NULL,                    -- the home of its records, never empty
    key BLOB NOT NULL,
    agent BLOB NOT NULL,                    -- the author of its first record
    counted INTEGER NOT NULL DEFAULT 1,     -- 0 for a stranger's log outside folds and fingerprints
    size INTEGER NOT NULL DEFAULT 0         -- header bytes of all its records
) STRICT;
CREATE INDEX logs_by_scope ON logs (scope, counted, agent);
CREATE INDEX logs_by_agent ON logs (agent, counted, scope);

-- A lane is one branch of a log. Its tip stands here so that opening needs no scan of the records.
CREATE TABLE lanes (
    lane INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES logs,
    number INTEGER NOT NULL,                -- 0 for the branch stored first
    parent INTEGER NOT NULL,                -- the number of the lane it left; its own if it begins with record 1
    base INTEGER NOT NULL,                  -- the seq of the last record shared with the parent, 0 if none
    tip_seq INTEGER NOT NULL,
    tip_id BLOB NOT NULL,
    tip_arrival INTEGER NOT NULL,
    UNIQUE (log, number)
) STRICT;
CREATE INDEX lanes_by_arrival ON lanes (tip_arrival);
CREATE INDEX lanes_of_forks ON lanes (log) WHERE number > 0;

-- A record. Arrival is where it stands in the queue that feeds folds and views; below zero it has not arrived: it
-- belongs to a log that does not count. The id is the SHA-256 of the header and so need not be stored.
CREATE TABLE records (
    arrival INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    proof INTEGER NOT NULL,                 -- 8 bytes of a hash over header and signature: damage shows when it is read
    header BLOB NOT NULL,
    signature BLOB                          -- on the last record of a run
) STRICT;
CREATE UNIQUE INDEX records_by_seq ON records (lane, seq);

-- From the first 8 bytes of an id to its row. Ids are spread evenly, so each insertion touches another page of a large
-- index: new ones gather in the small table and are moved to the large one in order, many for each page.
CREATE TABLE ids (
    prefix INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    PRIMARY KEY (prefix, arrival)
) STRICT, WITHOUT ROWID;
CREATE TABLE fresh_ids (
    prefix INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    PRIMARY KEY (prefix, arrival)
) STRICT, WITHOUT ROWID;

-- Private parts. Rows are only ever added at the end, and erased by zeroes of the same length in place: so SQLite never
-- moves one from page to page, which would leave bytes of it behind in the free room of a page.
CREATE TABLE parts (
    part INTEGER PRIMARY KEY,               -- the order in which parts came, for what is derived from them
    arrival INTEGER NOT NULL UNIQUE,        -- the record's row
    content BLOB NOT NULL
) STRICT;
CREATE TABLE wanted_parts (                 -- records whose part is neither held nor erased
    arrival INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE erasures (
    number INTEGER PRIMARY KEY,             -- the order in which they came
    record BLOB NOT NULL UNIQUE
) STRICT;

-- Every agent that stands in a record of a scope.
CREATE TABLE writers (
    scope BLOB NOT NULL,
    agent BLOB NOT NULL,
    PRIMARY KEY (scope, agent)
) STRICT, WITHOUT ROWID;

-- What never leaves the node: one row for each entry of meshnode/core/rows.py, with a checksum before its body.
CREATE TABLE local (
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE personal (                     -- the same for kinds with text in them; small, rewritten by an erasure
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- Runs that hold together but whose log is broken before them: kept until what is missing comes from a peer.
CREATE TABLE aside (
    number INTEGER PRIMARY KEY,
    headers BLOB NOT NULL,                  -- msgpack array of headers
    signature BLOB NOT NULL
) STRICT;

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('next_arrival', 1), ('scrub', 0);
