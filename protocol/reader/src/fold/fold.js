// What a set of records means (protocol/spec/04-fold.md): a function of the set, whatever the order.

import { toHex } from '../bytes.js';
import { findContests } from './contests.js';
import { digestsOf } from './digests.js';
import { applyEffects } from './effects.js';
import { findForks } from './forks.js';
import { setLineages } from './lineage.js';
import { FoldedRecord, decideInOrder } from './records.js';
import { setAcknowledgements, setStandings } from './states.js';
import { setStrangersAside, standingsIn } from './strangers.js';
import { decide } from './validity.js';
import { World } from './world.js';

/**
 * Folds headers of authentic records, in any order, repeated or not.
 * @param {Iterable<import('../headers.js').Header>} headers
 * @returns {{records: Map<string, FoldedRecord>, scopes: Map, forks: object[], digests: Map<string, Uint8Array>}}
 *   all by id as hex; records that wait for missing ones have the status "pending"
 */
export function fold(headers) {
  return foldWith(headers, new Map());
}

/** The same; `pasts` keeps what became of sets of records that were folded on the way, by the names of the sets. */
export function foldWith(headers, pasts) {
  const records = new Map();
  for (const header of headers) {
    const id = toHex(header.id);
    if (!records.has(id)) records.set(id, new FoldedRecord(header));
  }
  const world = new World(records, pasts);
  decideInOrder(records, (record) => decide(record, world));
  const standings = standingsIn(world);
  setStrangersAside(world, standings);
  findContests(world);
  const forks = findForks(records);
  setStandings(world);
  applyEffects(records);
  const acknowledged = setAcknowledgements(world);
  setLineages(world);
  return { records, scopes: world.scopes, forks, digests: digestsOf(world, standings, acknowledged) };
}
