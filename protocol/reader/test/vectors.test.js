// The vectors: what the text says, case by case.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { runVectors } from '../src/vectors.js';

const FOLDER = fileURLToPath(new URL('../../vectors', import.meta.url));

for (const { file, cases, differences } of runVectors(FOLDER)) {
  test(`${file} is answered as it says`, () => {
    assert.ok(cases > 0);
    assert.deepEqual(differences, []);
  });
}

test('every code of the text that refuses an input is covered by a vector', () => {
  const text = readFileSync(new URL('../../spec/06-reasons.md', import.meta.url), 'utf8');
  const codes = [...text.matchAll(/^\| `([EHLSVZBIN]-[A-Z0-9]+|U-TYPE)` /gm)].map(([, code]) => code);
  const files = runVectors(FOLDER).map(({ file }) => readFileSync(`${FOLDER}/${file}`, 'utf8')).join('');
  assert.ok(codes.length > 40);
  assert.deepEqual(codes.filter((code) => !files.includes(`"${code}"`) && code !== 'S-SIG'), []);
});
