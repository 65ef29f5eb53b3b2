// `attestation` and `allocation` (protocol/spec/02-types.md 13 and 14).

import { demand } from '../refusal.js';
import { id, int, oneOf, pairs, set, text } from './shapes.js';
import { measure } from './values.js';

export const attestation = {
  fields: () => ({
    subject: id,
    as: oneOf('witness', 'peer', 'client', 'steward'),
    verdict: oneOf('confirm', 'reject'),
    'qty?': measure(0),
    'rating?': int(1, 5),
    'supersedes?': set(id),
  }),
  rules({ facts }) {
    const hasFigures = facts.has('qty') || facts.has('rating');
    demand(facts.get('verdict') === 'confirm' || !hasFigures, 'I-RULE', 'verdict');
  },
};

export const allocation = {
  fields: () => ({
    round: text(32),
    points: pairs(int(0, 1000)),
    'supersedes?': set(id),
  }),
  rules({ facts }) {
    const total = facts.get('points').reduce((before, [, points]) => before + points, 0);
    demand(total <= 1000, 'I-RULE', 'points');
  },
};
