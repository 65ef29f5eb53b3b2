// Forks among folded records (protocol/spec/04-fold.md 6).

import { toHex } from '../bytes.js';
import { append } from './records.js';

/** `{home, log, seq, ids}` for each fork, ascending by home, log, seq and ids; flags the rivals. */
export function findForks(records) {
  const rivals = new Map();
  for (const record of records.values()) {
    if (record.status === 'pending') continue;
    const { log, seq, prev } = record.header;
    append(rivals, `${toHex(log)} ${seq} ${toHex(prev)}`, record);
  }
  const forks = [...rivals.values()].filter((group) => group.length > 1).map(forkOf);
  return forks.sort((a, b) => order(a.home, b.home) || order(a.log, b.log) || a.seq - b.seq || order(a.ids[0], b.ids[0]));
}

function forkOf(group) {
  for (const record of group) record.flags.add('forked');
  const [{ home, header }] = group;
  return { home, log: toHex(header.log), seq: header.seq, ids: group.map(({ id }) => id).sort() };
}

function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
