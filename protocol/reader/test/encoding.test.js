import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Refusal, decode, encode, fromHex, toHex } from '../index.js';

const VALUES = [
  0, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER,
  -1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -Number.MAX_SAFE_INTEGER,
  true, false, '', 'a', 'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(256), 'x'.repeat(65536),
  [], [1, [2, [3]]], new Array(16).fill(0), new Array(65536).fill(0),
  new Map(), new Map([['a', 1], ['b', new Map([['c', 'd']])]]),
];

test('decoding undoes encoding', () => {
  for (const value of VALUES) assert.deepEqual(decode(encode(value)), value);
});

test('encoding undoes decoding, to the byte', () => {
  for (const value of VALUES) {
    const bytes = encode(value);
    assert.equal(toHex(encode(decode(bytes))), toHex(bytes));
  }
});

test('bytes of every length of their length come back', () => {
  for (const length of [0, 255, 256, 65535, 65536]) {
    assert.equal(decode(encode(new Uint8Array(length))).length, length);
  }
});

test('keys are sorted by their bytes and not by UTF-16 units', () => {
  const entries = new Map([['𐀀', 1], ['\uffff', 2]]);
  assert.deepEqual([...decode(encode(entries), { text: 'utf8' }).keys()], ['\uffff', '𐀀']);
});

test('a byte order mark is a character', () => {
  assert.equal(decode(encode('\ufeffa'), { text: 'utf8' }), '\ufeffa');
});

test('a key named like what objects inherit is a key', () => {
  assert.equal(decode(encode(new Map([['__proto__', 1]]))).get('__proto__'), 1);
});

test('nil stands only in the outermost array, and only where it may', () => {
  assert.deepEqual(decode(encode([null]), { nil: true }), [null]);
  assert.throws(() => decode(encode([null])), new Refusal('E-NIL'));
  assert.throws(() => decode(encode([[null]]), { nil: true }), new Refusal('E-NIL'));
});

test('a great number of elements is refused before anything is allocated', () => {
  assert.throws(() => decode(fromHex('ddffffffff')), new Refusal('E-END'));
});

test('what the protocol has no encoding for is the mistake of the writer', () => {
  assert.throws(() => encode(2 ** 53), RangeError);
  assert.throws(() => encode(undefined), TypeError);
});

test('hex that is none is refused, not cut', () => {
  assert.throws(() => fromHex('0g'), RangeError);
  assert.throws(() => fromHex('AA'), RangeError);
  assert.throws(() => fromHex('0'), RangeError);
});
