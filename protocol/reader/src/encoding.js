// Writes the canonical encoding (protocol/spec/01-records.md 1): the one form that `decode` accepts.

import { compare, join } from './bytes.js';

/**
 * The bytes of a value made of numbers, booleans, strings, Uint8Arrays, Arrays, Maps with string keys, and null.
 * Whether texts are ascii, how deep values nest and where null may stand is for the caller to mind.
 */
export function encode(value) {
  if (value === null) return Buffer.from([0xc0]);
  if (value === false || value === true) return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') return integer(value);
  if (typeof value === 'string') return text(Buffer.from(value, 'utf8'));
  if (value instanceof Uint8Array) return join(head(value.length, null, 0, [0xc4, 0xc5, 0xc6]), value);
  if (Array.isArray(value)) return join(head(value.length, 0x90, 16, [null, 0xdc, 0xdd]), ...value.map(encode));
  if (value instanceof Map) return map(value);
  throw new TypeError(`cannot encode ${typeof value}`);
}

function integer(value) {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not an integer within ±(2^53 − 1): ${value}`);
  if (value >= -32 && value <= 127) return Buffer.from([value & 0xff]);
  const size = value < 0 ? sizeOfNegative(value) : sizeOfUnsigned(value);
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = (value < 0 ? 0xd0 : 0xcc) + Math.log2(size);
  if (size === 8) bytes.writeBigInt64BE(BigInt(value), 1);
  else if (value < 0) bytes.writeIntBE(value, 1, size);
  else bytes.writeUIntBE(value, 1, size);
  return bytes;
}

function sizeOfUnsigned(value) {
  return value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffffff ? 4 : 8;
}

function sizeOfNegative(value) {
  return value >= -0x80 ? 1 : value >= -0x8000 ? 2 : value >= -0x80000000 ? 4 : 8;
}

function text(bytes) {
  return join(head(bytes.length, 0xa0, 32, [0xd9, 0xda, 0xdb]), bytes);
}

function map(entries) {
  // By bytes: a comparison of strings would go by UTF-16 units.
  const sorted = [...entries].map(([key, value]) => [Buffer.from(key, 'utf8'), value]);
  sorted.sort(([a], [b]) => compare(a, b));
  const parts = sorted.flatMap(([key, value]) => [text(key), encode(value)]);
  return join(head(entries.size, 0x80, 16, [null, 0xde, 0xdf]), ...parts);
}

/** The first byte and the length: below `limit` both are one byte, else the first byte says the size of the length. */
function head(length, together, limit, firstBytes) {
  if (length < limit) return Buffer.from([together + length]);
  const [one, two, four] = firstBytes;
  if (length <= 0xff && one !== null) return Buffer.from([one, length]);
  const size = length <= 0xffff ? 2 : 4;
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = size === 2 ? two : four;
  bytes.writeUIntBE(length, 1, size);
  return bytes;
}
