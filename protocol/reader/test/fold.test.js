import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Refusal, checkFacts, fold, toHex } from '../index.js';
import { next, person } from './story.js';

const ALICE = person('alice');
const BOB = person('bob');

function digests(headers) {
  return Object.fromEntries([...fold(headers).digests].map(([id, digest]) => [id, toHex(digest)]));
}

test('the state does not depend on order or repetition', () => {
  const second = next('alice', ALICE, ALICE);
  const thanks = { type: 'recognition', facts: { to: [BOB.id], kind: 'thanks' } };
  const third = next('alice', ALICE, second, thanks);
  const expected = digests([ALICE, BOB, second, third]);
  assert.deepEqual(digests([third, second, third, BOB, ALICE]), expected);
  assert.notDeepEqual(digests([ALICE, BOB, second]), expected);
});

test('a record waits for what it names', () => {
  const second = next('alice', ALICE, ALICE);
  const third = next('alice', ALICE, second);
  const { status, reason, ids } = fold([ALICE, third]).records.get(toHex(third.id));
  assert.deepEqual([status, reason, ids], ['pending', 'P-DEP', [toHex(second.id)]]);
});

test('a fork is told with both records, which count like any others', () => {
  const rivals = [next('alice', ALICE, ALICE, { at: 1 }), next('alice', ALICE, ALICE, { at: 2 })];
  const state = fold([ALICE, ...rivals]);
  assert.deepEqual(state.forks.map(({ seq, ids }) => [seq, ids]), [[2, rivals.map(({ id }) => toHex(id)).sort()]]);
  assert.deepEqual([...state.records.values()].map(({ status }) => status), ['yes', 'yes', 'yes']);
});

test('forks of two branches at one number are told together', () => {
  const branches = [next('alice', ALICE, ALICE, { at: 1 }), next('alice', ALICE, ALICE, { at: 2 })];
  const tips = branches.flatMap((branch) => [3, 4].map((at) => next('alice', ALICE, branch, { at })));
  const { forks } = fold([ALICE, ...branches, ...tips]);
  assert.deepEqual(forks.map(({ seq, ids }) => [seq, ids.length]), [[2, 2], [3, 4]]);
});

test('facts are refused with the path of the fact', () => {
  const facts = { state: 'active', supersedes: [], starts: '2025-02-29' };
  const project = next('alice', ALICE, ALICE, { type: 'project', facts });
  const later = next('alice', ALICE, ALICE, { type: 'later' });
  assert.throws(() => checkFacts(project), new Refusal('I-VALUE', 'starts'));
  assert.throws(() => checkFacts(later), new Refusal('U-TYPE', 'later'));
});

test('a long log is folded without recursion', () => {
  const log = [ALICE];
  for (let each = 0; each < 12_000; each++) log.push(next('alice', ALICE, log.at(-1)));
  assert.equal(fold(log.reverse()).records.get(toHex(log[0].id)).status, 'yes');
});
