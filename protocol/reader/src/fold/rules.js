// What types demand of the records that they name (protocol/spec/04-fold.md 4.4).

import { fromHex, join, sha256, toHex } from '../bytes.js';
import { encode } from '../encoding.js';
import { idsIn } from '../headers.js';
import { isSignedBy } from '../signatures.js';
import { gainingBy, requireAnswerable, requireSupersedable } from './agreements.js';
import { isFoundersAccept, isOf } from './chains.js';
import { charterFor, electorateOf, foundersSetBy, isStillFounder } from './charters.js';
import { ancestorsOf, endsOf, hasPower, isGrantOrAccept, positionOf } from './powers.js';
import { isId } from './records.js';
import { AGREEMENT, NETWORK } from './scopes.js';
import { require } from './verdict.js';
import { handleOf } from './world.js';

const SELF_GRANTED = new Set(['core', 'occasional', 'client', 'observer']);
const MAX_ANCESTORS = 16;
const MAX_KEYS = 256;
const MAX_KEYS_AT_ONCE = 16;
const MAX_REVOKES = 16;
const MAX_ROTATES = 16;

/** Ends the decision if the rules of the record's type fail; gives an edit its label, and a revoke what it ends. */
export function requireRulesOfType(record, scope, world) {
  RULES[record.type]?.(record, scope, world);
}

const RULES = {
  grant: requireGrant,
  countersign: requireCountersign,
  revoke: requireRevoke,
  rotate: requireRotate,
  resolution: requireResolution,
  correction: requireCorrection,
  erasure: requireErasure,
  attestation(record, scope, world) {
    if (scope.kind !== AGREEMENT) requireAttestable(record, world);
  },
  profile(record, scope, world) {
    record.label = record.home;
    requireSameLabel(record, world);
  },
  project(record, scope, world) {
    const [first] = record.listed('supersedes');
    record.label = first === undefined ? record.id : world.get(first).label;
    requireSameLabel(record, world);
  },
};

function requireGrant(record, scope, world) {
  if (scope.kind === NETWORK && record.author !== scope.id) {
    requireSelfGrant(record, scope, world);
    return;
  }
  const to = record.named('to');
  require(rolesFor(scope.kind, isId(to)).includes(record.fact('role')), 'I-RULE', [], 'role');
  const isRight = !isId(to) || (to !== record.author && world.agent(to)?.isPrivate === true);
  require(isRight, 'I-RULE', [to], 'to');
  requireDelegation(record, world);
  if (scope.kind !== NETWORK && !isId(to)) requireFewKeys(record, scope, world);
}

function requireSelfGrant(record, scope, world) {
  const isSelfGrant = record.named('to') === record.author && SELF_GRANTED.has(record.fact('role'));
  const isOpen = charterFor(record, scope, world).fields.get('join') === 'open';
  require(isSelfGrant && isOpen, 'X-SCOPE', [scope.id]);
}

/** The roles that go together with an agent, or with a key, in a scope of that kind (4.2). */
function rolesFor(kind, isAgent) {
  if (kind !== NETWORK) return isAgent ? ['staff'] : ['device'];
  return [...SELF_GRANTED, ...(isAgent ? ['steward', 'relay'] : [])];
}

function requireDelegation(record, world) {
  const position = positionOf(record, world);
  if (position === null) return;
  if (position.type === 'grant') {
    const isAppointing = ['device', 'staff', 'steward'].includes(record.fact('role'));
    require(!isAppointing || position.fact('may_delegate') === true, 'X-SCOPE', [position.id]);
    const [above, own] = [position.fact('scopes'), record.fact('scopes')];
    const isWithin = above === undefined || (own !== undefined && own.every((type) => above.includes(type)));
    require(isWithin, 'X-SCOPE', [position.id]);
  }
  require(ancestorsOf(record, world).length < MAX_ANCESTORS, 'X-QUOTA', [position.id]);
}

