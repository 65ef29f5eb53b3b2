// A preview file: its fields, its rules (protocol/spec/08-equations.md 10).

import { Refusal, demand } from '../refusal.js';
import { isLess, ONE, total } from './rationals.js';
import { readJson } from './json.js';
import {
  agent, agentOrAll, bool, count, date, fields, int, list, matching, measure, money, name, oneOf, pairs, place, ratio, set, tuple,
} from './shapes.js';
import { convertible } from './units.js';

const KINDS = ['work', 'idea', 'cite', 'use', 'consume', 'material', 'money', 'introduction', 'care', 'data', 'deliver'];
const kind = oneOf(...KINDS);
const comp = oneOf('paid', 'deferred', 'gift');
const stream = oneOf('livelihood', 'love', 'care');
const unit = matching(/[A-Z0-9]{2,3}/);

const MOST_STEPS = 64;
const MOST_PARTS = 1000n;
const MOST_RATES = 256;
const MOST_WORK = 1_000_000n;
const MOST_OF = { contributions: 5_000, attestations: 15_000, corrections: 5_000 };

/** The terms and rounds of a file; refuses with a reason and a path. */
export function readFile(text) {
  const file = FILE(readJson(text), '');
  checkExtent(file);
  checkNames(file);
  checkRounds(file);
  return file;
}

const match = fields({
  'kind?': set(kind),
  'class?': set(name),
  'project?': set(name),
  'stream?': set(stream),
  'comp?': set(comp),
  'period?': fields({ 'from?': date, 'to?': date }),
});

const weight = fields({
  'match?': match,
  unit: (value, path) => (value === 'value' ? value : unit(value, path)),
  'rate?': pairs(agentOrAll, ratio, 1),
  'quality?': bool,
});

const weights = list(weight, 1, 16);

const component = fields({ part: ratio, 'weights?': weights, 'ballots?': oneOf('round') }, (found, path) => {
  demand((found.weights === undefined) !== (found.ballots === undefined), 'I-RULE', place(path, 'weights'));
});

const payRatios = (found, path) => demand(!isLess(ONE, total([...found.pay.values()])), 'I-RULE', place(path, 'pay'));

const STEPS = {
  reimburse: fieldsOfStep({ 'match?': match }),
  fixed: fieldsOfStep({ 'claim?': oneOf('each', 'once', 'until_paid'), pay: pairs(agent, int(0), 1) }),
  percent: fieldsOfStep({ of: oneOf('gross', 'remaining'), pay: pairs(agent, ratio, 1) }, payRatios),
  pro_rata: fieldsOfStep(
    {
      'claim?': oneOf('once', 'until_paid'),
      'weights?': weights,
      'mix?': list(component, 1, 8),
      'factor?': fields({ done: fields({ 'match?': match, unit }), owed: pairs(agentOrAll, measure(0), 1) }),
      'cap?': pairs(agentOrAll, fields({ 'of_step?': ratio, 'amt?': int(0), 'lifetime?': int(0) }), 1),
    },
    checkProRata,
  ),
  shares: fieldsOfStep({ parts: pairs(agent, int(0, 1000), 1) }, (found, path) => {
    demand([...found.parts.values()].reduce((sum, part) => sum + part, 0n) <= MOST_PARTS, 'I-RULE', place(path, 'parts'));
  }),
  equal: fieldsOfStep({}),
  tiers: fieldsOfStep(
    { brackets: list(fields({ 'to?': int(1), steps: list((value, path) => step(value, path, true), 0, MOST_STEPS) }), 1, 16) },
    checkBrackets,
  ),
  residual: fieldsOfStep({ agent }),
};

function fieldsOfStep(described, rules) {
  return fields({ do: (value) => value, ...described }, rules);
}

function step(value, path, isInBracket = false) {
  demand(value instanceof Map, 'I-FIELD', path);
  if (!value.has('do')) throw new Refusal('I-FIELD', place(path, 'do'));
  const known = Object.keys(STEPS).filter((each) => !isInBracket || each !== 'tiers');
  const chosen = oneOf(...known)(value.get('do'), place(path, 'do'));
  return { ...STEPS[chosen](value, path), path };
}

function checkProRata(found, path) {
  const rule = (holds, field, reason = 'I-RULE') => demand(holds, reason, place(path, field));
  rule((found.weights === undefined) !== (found.mix === undefined), 'weights');
  if (found.claim === 'until_paid') {
    rule(found.mix === undefined, 'mix');
    rule(found.factor === undefined, 'factor');
  }
  const mix = found.mix ?? [];
  rule(!isLess(ONE, total(mix.map(({ part }) => part))), 'mix');
  const rates = [...(found.weights ?? []), ...mix.flatMap((each) => each.weights ?? [])].map(({ rate }) => rate?.size ?? 0);
  rule(sum(rates) <= MOST_RATES, found.mix === undefined ? 'weights' : 'mix', 'I-LIST');
  const { done, owed = new Map() } = found.factor ?? {};
  rule([...owed.values()].every((each) => convertible(each.unit, done.unit)), 'factor');
  rule([...(found.cap ?? new Map()).values()].every((cap) => Object.keys(cap).length > 0), 'cap');
}

