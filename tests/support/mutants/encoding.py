"""MessagePack as nobody should write it: right by default, and with slips where they are asked for."""

import random
import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Raw:
    """Bytes that stand in an encoding as they are."""

    content: bytes


Value = None | bool | int | float | str | bytes | Raw | list["Value"] | dict[str, "Value"]

EXTENSIONS = (Raw(b"\xc1"), Raw(b"\xd4\x01\x00"), Raw(b"\xc7\x01\x05\x00"), Raw(b"\xd6\xff\x00\x00\x00\x00"))


def encode(value: Value, chance: random.Random | None = None, slips: float = 0.0) -> bytes:
    """The canonical bytes of a value; with `slips`, so often another form than the shortest or another order."""
    return _Encoder(chance or random.Random(0), slips).encode(value)


class _Encoder:
    def __init__(self, chance: random.Random, slips: float) -> None:
        self.chance, self.slips = chance, slips

    def encode(self, value: Value) -> bytes:
        match value:
            case None:
                return b"\xc0"
            case bool():
                return b"\xc3" if value else b"\xc2"
            case int():
                return self.integer(value)
            case float():
                return struct.pack(">Bd", 0xCB, value)
            case str():
                content = value.encode("utf-8", "surrogatepass")
                return self.head(len(content), 0xA0, 32, (0xD9, 0xDA, 0xDB)) + content
            case bytes():
                return self.head(len(value), 0, 0, (0xC4, 0xC5, 0xC6)) + value
            case Raw():
                return value.content
            case list():
                elements = b"".join(map(self.encode, value))
                return self.head(len(value), 0x90, 16, (None, 0xDC, 0xDD)) + elements
            case dict():
                return self.map(value)

    def slip(self) -> bool:
        return self.slips > 0 and self.chance.random() < self.slips

    def integer(self, value: int) -> bytes:
        if -32 <= value <= 127 and not self.slip():
            return struct.pack("b", value)
        signed = value < 0 or (value < 2**63 and self.slip())
        first = 0xD0 if signed else 0xCC
        for size in range(4):
            bits = 8 << size
            if value < 2 ** (bits - signed) and value >= -(2 ** (bits - 1)) * signed and (size == 3 or not self.slip()):
                return bytes([first + size]) + value.to_bytes(bits // 8, "big", signed=signed)
        return b"\xcf" + b"\xff" * 8

    def head(self, length: int, together: int, limit: int, forms: tuple[int | None, int, int]) -> bytes:
        if length < limit and not self.slip():
            return bytes([together + length])
        for first, size in zip(forms, (1, 2, 4), strict=True):
            if first is not None and length < 256**size and (size == 4 or not self.slip()):
                return bytes([first]) + length.to_bytes(size, "big")
        raise ValueError("longer than any form")

    def map(self, value: dict[str, Value]) -> bytes:
        entries = sorted((key.encode("utf-8", "surrogatepass"), key) for key in value)
        if entries and self.slip():
            entries.insert(self.chance.randrange(len(entries)), self.chance.choice(entries))
        elif self.slip():
            self.chance.shuffle(entries)
        content = b"".join(self.encode(key) + self.encode(value[key]) for _, key in entries)
        return self.head(len(entries), 0x80, 16, (None, 0xDE, 0xDF)) + content
