#!/usr/bin/env node
// The command line of the reader: checks files, runs the vectors, answers questions of the pipe.

import { closeSync, openSync, readSync } from 'node:fs';

import { servePipe } from './src/pipe.js';
import { Refusal } from './src/refusal.js';
import { report } from './src/report.js';
import { runVectors } from './src/vectors.js';

const USAGE = `usage: node reader.js verify [--json] FILE   what a bundle or a fork proof holds, if all of it is right
       node reader.js vectors DIR            whether this reader answers all vectors as they say
       node reader.js pipe                   answers questions, one JSON object per line (spec/07-pipe.md)
exit:  0 right, 1 a vector differs, 2 wrong usage, 3 the file cannot be read, 15 refused
`;

const EXIT = { differs: 1, usage: 2, unreadable: 3, refused: 15 };
const CHUNK = 1024 * 1024;

async function main([command, ...rest]) {
  const operands = rest.filter((word) => word !== '--json');
  if (command === 'verify' && operands.length === 1) return verify(operands[0], rest.includes('--json'));
  if (command === 'vectors' && rest.length === 1) return vectors(rest[0]);
  if (command === 'pipe' && rest.length === 0) return servePipe(process.stdin, process.stdout);
  process.stderr.write(USAGE);
  process.exitCode = EXIT.usage;
}

function verify(file, asJson) {
  try {
    const found = report(chunksOf(file));
    process.stdout.write(asJson ? `${JSON.stringify(found)}\n` : inWords(found));
  } catch (error) {
    if (error instanceof Refusal) {
      const { reason, detail } = error;
      process.stdout.write(asJson ? `${JSON.stringify({ reason, detail })}\n` : `refused: ${error.message}\n`);
      process.exitCode = EXIT.refused;
    } else if (error.syscall !== undefined) {
      process.stderr.write(`cannot read ${file}: ${error.message}\n`);
      process.exitCode = EXIT.unreadable;
    } else {
      throw error;
    }
  }
}

function* chunksOf(file) {
  const opened = openSync(file);
  try {
    for (;;) {
      // A new piece each time: what was read refers to it instead of copying.
      const chunk = Buffer.alloc(CHUNK);
      const length = readSync(opened, chunk, 0, CHUNK, null);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(opened);
  }
}

function inWords(found) {
  return found.kind === 'bundle' ? bundleInWords(found) : forkInWords(found);
}

function bundleInWords(found) {
  const { made, runs, records, private_parts: parts, root, streams, forks, contested, set_aside: aside } = found;
  const lines = [
    `bundle, right to its last byte, made ${timeInWords(made)}`,
    `${records} records in ${runs} runs, root ${root}`,
    `private parts: ${parts.held} held, ${parts.erased} erased, ${parts.missing} missing`,
    ...streams.map(streamInWords),
    ...forks.map(({ log, seq, rivals }) => `fork in log ${log} at ${seq}: ${rivals.join(' ')}`),
    ...[...contested, ...aside].map(({ id, status, reason, detail }) => `${status} ${id}: ${[reason, detail].join(' ').trim()}`),
  ];
  return `${lines.join('\n')}\n`;
}

function streamInWords({ scope, kind, records, digest }) {
  return `${kind || 'no kind'} ${scope}: ${records} records, state ${digest ?? 'unknown'}`;
}

function timeInWords(milliseconds) {
  // A header may say any number; a calendar ends in the year 275760.
  const time = new Date(milliseconds);
  return Number.isNaN(time.getTime()) ? `${milliseconds} ms after 1970` : time.toISOString();
}

function forkInWords({ scope, key, seq, rivals }) {
  const lines = rivals.map(({ id, followed_by: later }) => `  ${id}, followed by ${later} more`);
  return `fork proof: key ${key} signed two records of number ${seq} in ${scope}\n${lines.join('\n')}\n`;
}

function vectors(folder) {
  for (const { file, cases, differences } of runVectors(folder)) {
    process.stdout.write(`${file}: ${cases - differences.length} of ${cases}\n`);
    for (const { description, expected, got } of differences) {
      process.exitCode = EXIT.differs;
      process.stdout.write(`  ${description}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}\n`);
    }
  }
}

await main(process.argv.slice(2));
