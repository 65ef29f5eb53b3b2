"""Values that are nearly right: one place of a tree changed, or a few bytes of an encoding."""

import random
from collections.abc import Sequence

from tests.support.mutants.encoding import EXTENSIONS, Value, encode

INTEGERS = (
    *(
        -(2**63),
        -(2**53),
        -(2**53) + 1,
        -(2**31),
        -32769,
        -129,
        -128,
        -33,
        -32,
        -1,
        0,
        1,
        2,
        3,
        6,
        7,
        15,
        16,
        17,
        31,
        32,
    ),
    *(
        33,
        127,
        128,
        255,
        256,
        257,
        512,
        999,
        1000,
        1001,
        65535,
        65536,
        65537,
        10**6,
        10**6 + 1,
        2**31,
        2**32 - 1,
        2**32,
    ),
    *(2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1),
)
TEXTS = (
    *("", "a", "z9_", "9a", "A", "person", "network", "organization", "organisation", "agent", "agreement", "later"),
    *("accept", "decline", "object", "open", "invite", "core", "observer", "steward", "work", "care", "idea", "active"),
    *(
        "delta",
        "retract",
        "replace",
        "error",
        "agreed",
        "private",
        "blobs",
        "agent_private",
        "art17",
        "thanks",
        "skill",
    ),
    *("2025-02-28", "2025-02-29", "2024-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "0001-01-01", "9999-12-31"),
    *(
        "2025-13-01",
        "2025-00-10",
        "2025-04-31",
        "2025-1-01",
        "10000-01-01",
        "2025-01-01 ",
        "HUR",
        "H1",
        "HURS",
        "hur",
        "EUR",
    ),
    *(
        "EU",
        "E" * 12,
        "E" * 13,
        "git",
        "git-",
        "-git",
        "text/plain",
        "text",
        "a/b/c",
        "a" * 32,
        "a" * 33,
        "a" * 35,
        "a" * 36,
    ),
    *(
        "x" * 64,
        "x" * 65,
        "x" * 256,
        "x" * 257,
        "x/" + "y" * 65,
        "\n",
        "\x7f",
        "\x1f",
        "ä",
        "𝛼",
        "\ud800",
        "own_work",
        "mesh",
    ),
    *(
        "countersign",
        "grant",
        "profile",
        "project",
        "contribution",
        "recognition",
        "correction",
        "erasure",
        "checkpoint",
    ),
)
LENGTHS = (0, 1, 15, 16, 17, 31, 32, 33, 34, 63, 64, 65, 255, 256)


def any_value(chance: random.Random, ids: Sequence[bytes] = (), depth: int = 0) -> Value:
    """A value of any kind, biased to what stands at the edge of something; `ids` are bins worth naming."""
    kind = chance.randrange(12 if depth < 3 else 9)
    match kind:
        case 0 | 1 | 2:
            return chance.choice(INTEGERS)
        case 3 | 4:
            return chance.choice(TEXTS)
        case 5 | 6:
            return any_bin(chance, ids)
        case 7:
            return chance.random() < 0.5
        case 8:
            return chance.choice((None, 1.5, *EXTENSIONS)) if chance.random() < 0.3 else chance.choice(INTEGERS)
        case 9 | 10:
            return [any_value(chance, ids, depth + 1) for _ in range(chance.choice((0, 1, 2, 2, 3, 15, 16)))]
        case _:
            return {
                chance.choice(TEXTS): any_value(chance, ids, depth + 1) for _ in range(chance.choice((0, 1, 2, 16)))
            }


def any_bin(chance: random.Random, ids: Sequence[bytes] = ()) -> bytes:
    """An id that is known, one that is not, one with a tag before it, or a bin of another size."""
    roll = chance.random()
    if ids and roll < 0.5:
        known = chance.choice(ids)
        return known if roll < 0.4 else bytes([chance.randrange(5)]) + known
    if roll < 0.7:
        return chance.randbytes(32)
    if roll < 0.85:
        return bytes([chance.randrange(5)]) + chance.randbytes(32)
    return chance.randbytes(chance.choice(LENGTHS))


def nested(chance: random.Random) -> Value:
    """Arrays and maps in each other, about as deep as is allowed."""
    value: Value = chance.choice((0, [], {}, "a"))
    for _ in range(chance.choice((13, 14, 15, 16, 17))):
        value = [value] if chance.random() < 0.6 else {"a": value}
    return value


def mutated(value: Value, chance: random.Random, ids: Sequence[bytes] = ()) -> Value:
    """The value with one place changed; the given one stays as it is."""
    copy = _copied(value)
    places = list(_places(copy))
    if not places:
        return any_value(chance, ids)
    container, key = chance.choice(places)
    if isinstance(container, list):
        assert isinstance(key, int)
        _change_list(container, key, chance, ids)
    else:
        assert isinstance(key, str)
        _change_map(container, key, chance, ids)
    return copy


def bitten(data: bytes, chance: random.Random) -> bytes:
    """The bytes with a few flipped, cut, doubled, put in or made into the first byte of something else."""
    if not data:
        return chance.randbytes(chance.randrange(4))
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(changed) + 1) if changed else 0
        match chance.randrange(7):
            case 0 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at:]
            case 2:
                del changed[at : at + chance.choice((1, 1, 2, 4, 32))]
            case 3:
                changed[at:at] = chance.randbytes(chance.choice((1, 1, 2, 4)))
            case 4:
                changed[at:at] = changed[at : at + chance.choice((1, 3, 34))]
            case 5 if at < len(changed):
                changed[at] = chance.choice(
                    b"\x80\x90\xa0\xc0\xc1\xc2\xc3\xc4\xc5\xca\xcc\xcf\xd0\xd3\xd4\xd9\xdc\xde\xff"
                )
            case _:
                changed += encode(any_value(chance))
    return bytes(changed)


