// The examples of the README: each block of JavaScript is a program that must run through.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const TEXT = readFileSync(`${FOLDER}/README.md`, 'utf8');
const EXAMPLES = [...TEXT.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);

test('there are examples', () => assert.ok(EXAMPLES.length >= 4));

for (const [index, code] of EXAMPLES.entries()) {
  test(`example ${index + 1} of the README runs`, () => {
    const words = ['--input-type=module', '--eval', code];
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: FOLDER, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
}

test('every public function stands in the README', async () => {
  const names = Object.keys(await import('../index.js'));
  assert.deepEqual(names.filter((name) => !TEXT.includes(`\`${name}`)), []);
});
