import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BundleReader, Refusal, encode, merkleRoot, readBundle, toHex } from '../index.js';
import { sha256 } from '../src/bytes.js';
import { bundleOf, next, person, signed } from './story.js';

const PART = encode(new Map([['salt', Buffer.alloc(16, 1)], ['title', 'a title']]));
const ALICE = person('alice');
const SECOND = next('alice', ALICE, ALICE, { part: PART });
const RUN = ['run', [ALICE.bytes, SECOND.bytes], signed('alice', SECOND)];
const BUNDLE = bundleOf([RUN, ['private', SECOND.id, PART]], [ALICE.id, SECOND.id], [1, 2, 1]);

test('a bundle tells its runs and private parts in their order', () => {
  const told = [];
  const held = readBundle(BUNDLE, {
    onRun: (headers) => told.push(headers.map(({ seq }) => seq)),
    onPrivate: (header, entries) => told.push([header.seq, entries.get('title')]),
  });
  assert.deepEqual(told, [[1, 2], [2, 'a title']]);
  assert.deepEqual([held.runs, held.records, held.privates, held.erased], [1, 2, 1, 0]);
});

test('it does not matter in which pieces a bundle comes', () => {
  for (const size of [1, 7, 64]) {
    const reader = new BundleReader();
    for (let at = 0; at < BUNDLE.length; at += size) reader.write(BUNDLE.subarray(at, at + size));
    assert.equal(toHex(reader.end().root), toHex(merkleRoot([ALICE.id, SECOND.id])));
  }
});

test('a bundle cut anywhere is torn, and what came before is told', () => {
  for (let length = 0; length < BUNDLE.length; length++) {
    const reader = new BundleReader();
    reader.write(BUNDLE.subarray(0, length));
    assert.throws(() => reader.end(), { reason: 'B-TORN' });
    assert.ok(reader.rightBytes <= length);
  }
});

test('an error is told as soon as it is there, before the file ends', () => {
  assert.throws(() => new BundleReader().write(Buffer.from('meshnode/2')), new Refusal('B-MAGIC'));
  const long = Buffer.from('meshnode/1 bundle\n\xff\xff\xff\xff', 'latin1');
  assert.throws(() => new BundleReader().write(long), new Refusal('B-FRAME'));
  assert.throws(() => readBundle(Buffer.concat([BUNDLE, Buffer.alloc(1)])), new Refusal('B-TRAIL'));
});

test('an erased part is neither held nor missing', () => {
  const erased = bundleOf([RUN, ['erased', [SECOND.id]]], [ALICE.id, SECOND.id], [1, 2, 0]);
  const told = [];
  readBundle(erased, { onErased: ({ seq }) => told.push(seq) });
  assert.deepEqual(told, [2]);
});

test('the root is that of RFC 6962 over sorted ids', () => {
  const ids = [3, 1, 2].map((byte) => Buffer.alloc(32, byte));
  const [one, two, three] = [1, 2, 3].map((byte) => sha256(Buffer.from([0]), Buffer.alloc(32, byte)));
  const left = sha256(Buffer.from([1]), one, two);
  assert.equal(toHex(merkleRoot(ids)), toHex(sha256(Buffer.from([1]), left, three)));
  assert.equal(toHex(merkleRoot([])), toHex(sha256()));
});
