// Reads the canonical encoding (protocol/spec/01-records.md 1), refusing at the first error from left to right.
//
// Values become: integer → number, text → string, bin → Uint8Array (a view of the input), array → Array, map → Map,
// true, false, null. Every integer of the protocol is exact as a number: that is why it ends at 2^53 − 1.

import { asBuffer, compare } from './bytes.js';
import { Refusal, demand } from './refusal.js';

const DEEPEST = 16;

// A byte order mark is a character like any other here; without ignoreBOM it would vanish.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The value that the bytes encode.
 * @param {Uint8Array} input
 * @param {{text?: 'ascii' | 'utf8', nil?: boolean}} [allowed] which texts; whether nil may stand in the outermost array
 * @throws {Refusal} with an E- code
 */
export function decode(input, allowed = {}) {
  return decodeWithOffsets(input, allowed).value;
}

/** Like `decode`; `offsets` says where each element of the outermost array begins, and last where it ends. */
export function decodeWithOffsets(input, { text = 'ascii', nil = false } = {}) {
  const decoder = new Decoder(asBuffer(input), text, nil);
  const value = decoder.value(0);
  demand(decoder.at === input.length, 'E-TRAIL');
  return { value, offsets: decoder.offsets };
}

class Decoder {
  constructor(input, text, nil) {
    this.input = input;
    this.at = 0;
    this.text = text;
    this.nil = nil;
    this.offsets = [];
  }

  /** The value that begins here, inside of `depth` arrays and maps. */
  value(depth, nilMayStand = false) {
    const first = this.firstByte();
    if (first <= 0x7f) return first;
    if (first >= 0xe0) return first - 256;
    if (first >= 0xa0 && first <= 0xbf) return this.textOf(this.content(first & 0x1f));
    if (first >= 0x90 && first <= 0x9f) return this.array(first & 0x0f, depth + 1);
    if (first >= 0x80 && first <= 0x8f) return this.map(first & 0x0f, depth + 1);
    switch (first) {
      case 0xc0:
        demand(nilMayStand, 'E-NIL');
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4: case 0xc5: case 0xc6:
        return this.content(this.length(first - 0xc4, BIN_SHORTER[first - 0xc4]));
      case 0xca: case 0xcb:
        throw new Refusal('E-FLOAT');
      case 0xcc: case 0xcd: case 0xce: case 0xcf:
        return this.unsigned(1 << (first - 0xcc));
      case 0xd0: case 0xd1: case 0xd2: case 0xd3:
        return this.negative(1 << (first - 0xd0));
      case 0xd9: case 0xda: case 0xdb:
        return this.textOf(this.longText(first));
      case 0xdc: case 0xdd:
        return this.array(this.length(first - 0xdb, LIST_SHORTER[first - 0xdc]), depth + 1);
      case 0xde: case 0xdf:
        return this.map(this.length(first - 0xdd, LIST_SHORTER[first - 0xde]), depth + 1);
      default: // 0xc1, 0xc7–0xc9, 0xd4–0xd8
        throw new Refusal('E-EXT');
    }
  }

  firstByte() {
    demand(this.at < this.input.length, 'E-END');
    return this.input[this.at++];
  }

  content(length) {
    demand(this.input.length - this.at >= length, 'E-END');
    this.at += length;
    return this.input.subarray(this.at - length, this.at);
  }

  unsigned(size) {
    const bytes = this.content(size);
    if (size < 8) {
      const value = bytes.readUIntBE(0, size);
      demand(value > LARGEST_BELOW[size], 'E-LONG');
      return value;
    }
    const high = bytes.readUInt32BE(0);
    demand(high > 0, 'E-LONG');
    demand(high <= 0x1fffff, 'E-INT'); // 2^53 − 1 has 21 bits here, all of them set
    return high * 2 ** 32 + bytes.readUInt32BE(4);
  }

  negative(size) {
    const bytes = this.content(size);
    if (size < 8) {
      const value = bytes.readIntBE(0, size);
      demand(value < SMALLEST_BELOW[size], 'E-LONG');
      return value;
    }
    // Rounding may move a number beyond −(2^53 − 1), but never to this side of it.
    const value = bytes.readInt32BE(0) * 2 ** 32 + bytes.readUInt32BE(4);
    demand(value < SMALLEST_BELOW[size], 'E-LONG');
    demand(value >= -Number.MAX_SAFE_INTEGER, 'E-INT');
    return value;
  }

  /** A length in 1 << `exponent` bytes, of which the next shorter form holds at most `shorterHolds`. */
  length(exponent, shorterHolds) {
    const size = 1 << exponent;
    const length = this.content(size).readUIntBE(0, size);
    demand(length > shorterHolds, 'E-LONG');
    return length;
  }

  longText(first) {
    return this.content(this.length(first - 0xd9, TEXT_SHORTER[first - 0xd9]));
  }

  textOf(bytes) {
    if (this.text === 'ascii') {
      for (const byte of bytes) demand(byte >= 0x20 && byte <= 0x7e, 'E-ASCII');
      return bytes.toString('latin1');
    }
    try {
      return UTF8.decode(bytes);
    } catch {
      throw new Refusal('E-UTF8');
    }
  }

  array(length, depth) {
    demand(depth <= DEEPEST, 'E-DEPTH');
    demand(this.input.length - this.at >= length, 'E-END');
    const elements = [];
    for (let index = 0; index < length; index++) {
      if (depth === 1) this.offsets.push(this.at);
      elements.push(this.value(depth, this.nil && depth === 1));
    }
    if (depth === 1) this.offsets.push(this.at);
    return elements;
  }

  map(length, depth) {
    demand(depth <= DEEPEST, 'E-DEPTH');
    demand(this.input.length - this.at >= 2 * length, 'E-END');
    const entries = new Map();
    let before = null;
    for (let index = 0; index < length; index++) {
      const bytes = this.key();
      const key = this.textOf(bytes);
      if (before !== null) {
        const order = compare(bytes, before);
        demand(order !== 0, 'E-TWICE');
        demand(order > 0, 'E-ORDER');
      }
      before = bytes;
      entries.set(key, this.value(depth));
    }
    return entries;
  }

  key() {
    const first = this.firstByte();
    if (first >= 0xa0 && first <= 0xbf) return this.content(first & 0x1f);
    demand(first >= 0xd9 && first <= 0xdb, 'E-KEY');
    return this.longText(first);
  }
}

/** The largest number that a shorter form could hold, by the number of bytes. */
const LARGEST_BELOW = { 1: 0x7f, 2: 0xff, 4: 0xffff };

/** The smallest number that a shorter form could hold, by the number of bytes. */
const SMALLEST_BELOW = { 1: -32, 2: -0x80, 4: -0x8000, 8: -0x80000000 };

/** The greatest lengths that the next shorter form holds, for each long form in the order of their first bytes. */
const BIN_SHORTER = [-1, 0xff, 0xffff];
const TEXT_SHORTER = [31, 0xff, 0xffff];
const LIST_SHORTER = [15, 0xffff];
