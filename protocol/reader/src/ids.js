// Ids and names (protocol/spec/01-records.md 2).

import { join, sha256 } from './bytes.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** What comes before the digest in a CIDv1: version 1, raw bytes, SHA-256, 32 bytes of it. */
const CID_PREFIX = Buffer.from([0x01, 0x55, 0x12, 0x20]);

/** How an id is shown to people: 59 characters that begin with "bafkrei". */
export function showId(id) {
  let text = 'b';
  let bits = 0;
  let value = 0;
  for (const byte of join(CID_PREFIX, id)) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + ALPHABET[(value << (5 - bits)) & 31];
}

/** The id that a shown one names; a RangeError for any text that `showId` would not write. */
export function readId(text) {
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.slice(1)) {
    value = ((value << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((value >> (bits -= 8)) & 0xff);
  }
  const id = Buffer.from(bytes.slice(CID_PREFIX.length));
  // Writing it again finds every wrong letter, length, prefix and leftover bit at once.
  if (id.length !== 32 || showId(id) !== text) throw new RangeError(`not an id: ${text}`);
  return id;
}

/** The name of the log of `key` in the scope named `home`. */
export function logName(home, key) {
  return sha256('meshnode/1 log\n', home, key);
}

/** What stands for the record `id` where another scope's records must not be named: 33 bytes, tag 3. */
export function outsideName(id) {
  return join(Buffer.from([0x03]), sha256('meshnode/1 ext', id));
}
