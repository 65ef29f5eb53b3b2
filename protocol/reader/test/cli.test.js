// The command line: what it prints and with what it exits.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { encode, showId } from '../index.js';
import { bundleOf, next, person, signed } from './story.js';

const READER = fileURLToPath(new URL('../reader.js', import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'meshnode-reader-'));
after(() => rmSync(FOLDER, { recursive: true }));

const ALICE = person('alice');
const BUNDLE = bundleOf([['run', [ALICE.bytes], signed('alice', ALICE)]], [ALICE.id], [1, 1, 0]);

function run(words, input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [READER, ...words], { input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function verify(bytes, ...options) {
  const file = join(FOLDER, 'file');
  writeFileSync(file, bytes);
  return run(['verify', ...options, file]);
}

test('a bundle that is right is described', () => {
  const { status, stdout } = verify(BUNDLE);
  assert.equal(status, 0);
  assert.match(stdout, /^bundle, right to its last byte, made 2025-11-21T12:00:00.000Z\n1 records in 1 runs/);
  assert.ok(stdout.includes(`person ${showId(ALICE.id)}: 1 records, state `));
});

test('programs are told the same as JSON', () => {
  const { status, stdout } = verify(BUNDLE, '--json');
  const found = JSON.parse(stdout);
  assert.equal(status, 0);
  assert.deepEqual([found.kind, found.records, found.private_parts], ['bundle', 1, { held: 0, erased: 0, missing: 0 }]);
});

test('a refused bundle exits with 15 and its code', () => {
  assert.deepEqual(verify(BUNDLE.subarray(0, -1)).stdout.slice(0, 16), 'refused: B-TORN ');
  assert.equal(verify(BUNDLE.subarray(0, -1)).status, 15);
  assert.deepEqual(JSON.parse(verify(Buffer.from('no'), '--json').stdout), { reason: 'B-MAGIC', detail: '' });
});

test('a fork proof is described, a forged one refused', () => {
  const rivals = [1, 2].map((at) => next('alice', ALICE, ALICE, { at })).sort((a, b) => Buffer.compare(a.id, b.id));
  const halves = rivals.flatMap((header) => [[header.bytes], signed('alice', header)]);
  const right = verify(encode(['meshnode/1 fork', ...halves]));
  assert.equal(right.status, 0);
  assert.ok(right.stdout.includes(showId(rivals[0].id)) && right.stdout.includes(showId(rivals[1].id)));
  const forged = [...halves.slice(0, 3), signed('bob', rivals[1])];
  assert.equal(verify(encode(['meshnode/1 fork', ...forged])).stdout, 'refused: S-SIG\n');
});

test('a file that is not there is not refused but unreadable', () => {
  const { status, stderr } = run(['verify', join(FOLDER, 'nothing')]);
  assert.equal(status, 3);
  assert.match(stderr, /^cannot read .*nothing: ENOENT/);
});

test('a difference from the vectors is told and exits with 1', () => {
  const folder = mkdtempSync(join(FOLDER, 'vectors-'));
  const wrong = { description: 'zero', valid: false, input: { op: 'value', input: '00' }, reason: 'E-END' };
  writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ about: '', cases: [wrong] }));
  const { status, stdout } = run(['vectors', folder]);
  assert.equal(status, 1);
  assert.equal(stdout, 'wrong.json: 0 of 1\n  zero: expected {"reason":"E-END"}, got {"ok":true}\n');
});

test('the pipe answers line by line, the last one without a line feed too', () => {
  const questions = ['{"op":"value","input":"c0"}', '{"op":"value","input":"00"}'];
  const { status, stdout } = run(['pipe'], questions.join('\n'));
  assert.deepEqual([status, stdout], [0, '{"reason":"E-NIL"}\n{"ok":true}\n']);
});

test('words that mean nothing get the usage', () => {
  for (const words of [[], ['verify'], ['verify', 'a', 'b'], ['unknown']]) {
    const { status, stderr } = run(words);
    assert.equal(status, 2);
    assert.match(stderr, /^usage: /);
  }
});
