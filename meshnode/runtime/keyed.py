"""What an idempotency key has done: under which name it is noted, and how, where nothing is signed."""

import hashlib

from meshnode.core.rows import AnswerEntry, Forget, LocalRow


def name_of(key: str) -> str:
    """Under which name it is noted what an idempotency key has done."""
    return hashlib.sha256(key.encode()).hexdigest()


def noting(rows: tuple[LocalRow | Forget, ...], made: bytes) -> tuple[LocalRow | Forget, ...]:
    """Rows that are committed where nothing is signed whose id would be noted as the answer: this is noted instead."""
    return tuple(row._replace(ids=(made,)) if isinstance(row, AnswerEntry) else row for row in rows)
