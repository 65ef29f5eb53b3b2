"""Canonical MessagePack: the one encoding on the wire, on disk and under hashes.

Two decoders live here. The fast one leans on msgspec and on equality with the re-encoding; it only ever
says yes. Whatever it does not accept goes to the strict one, which reads byte by byte and names the first
error. A property test holds them together: the fast one accepts nothing that the strict one refuses.
"""

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import msgspec

from meshproto.records.limits import MAX_DEPTH, MAX_INT
from meshproto.records.reasons import Reason, Refused

Value: TypeAlias = bool | int | str | bytes | list["Value"] | dict[str, "Value"] | None
Text: TypeAlias = Literal["ascii", "utf8"]

UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError)
"""What msgspec raises for bytes that are not canonical; the strict decoder then names the reason."""

LEAST_INT = -MAX_INT

_ARRAYS = (list, tuple)
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")  # keys sorted by their bytes, shortest forms
_DECODER: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder()


class EncodeError(ValueError):
    """A value that has no canonical encoding was to be encoded: `value`."""

    def __init__(self, value: object) -> None:
        super().__init__(value)
        self.value = value

    def __str__(self) -> str:
        return f"no canonical encoding for {self.value!r:.80}"


def encode(value: Value) -> bytes:
    """Encode canonically; nil may stand as an element of the outermost array. Raises EncodeError for floats etc."""
    texts: list[str] = []
    whole, depth = ([each for each in value if each is not None], 2) if type(value) is list else ((value,), 1)
    try:
        if are_plain(whole, texts, depth):
            str.encode("".join(texts), "utf-8")
            return _ENCODER.encode(value)
    except (UnicodeEncodeError, TypeError):  # lone surrogates; keys that are no texts
        pass
    raise EncodeError(value)


def decode(raw: bytes, *, text: Text = "ascii", nil: bool = False) -> Value:
    """Decode strictly; `nil` lets nil stand as an element of the outermost array.

    The caller bounds the size of `raw`. Raises Refused with the first E-* reason.
    """
    try:
        value: Value = _DECODER.decode(raw)
        if not nil and is_canonical(value, raw, text):
            return value
    except UNREADABLE:
        pass
    return decode_slowly(raw, text=text, nil=nil)


def is_canonical(value: Value, raw: bytes, text: Text) -> bool:
    """Whether `value`, read from `raw` without nil, is of our types only and encodes to `raw` again."""
    texts: list[str] = []
    if not are_plain((value,), texts, 1):
        return False
    if text == "ascii" and not is_printable_ascii("".join(texts)):
        return False
    return _ENCODER.encode(value) == raw


def is_printable_ascii(text: str) -> bool:
    """Whether all characters are 0x20–0x7e."""
    return text.isascii() and text.isprintable()


def are_plain(values: Iterable[object], texts: list[str], depth: int) -> bool:
    """Whether `values`, standing at `depth`, have only our types; all their texts are added to `texts`."""
    for value in values:
        kind = type(value)
        if kind is str:
            texts.append(value)  # type: ignore[arg-type]  # `kind is str` does not narrow, and isinstance costs more
        elif kind is bytes or kind is bool:
            continue
        elif kind is int:
            if value > MAX_INT or value < LEAST_INT:  # type: ignore[operator]  # nor does `kind is int`
                return False
        elif isinstance(value, dict):
            if depth > MAX_DEPTH or not are_plain(value.values(), texts, depth + 1):
                return False
            texts += value
        elif isinstance(value, _ARRAYS):
            if depth > MAX_DEPTH or not are_plain(value, texts, depth + 1):
                return False
        else:
            return False
    return True


def decode_slowly(raw: bytes, *, text: Text = "ascii", nil: bool = False) -> Value:
    """Decode byte by byte, as the specification reads. Raises Refused with the first E-* reason."""
    reader = _Reader(raw, text)
    value = reader.value(1, nil)
    if reader.at != len(raw):
        raise Refused(Reason.E_TRAIL, f"at byte {reader.at}")
    return value


_LENGTHS = {
    # tag: (bytes of the length that follows, least length that needs this form)
    0xD9: (1, 32), 0xDA: (2, 1 << 8), 0xDB: (4, 1 << 16),  # str
    0xC4: (1, 0), 0xC5: (2, 1 << 8), 0xC6: (4, 1 << 16),  # bin
    0xDC: (2, 16), 0xDD: (4, 1 << 16),  # array
    0xDE: (2, 16), 0xDF: (4, 1 << 16),  # map
}  # fmt: skip
_UNSIGNED = {0xCC: (1, 1 << 7), 0xCD: (2, 1 << 8), 0xCE: (4, 1 << 16), 0xCF: (8, 1 << 32)}
_SIGNED = {0xD0: (1, -(1 << 5)), 0xD1: (2, -(1 << 7)), 0xD2: (4, -(1 << 15)), 0xD3: (8, -(1 << 31))}


