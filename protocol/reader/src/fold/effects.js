// What records that count do to others and show of themselves (protocol/spec/04-fold.md 8).

import { append } from './records.js';

const CONTESTED_COUNT = new Set([
  'profile', 'contribution', 'recognition', 'checkpoint', 'agreement', 'distribution', 'revoke', 'rotate',
]);

/** Whether a record has the effect of its type. */
export function counts({ status, type }) {
  return status === 'yes' || (status === 'contested' && CONTESTED_COUNT.has(type));
}

/** Gives every record that is not about a standing its state, and all of them their flags. */
export function applyEffects(records) {
  const counted = [...records.values()].filter(counts);
  claim(counted);
  correct(counted, records);
  edit(counted);
  erase(counted, records);
}

function claim(counted) {
  for (const record of counted) {
    if (['contribution', 'recognition'].includes(record.type)) record.state = 'claimed';
  }
}

function correct(counted, records) {
  for (const correction of ofType(counted, 'correction')) {
    const target = records.get(correction.named('target'));
    if (correction.fact('kind') !== 'retract') target.flags.add('corrected');
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
  for (const erasure of ofType(counted, 'erasure')) {
    // What an ext stands for lies in another scope, of which this one knows nothing.
    for (const id of erasure.listed('targets').filter((target) => target.length === 64)) {
      records.get(id).flags.add('erased');
    }
  }
}

function ofType(counted, wanted) {
  return counted.filter(({ type }) => type === wanted);
}
