// Headers (protocol/spec/01-records.md 3): the part of a record that is hashed, signed and kept for ever.

import { asBuffer, compare, isBin, same, sha256, toHex } from './bytes.js';
import { decodeWithOffsets } from './decoding.js';
import { logName } from './ids.js';
import { demand } from './refusal.js';

export const MAX_HEADER = 68 * 1024;
const MAX_FACTS = 64 * 1024;
const MAX_PRIVATE = 65_536;
const MAX_DEPS = 32;
const MAX_AUTH = 16;
const FIELDS = 12;
const FACTS = 10;

/** A checked header. Bins are Uint8Arrays; empty ones say "none". */
export class Header {
  constructor(bytes, fields) {
    this.bytes = bytes;
    this.id = sha256(bytes);
    let given;
    [, this.scope, this.key, this.seq, this.prev, this.deps, this.at, this.type, this.agent, this.auth, this.facts,
      given] = fields;
    /** Digest and size of the private part, or null. */
    this.private = given === null ? null : { digest: given[0], size: given[1] };
  }

  get isGenesis() {
    return this.scope.length === 0;
  }

  /** Whose stream this is: the scope, or this very record if it begins one. */
  get home() {
    return this.isGenesis ? this.id : this.scope;
  }

  /** For whom: the agent, or this very record if it is one. */
  get author() {
    return this.agent.length === 0 ? this.id : this.agent;
  }

  /** The name of the log. */
  get log() {
    return logName(this.home, this.key);
  }

  /** The ids of all records that this one names, each once, ascending. */
  get references() {
    const named = [this.scope, this.prev, ...this.deps, this.agent, ...this.auth, ...idsIn(this.facts)];
    const once = new Map(named.filter((id) => id.length > 0).map((id) => [toHex(id), id]));
    return [...once.values()].sort(compare);
  }
}

/** The header that the bytes hold, or a Refusal with an E- or H- code. */
export function readHeader(input) {
  const bytes = asBuffer(input);
  demand(bytes.length <= MAX_HEADER, 'E-SIZE');
  const { value, offsets } = decodeWithOffsets(bytes, { nil: true });
  demand(Array.isArray(value) && value.length > 0, 'H-SHAPE');
  // SPEC 01-records 3.1: The version is looked at before the number of fields, which may change with it.
  demand(value[0] === 1, 'H-VERSION');
  demand(value.length === FIELDS, 'H-SHAPE');
  checkPlace(value);
  checkPast(value);
  checkContent(value, offsets[FACTS + 1] - offsets[FACTS]);
  return new Header(bytes, value);
}

/** Every bin of 32 bytes in a decoded value, at any depth, keys of maps excepted: those name records. */
export function* idsIn(value) {
  if (isBin(value, 32)) yield value;
  else if (Array.isArray(value)) for (const element of value) yield* idsIn(element);
  else if (value instanceof Map) for (const element of value.values()) yield* idsIn(element);
}

function checkPlace([, scope, key, seq]) {
  demand(isBin(scope) && (scope.length === 0 || scope.length === 32), 'H-SCOPE');
  demand(isBin(key, 32), 'H-KEY');
  demand(isFrom(seq, 1), 'H-SEQ');
  demand(scope.length > 0 || seq === 1, 'H-GENESIS');
}

function checkPast([, , , seq, prev, deps, at]) {
  demand(isBin(prev, seq === 1 ? 0 : 32), 'H-PREV');
  demand(Array.isArray(deps) && deps.length <= MAX_DEPS && deps.every((dep) => isBin(dep, 32)), 'H-DEPS');
  demand(deps.every((dep, index) => index === 0 || compare(deps[index - 1], dep) < 0), 'H-DEPS');
  demand(!deps.some((dep) => same(dep, prev)), 'H-DEPS');
  demand(isFrom(at, 0), 'H-AT');
}

function checkContent([, scope, , , , , , type, agent, auth, facts, given], sizeOfFacts) {
  demand(typeof type === 'string' && /^[a-z][a-z0-9_]{0,31}$/.test(type), 'H-TYPE');
  demand(isBin(agent, 32) || (scope.length === 0 && isBin(agent, 0)), 'H-AGENT');
  demand(Array.isArray(auth) && auth.length <= MAX_AUTH && auth.every((grant) => isBin(grant, 32)), 'H-AUTH');
  demand(facts instanceof Map && sizeOfFacts <= MAX_FACTS, 'H-FACTS');
  demand(given === null || isDigestAndSize(given), 'H-PRIVATE');
}

function isDigestAndSize(given) {
  if (!Array.isArray(given) || given.length !== 2) return false;
  const [digest, size] = given;
  return isBin(digest, 32) && isFrom(size, 1) && size <= MAX_PRIVATE;
}

/** Whether a decoded value is an integer, and at least so great. */
function isFrom(value, least) {
  return typeof value === 'number' && value >= least;
}
