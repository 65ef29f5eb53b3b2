// Records as the fold sees them, in an order in which each stands after everything that it names (04-fold.md 1).

import { toHex } from '../bytes.js';

/** A record of the set. Ids are hex here, so that they can be keys of Maps. */
export class FoldedRecord {
  constructor(header) {
    this.header = header;
    this.id = toHex(header.id);
    this.home = toHex(header.home);
    this.author = toHex(header.author);
    this.references = header.references.map(toHex);
    /** yes, contested, aside, invalid, foreign, unknown, or pending until it is decided. */
    this.status = 'pending';
    this.reason = 'P-DEP';
    this.ids = [];
    this.detail = '';
    /** Whether it is valid, which is decided once and for ever. */
    this.isValid = false;
    /** claimed, retracted, current or superseded, or what it is of a standing, where it has such a state. */
    this.state = '';
    this.flags = new Set();
    /** The length of this header and of all before it by `prev`. */
    this.logBytes = 0;
    /** Among valid acts of authority its place in the order of deciding; -1 for other records. */
    this.number = -1;
    /** The valid acts of authority in its past, a bit for each number. */
    this.known = 0n;
    /** How its entries lead from its agent to its key (chains.js); null for a genesis, or where there is no scope. */
    this.path = null;
    /** For a valid revoke: the handles that it ends, each with whether its author resigns it. */
    this.ends = new Map();
    /** For an edit that is valid: what it edits (04-fold 8.1), as hex; empty for other records. */
    this.label = '';
  }

  get type() {
    return this.header.type;
  }

  /** Whether it is in the past of this record; for valid acts of authority only. */
  knows(act) {
    return ((this.known >> BigInt(act.number)) & 1n) === 1n;
  }

  /** A fact, as it was decoded. */
  fact(name) {
    return this.header.facts.get(name);
  }

  /** A fact that is bytes, as hex; empty if there is no such fact. */
  named(name) {
    return toHex(this.fact(name) ?? new Uint8Array(0));
  }

  /** The ids in the facts that stand under a name, as hex; none if there is no such list. */
  listed(name) {
    return (this.fact(name) ?? []).map(toHex);
  }
}

/** Whether some hex, which was an id or a key, is an id. */
export function isId(hex) {
  return hex.length === 64;
}

/**
 * Calls `decide` for each record whose references are all decided, never before those; the others stay pending and
 * are told what they wait for.
 * @param {Map<string, FoldedRecord>} records by id
 */
export function decideInOrder(records, decide) {
  const waiting = new Map([...records.values()].map((record) => [record.id, new Set(record.references)]));
  const namedBy = new Map();
  for (const record of records.values()) {
    for (const id of record.references) append(namedBy, id, record);
  }
  const ready = [...records.values()].filter((record) => record.references.length === 0);
  for (let record = ready.pop(); record !== undefined; record = ready.pop()) {
    waiting.delete(record.id);
    decide(record);
    for (const later of namedBy.get(record.id) ?? []) {
      const missing = waiting.get(later.id);
      missing.delete(record.id);
      if (missing.size === 0) ready.push(later);
    }
  }
  for (const [id, missing] of waiting) records.get(id).ids = [...missing];
}

/** Adds one more to the values of a key. */
export function append(lists, key, value) {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
