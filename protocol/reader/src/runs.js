// Runs (protocol/spec/01-records.md 6): pieces of one log under one signature.

import { same } from './bytes.js';
import { readHeader } from './headers.js';
import { demand } from './refusal.js';
import { isRecordSignedBy } from './signatures.js';

const MAX_RECORDS = 512;
const MAX_BYTES = 1024 * 1024;

/**
 * The checked headers of a run; authentic, since the signature of the last covers all before it.
 * @param {Uint8Array[]} encoded the headers as bytes
 * @param {Uint8Array} signature of the last one
 * @throws {Refusal}
 */
export function readRun(encoded, signature) {
  demand(encoded.length > 0, 'L-EMPTY');
  demand(encoded.length <= MAX_RECORDS, 'L-SIZE');
  demand(encoded.reduce((sum, bytes) => sum + bytes.length, 0) <= MAX_BYTES, 'L-SIZE');
  const headers = [];
  for (const bytes of encoded) {
    const header = readHeader(bytes);
    if (headers.length > 0) demandThatItFollows(headers[0], headers.at(-1), header);
    headers.push(header);
  }
  const last = headers.at(-1);
  demand(isRecordSignedBy(last.key, last.id, signature), 'S-SIG');
  return headers;
}

function demandThatItFollows(first, before, header) {
  demand(same(header.key, first.key) && same(header.scope, first.home), 'L-LOG');
  demand(header.seq === before.seq + 1, 'L-SEQ');
  demand(same(header.prev, before.id), 'L-PREV');
}
