"""Lines that are pasted with something in them changed: letters, or bytes under a checksum that is right again."""

import random
from functools import cache

from meshproto.lines.cards import CARD_CONTEXT
from meshproto.lines.reading import CARD, kind_of
from meshproto.lines.sealing import seal, unseal
from meshproto.records.encoding import encode
from meshproto.records.reasons import Refused
from meshproto.records.signatures import SIGNATURE_SIZE
from scripts.vectors import lines
from scripts.vectors.cases import key

_LETTERS = "abcxyzABCXYZ0189-_.=+/ \té𝒳K"
_BYTES = (0, 1, 2, 4, 6, 0x20, 0x21, 0x7E, 0x7F, 0xC0, 0xFF)


def mutated(seed: int) -> dict[str, object]:
    """A question of the pipe about a line; the same for the same seed."""
    chance = random.Random(seed)
    line = chance.choice(_lines())
    for _ in range(chance.randrange(3)):
        line = _letters(chance, line) if chance.random() < 0.3 else _body(chance, line)
    return {"op": "line", "input": line}


@cache
def _lines() -> list[str]:
    """The lines of the vectors that are read, and those in which something inside is wrong."""
    found = [str(each.question["input"]) for each in lines.cases()]
    return [each for each in found if len(each) < 2_000]


def _letters(chance: random.Random, line: str) -> str:
    at = chance.randrange(len(line) + 1)
    return line[:at] + chance.choice(_LETTERS) + line[at + chance.randrange(2) :]


def _body(chance: random.Random, line: str) -> str:
    """The line with other bytes in it, and the right sum; a card is signed again."""
    kind = kind_of(line)
    try:
        body = unseal(line, kind) if kind else b""
    except Refused:
        return line
    at = chance.randrange(len(body) + 1)
    put = bytes(chance.choice(_BYTES) for _ in range(chance.randrange(3)))
    body = body[:at] + put + body[at + chance.randrange(3) :]
    if kind == CARD and chance.random() < 0.9:
        said = body[1 + SIGNATURE_SIZE :]
        body = body[:1] + key("alice").sign_bytes(CARD_CONTEXT, said) + said
    return seal(kind, body) if kind else line + encode(chance.choice(_BYTES)).hex()
