// `agent` and `profile` (protocol/spec/02-types.md 2 and 5).

import { join, same } from '../bytes.js';
import { demand } from '../refusal.js';
import { bin, digest, ext, fields, id, int, key, list, matching, oneOf, set, text } from './shapes.js';
import { CURRENCY, ratio, typeName } from './values.js';

export const RECOVERY = fields({ digests: set(digest, 1, 16), need: int(1, 16) });

const PERSON = { kind: oneOf('person'), nonce: bin(16, 16), root: key, 'recovery?': RECOVERY };

const ORGANISATION = {
  kind: oneOf('organization'),
  nonce: bin(16, 16),
  charter: fields({ founders: set(id, 1, 256), quorum: ratio, 'sensitive?': list(typeName), 'blob_limit?': int(0) }),
};

/** One of some texts, or something that is no text. */
function eitherTextOr(texts, other) {
  return (value, path) => (typeof value === 'string' ? texts : other)(value, path);
}

/** The fields of a network's charter; a resolution may leave out any of them. */
export function charterFields({ mayBeMissing }) {
  const mark = mayBeMissing ? '?' : '';
  return {
    [`founders${mark}`]: set(id, 1, 256),
    [`quorum${mark}`]: ratio,
    [`join${mark}`]: oneOf('invite', 'open'),
    [`log_records${mark}`]: int(1),
    [`log_bytes${mark}`]: int(1),
    'sensitive?': list(typeName),
    'blob_limit?': int(0),
    'units?': list(fields({ code: matching(CURRENCY), exp: int(0, 6) })),
    'face?': id,
    'engine?': text(256),
    'default_ack?': fields({ min: int(1, 256), by: eitherTextOr(oneOf('members'), set(id, 1, 256)) }),
  };
}

const NETWORK = {
  kind: oneOf('network'),
  nonce: bin(16, 16),
  charter: fields(charterFields({ mayBeMissing: false })),
  'forked_from?': ext,
};

const KINDS = new Map([['person', PERSON], ['organization', ORGANISATION], ['network', NETWORK]]);

export const agent = {
  isKnown({ facts }) {
    const kind = facts.get('kind');
    return typeof kind !== 'string' || KINDS.has(kind);
  },
  fields: ({ facts }) => KINDS.get(facts.get('kind')) ?? PERSON,
  rules(header) {
    const { facts } = header;
    demand(header.agent.length === 0 && header.auth.length === 0, 'I-RULE', 'agent');
    if (facts.get('kind') === 'person') {
      demandRootIsKey(header);
      demandEnoughRecoveryKeys(facts);
    } else {
      demandMajority(facts.get('charter').get('quorum'));
    }
  },
};

/** Refuses a `root` that is not the key of the header. */
export function demandRootIsKey({ facts, key: signer }) {
  demand(same(facts.get('root'), join(Buffer.from([0x02]), signer)), 'I-RULE', 'root');
}

/** Refuses a `recovery`, if there is one, that needs more keys than it names. */
export function demandEnoughRecoveryKeys(facts) {
  const recovery = facts.get('recovery');
  const isEnough = recovery === undefined || recovery.get('need') <= recovery.get('digests').length;
  demand(isEnough, 'I-RULE', 'recovery.need');
}

/** Refuses a quorum, if there is one, that is not more than half and at most all. */
export function demandMajority(quorum) {
  if (quorum === undefined) return;
  const [numerator, denominator] = quorum;
  demand(2 * numerator > denominator && numerator <= denominator, 'I-RULE', 'charter.quorum');
}

export const profile = {
  fields: () => ({
    supersedes: set(id),
    'kind?': text(32),
    'languages?': list(text(35)),
    'skills?': list(text(256)),
    'also_known_as?': set(id),
  }),
};
