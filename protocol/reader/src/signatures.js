// Signatures as ed25519-strict-1 (protocol/spec/01-records.md 5): node:crypto, and what it is laxer about.

import { createPublicKey, verify } from 'node:crypto';

import { join, toHex } from './bytes.js';
import { L, encodedY, hasPrimeOrder, isSmallOrderY, littleEndian } from './curve.js';

/** What a record's signature covers, before the id. */
export const RECORD_CONTEXT = 'meshnode/1 record\n';

/** How many keys are remembered with their verdict. Checking one costs more than ten signatures; keys sign many. */
const KEYS_REMEMBERED = 4096;

/** The beginning of an Ed25519 key in the form that node:crypto reads (RFC 8410). */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const keys = new Map();

/** Whether `signature` is a valid one of `key` on `context` ‖ `message`. Never throws for bytes. */
export function isSignedBy(key, context, message, signature) {
  // SPEC 01-records 5: 1. It is 64 bytes and the key is 32 bytes.
  if (signature.length !== 64 || key.length !== 32) return false;
  const usable = usableKey(key);
  if (usable === null) return false;
  if (isSmallOrderY(encodedY(signature.subarray(0, 32)))) return false;
  // SPEC 01-records 5: 4. S < L.
  if (littleEndian(signature.subarray(32)) >= L) return false;
  // OpenSSL computes without the cofactor and compares the encoding of R, as step 5 demands.
  return verify(null, join(context, message), usable, signature);
}

/** Whether a record's id is signed by its key. */
export function isRecordSignedBy(key, id, signature) {
  return isSignedBy(key, RECORD_CONTEXT, id, signature);
}

/** The key as node:crypto wants it, or null if it is none by step 2. */
function usableKey(key) {
  const name = toHex(key);
  if (!keys.has(name)) {
    if (keys.size >= KEYS_REMEMBERED) keys.clear();
    keys.set(name, hasPrimeOrder(key) ? publicKey(key) : null);
  }
  return keys.get(name);
}

function publicKey(key) {
  return createPublicKey({ key: join(DER_PREFIX, key), format: 'der', type: 'spki' });
}
