// Value equations, on numbers worked out by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Refusal, preview } from '../index.js';

const TERMS = {
  cur: 'EUR',
  parties: ['ana', 'bo', 'cy', 'dee'],
  ack: { min: 0, by: 'parties', ratings: [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]] },
  late: 'next',
  reserve: false,
};
const BY_HOURS = { do: 'pro_rata', weights: [{ unit: 'HUR' }] };
const HOURS = { ana: [625, 1], bo: [40, 0], cy: [3125, 2], dee: [7, 0] };

function work(hours, day) {
  const when = day === undefined ? {} : { when: { from: day, to: day } };
  return Object.entries(hours).map(([agent, [n, s]]) => ({
    id: `${agent} ${n} ${s}`, agent, kind: 'work', qty: { n, s, u: 'HUR' }, ...when,
  }));
}

/** For each round who gets what. */
function shared(rounds, terms) {
  const file = { ...TERMS, steps: [BY_HOURS], ...terms, rounds: rounds.map((each) => ({ to: '2026-01-31', ...each })) };
  return preview(JSON.stringify(file)).map(({ lines }) => Object.fromEntries(lines.map(([agent, { amt }]) => [agent, amt])));
}

function refusalOf(text) {
  try {
    preview(text);
  } catch (error) {
    assert.ok(error instanceof Refusal, error);
    return [error.reason, error.detail];
  }
  return assert.fail('it was not refused');
}

test('hours share to the cent', () => {
  const [round] = shared([{ pool: 1000000, contributions: work(HOURS) }]);
  assert.deepEqual(round, { ana: 444050, bo: 284192, cy: 222025, dee: 49733 });
});

test('a cap lets the rest flow to those who have none', () => {
  const cap = [['ana', { amt: 350000 }], ['bo', { lifetime: 300000 }]];
  const [round] = shared([{ pool: 1000000, contributions: work(HOURS) }], { steps: [{ ...BY_HOURS, cap }] });
  assert.deepEqual(round, { ana: 350000, bo: 300000, cy: 285948, dee: 64052 });
});

test('odd cents go to the first of those who are alike', () => {
  const parties = ['ana', 'bo', 'cy'];
  const rounds = [{ pool: 10000 }, { pool: 5 }, { pool: 1000 }, { pool: -5 }];
  assert.deepEqual(shared(rounds, { parties, steps: [{ do: 'equal' }] }), [
    { ana: 3334, bo: 3333, cy: 3333 },
    { ana: 2, bo: 2, cy: 1 },
    { ana: 334, bo: 333, cy: 333 },
    { ana: -2, bo: -2, cy: -1 },
  ]);
});

test('what is late comes next, is made up for, or stays out', () => {
  const late = work({ dee: [12, 0] }, '2026-01-15');
  const fresh = work({ ana: [10, 0], bo: [20, 0], cy: [5, 0] }, '2026-02-15');
  const rounds = [
    { pool: 1000000, contributions: work(HOURS, '2026-01-10') },
    { pool: 400000, to: '2026-02-28', contributions: [...late, ...fresh] },
  ];
  const second = (policy) => shared(rounds, { late: policy })[1];
  assert.deepEqual(second('next'), { ana: 85106, bo: 170213, cy: 42553, dee: 102128 });
  assert.deepEqual(second('exclude'), { ana: 114286, bo: 228571, cy: 57143 });
  assert.deepEqual(second('catch_up'), { ana: 96563, bo: 163211, cy: 48281, dee: 91945 });
});

test('claims are paid until they are met, and then the next step has the rest', () => {
  const claims = { ana: 120000, bo: 80000, cy: 50000 };
  const owed = Object.entries(claims).map(([agent, amt]) => ({
    id: `of ${agent}`, agent, kind: 'material', qty: { n: 1, s: 0, u: 'C62' }, value: { amt, cur: 'EUR' },
  }));
  const steps = [{ do: 'pro_rata', claim: 'until_paid', weights: [{ match: { kind: ['material'] }, unit: 'value' }] }, BY_HOURS];
  const rounds = [{ pool: 100000, contributions: owed }, { pool: 200000, contributions: work(HOURS) }];
  const [first, second] = shared(rounds, { steps });
  assert.deepEqual(first, { ana: 48000, bo: 32000, cy: 20000 });
  assert.deepEqual(second, { ana: 72000 + 22202, bo: 48000 + 14210, cy: 30000 + 11101, dee: 2487 });
});

test('a quantity is what others confirm, and at most the claim', () => {
  const [claim] = work({ ana: [40, 0] });
  const amounts = (attested, min) => {
    const attestations = attested.map(([by, n]) => ({
      on: claim.id, by, ...(n === null ? { verdict: 'reject' } : { verdict: 'confirm', qty: { n, s: 0, u: 'HUR' } }),
    }));
    const steps = [{ ...BY_HOURS, claim: 'until_paid', weights: [{ unit: 'HUR', rate: [['*', [1, 1]]] }] }];
    return shared([{ pool: 1000, contributions: [claim], attestations }], { ack: { ...TERMS.ack, min }, steps })[0];
  };
  assert.deepEqual(amounts([['bo', 40], ['cy', 32], ['dee', null]], 2), { ana: 32 });
  assert.deepEqual(amounts([['bo', 40]], 2), {});
  assert.deepEqual(amounts([['ana', 10], ['bo', 80], ['cy', 90]], 2), { ana: 40 });
});

test('a refund gives back what was got, to the cent', () => {
  const rounds = [{ pool: 1000000, contributions: work(HOURS) }, { pool: -1000000, refunds: 0 }];
  const [got, back] = shared(rounds);
  assert.deepEqual(Object.entries(back).map(([agent, amount]) => [agent, -amount]), Object.entries(got));
});

test('a text that is no JSON of integers is refused', () => {
  for (const text of ['', '{', '[1.0]', '[1e2]', '[-0]', '[01]', '[12345678901234567]', '{"a":1,"a":1}', '["\\ud800"]', '\ufeff[]', '[1]x', '["\t"]']) {
    assert.deepEqual(refusalOf(text), ['Q-JSON', ''], text);
  }
  assert.deepEqual(refusalOf('['.repeat(25) + ']'.repeat(25)), ['Q-JSON', '']);
});

test('a file is refused with the path of what is wrong', () => {
  const refused = (change) => {
    const file = structuredClone({ ...TERMS, steps: [BY_HOURS], rounds: [{ pool: 1, to: '2026-01-31' }] });
    change(file);
    return refusalOf(JSON.stringify(file));
  };
  assert.deepEqual(refused((file) => delete file.cur), ['I-FIELD', 'cur']);
  assert.deepEqual(refused((file) => (file.rounds[0].zoo = file.rounds[0].art = 1)), ['Q-KEY', 'rounds[0].art']);
  assert.deepEqual(refused((file) => file.parties.push('ana')), ['I-LIST', 'parties']);
  assert.deepEqual(refused((file) => (file.steps[0].weights[0].unit = 'h')), ['I-VALUE', 'steps[0].weights[0].unit']);
  assert.deepEqual(refused((file) => (file.rounds[0].refunds = 0)), ['I-RULE', 'rounds[0].refunds']);
});
