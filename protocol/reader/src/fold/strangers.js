// Strangers in open networks (protocol/spec/04-fold.md 4): who writes there without having joined.

import { append } from './records.js';
import { NETWORK } from './scopes.js';

/** Sets the valid records of strangers aside, but for those that are brought in by records which are *yes*. */
export function setStrangersAside(records, scopes) {
  const byHome = new Map();
  for (const record of records.values()) if (record.status === 'yes') append(byHome, record.home, record);
  for (const [home, valid] of byHome) {
    const scope = scopes.get(home);
    if (scope.kind === NETWORK && scope.isOpen) setAside(valid, records);
  }
}

function setAside(valid, records) {
  const joins = valid.filter(({ header }) => header.type === 'grant' || header.type === 'countersign');
  const joined = new Set(joins.map(({ author }) => author));
  const strange = new Set(valid.filter(({ header, author }) => !header.isGenesis && !joined.has(author)));
  bringIn(strange, valid.filter((record) => !strange.has(record)), records);
  for (const record of strange) {
    Object.assign(record, { status: 'aside', reason: 'X-STRANGER', ids: [record.author] });
  }
}

/** Takes out of the strange ones those that a counting record names, and what these name in turn. */
function bringIn(strange, counting, records) {
  for (let record = counting.pop(); record !== undefined; record = counting.pop()) {
    // SPEC 04-fold 4: a record that is *yes* in that network names it; also one that has become *yes* so.
    for (const id of record.references) {
      const named = records.get(id);
      if (strange.delete(named)) counting.push(named);
    }
  }
}
