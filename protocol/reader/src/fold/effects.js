// What records that are *yes* do to others and show of themselves (protocol/spec/04-fold.md 5).

import { toHex } from '../bytes.js';
import { outsideName } from '../ids.js';
import { append } from './records.js';
import { isAbout } from './rules.js';

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
  for (const { header } of counted.filter((record) => record.header.type === 'correction')) {
    const target = records.get(toHex(header.facts.get('target')));
    target.flags.add('corrected');
    if (header.facts.get('kind') === 'retract' && target.state === 'claimed') target.state = 'retracted';
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
  const erasures = counted.filter(({ header }) => header.type === 'erasure');
  const fromAfar = new Map();
  for (const { header, author } of erasures) {
    for (const target of header.facts.get('targets')) {
      if (target.length === 32) records.get(toHex(target)).flags.add('erased');
      else append(fromAfar, toHex(target), author);
    }
  }
  if (fromAfar.size === 0) return;
  for (const record of records.values()) {
    const whose = fromAfar.get(toHex(outsideName(record.header.id))) ?? [];
    if (whose.some((author) => author === record.author || isAbout(author, record.header))) record.flags.add('erased');
  }
}
