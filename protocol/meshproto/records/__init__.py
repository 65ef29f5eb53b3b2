"""Records as every node reads and writes them: encoding, ids, headers, logs, signatures, forks."""
