"""Cases for the canonical encoding (01-records 1)."""

from meshproto.records.reasons import Reason
from scripts.vectors.cases import Case

_REFUSED = [
    ("nothing at all", "", Reason.E_END),
    ("a second value after the first", "0101", Reason.E_TRAIL),
    ("an array nested 17 deep", "91" * 16 + "90", Reason.E_DEPTH),
    ("a map nested 17 deep", "91" * 16 + "80", Reason.E_DEPTH),
    ("an array nested 17 deep whose elements are missing", "91" * 16 + "91", Reason.E_DEPTH),
    ("a float of 32 bits", "ca3f800000", Reason.E_FLOAT),
    ("a float of 64 bits", "cb3ff0000000000000", Reason.E_FLOAT),
    ("a float whose bytes are missing", "cb3f", Reason.E_FLOAT),
    ("the byte that MessagePack never uses", "c1", Reason.E_EXT),
    ("an extension of one byte", "d40100", Reason.E_EXT),
    ("a timestamp", "d6ff00000000", Reason.E_EXT),
    ("an extension of 16 bytes", "d801" + "00" * 16, Reason.E_EXT),
    ("an extension of any length", "c7010100", Reason.E_EXT),
    ("nil", "c0", Reason.E_NIL),
    ("nil in an array", "91c0", Reason.E_NIL),
    ("nil as a value of a map", "81a161c0", Reason.E_NIL),
    ("2^53", "cf0020000000000000", Reason.E_INT),
    ("2^64 - 1", "cfffffffffffffffff", Reason.E_INT),
    ("-2^53", "d3ffe0000000000000", Reason.E_INT),
    ("127 in two bytes", "cc7f", Reason.E_LONG),
    ("255 in three bytes", "cd00ff", Reason.E_LONG),
    ("65535 in five bytes", "ce0000ffff", Reason.E_LONG),
    ("2^32 - 1 in nine bytes", "cf00000000ffffffff", Reason.E_LONG),
    ("-32 in two bytes", "d0e0", Reason.E_LONG),
    ("5 as a signed integer", "d005", Reason.E_LONG),
    ("-128 in three bytes", "d1ff80", Reason.E_LONG),
    ("-32768 in five bytes", "d2ffff8000", Reason.E_LONG),
    ("-2^31 in nine bytes", "d3ffffffff80000000", Reason.E_LONG),
    ("200 as a signed integer of two bytes", "d100c8", Reason.E_LONG),
    ("2^62 as a signed integer", "d34000000000000000", Reason.E_LONG),
    ("an integer whose bytes are missing", "cd01", Reason.E_END),
    ("a text of 31 bytes with a length byte", "d91f" + "61" * 31, Reason.E_LONG),
    ("a text of 255 bytes with two length bytes", "da00ff" + "61" * 255, Reason.E_LONG),
    ("a text of 0 bytes with four length bytes", "db00000000", Reason.E_LONG),
    ("a bin of 3 bytes with two length bytes", "c50003010203", Reason.E_LONG),
    ("a bin of 3 bytes with four length bytes", "c600000003010203", Reason.E_LONG),
    ("an array of 15 with two length bytes", "dc000f" + "01" * 15, Reason.E_LONG),
    ("an array of none with four length bytes", "dd00000000", Reason.E_LONG),
    ("a map of none with two length bytes", "de0000", Reason.E_LONG),
    ("a map of none with four length bytes", "df00000000", Reason.E_LONG),
    ("a long form whose content is missing too", "da0005", Reason.E_LONG),
    ("a length whose bytes are missing", "c500", Reason.E_END),
    ("a text shorter than it says", "a361", Reason.E_END),
    ("a bin shorter than it says", "c40401", Reason.E_END),
    ("a bin said to hold 4 GiB", "c6ffffffff", Reason.E_END),
    ("an array said to hold 4 billion elements", "ddffffffff", Reason.E_END),
    ("a map said to hold 4 billion entries", "dfffffffff", Reason.E_END),
    ("an array with more elements than bytes, the first of them wrong", "92c0", Reason.E_END),
    ("a map with more entries than pairs of bytes, the first of them wrong", "820101a1", Reason.E_END),
    ("a map whose last value is missing", "82a16101a162", Reason.E_END),
    ("a map whose key is an integer", "810101", Reason.E_KEY),
    ("a map whose key is a bin", "81c4016101", Reason.E_KEY),
    ("a map whose key is nil", "81c001", Reason.E_KEY),
    ("a map whose key has a long form", "81d9016101", Reason.E_LONG),
    ("a map whose keys are not sorted", "82a16201a16101", Reason.E_ORDER),
    ("a map with the longer of two keys first", "82a2616101a16101", Reason.E_ORDER),
    ("a map with a key twice", "82a16101a16102", Reason.E_TWICE),
    ("a map with a key twice, one of them in a long form", "82a16101d9016102", Reason.E_LONG),
    ("a text with a line feed", "a10a", Reason.E_ASCII),
    ("a text with the byte 0x7f", "a17f", Reason.E_ASCII),
    ("a text with an umlaut", "a2c3a4", Reason.E_ASCII),
    ("a key with an umlaut", "81a2c3a401", Reason.E_ASCII),
    ("two errors: the first counts", "92a10aca", Reason.E_ASCII),
    ("a wrong text, and something after it", "a10a01", Reason.E_ASCII),
]
_UTF8_REFUSED = [
    ("a byte that begins nothing", "a1ff"),
    ("a sequence cut short", "a1c3"),
    ("a surrogate", "a3eda080"),
    ("an overlong form", "a2c080"),
    ("a character above U+10FFFF", "a4f4908080"),
    ("a key that is no UTF-8", "81a1ff01"),
]
_TAKEN = [
    ("zero", "00"),
    ("127", "7f"),
    ("128", "cc80"),
    ("256", "cd0100"),
    ("65536", "ce00010000"),
    ("2^32", "cf0000000100000000"),
    ("2^53 - 1", "cf001fffffffffffff"),
    ("-1", "ff"),
    ("-32", "e0"),
    ("-33", "d0df"),
    ("-129", "d1ff7f"),
    ("-32769", "d2ffff7fff"),
    ("-2^31 - 1", "d3ffffffff7fffffff"),
    ("-2^53 + 1", "d3ffe0000000000001"),
    ("true", "c3"),
    ("false", "c2"),
    ("an empty text", "a0"),
    ("a text of 32 bytes", "d920" + "61" * 32),
    ("a text of 256 bytes", "da0100" + "7e" * 256),
    ("an empty bin", "c400"),
    ("a bin of 256 bytes", "c50100" + "00" * 256),
    ("an array of 16", "dc0010" + "01" * 16),
    ("arrays nested 16 deep", "91" * 15 + "90"),
    ("an integer in an array nested 16 deep", "91" * 16 + "01"),
    ("a map of 16", "de0010" + "".join(f"a1{97 + each:02x}01" for each in range(16))),
    ("a map whose keys are sorted by their bytes", "83a0c2a15ac2a161c2"),
    ("a map with the shorter of two keys first", "82a16101a2616101"),
]
_SCRIPTS = "Zażółć 木🌱".encode()


