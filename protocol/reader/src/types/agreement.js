// `agreement` (protocol/spec/02-types.md 12).

import { toHex } from '../bytes.js';
import { checkEquation } from '../equation/file.js';
import { readJson } from '../equation/json.js';
import { Refusal, demand } from '../refusal.js';
import {
  bool, digest, ext, fields, id, idOrExt, int, list, matching, oneOf, pairs, set, text,
} from './shapes.js';
import { date, licence, money, ratio } from './values.js';

const ROLES = ['provider', 'client', 'holder', 'arbiter', 'commons'];

/** One of some words if it is a text, else something of another shape. */
function wordOr(shape, ...words) {
  const word = oneOf(...words);
  return (value, path) => (typeof value === 'string' ? word : shape)(value, path);
}

function anyMap(value, path) {
  demand(value instanceof Map, 'I-FIELD', path);
}

const DUTY = fields({
  to: id,
  scope: matching(/[a-z][a-z0-9_-]{0,31}/),
  final: id,
  'deputies?': set(id),
  liability: oneOf('several', 'joint', 'joint_and_several', 'capped'),
  'cap?': money(0),
});

const RIGHTS = fields({
  'background?': set(idOrExt),
  results: fields({
    ownership: oneOf('per_author', 'joint', 'named', 'client'),
    'owner?': id,
    'licence?': licence,
    effective: oneOf('on_creation', 'on_payment', 'on_date'),
    'on?': date,
  }),
  'attribution?': bool,
});

const COUNT = fields({ k: int(1, 256) });

const AGREEMENT = {
  parties: pairs(list(oneOf(...ROLES), 1, 5), 1, 256),
  from: date,
  ack: fields({
    min: int(0, 256),
    by: wordOr(set(id, 1, 256), 'parties', 'client'),
    'ratings?': list(ratio, 5, 5),
  }),
  approval: wordOr(COUNT, 'all', 'arbiter'),
  amendment: wordOr(COUNT, 'all'),
  income_confirm: oneOf('none', 'client', 'party'),
  late: oneOf('next', 'catch_up', 'exclude'),
  'prev?': set(id, 1, 16),
  'until?': date,
  'covers?': set(ext),
  'audience?': set(ext),
  'named?': set(id),
  'worth?': money(0),
  'notice_days?': int(0, 3650),
  'doc?': fields({ sha256: digest }),
  'prevails?': oneOf('doc', 'data'),
  'responsibility?': list(DUTY),
  'rights?': RIGHTS,
  'ballots?': fields({ budget: int(1, 1000), rounds: list(text(32)) }),
  'dispute?': fields({ 'mediators?': set(id), quorum: ratio, 'reserve?': bool }),
  'leaver?': fields({ good: oneOf('keep', 'once'), bad: oneOf('keep', 'drop_unpaid') }),
  'leaves?': pairs(oneOf('good', 'bad'), 1, 256),
  'value_equation?': anyMap,
};

/** The parties of a version with one of some roles, or all of them; as hex, ascending. */
export function partiesOf(facts, ...roles) {
  const found = facts.get('parties').filter(([, borne]) => roles.length === 0 || borne.some((each) => roles.includes(each)));
  return found.map(([agent]) => toHex(agent));
}

function listed(map, name) {
  return (map?.get(name) ?? []).map(toHex);
}

/** Whoever may write in the scope of an agreement by a version of it. */
export function participantsOf(facts) {
  return [...partiesOf(facts), ...listed(facts, 'named'), ...listed(facts.get('dispute'), 'mediators')];
}

/** Whoever may attest under a version. */
export function attestersOf(facts) {
  const by = facts.get('ack').get('by');
  if (typeof by !== 'string') return by.map(toHex);
  return by === 'client' ? partiesOf(facts, 'client') : partiesOf(facts);
}

/** Who decides what is in dispute under a version, and how many of them must agree. */
export function electorsOf(facts) {
  const mediators = facts.get('dispute') === undefined ? [] : listed(facts.get('dispute'), 'mediators');
  const electors = mediators.length > 0 ? mediators : partiesOf(facts);
  const [numerator, denominator] = facts.get('dispute')?.get('quorum') ?? [1, 1];
  const isEnough = (count) => count * denominator >= numerator * electors.length;
  return { electors, needed: electors.findIndex((_, place) => isEnough(place + 1)) + 1 };
}

/** Whoever approves distributions under a version. */
export function approversOf(facts) {
  if (facts.get('approval') === 'arbiter') return partiesOf(facts, 'arbiter');
  const deciders = partiesOf(facts, 'provider', 'holder');
  return deciders.length > 0 ? deciders : partiesOf(facts);
}

