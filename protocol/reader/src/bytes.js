// Bytes: joined, compared, hashed, shown. Everything takes and gives Uint8Array, of which Node's Buffer is a kind.

import { createHash } from 'node:crypto';

export const EMPTY = new Uint8Array(0);

/** Lower-case hex of some bytes. */
export function toHex(bytes) {
  return asBuffer(bytes).toString('hex');
}

/** The bytes that a lower-case hex text stands for; throws a RangeError for any other text. */
export function fromHex(text) {
  // Buffer.from stops silently at the first wrong digit.
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new RangeError('not lower-case hex');
  return Buffer.from(text, 'hex');
}

/** Negative, 0 or positive, by the bytes from left to right; what begins another comes before it. */
export function compare(a, b) {
  return Buffer.compare(a, b);
}

/** Whether two runs of bytes are the same. */
export function same(a, b) {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** All the parts in a row; a text stands for its ASCII bytes. */
export function join(...parts) {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

/** SHA-256 of all the parts in a row. */
export function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Whether a decoded value is bytes, of that length if one is given. */
export function isBin(value, length) {
  return value instanceof Uint8Array && (length === undefined || value.length === length);
}

/** The same memory as a Buffer, which alone reads numbers and texts quickly. */
export function asBuffer(bytes) {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
