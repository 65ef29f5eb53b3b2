// The digest of the state of each scope (protocol/spec/04-fold.md 10).

import { compare, fromHex, join, sha256 } from '../bytes.js';
import { encode } from '../encoding.js';
import { counts } from './effects.js';
import { linesOfAgreement } from './lineage.js';
import { append } from './records.js';

/** The digest of each scope whose genesis is decided: a Map from its id to bytes. */
export function digestsOf(world, standings, acknowledged) {
  const byHome = new Map([...world.scopes.keys()].map((id) => [id, []]));
  const covered = [...world.records.values()].filter(({ status }) => status === 'yes' || status === 'contested');
  for (const record of covered) append(byHome, record.home, record);
  const own = new Map([...byHome].map(([home, records]) => {
    return [home, ownDigest(home, records, acknowledged.get(home) ?? new Map())];
  }));
  return new Map([...own].map(([home, digest]) => [home, withMembers(digest, standings.get(home), own)]));
}

/** The digest of a network, which covers the streams of those who have a standing there; any other's is its own. */
function withMembers(digest, standing, own) {
  if (standing === undefined) return digest;
  const agents = [...standing].sort();
  return sha256('meshnode/1 network state\n', digest, ...agents.flatMap((agent) => [fromHex(agent), own.get(agent)]));
}

function ownDigest(home, covered, acknowledged) {
  const counted = covered.filter(counts);
  const lines = TABLES.flatMap(([table, linesOf]) => {
    const sorted = linesOf(covered, counted).sort(([a], [b]) => compare(a, b));
    return sorted.map(([key, ...content]) => encode([table, key, ...content]));
  });
  return sha256('meshnode/1 state\n', fromHex(home), ...lines, ...attestedLines(acknowledged), ...agreementLines(covered));
}

/** The tables in their order; each line is its key and what follows it. */
const TABLES = [
  ['record', (covered) => covered.map(({ header, status }) => [header.id, status])],
  ['state', (covered) => (isOfAgreement(covered) ? [] : covered.filter(hasStanding)).map(({ header, state }) => [header.id, state])],
  ['head', (covered, counted) => headLines(counted)],
  ['correction', (covered, counted) => correctionLines(counted)],
  ['thanked', (covered, counted) => thankedLines(counted)],
];

function attestedLines(acknowledged) {
  const told = [...acknowledged].filter(([, state]) => state !== 'claimed').sort(([a], [b]) => (a < b ? -1 : 1));
  return told.map(([id, state]) => encode(['attested', fromHex(id), state]));
}

function agreementLines(covered) {
  const valid = covered.filter(({ isValid }) => isValid);
  if (!isOfAgreement(valid)) return [];
  return Object.entries(linesOfAgreement(valid)).flatMap(([table, lines]) => {
    const sorted = lines.sort(([a], [b]) => compare(a, b));
    return sorted.map(([key, content]) => encode([table === 'stands' ? 'stands' : 'balance', key, content]));
  });
}

function isOfAgreement(records) {
  return records.some(({ header }) => header.isGenesis && header.type === 'agreement');
}

function hasStanding({ type, state }) {
  return ['grant', 'countersign', 'resolution'].includes(type) && state !== '';
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

function ofType(counted, wanted) {
  return counted.filter(({ type }) => type === wanted);
}

function listed(map, ...names) {
  return map === undefined ? [] : names.map((name) => map.get(name));
}
