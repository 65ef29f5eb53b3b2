import assert from 'node:assert/strict';
import { test } from 'node:test';

import { logName, outsideName, readId, showId, toHex } from '../index.js';
import { sha256 } from '../src/bytes.js';

// sha2-256 of "hello world" as raw bytes: a CID that many tools print.
const HELLO = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';

test('an id is shown as other tools show it', () => {
  assert.equal(showId(sha256(Buffer.from('hello world'))), HELLO);
});

test('reading undoes showing', () => {
  for (let byte = 0; byte < 256; byte++) {
    const id = Buffer.alloc(32, byte);
    assert.equal(toHex(readId(showId(id))), toHex(id));
  }
});

test('a text that would not be written so is refused', () => {
  const cut = HELLO.slice(0, -1);
  const odd = [HELLO.toUpperCase(), cut, `${HELLO}a`, `${cut}f`, `z${HELLO.slice(1)}`, ''];
  for (const text of odd) assert.throws(() => readId(text), RangeError, text);
});

test('names of logs and of what stands outside are what the text says', () => {
  const [home, key] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  assert.equal(toHex(logName(home, key)), toHex(sha256(Buffer.from('meshnode/1 log\n'), home, key)));
  assert.equal(toHex(outsideName(home)), `03${toHex(sha256(Buffer.from('meshnode/1 ext'), home))}`);
});
