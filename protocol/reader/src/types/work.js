// `project`, `contribution` and `recognition` (protocol/spec/02-types.md 6 to 8).

import { same } from '../bytes.js';
import { demand } from '../refusal.js';
import { bin, digest, fields, id, idOrExt, int, list, matching, oneOf, pairs, set, text, tuple } from './shapes.js';
import { date, licence, measure, money } from './values.js';

export const project = {
  fields: () => ({
    state: oneOf('idea', 'active', 'paused', 'done', 'dropped'),
    supersedes: set(id),
    'part_of?': id,
    'client?': id,
    'starts?': date,
    'ends?': date,
  }),
  rules({ facts }) {
    const [starts, ends] = [facts.get('starts'), facts.get('ends')];
    // Dates of four-digit years compare like their texts.
    demand(starts === undefined || ends === undefined || starts <= ends, 'I-RULE', 'ends');
  },
};

const CONTRIBUTION = {
  kind: oneOf(
    'work', 'idea', 'cite', 'use', 'consume', 'material', 'money', 'introduction', 'care', 'data', 'deliver',
  ),
  qty: measure(1),
  when: fields({ from: date, to: date }),
  'project?': idOrExt,
  'of?': idOrExt,
  'classified_as?': list(text(256)),
  'value?': money(0),
  'shares?': pairs(int(1, 1000), 1, 256),
  'beneficiaries?': set(id),
  'inputs?': set(idOrExt),
  'outputs?': set(idOrExt),
  'evidence?': list(fields({
    sha256: digest,
    size: int(0),
    media: matching(/[a-z0-9.+-]{1,64}\/[a-z0-9.+-]{1,64}/),
  })),
  'licence?': licence,
  'warrants?': list(oneOf('own_work', 'third_party_licensed', 'employer_consent')),
  'comp?': oneOf('paid', 'deferred', 'gift'),
  'stream?': oneOf('livelihood', 'love', 'care'),
  'fulfills?': idOrExt,
  'ext_ref?': tuple(matching(/[a-z][a-z0-9-]{0,31}/), foreignId),
  'ext_more?': list(foreignId, 0, 199),
};

/** What another system calls it; 32 bytes would be read as the id of a record. */
function foreignId(value, path) {
  bin(1, 64)(value, path);
  demand(value.length !== 32, 'I-VALUE', path);
}

export const contribution = {
  fields: () => CONTRIBUTION,
  rules({ facts, author }) {
    const when = facts.get('when');
    demand(when.get('from') <= when.get('to'), 'I-RULE', 'when');
    const shares = facts.get('shares');
    if (shares !== undefined) {
      const sum = shares.reduce((before, [, part]) => before + part, 0);
      demand(sum <= 1000 && shares.some(([whose]) => same(whose, author)), 'I-RULE', 'shares');
    }
    const hasOutputs = (facts.get('outputs') ?? []).length > 0;
    demand(!hasOutputs || facts.has('licence'), 'I-RULE', 'licence');
    demand(facts.has('ext_ref') || !facts.has('ext_more'), 'I-RULE', 'ext_more');
  },
};

export const recognition = {
  fields: () => ({
    to: set(id, 1, 256),
    kind: oneOf('thanks', 'kudos', 'skill'),
    'for?': idOrExt,
    'skill?': text(256),
  }),
};
