// Strangers in open networks (protocol/spec/04-fold.md 4).

import { append } from './records.js';
import { NETWORK } from './scopes.js';

/** Sets the valid records of strangers aside, but for those that a record which is *yes* reaches. */
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
  const reached = everythingReached(valid.filter((record) => !strange.has(record)), records);
  for (const record of strange) {
    if (reached.has(record)) continue;
    Object.assign(record, { status: 'aside', reason: 'X-STRANGER', ids: [record.author] });
  }
}

/** The records of one home that some of them lead to, whatever the status of those between. */
function everythingReached(from, records) {
  const reached = new Set();
  const open = [...from];
  for (let record = open.pop(); record !== undefined; record = open.pop()) {
    for (const id of record.references) {
      const named = records.get(id);
      if (named.home !== record.home || reached.has(named)) continue;
      reached.add(named);
      open.push(named);
    }
  }
  return reached;
}
