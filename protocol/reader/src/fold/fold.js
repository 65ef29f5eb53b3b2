// What a set of records means (protocol/spec/04-fold.md): a function of the set, whatever the order.

import { toHex } from '../bytes.js';
import { digestsOf } from './digests.js';
import { applyEffects } from './effects.js';
import { findForks } from './forks.js';
import { FoldedRecord, decideInOrder } from './records.js';
import { setStrangersAside } from './strangers.js';
import { Validity } from './validity.js';

/**
 * Folds headers of authentic records, in any order, repeated or not.
 * @param {Iterable<import('../headers.js').Header>} headers
 * @returns {{records: Map<string, FoldedRecord>, scopes: Map, forks: object[], digests: Map<string, Uint8Array>}}
 *   all by id as hex; records that wait for missing ones have the status "pending"
 */
export function fold(headers) {
  const records = new Map();
  for (const header of headers) {
    const id = toHex(header.id);
    if (!records.has(id)) records.set(id, new FoldedRecord(header));
  }
  const validity = new Validity(records);
  decideInOrder(records, (record) => validity.decide(record));
  setStrangersAside(records, validity.scopes);
  const forks = findForks(records);
  applyEffects(records);
  return { records, scopes: validity.scopes, forks, digests: digestsOf(records, validity.scopes) };
}