function checkBrackets({ brackets }, path) {
  const ends = brackets.map(({ to }) => to);
  const isRight = ends.every((to, index) => {
    if (to === undefined) return index === ends.length - 1;
    return index === 0 || to > ends[index - 1];
  });
  demand(isRight, 'I-RULE', place(path, 'brackets'));
}

const contribution = fields(
  {
    id: name,
    agent,
    kind,
    qty: measure(1),
    'value?': money(0),
    'comp?': comp,
    'stream?': stream,
    'class?': set(name),
    'project?': name,
    'when?': fields({ from: date, to: date }),
    'shares?': pairs(agent, int(1, 1000), 1),
    'declined?': set(agent),
    'beneficiaries?': set(agent),
  },
  ({ when, shares, agent: author }, path) => {
    demand(when === undefined || when.from <= when.to, 'I-RULE', place(path, 'when'));
    const parts = [...(shares ?? new Map()).values()].reduce((sum, part) => sum + part, 0n);
    demand(shares === undefined || (parts <= MOST_PARTS && shares.has(author)), 'I-RULE', place(path, 'shares'));
  },
);

const attestation = fields({
  on: name,
  by: agent,
  verdict: oneOf('confirm', 'reject'),
  'qty?': measure(0),
  'rating?': count(1, 5),
});

const correction = fields(
  { target: name, kind: oneOf('delta', 'retract'), 'qty?': measure(), 'value?': money() },
  (found, path) => {
    const says = found.qty !== undefined || found.value !== undefined;
    demand(says === (found.kind === 'delta'), 'I-RULE', place(path, 'kind'));
  },
);

function ballot(value, path) {
  const [giver, points] = tuple(agent, pairs(agent, int(0, 1000)))(value, path);
  demand([...points.values()].reduce((sum, each) => sum + each, 0n) <= MOST_PARTS, 'I-RULE', path);
  return { giver, points };
}

/** A round with at most so many of each; the preview's bounds are not those of agreements. */
const roundWith = ({ contributions, attestations, corrections, ballots }) => fields({
  pool: int(),
  to: date,
  'contributions?': list(contribution, 0, contributions),
  'attestations?': list(attestation, 0, attestations),
  'corrections?': list(correction, 0, corrections),
  'ballots?': list(ballot, 0, ballots),
  'disputes?': list(fields({ id: name, target: name }), 0, 256),
  'resolved?': list(tuple(name, oneOf('uphold', 'reject')), 0, 256),
  'refunds?': int(0),
  'restates?': int(0),
  'consents?': set(agent),
});

const EQUATION = fields({ cur: matching(/[A-Z][A-Z0-9]{2,11}/), steps: list((value, path) => step(value, path), 0, MOST_STEPS) });

/** Refuses what is no equation, as JSON has it. */
export function checkEquation(value) {
  const { steps } = EQUATION(value, '');
  demand(stepsIn(steps).length <= MOST_STEPS, 'I-LIST', 'steps');
}

const TERMS = {
  cur: matching(/[A-Z][A-Z0-9]{2,11}/),
  parties: set(agent, 1),
  steps: list(step, 0, MOST_STEPS),
  ack: fields({
    min: count(0, 256),
    by: (value, path) => (typeof value === 'string' ? oneOf('parties')(value, path) : set(agent)(value, path)),
    ratings: list(ratio, 5, 5),
  }),
  late: oneOf('next', 'catch_up', 'exclude'),
  reserve: bool,
};

const FILE = fields({ ...TERMS, rounds: list(roundWith({ ...MOST_OF, ballots: 256 }), 1, 256) });

const readVersion = fields(TERMS);
const ANY = Number.MAX_SAFE_INTEGER;
const readRound = roundWith({ contributions: ANY, attestations: ANY, corrections: ANY, ballots: ANY });

/** What a version of an agreement says, as JSON has it; rounds apart. */
export function versionFrom(value) {
  return readVersion(asRead(value), '');
}

/** What enters with a distribution, as JSON has it. */
export function roundFrom(value) {
  return readRound(asRead(value), '');
}

/** A value as `readJson` gives it. */
function asRead(value) {
  if (Array.isArray(value)) return value.map(asRead);
  if (typeof value === 'number') return BigInt(value);
  return typeof value === 'object' ? new Map(Object.entries(value).map(([key, each]) => [key, asRead(each)])) : value;
}

/** All steps of a list, those in brackets after the `tiers` in which they stand. */
export function stepsIn(steps) {
  return steps.flatMap((each) => [each, ...(each.brackets ?? []).flatMap((bracket) => stepsIn(bracket.steps))]);
}

