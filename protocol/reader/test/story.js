// People who do not exist, and what they sign: enough of a writer to test a reader.

import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';

import { encode, merkleRoot, readHeader } from '../index.js';

const KEYS = new Map();

/** A key pair made of a name, the same each time. */
export function keyOf(name) {
  if (!KEYS.has(name)) KEYS.set(name, madeOf(name));
  return KEYS.get(name);
}

function madeOf(name) {
  const seed = createHash('sha256').update(name).digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const shared = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { public: shared, sign: (message) => sign(null, message, secret) };
}

/** The bytes of a header; what is not given is as in the first record of a log. */
export function headerBytes(given) {
  const { scope = '', key, seq = 1, prev = '', deps = [], type, agent = '', auth = [] } = given;
  const { facts = {}, part = null, at = 7 } = given;
  const bin = (value) => (value === '' ? Buffer.alloc(0) : value);
  const entries = new Map(Object.entries(facts));
  const bound = part === null ? null : [createHash('sha256').update(part).digest(), part.length];
  return encode([1, bin(scope), key.public, seq, bin(prev), deps, at, type, bin(agent), auth, entries, bound]);
}

/** The genesis of a person of that name. */
export function person(name) {
  const key = keyOf(name);
  const root = Buffer.concat([Buffer.from([2]), key.public]);
  return readHeader(headerBytes({ key, type: 'agent', facts: { kind: 'person', nonce: Buffer.alloc(16), root } }));
}

/** The next record after `before` in the stream of a person. */
export function next(name, genesis, before, { type = 'checkpoint', facts = { engine: 'test/1' }, part, at } = {}) {
  const place = { scope: genesis.id, key: keyOf(name), seq: before.seq + 1, prev: before.id, agent: genesis.id };
  return readHeader(headerBytes({ ...place, type, facts, part, at }));
}

/** The signature of that person on the last record of a run. */
export function signed(name, header) {
  return keyOf(name).sign(Buffer.concat([Buffer.from('meshnode/1 record\n'), header.id]));
}

/** A bundle of frames (arrays), with the end that belongs to them. */
export function bundleOf(frames, ids, counts) {
  const framed = (content) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, content]);
  };
  const head = ['head', 1, 1763726400000, []];
  const body = Buffer.concat([
    Buffer.from('meshnode/1 bundle\n'),
    ...[head, ...frames].map((frame) => framed(encode(frame))),
  ]);
  const sum = createHash('sha256').update(body).digest();
  return Buffer.concat([body, framed(encode(['end', ...counts, merkleRoot(ids), sum]))]);
}
