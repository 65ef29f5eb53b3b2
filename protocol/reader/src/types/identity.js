// `agent`, `countersign`, `grant` and `profile` (protocol/spec/02-types.md 2 to 5).

import { join, same } from '../bytes.js';
import { demand } from '../refusal.js';
import { bin, bool, digest, ext, fields, id, int, key, list, matching, oneOf, set, text } from './shapes.js';
import { CURRENCY, ratio, typeName } from './values.js';

const PERSON = {
  kind: oneOf('person'),
  nonce: bin(16, 16),
  root: key,
  'recovery?': fields({ digests: set(digest, 1, 16), need: int(1, 16) }),
};

const CHARTER = fields({
  founders: set(id, 1, 256),
  quorum: ratio,
  join: oneOf('invite', 'open'),
  log_records: int(1),
  log_bytes: int(1),
  'sensitive?': list(typeName),
  'blob_limit?': int(0),
  'units?': list(fields({ code: matching(CURRENCY), exp: int(0, 6) })),
  'face?': id,
  'engine?': text(256),
});

const NETWORK = { kind: oneOf('network'), nonce: bin(16, 16), charter: CHARTER, 'forked_from?': ext };

export const agent = {
  isKnown({ facts }) {
    const kind = facts.get('kind');
    return typeof kind !== 'string' || kind === 'person' || kind === 'network';
  },
  fields: ({ facts }) => (facts.get('kind') === 'network' ? NETWORK : PERSON),
  rules(header) {
    const { facts } = header;
    demand(header.agent.length === 0 && header.auth.length === 0, 'I-RULE', 'agent');
    if (facts.get('kind') === 'network') {
      const [numerator, denominator] = facts.get('charter').get('quorum');
      demand(2 * numerator > denominator && numerator <= denominator, 'I-RULE', 'charter.quorum');
      return;
    }
    demand(same(facts.get('root'), join(Buffer.from([0x02]), header.key)), 'I-RULE', 'root');
    const recovery = facts.get('recovery');
    const isEnough = recovery === undefined || recovery.get('need') <= recovery.get('digests').length;
    demand(isEnough, 'I-RULE', 'recovery.need');
  },
};

export const countersign = {
  isKnown({ facts, scope }) {
    const target = facts.get('target');
    return facts.get('decision') === 'accept' && target instanceof Uint8Array && same(target, scope);
  },
  fields: () => ({
    target: id,
    decision: oneOf('accept', 'decline', 'object'),
    'as?': text(32),
    'seen_digest?': digest,
  }),
};

export const grant = {
  isKnown(header) {
    const to = header.facts.get('to');
    return to instanceof Uint8Array && same(to, header.agent);
  },
  fields: () => ({
    to: id,
    role: oneOf('core', 'occasional', 'client', 'observer'),
    'scopes?': list(typeName),
    'may_delegate?': bool,
  }),
};

export const profile = {
  fields: () => ({
    supersedes: set(id),
    'kind?': text(32),
    'languages?': list(text(35)),
    'skills?': list(text(256)),
    'also_known_as?': set(id),
  }),
};
