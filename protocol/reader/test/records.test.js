import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Refusal, encode, readForkProof, readHeader, readPrivate, readRun, toHex } from '../index.js';
import { next, person, signed } from './story.js';

const ALICE = person('alice');

test('a genesis is its own home and its own author', () => {
  assert.equal(ALICE.isGenesis, true);
  assert.equal(toHex(ALICE.home), toHex(ALICE.id));
  assert.equal(toHex(ALICE.author), toHex(ALICE.id));
  assert.deepEqual(ALICE.references, []);
});

test('references are all ids that a header names, each once, ascending', () => {
  const bob = person('bob');
  const facts = { to: [bob.id, bob.id], kind: 'thanks', note: Buffer.alloc(31) };
  const thanks = next('alice', ALICE, ALICE, { type: 'recognition', facts });
  assert.deepEqual(thanks.references.map(toHex), [ALICE.id, bob.id].map(toHex).sort());
});

test('a run is authentic by the signature of its last record', () => {
  const second = next('alice', ALICE, ALICE);
  const run = [ALICE.bytes, second.bytes];
  assert.deepEqual(readRun(run, signed('alice', second)).map(({ seq }) => seq), [1, 2]);
  assert.throws(() => readRun(run, signed('alice', ALICE)), new Refusal('S-SIG'));
  assert.throws(() => readRun(run, signed('bob', second)), new Refusal('S-SIG'));
});

test('a private part belongs to one header', () => {
  const part = encode(new Map([['salt', Buffer.alloc(16, 1)], ['title', 'Gärten']]));
  const header = next('alice', ALICE, ALICE, { part });
  assert.equal(readPrivate(header, part).get('title'), 'Gärten');
  assert.throws(() => readPrivate(header, encode(new Map())), new Refusal('V-SIZE'));
  assert.throws(() => readPrivate(ALICE, part), new Refusal('V-NONE'));
});

test('a proof shows both rivals and what followed them', () => {
  const rivals = [next('alice', ALICE, ALICE, { at: 1 }), next('alice', ALICE, ALICE, { at: 2 })];
  rivals.sort((a, b) => Buffer.compare(a.id, b.id));
  const later = next('alice', ALICE, rivals[1]);
  const branch = [rivals[1].bytes, later.bytes];
  const halves = [[rivals[0].bytes], signed('alice', rivals[0]), branch, signed('alice', later)];
  const [one, other] = readForkProof(encode(['meshnode/1 fork', ...halves]));
  assert.deepEqual([one, other].map((half) => half.map(({ seq }) => seq)), [[2], [2, 3]]);
  const swapped = [...halves.slice(2), ...halves.slice(0, 2)];
  assert.throws(() => readForkProof(encode(['meshnode/1 fork', ...swapped])), new Refusal('Z-ORDER'));
});

test('a proof that is too long is refused unread', () => {
  assert.throws(() => readForkProof(new Uint8Array(2 * 1024 * 1024 + 8 * 1024 + 1)), new Refusal('E-SIZE'));
  assert.throws(() => readForkProof(new Uint8Array(2 * 1024 * 1024 + 8 * 1024)), new Refusal('E-TRAIL'));
});

test('a header may be given as a view into something greater', () => {
  const framed = Buffer.concat([Buffer.from('xx'), ALICE.bytes, Buffer.from('yy')]);
  const view = new Uint8Array(framed.buffer, framed.byteOffset + 2, ALICE.bytes.length);
  assert.equal(toHex(readHeader(view).id), toHex(ALICE.id));
});
