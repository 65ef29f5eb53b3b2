// The Merkle root over the ids of a bundle (protocol/spec/05-bundle.md 1), as in RFC 6962.

import { compare, sha256 } from './bytes.js';

const LEAF = Buffer.from([0x00]);
const NODE = Buffer.from([0x01]);

/** The root over ids in any order; it is computed over them in ascending order. */
export function merkleRoot(ids) {
  const leaves = [...ids].sort(compare).map((id) => sha256(LEAF, id));
  return leaves.length === 0 ? sha256() : rootOf(leaves, 0, leaves.length);
}

function rootOf(leaves, from, to) {
  if (to - from === 1) return leaves[from];
  let left = 1;
  while (left * 2 < to - from) left *= 2;
  return sha256(NODE, rootOf(leaves, from, from + left), rootOf(leaves, from + left, to));
}