function requireFewKeys(record, scope, world) {
  const others = (world.keyGrantsByScope.get(scope.id) ?? []).filter((grant) => record.knows(grant));
  const active = others.filter(({ id }) => world.endingsFor(record, id).length === 0);
  require(others.length < MAX_KEYS && active.length < MAX_KEYS_AT_ONCE, 'X-QUOTA', [scope.id]);
}

function requireCountersign(record, scope, world) {
  const target = world.target(record);
  require(target.home === record.home, 'X-SCOPE', [target.id]);
  require(target.isValid, 'I-RULE', [target.id], 'target');
  if (scope.kind === AGREEMENT) requireAnswerable(record, target, world);
  if (target.type === 'agent') require(scope.founders.includes(record.author), 'X-SCOPE', [scope.id]);
  if (target.type === 'grant' && target.author !== record.author) requireAcceptable(record, target, world);
  if (target.type === 'resolution' && scope.kind !== AGREEMENT) require(mayVote(record, target, scope, world), 'X-SCOPE', [target.id]);
}

function requireAcceptable(record, target, world) {
  const to = target.named('to');
  if (isId(to)) {
    require(to === record.author, 'X-SCOPE', [target.id]);
    return;
  }
  const isEntering = world.isInvitation(target) && record.fact('decision') === 'accept';
  require(isEntering, 'X-SCOPE', [target.id]);
  const message = join(fromHex(target.id), fromHex(record.author));
  const proof = record.fact('proof') ?? new Uint8Array(0);
  require(isSignedBy(fromHex(to).subarray(1), 'meshnode/1 join', message, proof), 'S-SIG', [], 'proof');
  const known = (world.acceptsByTarget.get(target.id) ?? []).filter((accept) => record.knows(accept));
  const others = new Set(known.map(({ author }) => author));
  others.delete(record.author);
  others.delete(target.author);
  require(others.size < usesOf(target), 'X-QUOTA', [target.id]);
}

/** How many agents may accept an invitation. */
export function usesOf(invitation) {
  return invitation.fact('limits')?.get('uses') ?? 1;
}

function mayVote(record, resolution, scope, world) {
  const { author } = record;
  if (author === resolution.author || foundersSetBy(resolution).includes(author)) return true;
  const charter = charterFor(record, scope, world);
  return electorateOf(resolution, world).electors.includes(author) && isStillFounder(author, record, charter, world);
}

function requireRevoke(record, scope, world) {
  const targets = record.listed('targets').map((id) => world.get(id));
  for (const target of targets) {
    require(isRevocable(target, record, world), 'I-RULE', [target.id], 'targets');
    require(hasPower(record, target, world), 'X-SCOPE', [target.id]);
    require(revocationsFor(record, target, world).length < MAX_REVOKES, 'X-QUOTA', [target.id]);
  }
  record.ends = endsOf(targets, record);
}

/** What has ended the same before, or, of what ended something itself, the revokes of it. */
function revocationsFor(record, target, world) {
  if (isGrantOrAccept(target)) return world.endingsFor(record, handleOf(target));
  return (world.revokesByTarget.get(target.id) ?? []).filter((revoke) => record.knows(revoke));
}

function isRevocable(target, { home }, world) {
  if (!target.isValid || target.home !== home) return false;
  if (target.type === 'revoke') return target.listed('targets').map((id) => world.get(id)).some(isGrantOrAccept);
  return ['grant', 'rotate'].includes(target.type) || hasHandle(target, world);
}

/** Whether a record is an accept that a revocation can end (8.2). */
export function hasHandle(record, world) {
  return world.isEntrance(record) || (world.isAccept(record) && isFoundersAccept(record, world));
}

