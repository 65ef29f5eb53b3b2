-- Private parts can be let go again: how much of each log is held, and what is not.

ALTER TABLE logs ADD COLUMN part_bytes INTEGER NOT NULL DEFAULT 0;  -- private parts held of its records
UPDATE logs SET part_bytes = (
    SELECT coalesce(sum(length(p.content)), 0) FROM lanes AS n JOIN records AS r ON r.lane = n.lane
    JOIN parts AS p ON p.arrival = r.arrival WHERE n.log = logs.log AND substr(p.content, 1, 1) <> x'00'
);

-- Records whose part is not asked for, or was let go and has come back since; each change takes a new number, so that
-- what is derived from parts hears of it.
CREATE TABLE evictions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    arrival INTEGER NOT NULL UNIQUE,
    gone INTEGER NOT NULL                   -- 0: it came back; 1: it is gone; 2: no trace of it is to stay
) STRICT;

INSERT INTO meta VALUES ('blank_bytes', 0); -- what evicted parts still take up in `parts`
