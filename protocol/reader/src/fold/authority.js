// Whether a record may say what it says in the name of its agent: steps 7 to 12 of protocol/spec/04-fold.md 4.

import { join, sha256, toHex } from '../bytes.js';
import { encode } from '../encoding.js';
import { takesPart } from './agreements.js';
import { mayName } from './chains.js';
import { charterFor, isCarriedFor, missingFounders } from './charters.js';
import { isId } from './records.js';
import { AGREEMENT, NETWORK, isWrittenIn } from './scopes.js';
import { require } from './verdict.js';
import { handleOf, pairOf } from './world.js';

const FOR_OTHERS_IN_STREAMS = new Set(['countersign', 'revoke', 'resolution']);
const BY_NETWORKS = new Set([
  'grant', 'revoke', 'countersign', 'resolution', 'correction', 'erasure', 'checkpoint',
]);
const AFTER_DISSOLUTION = new Set(['revoke', 'countersign', 'correction', 'erasure', 'checkpoint']);
const VOTED_ON = new Set(['agent', 'grant', 'resolution']);

const CORRECTING = ['recognition', 'countersign', 'correction', 'erasure', 'checkpoint'];
const ALLOWED_BY_ROLE = new Map([
  ['client', new Set(['contribution', 'attestation', ...CORRECTING])],
  ['observer', new Set(CORRECTING)],
  ['relay', new Set()],
]);

/** Ends the decision if the record's author has no authority for it, by its past. */
export function requireAuthority(record, world) {
  const scope = world.scopeOf(record);
  requireAgent(record, scope, world);
  if (record.type !== 'rotate') {
    requireChain(record, scope, world);
    const ended = [...new Set(endingsOf(record, scope, world))].sort();
    require(ended.length === 0, 'X-REVOKED', ended);
    requireMandates(record, world);
  }
  require(isWrittenIn(scope.kind, record.header), 'X-SCOPE', [], record.type);
  requireRole(record, scope, world);
}

function requireAgent(record, { kind, id }, world) {
  const { author, type } = record;
  require(mayName(author, record, world), 'X-KEY', [author]);
  if (kind === NETWORK) require(author !== id || BY_NETWORKS.has(type), 'X-SCOPE', [author]);
  else if (kind === AGREEMENT) requireParticipant(record, world);
  else require(author === id || FOR_OTHERS_IN_STREAMS.has(type), 'X-SCOPE', [author]);
}

function requireParticipant(record, world) {
  require(record.header.isGenesis || takesPart(record.author, record, world), 'X-SCOPE', [record.author]);
}

function requireChain(record, scope, world) {
  const { path, author } = record;
  require(path.holds, 'X-KEY', [author]);
  require(path.left === undefined, 'X-SCOPE', [path.left?.id]);
  for (const entry of world.entries(record)) requireInForce(entry, record, world);
  for (const group of groupsOf(record, scope, world)) {
    // SPEC 04-fold 4: This does not hold of `scope` for a `countersign` whose target is `scope`.
    if (group === scope && record.type === 'countersign' && record.named('target') === scope.id) continue;
    const missing = missingFounders(record, group, world);
    require(missing.length === 0, 'T-MISSING', missing);
  }
}

/** The organisations and networks in whose name the record is: that of its scope, and those of its chain. */
function groupsOf({ path }, scope, world) {
  return [scope, ...path.agents.map((id) => world.agent(id))].filter(({ isFounded }) => isFounded);
}

function requireInForce(entry, record, world) {
  if (entry.type === 'grant') {
    const to = entry.named('to');
    const needsAccept = isId(to) && to !== entry.author;
    require(!needsAccept || world.isAcceptedFor(record, entry.id, to), 'T-MISSING', [to]);
    return;
  }
  const resolution = entry.type === 'resolution' ? entry : resolutionBehind(entry, world);
  require(resolution === null || isCarriedFor(record, resolution, world), 'T-MISSING', [resolution?.id]);
}

