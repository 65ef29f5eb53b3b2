// Who may end what (protocol/spec/04-fold.md 4.4 and 5.1).

import { toHex } from '../bytes.js';
import { linkFrom } from './chains.js';
import { handleOf } from './world.js';

/** The link of its scope by which a record's author acts there; null if there is none. */
export function positionOf(record, world) {
  const [first = null] = record.path?.chain ?? [];
  return first !== null && linkFrom(record.home, first, world) !== '' ? first : null;
}

/** The handles of those on whose word a grant or an accept rests, the nearest first. */
export function ancestorsOf(record, world) {
  const ancestors = [];
  for (let above = aboveOf(record, world); above !== null; above = aboveOf(above, world)) {
    ancestors.push(handleOf(above));
  }
  return ancestors;
}

function aboveOf(record, world) {
  if (record.type === 'grant') return positionOf(record, world);
  const target = world.target(record);
  return world.isInvitation(target) ? target : null;
}

function resigns({ author, header }, target) {
  if (target.type !== 'grant') return target.author === author;
  return [author, `02${toHex(header.key)}`].includes(target.named('to'));
}

function hasPowerFromAbove(revoke, target, world) {
  const grantor = target.type === 'grant' ? target.author : target.home;
  const position = positionOf(revoke, world);
  const isUpstream = position === null || ancestorsOf(target, world).includes(handleOf(position));
  return (grantor === revoke.author && isUpstream) || isDecided(revoke, target);
}

function isDecided({ path }, target) {
  const { resolution } = path;
  if (resolution === null || !['remove', 'charter'].includes(resolution.fact('outcome'))) return false;
  return resolution.listed('about').includes(target.id);
}

/** Whether the author of a revoke has power over one of its targets, which may be revoked at all. */
export function hasPower(revoke, target, world) {
  if (target.type === 'rotate') return revoke.author === revoke.home && revoke.path.chain.length === 0;
  if (target.type !== 'revoke') return resigns(revoke, target) || hasPowerFromAbove(revoke, target, world);
  const ended = target.listed('targets').map((id) => world.get(id)).filter(isGrantOrAccept);
  // SPEC 04-fold 5.1: in one of these ways, the first that holds
  return ended.every((each) => !resigns(revoke, each) && hasPowerFromAbove(revoke, each, world));
}

/** Whether a target of a revoke is what can be ended, rather than what ended something. */
export function isGrantOrAccept({ type }) {
  return type === 'grant' || type === 'countersign';
}

/** For each handle that a revoke ends, whether its author resigns it. */
export function endsOf(targets, revoke) {
  return new Map(targets.filter(isGrantOrAccept).map((each) => [handleOf(each), resigns(revoke, each)]));
}
