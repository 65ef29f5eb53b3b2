// What records that are *yes* do to others and show of themselves (protocol/spec/04-fold.md 5).

import { toHex } from '../bytes.js';
import { append } from './records.js';

/** Gives every record its state and its flags. */
export function applyEffects(records) {
  const counted = [...records.values()].filter(({ status }) => status === 'yes');
  claim(counted);
  correct(counted, records);
  edit(counted);
  erase(counted, records);
}

function claim(counted) {
  for (const record of counted) {
    if (['contribution', 'recognition'].includes(record.header.type)) record.state = 'claimed';
  }
}

function correct(counted, records) {
  for (const { header } of ofType(counted, 'correction')) {
    const target = records.get(toHex(header.facts.get('target')));
    if (header.facts.get('kind') !== 'retract') target.flags.add('corrected');
    else if (target.state === 'claimed') target.state = 'retracted';
  }
}

function edit(counted) {
  const edits = counted.filter(({ label }) => label !== '');
  const superseded = new Set(edits.flatMap((record) => record.listed('supersedes')));
  const current = new Map();
  for (const record of edits) {
    record.state = superseded.has(record.id) ? 'superseded' : 'current';
    if (record.state === 'current') append(current, `${record.home} ${record.label}`, record);
  }
  for (const rivals of current.values()) {
    if (rivals.length > 1) for (const record of rivals) record.flags.add('conflict');
  }
}

function erase(counted, records) {
  for (const { header } of ofType(counted, 'erasure')) {
    // What an ext stands for lies in another scope, of which this one knows nothing.
    const here = header.facts.get('targets').filter((target) => target.length === 32);
    for (const id of here) records.get(toHex(id)).flags.add('erased');
  }
}

function ofType(counted, type) {
  return counted.filter(({ header }) => header.type === type);
}
