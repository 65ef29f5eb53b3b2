// Bundles (protocol/spec/05-bundle.md): one file that carries records and proves itself.

import { createHash } from 'node:crypto';

import { EMPTY, asBuffer, isBin, join, same, toHex } from './bytes.js';
import { decode } from './decoding.js';
import { merkleRoot } from './merkle.js';
import { readPrivate } from './privates.js';
import { Refusal, demand } from './refusal.js';
import { readRun } from './runs.js';

export const BUNDLE_MAGIC = Buffer.from('meshnode/1 bundle\n', 'latin1');
const MAX_FRAME = 1024 * 1024 + 16 * 1024;
const MAX_SCOPES = 4096;
const LENGTH = 4;

/**
 * Takes a bundle piece by piece: `write` each, then `end`. Both throw a Refusal as soon as one is due; `rightBytes`
 * then says how much of the file was right, and what was told before stays true.
 *
 * Told are, in the order of the file, `onRun(headers, signature)`, `onPrivate(header, entries, bytes)` and
 * `onErased(header)`; each is optional.
 */
export class BundleReader {
  constructor({ onRun = () => {}, onPrivate = () => {}, onErased = () => {} } = {}) {
    this.told = { onRun, onPrivate, onErased };
    this.rightBytes = 0;
    /** What the head says, once it came: `{at, scopes}`. */
    this.head = null;
    this.counts = { runs: 0, records: 0, privates: 0, erased: 0 };
    /** The Merkle root, once the end came. */
    this.root = null;
    this.rest = EMPTY;
    this.sum = createHash('sha256');
    this.places = new Map();
    /** What runs continue that was not in the bundle when they came. */
    this.before = new Set();
    this.withPrivate = new Map();
  }

  /** Takes the next bytes of the file. */
  write(bytes) {
    this.rest = this.rest.length === 0 ? asBuffer(bytes) : join(this.rest, bytes);
    if (this.rightBytes === 0 && !this.takeMagic()) return;
    while (this.rest.length > 0) {
      demand(this.root === null, 'B-TRAIL');
      // SPEC 05-bundle 3: A frame is checked as soon as it is complete, so of errors in several frames the first in the
      // file is told
      const frame = this.completeFrame();
      if (frame === null) return;
      this.takeFrame(frame);
      this.takeAway(LENGTH + frame.length);
    }
  }

  /** Says that the file ends here; returns what it held: `{runs, records, privates, erased, root}`. */
  end() {
    demand(this.root !== null, 'B-TORN', `after ${this.rightBytes} bytes`);
    return { ...this.counts, root: this.root };
  }

  takeMagic() {
    const begun = this.rest.subarray(0, BUNDLE_MAGIC.length);
    demand(same(begun, BUNDLE_MAGIC.subarray(0, begun.length)), 'B-MAGIC');
    if (begun.length < BUNDLE_MAGIC.length) return false;
    this.takeAway(BUNDLE_MAGIC.length);
    return true;
  }

  completeFrame() {
    if (this.rest.length < LENGTH) return null;
    const length = this.rest.readUInt32BE(0);
    demand(length <= MAX_FRAME, 'B-FRAME');
    return this.rest.length < LENGTH + length ? null : this.rest.subarray(LENGTH, LENGTH + length);
  }

  takeAway(length) {
    this.sum.update(this.rest.subarray(0, length));
    this.rest = this.rest.subarray(length);
    this.rightBytes += length;
  }

  takeFrame(bytes) {
    const frame = decode(bytes);
    demand(Array.isArray(frame) && typeof frame[0] === 'string', 'B-SHAPE');
    const [kind, ...content] = frame;
    demand((kind === 'head') === (this.head === null), 'B-ORDER');
    switch (kind) {
      case 'head':
        return this.takeHead(content);
      case 'run':
        return this.takeRun(content);
      case 'private':
        return this.takePrivate(content);
      case 'erased':
        return this.takeErased(content);
      case 'end':
        return this.takeEnd(content);
      default:
        throw new Refusal('B-KIND');
    }
  }