def is_plain(value: Value) -> bool:
    """Whether a value can stand in the facts of a header, by its encoding."""
    match value:
        case bool() | bytes():
            return True
        case int():
            return abs(value) < 2**53
        case str():
            return all(" " <= letter <= "~" for letter in value)
        case list():
            return all(map(is_plain, value))
        case dict():
            return all(map(is_plain, (*value, *value.values())))
        case _:
            return False


def _copied(value: Value) -> Value:
    if isinstance(value, list):
        return [_copied(element) for element in value]
    if isinstance(value, dict):
        return {key: _copied(entry) for key, entry in value.items()}
    return value


def _places(value: Value) -> list[tuple[list[Value] | dict[str, Value], int | str]]:
    found: list[tuple[list[Value] | dict[str, Value], int | str]] = []
    if isinstance(value, list):
        found += [(value, index) for index in range(len(value))]
        for element in value:
            found += _places(element)
    elif isinstance(value, dict):
        found += [(value, key) for key in value]
        for entry in value.values():
            found += _places(entry)
    return found


def _change_list(container: list[Value], at: int, chance: random.Random, ids: Sequence[bytes]) -> None:
    match chance.randrange(8):
        case 0:
            del container[at]
        case 1:
            container.insert(at, _copied(container[at]))
        case 2:
            other = chance.randrange(len(container))
            container[at], container[other] = container[other], container[at]
        case 3:
            container.insert(at, any_value(chance, ids))
        case 4:
            container *= chance.choice((2, 17, 33)) if len(container) < 20 else 1
        case _:
            container[at] = _instead_of(container[at], chance, ids)


def _change_map(container: dict[str, Value], key: str, chance: random.Random, ids: Sequence[bytes]) -> None:
    match chance.randrange(6):
        case 0:
            del container[key]
        case 1:
            container[chance.choice(TEXTS)] = any_value(chance, ids)
        case 2:
            container[chance.choice(list(container))] = container[key]
        case _:
            container[key] = _instead_of(container[key], chance, ids)


def _instead_of(value: Value, chance: random.Random, ids: Sequence[bytes]) -> Value:
    roll = chance.random()
    if roll < 0.25:
        return any_value(chance, ids)
    match value:
        case bool():
            return not value
        case int():
            return value + chance.choice((-1, 1)) if roll < 0.5 else chance.choice(INTEGERS)
        case str():
            return chance.choice(TEXTS)
        case bytes():
            return value[:-1] if roll < 0.35 else any_bin(chance, ids)
        case _:
            return any_value(chance, ids)
