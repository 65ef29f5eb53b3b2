// Fork proofs (protocol/spec/01-records.md 7): two different records of one log with one number.

import { compare, isBin, same } from './bytes.js';
import { decode } from './decoding.js';
import { demand } from './refusal.js';
import { readRun } from './runs.js';

export const FORK_MAGIC = 'meshnode/1 fork';
const MAX_PROOF = 2 * 1024 * 1024 + 8 * 1024;

/** The two runs of a proof as arrays of headers; the rivals are the first of each. A Refusal if it proves nothing. */
export function readForkProof(input) {
  demand(input.length <= MAX_PROOF, 'E-SIZE');
  const proof = decode(input);
  demand(Array.isArray(proof) && proof.length === 5 && proof[0] === FORK_MAGIC, 'Z-SHAPE');
  const halves = [proof.slice(1, 3), proof.slice(3, 5)];
  for (const [headers, signature] of halves) {
    demand(Array.isArray(headers) && isBin(signature) && headers.every((header) => isBin(header)), 'Z-SHAPE');
  }
  const [one, other] = halves.map(([headers, signature]) => readRun(headers, signature));
  demand(same(one[0].key, other[0].key) && same(one[0].home, other[0].home), 'Z-LOG');
  demand(one[0].seq === other[0].seq, 'Z-SEQ');
  demand(compare(one[0].id, other[0].id) < 0, 'Z-ORDER');
  return [one, other];
}
