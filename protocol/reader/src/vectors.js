// Runs the vectors (protocol/vectors/README.md) against this reader.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { answer } from './answers.js';

/** Each file of vectors in a folder: `{file, cases, differences}`, of which each is `{description, expected, got}`. */
export function runVectors(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
  return files.map((file) => {
    const { cases } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return { file, cases: cases.length, differences: cases.flatMap(differences) };
  });
}

function differences({ description, input, expected, reason, detail }) {
  const refused = detail === undefined ? { reason } : { reason, detail };
  const wanted = reason === undefined ? { ok: expected } : refused;
  const got = answer(input);
  return isDeepStrictEqual(got, wanted) ? [] : [{ description, expected: wanted, got }];
}
