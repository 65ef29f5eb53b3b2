// People, organisations and networks who do not exist, with all that they write; each record follows on in its log.

import { createHash } from 'node:crypto';

import { encode, fold, readHeader, toHex } from '../index.js';
import { headerBytes, keyOf } from './story.js';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();

/** A key as it stands in facts. */
export function tagged(name) {
  return Buffer.concat([Buffer.from([2]), keyOf(name).public]);
}

/** What a person is committed to of a recovery key. */
function committed(name) {
  return Buffer.concat([Buffer.from([1]), sha256('meshnode/1 recovery', keyOf(name).public)]);
}

/** What stands in `seen` for a record. */
export function seenHash({ id }) {
  return Buffer.concat([Buffer.from([1]), sha256('meshnode/1 seen', id)]);
}

/** What stands in the orders of a resolution for facts of a type. */
export function ordered(type, facts) {
  return [type, Buffer.concat([Buffer.from([1]), sha256(encode(new Map(Object.entries(facts))))])];
}

export function recovery(need, ...names) {
  return new Map([['digests', names.map(committed).sort(Buffer.compare)], ['need', need]]);
}

const byBytes = (headers) => headers.map(({ id }) => id).sort(Buffer.compare);

/** All records of one test. */
export class Mesh {
  constructor() {
    this.headers = [];
    this.logs = new Map();
  }

  /** The record that begins a scope. */
  begin(name, facts) {
    const nonce = sha256(name).subarray(0, 16);
    return this.#keep(name, '', headerBytes({ key: keyOf(name), type: 'agent', facts: { nonce, ...facts } }));
  }

  person(name, more = {}) {
    return this.begin(name, { kind: 'person', root: tagged(name), ...more });
  }

  /** An organisation that all its founders, given by the names of their keys, have accepted. */
  organisation(name, founders) {
    return this.#found(this.begin(name, { kind: 'organization', charter: charterOf(founders) }), founders);
  }

  /** A network, likewise. */
  network(name, founders, join = 'invite') {
    const charter = charterOf(founders, { join, log_records: 100, log_bytes: 100_000 });
    return this.#found(this.begin(name, { kind: 'network', charter }), founders);
  }

  #found(genesis, founders) {
    for (const [name, agent] of Object.entries(founders)) this.accept(name, genesis, genesis, { agent });
    return genesis;
  }

  /** The next record by a key in the scope that a genesis began: by default of that agent, knowing its own log only. */
  write(name, genesis, type, facts, { agent = genesis, auth = [], knowing = [], at } = {}) {
    const log = `${name} ${toHex(genesis.id)}`;
    const before = this.logs.get(log) ?? (toHex(keyOf(name).public) === toHex(genesis.key) ? genesis : null);
    const place = before === null ? {} : { seq: before.seq + 1, prev: before.id };
    const deps = byBytes(knowing.filter((known) => known !== before));
    const said = { scope: genesis.id, key: keyOf(name), ...place, deps, type, agent: agent.id, facts, at };
    return this.#keep(name, log, headerBytes({ ...said, auth: auth.map(({ id }) => id) }));
  }

  #keep(name, log, bytes) {
    const header = readHeader(bytes);
    this.headers.push(header);
    this.logs.set(log, header);
    return header;
  }

  accept(name, genesis, target, options) {
    return this.write(name, genesis, 'countersign', { target: target.id, decision: 'accept' }, options);
  }

  revoke(name, genesis, targets, { seen = [], ...options } = {}) {
    const facts = { targets: byBytes(targets), reason: 'end', seen: seen.map(seenHash).sort(Buffer.compare) };
    return this.write(name, genesis, 'revoke', facts, options);
  }

  resolve(name, genesis, outcome, prev, more = {}, options = {}) {
    return this.write(name, genesis, 'resolution', { outcome, prev: byBytes(prev), ...more }, options);
  }

  /** A new root for a person, which takes the place of `after`. */
  rotate(name, person, after, keys, more = {}, options = {}) {
    const facts = { root: tagged(name), after: after.id, keys: keys.map(tagged).sort(Buffer.compare), ...more };
    const message = Buffer.concat([Buffer.from('meshnode/1 rotate'), encode(new Map(Object.entries(facts)))]);
    const named = new Map(keys.map((key) => [toHex(tagged(key)), key]));
    const sigs = facts.keys.map((key) => keyOf(named.get(toHex(key))).sign(message));
    return this.write(name, person, 'rotate', { ...facts, sigs }, options);
  }

  /** What became of a record: status, reason and the ids told, as hex. */
  verdict(header, headers = this.headers) {
    const { status, reason, ids } = fold(headers).records.get(toHex(header.id));
    return status === 'yes' ? ['yes'] : [status, reason, ids];
  }

  /** State and flags of a record. */
  standing(header) {
    const { state, flags } = fold(this.headers).records.get(toHex(header.id));
    return [state, ...flags];
  }
}

function charterOf(founders, more = {}) {
  return new Map(Object.entries({ founders: byBytes(Object.values(founders)), quorum: [2, 3], ...more }));
}
