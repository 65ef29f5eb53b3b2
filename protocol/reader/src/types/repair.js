// `correction`, `erasure` and `checkpoint` (protocol/spec/02-types.md 9 to 11).

import { demand } from '../refusal.js';
import { digest, id, idOrExt, oneOf, set, text } from './shapes.js';
import { measure, money } from './values.js';

export const correction = {
  fields: () => ({
    target: id,
    kind: oneOf('delta', 'retract', 'replace'),
    reason: oneOf('error', 'duplicate', 'agreed'),
    'qty?': measure(),
    'value?': money(),
    'supersedes?': set(id),
  }),
  rules({ facts }) {
    const kind = facts.get('kind');
    demand((facts.has('qty') || facts.has('value')) === (kind === 'delta'), 'I-RULE', 'kind');
    const supersedesAny = (facts.get('supersedes') ?? []).length > 0;
    demand(kind === 'replace' || !supersedesAny, 'I-RULE', 'supersedes');
  },
};

export const erasure = {
  isKnown: ({ facts }) => facts.get('part') !== 'agent_private',
  fields: () => ({
    targets: set(idOrExt, 1, 256),
    part: oneOf('private', 'blobs', 'agent_private'),
    basis: oneOf('art17', 'consent', 'mistake', 'legal'),
  }),
};

export const checkpoint = {
  fields: () => ({ engine: text(32), 'digest?': digest }),
};