/** The charter resolution that an entry accepts; null if the entry is something else. */
export function resolutionBehind(entry, world) {
  const target = entry.type === 'countersign' ? world.target(entry) : null;
  return target?.type === 'resolution' ? target : null;
}

/** The ids of all that ended, in the past of the record, what it needs (step 9). */
function endingsOf(record, scope, world) {
  const { path } = record;
  const endings = handlesOf(record, world).flatMap((handle) => world.endingsFor(record, handle));
  const dissolved = AFTER_DISSOLUTION.has(record.type) ? [] : groupsOf(record, scope, world)
    .map((group) => charterFor(record, group, world).dissolvedBy)
    .filter((id) => id !== '');
  return [...endings.map(({ id }) => id), ...(path.root?.ended ?? []).map(({ id }) => id), ...dissolved];
}

/** The handles that step 9 looks at for a record. */
export function handlesOf(record, world) {
  if (record.path === null || record.type === 'rotate') return [];
  const handles = world.entries(record).map(handleOf).filter((handle) => handle !== '');
  if (isFounderWithoutRole(record, world)) handles.push(pairOf(record.home, record.author));
  const granted = grantOfAnother(record, world);
  if (granted !== null) handles.push(granted.id);
  return handles;
}

/** The grant that a record countersigns and that is not of its own agent; null if it does no such thing. */
export function grantOfAnother(record, world) {
  const target = record.type === 'countersign' ? world.target(record) : null;
  return target?.type === 'grant' && target.author !== record.author ? target : null;
}

function requireMandates(record, world) {
  const { path, author, type } = record;
  for (const entry of [...path.chain, path.role].filter((each) => each !== null)) {
    require(allows(entry, type, world), 'X-SCOPE', [entry.id]);
  }
  const { resolution } = path;
  if (resolution !== null) {
    require(resolutionAllows(resolution, record), 'X-SCOPE', [resolution.id]);
    return;
  }
  const agent = world.agent(author);
  if (!agent.isFounded) return;
  const sensitive = charterFor(record, agent, world).fields.get('sensitive') ?? [];
  require(!sensitive.includes(type), 'T-MISSING', [author]);
}

function allows(entry, type, world) {
  const grant = entry.type === 'grant' ? entry : world.target(entry);
  // A founder's accept allows every type.
  if (grant.type !== 'grant') return true;
  const byRole = ALLOWED_BY_ROLE.get(grant.fact('role'));
  return (byRole === undefined || byRole.has(type)) && (grant.fact('scopes')?.includes(type) ?? true);
}

function resolutionAllows(resolution, record) {
  if (resolution.fact('outcome') !== 'order') {
    return ['remove', 'charter'].includes(resolution.fact('outcome')) && record.type === 'revoke';
  }
  const digest = toHex(join(Buffer.from([0x01]), sha256(encode(record.header.facts))));
  return resolution.fact('orders').some(([type, facts]) => type === record.type && toHex(facts) === digest);
}

function requireRole(record, scope, world) {
  const isFounder = record.author === scope.id || scope.founders.includes(record.author);
  const hasPlace = isFounder || record.path.role !== null || !needsRole(record, scope, world);
  require(hasPlace, 'X-SCOPE', [scope.id]);
}

function isFounderWithoutRole(record, world) {
  const scope = world.scopeOf(record);
  const { author, path } = record;
  // A network is no founder of itself, so its own records are not meant.
  return path.role === null && scope.founders.includes(author) && needsRole(record, scope, world);
}

/** Whether an agent needs a place in the network to write this there. */
function needsRole(record, scope, world) {
  if (scope.kind !== NETWORK || charterFor(record, scope, world).fields.get('join') !== 'invite') return false;
  return !['revoke', 'resolution'].includes(record.type) && !isVote(record, world);
}

/** Whether a record says yes or no to an agent, a grant or a resolution. */
export function isVote(record, world) {
  return record.type === 'countersign' && VOTED_ON.has(world.target(record)?.type);
}
