// Forks among folded records (protocol/spec/04-fold.md 6).

import { toHex } from '../bytes.js';
import { append } from './records.js';

/** `{home, log, seq, ids}` for each log and number with rivals, ascending by home, log and seq; flags the rivals. */
export function findForks(records) {
  const siblings = new Map();
  for (const record of records.values()) {
    if (record.status === 'pending') continue;
    // SPEC 04-fold 9: Two decided records of one log with the same `seq`, of which one `prev` (or none) is common, are
    // a fork
    const { log, seq, prev } = record.header;
    append(siblings, `${toHex(log)} ${seq} ${toHex(prev)}`, record);
  }
  const forks = new Map();
  for (const rivals of siblings.values()) if (rivals.length > 1) note(rivals, forks);
  return [...forks.values()].sort((a, b) => order(a.home, b.home) || order(a.log, b.log) || a.seq - b.seq);
}

/** Branches of a fork may fork again at the same number; both forks are told as one. */
function note(rivals, forks) {
  for (const record of rivals) record.flags.add('forked');
  const [{ home, header }] = rivals;
  const [log, { seq }] = [toHex(header.log), header];
  const place = `${log} ${seq}`;
  const before = forks.get(place)?.ids ?? [];
  forks.set(place, { home, log, seq, ids: [...before, ...rivals.map(({ id }) => id)].sort() });
}

function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