class _Reader:
    """Reads one value after another and stops at the first error."""

    def __init__(self, raw: bytes, text: Text) -> None:
        self.raw = raw
        self.text = text
        self.at = 0

    def value(self, depth: int, nil: bool) -> Value:
        """Read one value standing at `depth`; `nil` lets nil stand among its elements if it is an array."""
        tag = self._number(1)
        if tag <= 0x7F or tag >= 0xE0:
            return tag if tag <= 0x7F else tag - 0x100
        if tag in _UNSIGNED or tag in _SIGNED:
            return self._int(tag)
        if 0xA0 <= tag <= 0xBF or 0xD9 <= tag <= 0xDB:
            return self._str(tag)
        if 0xC4 <= tag <= 0xC6:
            return self._take(self._length(tag))
        if 0x90 <= tag <= 0x9F or tag in (0xDC, 0xDD):
            return self._array(self._container(tag, depth, 1), depth, nil)
        if tag <= 0x8F or tag >= 0xDE:
            return self._map(self._container(tag, depth, 2), depth)
        if tag in (0xC2, 0xC3):
            return tag == 0xC3
        if tag == 0xC0:
            raise self._refuse(Reason.E_NIL)
        raise self._refuse(Reason.E_FLOAT if tag in (0xCA, 0xCB) else Reason.E_EXT)

    def _int(self, tag: int) -> int:
        if tag in _UNSIGNED:
            size, least = _UNSIGNED[tag]
            number = self._number(size)
            too_long = number < least
        else:
            size, below = _SIGNED[tag]
            number = int.from_bytes(self._take(size), "big", signed=True)
            too_long = number >= below
        if too_long:
            raise self._refuse(Reason.E_LONG)
        if not LEAST_INT <= number <= MAX_INT:
            raise self._refuse(Reason.E_INT)
        return number

    def _str(self, tag: int) -> str:
        raw = self._take(tag & 0x1F if tag <= 0xBF else self._length(tag))
        if self.text == "ascii":
            text = raw.decode("latin-1")
            if not is_printable_ascii(text):
                raise self._refuse(Reason.E_ASCII)
            return text
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise self._refuse(Reason.E_UTF8) from None

    def _container(self, tag: int, depth: int, least: int) -> int:
        """Read the length of an array or map whose elements take `least` bytes each, before reading any."""
        # SPEC 01-records 1.2: the depth is at most 16, else `E-DEPTH`; at least as many bytes follow as there are
        # elements (twice as many for a map), else `E-END`.
        length = tag & 0x0F if tag <= 0x9F else self._length(tag)
        if depth > MAX_DEPTH:
            raise self._refuse(Reason.E_DEPTH)
        if length * least > len(self.raw) - self.at:
            raise self._refuse(Reason.E_END)
        return length

    def _array(self, length: int, depth: int, nil: bool) -> list[Value]:
        # SPEC 01-records 1.3: Nil MAY stand only as an element of the outermost array
        items: list[Value] = []
        for _ in range(length):
            if nil and self.raw[self.at : self.at + 1] == b"\xc0":
                self.at += 1
                items.append(None)
            else:
                items.append(self.value(depth + 1, False))
        return items

    def _map(self, length: int, depth: int) -> dict[str, Value]:
        entries: dict[str, Value] = {}
        last = b""
        for _ in range(length):
            name = self._key()
            raw = name.encode("utf-8")
            # SPEC 01-records 1.2: it differs from the key before, else `E-TWICE`; it is greater than that by its
            # bytes, else `E-ORDER`.
            if entries and raw <= last:
                raise self._refuse(Reason.E_TWICE if raw == last else Reason.E_ORDER)
            last = raw
            entries[name] = self.value(depth + 1, False)
        return entries

    def _key(self) -> str:
        tag = self._number(1)
        if 0xA0 <= tag <= 0xBF or 0xD9 <= tag <= 0xDB:
            return self._str(tag)
        raise self._refuse(Reason.E_KEY)

    def _length(self, tag: int) -> int:
        size, least = _LENGTHS[tag]
        length = self._number(size)
        if length < least:
            raise self._refuse(Reason.E_LONG)
        return length

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def _take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.raw):
            raise Refused(Reason.E_END, f"at byte {len(self.raw)}")
        taken = self.raw[self.at : end]
        self.at = end
        return taken

    def _refuse(self, reason: Reason) -> Refused:
        return Refused(reason, f"before byte {self.at}")
