import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromHex, isSignedBy } from '../index.js';
import { L, hasPrimeOrder, littleEndian } from '../src/curve.js';
import { keyOf } from './story.js';

const P = 2n ** 255n - 19n;

function encoded(number) {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse();
}

test('the test of RFC 8032 7.1 with two bytes passes', () => {
  const key = fromHex('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025');
  const signature = fromHex(
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac'
      + '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  );
  assert.equal(isSignedBy(key, '', fromHex('af82'), signature), true);
  assert.equal(isSignedBy(key, '', fromHex('af83'), signature), false);
});

test('the base point has the order that a key must have', () => {
  // Its y is 4/5 modulo the prime (RFC 8032 5.1).
  const y = 46316835694926478169428394003475163141307993866256225615783033603165251855960n;
  assert.equal((5n * y) % P, 4n);
  assert.equal(hasPrimeOrder(encoded(y)), true);
});

test('points of small order, twice the field and no points at all are no keys', () => {
  for (const y of [0n, 1n, P - 1n, P, P + 1n, 2n, P + 2n]) assert.equal(hasPrimeOrder(encoded(y)), false, `${y}`);
});

test('the neutral point with the sign bit set is no key', () => {
  assert.equal(hasPrimeOrder(encoded(1n | (1n << 255n))), false);
});

test('an honest key and a point of order two do not add up to a key', () => {
  // (x, y) + (0, −1) = (−x, −y): of order 2L.
  const y = littleEndian(keyOf('alice').public);
  assert.equal(hasPrimeOrder(encoded(y)), true);
  assert.equal(hasPrimeOrder(encoded(y ^ (1n << 255n))), true);
  assert.equal(hasPrimeOrder(encoded(P - (y & (2n ** 255n - 1n)))), false);
});

test('the same signature with another S is refused', () => {
  const alice = keyOf('alice');
  const signature = alice.sign(Buffer.from('hello'));
  const greater = encoded(littleEndian(signature.subarray(32)) + L);
  assert.equal(isSignedBy(alice.public, '', Buffer.from('hello'), signature), true);
  const moved = Buffer.concat([signature.subarray(0, 32), greater]);
  assert.equal(isSignedBy(alice.public, '', Buffer.from('hello'), moved), false);
});

test('more keys than are remembered are still told apart', () => {
  const alice = keyOf('alice');
  const signature = alice.sign(Buffer.from('hello'));
  for (let y = 2n; y < 4200n; y++) isSignedBy(encoded(y), '', Buffer.alloc(0), Buffer.alloc(64));
  assert.equal(isSignedBy(alice.public, '', Buffer.from('hello'), signature), true);
});
