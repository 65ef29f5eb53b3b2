// What a scope is, by its genesis (protocol/spec/04-fold.md 2).

import { toHex } from '../bytes.js';
import { isRuling } from '../types/authority.js';

export const PERSON = 'person';
export const ORGANISATION = 'organization';
export const NETWORK = 'network';
export const AGREEMENT = 'agreement';

/** Which type is written where (2.1). */
const TYPES_IN_ALL = [
  'grant', 'revoke', 'countersign',
  'contribution', 'recognition', 'project', 'correction', 'erasure', 'checkpoint',
];
const TYPES_IN = {
  [PERSON]: new Set(['profile', 'rotate', ...TYPES_IN_ALL]),
  [ORGANISATION]: new Set(['profile', 'resolution', ...TYPES_IN_ALL]),
  [NETWORK]: new Set(['resolution', 'attestation', ...TYPES_IN_ALL]),
  [AGREEMENT]: new Set([
    'agreement', 'attestation', 'allocation', 'income', 'distribution', 'settlement', 'commitment',
    'countersign', 'contribution', 'recognition', 'correction', 'erasure', 'checkpoint', 'resolution',
  ]),
};

/** Whether records with such a header are written in scopes of that kind. */
export function isWrittenIn(kind, { type, facts }) {
  return TYPES_IN[kind].has(type) && (type !== 'resolution' || isRuling(facts) === (kind === AGREEMENT));
}

/** The kind of the scope that a genesis begins; empty for one of no kind. */
function kindOf({ header }) {
  if (header.type === AGREEMENT) return AGREEMENT;
  const kind = header.type === 'agent' ? header.facts.get('kind') : undefined;
  return [PERSON, ORGANISATION, NETWORK].includes(kind) ? kind : '';
}

/** What one scope is, for those who ask about its records. */
export class Scope {
  constructor(genesis) {
    this.genesis = genesis;
    this.id = genesis.id;
    this.kind = kindOf(genesis);
  }

  /** Whether it is an agent's, if its genesis is valid. */
  get isOfAgent() {
    return this.isPrivate || this.kind === NETWORK;
  }

  /** Whether it is a person's or an organisation's: records of any scope may name those of this one. */
  get isPrivate() {
    return this.kind === PERSON || this.kind === ORGANISATION;
  }

  /** Whether it has founders and a charter. */
  get isFounded() {
    return this.kind === ORGANISATION || this.kind === NETWORK;
  }

  get charter() {
    return this.genesis.header.facts.get('charter');
  }

  /** The founders whom a valid genesis names, as hex, ascending; none for a person. */
  get founders() {
    return this.isFounded ? this.charter.get('founders').map(toHex) : [];
  }
}