  takeHead(content) {
    const [version, at, scopes] = content;
    demand(version === 1, 'B-VERSION');
    demand(content.length === 3 && typeof at === 'number' && at >= 0, 'B-SHAPE');
    demand(Array.isArray(scopes) && scopes.length <= MAX_SCOPES && scopes.every((id) => isBin(id, 32)), 'B-SHAPE');
    this.head = { at, scopes };
  }

  takeRun(content) {
    const [encoded, signature] = content;
    demand(content.length === 2 && Array.isArray(encoded) && isBin(signature), 'B-SHAPE');
    demand(encoded.every((header) => isBin(header)), 'B-SHAPE');
    const headers = readRun(encoded, signature);
    this.demandThatItContinues(headers[0]);
    demand(!headers.some((header) => this.places.has(toHex(header.id))), 'B-TWICE');
    // SPEC 05-bundle 3.2: A run before it begins with a record that names one of its records as `prev`: `B-PREV`.
    demand(!headers.some((header) => this.before.has(toHex(header.id))), 'B-PREV');
    this.keep(headers);
    this.told.onRun(headers, signature);
  }

  demandThatItContinues(first) {
    // SPEC 05-bundle 3.2: A record of the bundle before has the id that the first record names as `prev`, but is of
    // another log: `L-LOG`; or its `seq` is not one less: `L-SEQ`.
    const before = this.places.get(toHex(first.prev));
    if (before === undefined) {
      this.before.add(toHex(first.prev));
      return;
    }
    demand(same(first.log, before.log), 'L-LOG');
    demand(first.seq === before.seq + 1, 'L-SEQ');
  }

  keep(headers) {
    const { log } = headers[0];
    for (const { id, seq } of headers) this.places.set(toHex(id), { id, log, seq });
    this.withPrivate = new Map(headers.filter((each) => each.private).map((each) => [toHex(each.id), each]));
    this.counts.runs += 1;
    this.counts.records += headers.length;
  }

  takePrivate(content) {
    const [id, bytes] = content;
    demand(content.length === 2 && isBin(id) && isBin(bytes), 'B-SHAPE');
    const header = this.notYetNamed(id);
    const entries = readPrivate(header, bytes);
    this.counts.privates += 1;
    this.told.onPrivate(header, entries, bytes);
  }

  takeErased(content) {
    const [ids] = content;
    demand(content.length === 1 && Array.isArray(ids) && ids.every((id) => isBin(id, 32)), 'B-SHAPE');
    demand(ids.length <= this.withPrivate.size, 'B-SHAPE');
    const erased = ids.map((id) => this.notYetNamed(id));
    this.counts.erased += erased.length;
    for (const header of erased) this.told.onErased(header);
  }

  /** The record of the last run with that id, whose private part was not spoken of yet; from now on it was. */
  notYetNamed(id) {
    const header = this.withPrivate.get(toHex(id));
    demand(header !== undefined, 'B-ORDER');
    this.withPrivate.delete(toHex(id));
    return header;
  }

  takeEnd(content) {
    demand(content.length === 5, 'B-SHAPE');
    const [runs, records, privates, root, sum] = content;
    const came = this.counts;
    demand(runs === came.runs && records === came.records && privates === came.privates, 'B-COUNT');
    const expected = merkleRoot([...this.places.values()].map(({ id }) => id));
    demand(isBin(root) && same(root, expected), 'B-ROOT');
    demand(isBin(sum) && same(sum, this.sum.copy().digest()), 'B-SUM');
    this.root = expected;
  }
}

/** Reads a whole bundle; like `BundleReader`, but at once. */
export function readBundle(bytes, listeners) {
  const reader = new BundleReader(listeners);
  reader.write(bytes);
  return reader.end();
}
