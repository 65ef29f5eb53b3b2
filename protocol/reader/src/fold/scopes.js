// What a scope is, by its genesis, and who may speak in it (protocol/spec/04-fold.md 2).

import { same, toHex } from '../bytes.js';

export const PERSON = 'person';
export const NETWORK = 'network';
const ORGANISATION = 'organization';
const AGREEMENT = 'agreement';

/** Which type is written where (2.1). */
const TYPES_IN_BOTH = ['contribution', 'recognition', 'project', 'correction', 'erasure', 'checkpoint'];
const TYPES_IN = {
  [PERSON]: new Set(['profile', ...TYPES_IN_BOTH]),
  [NETWORK]: new Set(['countersign', 'grant', ...TYPES_IN_BOTH]),
};

/** Whether records of that type are written in scopes of that kind. */
export function isWrittenIn(kind, type) {
  return TYPES_IN[kind].has(type);
}

/** The kind of the scope that a genesis begins; empty for one of no kind. */
export function kindOf({ header }) {
  if (header.type === AGREEMENT) return AGREEMENT;
  const kind = header.type === 'agent' ? header.facts.get('kind') : undefined;
  return [PERSON, ORGANISATION, NETWORK].includes(kind) ? kind : '';
}

/** Whether records of any scope may name those of this one. */
export function isOpenToReferences(kind) {
  return kind === PERSON || kind === ORGANISATION;
}

/** What one scope is, for those who ask about its records. */
export class Scope {
  constructor(genesis) {
    this.genesis = genesis;
    this.id = genesis.id;
    this.kind = kindOf(genesis);
  }

  get charter() {
    return this.genesis.header.facts.get('charter');
  }

  /** The founders of a network whose genesis is *yes*, as hex, ascending. */
  get founders() {
    return this.charter.get('founders').map(toHex);
  }

  get isOpen() {
    return this.charter.get('join') === 'open';
  }

  /** How many records and bytes a log may have here. */
  get quota() {
    if (this.kind === PERSON) return { records: 1_000_000, bytes: 2 ** 30 };
    return { records: this.charter.get('log_records'), bytes: this.charter.get('log_bytes') };
  }
}

/** Whether the record's key may speak for its agent in this scope (step 9). */
export function speaksForItsAgent(record, scope, records) {
  const agent = records.get(record.author);
  if (!agent.header.isGenesis || agent.status !== 'yes' || kindOf(agent) !== PERSON) return false;
  const { key } = record.header;
  return same(key, agent.header.key) && !(scope.kind === NETWORK && same(key, scope.genesis.header.key));
}
