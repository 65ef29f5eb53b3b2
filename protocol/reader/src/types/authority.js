// `grant`, `revoke`, `countersign`, `rotate` and `resolution` (protocol/spec/02-types.md 3 and 4).

import { toHex } from '../bytes.js';
import { demand } from '../refusal.js';
import {
  RECOVERY, charterFields, demandEnoughRecoveryKeys, demandMajority, demandRootIsKey,
} from './identity.js';
import {
  bin, bool, digest, ext, fields, id, idOrKey, int, key, list, oneOf, set, text, tuple,
} from './shapes.js';
import { date, money, typeName } from './values.js';

const GRANT = {
  to: idOrKey,
  role: oneOf('device', 'staff', 'steward', 'core', 'occasional', 'client', 'observer', 'relay'),
  'scopes?': list(typeName),
  'limits?': fields({ 'max?': money(0), 'until?': date, 'project?': ext, 'uses?': int(1, 1000) }),
  'may_delegate?': bool,
};

export const grant = { fields: () => GRANT };

const REVOKE = {
  targets: set(id, 1, 256),
  reason: oneOf('resign', 'end', 'cause', 'compromise', 'lost'),
  'seen?': set(digest, 0, 256),
};

export const revoke = { fields: () => REVOKE };

const COUNTERSIGN = {
  target: id,
  decision: oneOf('accept', 'decline', 'object'),
  'as?': text(32),
  'seen_digest?': digest,
  'proof?': bin(64, 64),
};

export const countersign = { fields: () => COUNTERSIGN };

const ROTATE = {
  root: key,
  after: id,
  keys: set(key, 1, 16),
  sigs: list(bin(64, 64), 1, 16),
  'recovery?': RECOVERY,
  'ends?': set(id),
  'seen?': set(digest, 0, 256),
};

export const rotate = {
  fields: () => ROTATE,
  rules(header) {
    const { auth, facts } = header;
    demand(auth.length === 0, 'I-RULE', 'auth');
    demandRootIsKey(header);
    demand(facts.get('sigs').length === facts.get('keys').length, 'I-RULE', 'sigs');
    demandEnoughRecoveryKeys(facts);
  },
};

const LATER_OUTCOMES = ['amend'];
const OUTCOMES_OF_AGREEMENTS = ['pick', 'uphold', 'reject'];

const RULING = {
  outcome: oneOf(...OUTCOMES_OF_AGREEMENTS),
  agreement: id,
  about: set(id, 1, 256),
  prev: set(id),
  'pick?': id,
};

/** Whether the facts of a resolution are those of one that stands in an agreement. */
export function isRuling(facts) {
  return OUTCOMES_OF_AGREEMENTS.includes(facts.get('outcome'));
}

function demandChoice(facts) {
  const [about, pick] = [facts.get('about').map(toHex), facts.get('pick')];
  demand((pick !== undefined) === (facts.get('outcome') === 'pick'), 'I-RULE', 'pick');
  demand(pick === undefined || (about.length > 1 && about.includes(toHex(pick))), 'I-RULE', 'about');
}

const RESOLUTION = {
  outcome: oneOf('remove', 'charter', 'dissolve', 'order'),
  prev: set(id),
  'about?': set(id),
  'charter?': fields(charterFields({ mayBeMissing: true })),
  'orders?': list(tuple(typeName, digest), 1, 256),
};

export const resolution = {
  isKnown: ({ facts }) => !LATER_OUTCOMES.includes(facts.get('outcome')),
  fields: ({ facts }) => (isRuling(facts) ? RULING : RESOLUTION),
  rules({ facts }) {
    if (isRuling(facts)) {
      demandChoice(facts);
      return;
    }
    const outcome = facts.get('outcome');
    const charter = facts.get('charter');
    demand(outcome !== 'remove' || (facts.get('about') ?? []).length > 0, 'I-RULE', 'about');
    demand((charter !== undefined) === (outcome === 'charter'), 'I-RULE', 'charter');
    demandMajority(charter?.get('quorum'));
    demand(facts.has('orders') === (outcome === 'order'), 'I-RULE', 'orders');
  },
};