function demandDuties(facts) {
  const parties = partiesOf(facts);
  const clients = [...parties, ...listed(facts, 'named')];
  const before = new Map();
  (facts.get('responsibility') ?? []).forEach((duty, index) => {
    const isAnswerable = [toHex(duty.get('final')), ...listed(duty, 'deputies')].every((each) => parties.includes(each));
    const isCapped = duty.has('cap') === (duty.get('liability') === 'capped');
    const isKnown = clients.includes(toHex(duty.get('to')));
    const place = `${toHex(duty.get('to'))} ${duty.get('scope')}`;
    const liabilities = [...(before.get(place) ?? []), duty.get('liability')];
    before.set(place, liabilities);
    const isClear = liabilities.length === 1 || liabilities.every((each) => each === 'joint_and_several');
    demand(isAnswerable && isKnown && isCapped && isClear, 'I-RULE', `responsibility[${index}]`);
  });
}

function demandRights(facts) {
  const results = facts.get('rights')?.get('results');
  if (results === undefined) return;
  demand(results.has('owner') === (results.get('ownership') === 'named'), 'I-RULE', 'rights.results.owner');
  demand(results.has('on') === (results.get('effective') === 'on_date'), 'I-RULE', 'rights.results.on');
}

function demandDecisions(facts) {
  const [approval, amendment] = [facts.get('approval'), facts.get('amendment')];
  if (approval === 'arbiter') demand(partiesOf(facts, 'arbiter').length > 0, 'I-RULE', 'approval');
  else if (approval !== 'all') demand(approval.get('k') <= approversOf(facts).length, 'I-RULE', 'approval.k');
  if (amendment !== 'all') demand(amendment.get('k') <= facts.get('parties').length, 'I-RULE', 'amendment.k');
}

function demandEquation(facts) {
  const equation = facts.get('value_equation');
  if (equation === undefined) return;
  const agents = [...partiesOf(facts), ...listed(facts, 'named')];
  try {
    checkEquation(readJson(JSON.stringify(plain(equation))));
    demandIds(equation, '', agents);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    throw new Refusal(refusal.reason, `value_equation${refusal.detail === '' ? '' : '.'}${refusal.detail}`);
  }
}

/** Facts as JSON has them, with hex in place of bins. */
export function plain(fact) {
  if (fact instanceof Map) return Object.fromEntries([...fact].map(([name, value]) => [name, plain(value)]));
  if (fact instanceof Uint8Array) return toHex(fact);
  return Array.isArray(fact) ? fact.map(plain) : fact;
}

/** Refuses names that are written out, and ids of others, in an equation that is right otherwise. */
function demandIds(value, path, agents) {
  if (Array.isArray(value)) value.forEach((each, index) => demandIds(each, `${path}[${index}]`, agents));
  if (!(value instanceof Map)) return;
  for (const [name, each] of value) {
    const here = path === '' ? name : `${path}.${name}`;
    if (['pay', 'parts', 'rate', 'owed', 'cap'].includes(name)) {
      each.forEach(([agent], index) => agent === '*' || demandAgent(agent, `${here}[${index}][0]`, agents));
    } else if (name === 'agent') demandAgent(each, here, agents);
    else if (name === 'project') each.forEach((project, index) => ext(project, `${here}[${index}]`));
    else demandIds(each, here, agents);
  }
}

function demandAgent(agent, path, agents) {
  id(agent, path);
  demand(agents.includes(toHex(agent)), 'I-RULE', path);
}

export const agreement = {
  fields: () => AGREEMENT,
  rules(header) {
    const { facts, isGenesis } = header;
    demand(partiesOf(facts).includes(toHex(header.agent)), 'I-RULE', 'parties');
    demand(facts.has('prev') !== isGenesis, 'I-RULE', 'prev');
    // Dates of four-digit years compare like their texts.
    demand(!facts.has('until') || facts.get('until') >= facts.get('from'), 'I-RULE', 'until');
    demand(facts.has('doc') === facts.has('prevails'), 'I-RULE', 'prevails');
    demandDuties(facts);
    demandRights(facts);
    const participants = participantsOf(facts);
    demand(attestersOf(facts).every((each) => participants.includes(each)), 'I-RULE', 'ack.by');
    demand(facts.get('ack').get('min') <= attestersOf(facts).length, 'I-RULE', 'ack.min');
    demandDecisions(facts);
    const [numerator, denominator] = facts.get('dispute')?.get('quorum') ?? [1, 1];
    demand(2 * numerator > denominator && numerator <= denominator, 'I-RULE', 'dispute.quorum');
    demandEquation(facts);
  },
};
