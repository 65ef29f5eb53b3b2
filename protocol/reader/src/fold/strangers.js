// Strangers in open networks (protocol/spec/04-fold.md 7): who writes there without having joined.

import { isVote } from './authority.js';
import { charterFor } from './charters.js';
import { append } from './records.js';
import { hasHandle } from './rules.js';
import { NETWORK } from './scopes.js';

/** The agents who have a standing in each network, also one that was ended: a Map from its id to a Set. */
export function standingsIn(world) {
  const standings = new Map();
  for (const scope of world.scopes.values()) if (scope.kind === NETWORK) standings.set(scope.id, new Set());
  for (const record of world.acts) {
    if (givesStanding(record, world)) standings.get(record.home)?.add(record.author);
  }
  return standings;
}

function givesStanding(record, world) {
  if (record.type === 'grant') return record.named('to') === record.author;
  if (!world.isAccept(record)) return false;
  const target = world.target(record);
  return hasHandle(record, world) || (target.type === 'grant' && target.named('to') === record.author);
}

/** Sets the valid records of strangers aside, but for those that are brought in by records which are not. */
export function setStrangersAside(world, standings) {
  const byHome = new Map();
  for (const record of world.records.values()) if (record.isValid) append(byHome, record.home, record);
  for (const [home, standing] of standings) {
    const valid = byHome.get(home) ?? [];
    const strange = new Set(valid.filter((record) => !standing.has(record.author) && mayBeAside(record, world)));
    bringIn(strange, valid.filter((record) => !strange.has(record)), world);
    for (const record of strange) {
      Object.assign(record, { status: 'aside', reason: 'X-STRANGER', ids: [record.author] });
    }
  }
}

function mayBeAside(record, world) {
  if (record.author === record.home) return false;
  if (record.header.isGenesis || ['grant', 'revoke', 'resolution'].includes(record.type)) return false;
  if (isVote(record, world)) return false;
  return charterFor(record, world.scopeOf(record), world).fields.get('join') === 'open';
}

/** Takes out of the strange ones those that a record which is not aside names, and what these name in turn. */
function bringIn(strange, others, world) {
  for (let record = others.pop(); record !== undefined; record = others.pop()) {
    // SPEC 04-fold 7: a record of that network that is valid and not aside names it; also one that has ceased to be
    // aside so.
    for (const id of record.references) {
      const named = world.get(id);
      if (strange.delete(named)) others.push(named);
    }
  }
}
