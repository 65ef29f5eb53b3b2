// Private parts (protocol/spec/01-records.md 4): what can be erased, bound to its header by size and digest.

import { isBin, same, sha256 } from './bytes.js';
import { decode } from './decoding.js';
import { demand } from './refusal.js';

/** The entries of the private part of `header`, as a Map; a Refusal if the bytes are not that part. */
export function readPrivate(header, input) {
  demand(header.private !== null, 'V-NONE');
  demand(input.length === header.private.size, 'V-SIZE');
  demand(same(sha256(input), header.private.digest), 'V-DIGEST');
  const entries = decode(input, { text: 'utf8' });
  demand(entries instanceof Map, 'V-SHAPE');
  demand(isBin(entries.get('salt'), 16), 'V-SALT');
  return entries;
}