function checkExtent({ parties, steps, rounds }) {
  const all = stepsIn(steps);
  demand(all.length <= MOST_STEPS, 'I-LIST', 'steps');
  for (const [field, most] of Object.entries(MOST_OF)) {
    let count = 0;
    rounds.forEach((each, index) => {
      count += each[field]?.length ?? 0;
      demand(count <= most, 'I-LIST', `rounds[${index}].${field}`);
    });
  }
  let pools = 0n;
  rounds.forEach(({ pool }, index) => {
    pools += pool < 0n ? -pool : pool;
    demand(pools < 2n ** 53n, 'I-VALUE', `rounds[${index}].pool`);
  });
  demand(work(parties, all, rounds) <= MOST_WORK, 'Q-WORK', 'rounds');
}

function work(parties, steps, rounds) {
  const things = parties.length + sum(rounds.flatMap(({ contributions = [], attestations = [], corrections = [], ballots = [] }) => [
    contributions.length,
    attestations.length,
    corrections.length,
    ...contributions.map(({ shares }) => shares?.size ?? 0),
    ...ballots.map(({ points }) => points.size),
  ]));
  const agents = parties.length + sum(steps.map(({ pay, parts }) => (pay?.size ?? 0) + (parts?.size ?? 0)));
  const once = BigInt(things) * BigInt(sum(steps.map(weightsOf))) + BigInt(agents) * BigInt(steps.length);
  const back = rounds.filter(({ refunds, restates, resolved = [] }) => {
    return refunds !== undefined || restates !== undefined || resolved.length > 0;
  });
  const rejected = sum(rounds.map(({ resolved = [] }) => resolved.filter(([, how]) => how === 'reject').length));
  const attributing = steps.filter(({ do: what }) => what === 'reimburse' || what === 'pro_rata').length;
  const plain = BigInt(8 + back.length) * BigInt(rounds.length);
  return once * (plain + 8n * BigInt(runsAgain(rounds)) * BigInt(1 + attributing * rejected));
}

function runsAgain(rounds) {
  const since = new Map();
  return sum(rounds.map(({ refunds, restates, disputes = [], resolved = [] }, index) => {
    for (const { id } of disputes) if (!since.has(id)) since.set(id, index);
    const rejected = resolved.filter(([, how]) => how === 'reject').map(([id]) => index - (since.get(id) ?? index));
    return (refunds !== undefined || restates !== undefined ? 1 : 0) + sum(rejected);
  }));
}

function weightsOf({ do: what, weights: own = [], mix = [], factor }) {
  const mixed = sum(mix.map((each) => each.weights?.length ?? 1));
  return own.length + mixed + (what === 'reimburse' ? 1 : 0) + (factor === undefined ? 0 : 1);
}

function sum(numbers) {
  return numbers.reduce((all, each) => all + each, 0);
}

function checkNames({ rounds }) {
  const contributions = new Map();
  const disputes = new Set();
  const resolved = new Set();
  rounds.forEach((each, index) => {
    const at = `rounds[${index}]`;
    (each.contributions ?? []).forEach((found, i) => {
      demand(!contributions.has(found.id), 'I-LIST', `${at}.contributions[${i}].id`);
      contributions.set(found.id, found);
    });
    const names = (target, qty, path, field) => {
      demand(contributions.has(target), 'I-RULE', `${path}.${field}`);
      demand(qty === undefined || convertible(qty.unit, contributions.get(target).qty.unit), 'I-RULE', `${path}.qty`);
    };
    (each.attestations ?? []).forEach(({ on, qty }, i) => names(on, qty, `${at}.attestations[${i}]`, 'on'));
    (each.corrections ?? []).forEach(({ target, qty }, i) => names(target, qty, `${at}.corrections[${i}]`, 'target'));
    (each.disputes ?? []).forEach(({ id, target }, i) => {
      demand(!disputes.has(id), 'I-LIST', `${at}.disputes[${i}].id`);
      disputes.add(id);
      names(target, undefined, `${at}.disputes[${i}]`, 'target');
    });
    (each.resolved ?? []).forEach(([id], i) => {
      demand(disputes.has(id) && !resolved.has(id), 'I-RULE', `${at}.resolved[${i}]`);
      resolved.add(id);
    });
  });
}

function checkRounds({ rounds }) {
  const refunded = new Map();
  rounds.forEach((each, index) => {
    const rule = (holds, field) => demand(holds, 'I-RULE', `rounds[${index}].${field}`);
    const { pool, refunds, restates, resolved = [] } = each;
    rule(refunds === undefined || restates === undefined, 'refunds');
    const target = refunds ?? restates;
    const named = target === undefined ? undefined : rounds[Number(target < BigInt(index) ? target : -1n)];
    const addsEntry = named !== undefined && named.refunds === undefined && named.restates === undefined;
    if (refunds !== undefined) {
      rule(addsEntry, 'refunds');
      const sum = (refunded.get(refunds) ?? 0n) - pool;
      rule(pool < 0n && sum <= named.pool, 'pool');
      refunded.set(refunds, sum);
    }
    if (restates !== undefined) {
      rule(addsEntry, 'restates');
      rule(pool === 0n, 'pool');
      rule(resolved.length === 0, 'resolved');
    }
  });
}
