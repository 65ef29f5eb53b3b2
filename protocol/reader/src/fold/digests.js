// The digest of the state of each scope (protocol/spec/04-fold.md 7).

import { compare, fromHex, join, sha256 } from '../bytes.js';
import { encode } from '../encoding.js';
import { append } from './records.js';
import { NETWORK } from './scopes.js';

/** The digest of each scope whose genesis is decided: a Map from its id to bytes. */
export function digestsOf(records, scopes) {
  const byHome = new Map([...scopes.keys()].map((id) => [id, []]));
  for (const record of records.values()) if (record.status === 'yes') append(byHome, record.home, record);
  const own = new Map([...byHome].map(([home, counted]) => [home, ownDigest(home, counted)]));
  const whole = [...scopes.values()].map((scope) => {
    const digest = own.get(scope.id);
    return [scope.id, scope.kind === NETWORK ? withMembers(digest, byHome.get(scope.id), own) : digest];
  });
  return new Map(whole);
}

function withMembers(digest, counted, own) {
  const agents = [...new Set(memberships(counted).map(({ author }) => author))].sort();
  return sha256('meshnode/1 network state\n', digest, ...agents.flatMap((agent) => [fromHex(agent), own.get(agent)]));
}

function ownDigest(home, counted) {
  const lines = TABLES.flatMap(([table, linesOf]) => {
    const sorted = linesOf(counted).sort(([a], [b]) => compare(a, b));
    return sorted.map(([key, ...content]) => encode([table, key, ...content]));
  });
  return sha256('meshnode/1 state\n', fromHex(home), ...lines);
}

/** The tables in their order; each line is its key and what follows it. */
const TABLES = [
  ['record', (counted) => counted.map(({ header }) => [header.id])],
  ['member', memberLines],
  ['head', headLines],
  ['correction', correctionLines],
  ['thanked', thankedLines],
];

function memberLines(counted) {
  return memberships(counted).map(({ header, author }) => {
    const role = header.type === 'grant' ? header.facts.get('role') : 'founder';
    return [join(fromHex(author), header.id), [role, header.at]];
  });
}

function headLines(counted) {
  const current = counted.filter(({ state }) => state === 'current');
  return current.map(({ label, header }) => [join(fromHex(label), header.id), header.at]);
}

function correctionLines(counted) {
  return ofType(counted, 'correction').map(({ header: { facts, id, at } }) => {
    const qty = listed(facts.get('qty'), 'n', 's', 'u');
    const value = listed(facts.get('value'), 'amt', 'cur');
    return [join(facts.get('target'), id), [facts.get('kind'), qty, value, at]];
  });
}

function thankedLines(counted) {
  return ofType(counted, 'recognition').flatMap(({ header, author }) => {
    const { facts, id } = header;
    return facts.get('to').map((to) => [join(to, fromHex(author), id), facts.get('kind')]);
  });
}

/** The records by which somebody stands in a network. */
function memberships(counted) {
  return [...ofType(counted, 'grant'), ...ofType(counted, 'countersign')];
}

function ofType(counted, type) {
  return counted.filter(({ header }) => header.type === type);
}

function listed(map, ...names) {
  return map === undefined ? [] : names.map((name) => map.get(name));
}
