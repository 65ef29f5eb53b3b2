// What a file holds, for people and programs: the report of `reader.js verify`.

import { toHex } from './bytes.js';
import { BundleReader } from './bundles.js';
import { fold } from './fold/fold.js';
import { readForkProof } from './forkproofs.js';
import { showId } from './ids.js';

/** The first byte of a fork proof, an array of five; a bundle begins with a letter. */
const FORK_PROOF_BEGINS = 0x95;

/**
 * Checks a bundle or a fork proof that comes in pieces, and says what it holds.
 * @param {Iterable<Uint8Array>} chunks
 * @returns {object} plain values only; ids as they are shown to people, digests as hex
 * @throws {Refusal}
 */
export function report(chunks) {
  const reader = new ReportedBundle();
  const proof = [];
  for (const chunk of chunks) {
    if (proof.length > 0 || (reader.isUntouched && chunk[0] === FORK_PROOF_BEGINS)) proof.push(chunk);
    else reader.write(chunk);
  }
  return proof.length > 0 ? reportOnForkProof(Buffer.concat(proof)) : reader.report();
}

function reportOnForkProof(bytes) {
  const halves = readForkProof(bytes);
  const [{ key, home, log, seq }] = halves[0];
  const rivals = halves.map(([first, ...later]) => ({ id: showId(first.id), followed_by: later.length }));
  return { kind: 'fork proof', scope: showId(home), key: toHex(key), log: toHex(log), seq, rivals };
}

class ReportedBundle {
  constructor() {
    this.headers = [];
    this.reader = new BundleReader({ onRun: (headers) => this.headers.push(...headers) });
    this.isUntouched = true;
  }

  write(chunk) {
    this.isUntouched = false;
    this.reader.write(chunk);
  }

  report() {
    const { runs, records, privates, erased, root } = this.reader.end();
    const { at, scopes } = this.reader.head;
    const withPrivate = this.headers.filter((header) => header.private !== null).length;
    const state = fold(this.headers);
    const all = [...state.records.values()];
    return {
      kind: 'bundle',
      made: at,
      exported: scopes.map(showId),
      runs,
      records,
      private_parts: { held: privates, erased, missing: withPrivate - privates - erased },
      root: toHex(root),
      streams: streams(state),
      forks: state.forks.map(({ log, seq, ids }) => ({ log, seq, rivals: ids.map(shown) })),
      contested: all.filter(({ status }) => status === 'contested').map(reasonOf),
      set_aside: all.filter(({ status }) => status !== 'yes' && status !== 'contested').map(reasonOf),
    };
  }
}

function streams({ records, scopes, digests }) {
  const counts = new Map();
  for (const { home } of records.values()) counts.set(home, (counts.get(home) ?? 0) + 1);
  return [...counts].sort().map(([home, count]) => ({
    scope: shown(home),
    kind: scopes.get(home)?.kind ?? 'unknown, since its genesis is not here',
    records: count,
    digest: digests.has(home) ? toHex(digests.get(home)) : null,
  }));
}

function reasonOf({ id, status, reason, ids, detail }) {
  return { id: shown(id), status, reason, detail, because_of: ids.map(shown) };
}

function shown(hex) {
  return showId(Buffer.from(hex, 'hex'));
}