def cases() -> list[Case]:
    """All cases of this file."""
    found = [Case(name, _ask(raw), reason) for name, raw, reason in _REFUSED]
    found += [Case(f"utf8: {name}", _ask(raw, text="utf8"), Reason.E_UTF8) for name, raw in _UTF8_REFUSED]
    found += [Case(name, _ask(raw)) for name, raw in _TAKEN]
    found += [
        Case("utf8: letters of several scripts", _ask(f"{0xA0 + len(_SCRIPTS):02x}{_SCRIPTS.hex()}", text="utf8")),
        Case("utf8: keys sorted by bytes, not by UTF-16 units", _ask("82a3efbfbf01a4f090808001", text="utf8")),
        Case(
            "utf8: keys sorted by UTF-16 units, not by bytes",
            _ask("82a4f090808001a3efbfbf01", text="utf8"),
            Reason.E_ORDER,
        ),
        Case("utf8: a text with a line feed", _ask("a10a", text="utf8")),
        Case("nil allowed: an element of the outermost array", _ask("92c001", nil=True)),
        Case("nil allowed: the outermost value", _ask("c0", nil=True), Reason.E_NIL),
        Case("nil allowed: an element of an inner array", _ask("9191c0", nil=True), Reason.E_NIL),
        Case("nil allowed: a value of a map", _ask("9181a161c0", nil=True), Reason.E_NIL),
        Case("nil allowed: an array whose elements are missing", _ask("92c0", nil=True), Reason.E_END),
    ]
    return found


def _ask(raw: str, **more: object) -> dict[str, object]:
    return {"op": "value", "input": raw, **more}