function requireRotate(record, scope, world) {
  const after = world.get(record.named('after'));
  const isTenure = after.id === scope.id || (after.type === 'rotate' && after.isValid && after.home === record.home);
  require(isTenure, 'I-RULE', [after.id], 'after');
  const keys = record.fact('keys').map((key) => key.subarray(1));
  requireCommitted(keys, after);
  const facts = new Map(record.header.facts);
  facts.delete('sigs');
  const message = encode(facts);
  record.fact('sigs').forEach((signature, index) => {
    const isSigned = isSignedBy(keys[index], 'meshnode/1 rotate', message, signature);
    require(isSigned, 'S-SIG', [], `sigs[${index}]`);
  });
  for (const grant of record.listed('ends').map((id) => world.get(id))) {
    const isOwn = grant.type === 'grant' && grant.isValid && grant.home === record.home;
    require(isOwn, 'I-RULE', [grant.id], 'ends');
  }
  requireFewRotates(record, after, world);
}

function requireCommitted(keys, after) {
  const recovery = after.fact('recovery');
  const digests = (recovery?.get('digests') ?? []).map(toHex);
  const own = keys.map((key) => `01${toHex(sha256('meshnode/1 recovery', key))}`);
  require(own.every((digest) => digests.includes(digest)), 'X-KEY', [after.id]);
  require(keys.length >= recovery.get('need'), 'T-MISSING', [after.id]);
}

function requireFewRotates(record, after, world) {
  const before = (world.rotatesByPerson.get(record.home) ?? []).filter(
    (rotate) => record.knows(rotate) && rotate.named('after') === after.id,
  );
  require(before.length < MAX_ROTATES, 'X-QUOTA', [after.id]);
}

function requireResolution(record, scope, world) {
  if (scope.kind === AGREEMENT) return;
  const isElector = electorateOf(record, world).electors.includes(record.author);
  require(record.author === scope.id || isElector, 'X-SCOPE', [scope.id]);
  const { stop } = charterFor(record, scope, world);
  require(stop.join() === record.listed('prev').join(), 'I-RULE', [], 'prev');
}

/** What stands before the target in the label of a record's texts. */
const TEXT = Buffer.from('text', 'latin1').toString('hex');

function requireCorrection(record, scope, world) {
  const target = world.get(record.named('target'));
  const kind = record.fact('kind');
  require(target.home === record.home && isOf(record.author, target, world), 'X-SCOPE', [target.id]);
  const isCorrectable = target.isValid && (kind !== 'delta' || target.type === 'contribution');
  require(isCorrectable, 'I-RULE', [target.id], 'target');
  if (kind === 'replace') {
    record.label = TEXT + target.id;
    requireSameLabel(record, world);
  }
}

function requireSameLabel(record, world) {
  for (const id of record.listed('supersedes')) {
    const edit = world.get(id);
    const isSameKind = edit.type === record.type && edit.home === record.home;
    const isEdit = isSameKind && edit.isValid && edit.label === record.label;
    require(isEdit, 'I-RULE', [id], 'supersedes');
  }
}

function requireAttestable(record, world) {
  const subject = world.get(record.named('subject'));
  require(subject.type === 'contribution' && subject.isValid, 'I-RULE', [subject.id], 'subject');
  const isOwn = isOf(record.author, subject, world) || gainingBy(subject).includes(record.author);
  require(!isOwn, 'A-SELF', [subject.id]);
  requireSupersedable(record, 'subject', world);
}

function requireErasure(record, scope, world) {
  for (const target of record.fact('targets')) {
    if (target.length !== 32) {
      require(scope.isPrivate, 'X-SCOPE', []);
      continue;
    }
    const erased = world.get(toHex(target));
    const mayErase = isOf(record.author, erased, world) || isAboutWithPrivate(record.author, erased);
    require(erased.home === record.home && mayErase, 'X-SCOPE', [erased.id]);
  }
}

function isAboutWithPrivate(agent, { header }) {
  return header.private !== null && isAbout(agent, header);
}

/** Whether the facts of a header name an agent. */
export function isAbout(agent, header) {
  return [...idsIn(header.facts)].some((id) => toHex(id) === agent);
}
