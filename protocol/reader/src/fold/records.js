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
    /** yes, invalid, foreign, unknown, aside, or pending until it is decided. */
    this.status = 'pending';
    this.reason = 'P-DEP';
    this.ids = [];
    this.detail = '';
    /** claimed, retracted, current or superseded, where it has such a state. */
    this.state = '';
    this.flags = new Set();
    /** The length of this header and of all before it by `prev`. */
    this.logBytes = 0;
    /** Those whose accept of the network's genesis stands in the past of this record, or is it. */
    this.accepted = new Set();
    /** For an edit that is valid: what it edits (04-fold 5.1), as hex; empty for other records. */
    this.label = '';
  }

  /** Whether it may count: *yes*, or *aside* and perhaps *yes* later. */
  get isValid() {
    return this.status === 'yes' || this.status === 'aside';
  }

  /** The ids in the facts that stand under a name, as hex; none if there is no such list. */
  listed(name) {
    return (this.header.facts.get(name) ?? []).map(toHex);
  }
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
