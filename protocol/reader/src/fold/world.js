// What is known of all the records that are decided, so that each later one can be judged.

import { sha256, toHex } from '../bytes.js';
import { append, isId } from './records.js';
import { NETWORK } from './scopes.js';

const ACTS_OF_AUTHORITY = new Set(['grant', 'revoke', 'countersign', 'rotate', 'resolution', 'agreement']);

/** All records by id, the scopes that are decided, and the valid acts of authority by what they are asked for. */
export class World {
  constructor(records, pasts) {
    this.records = records;
    this.pasts = pasts;
    this.scopes = new Map();
    /** All decided records, and the valid acts of authority among them, in the order of deciding. */
    this.decided = [];
    this.acts = [];
    /** By the pair of target and agent, and by target (04-fold 2.2). */
    this.acceptsByPair = new Map();
    this.acceptsByTarget = new Map();
    /** By handle `{by, resigns}` (04-fold 5). */
    this.endings = new Map();
    this.revokesByTarget = new Map();
    this.rotatesByPerson = new Map();
    /** Of the outcomes charter and dissolve, by scope and `prev` together. */
    this.changesOfCharter = new Map();
    this.keyGrantsByScope = new Map();
    this.versionsByScope = new Map();
  }

  /** The decided record that a hash in `seen` stands for (04-fold 5.2), or undefined. */
  seen(hash) {
    // Few sets of records hold such hashes at all.
    this.seenHashes ??= new Map(this.decided.map((record) => [seenHash(record.header.id), record]));
    return this.seenHashes.get(hash);
  }

  get(id) {
    return this.records.get(id);
  }

  /** The records that `auth` names, in its order. */
  entries({ header }) {
    return header.auth.map((id) => this.get(toHex(id)));
  }

  scopeOf(record) {
    return this.scopes.get(record.home);
  }

  /** The scope of an agent, or undefined where the id is that of none. */
  agent(id) {
    const scope = this.scopes.get(id);
    return scope !== undefined && scope.isOfAgent && scope.genesis.isValid ? scope : undefined;
  }

  /** The record that a countersign names, or undefined where its facts are not in order. */
  target(countersign) {
    const { facts } = countersign.header;
    return facts.get('target') instanceof Uint8Array ? this.get(countersign.named('target')) : undefined;
  }

  isAccept(record) {
    return record.isValid && record.type === 'countersign' && record.fact('decision') === 'accept';
  }

  isInvitation(record) {
    const isGrant = record.isValid && record.type === 'grant';
    return isGrant && this.scopeOf(record).kind === NETWORK && !isId(record.named('to'));
  }

  /** Whether a record is an accept by which somebody enters a network: of an invitation, by another than the network. */
  isEntrance(record) {
    return this.isAccept(record) && record.author !== record.home && this.isInvitation(this.target(record));
  }

  /** Whether one of the accepts of the pair is in the past of a record. */
  isAcceptedFor(record, target, agent) {
    return (this.acceptsByPair.get(pairOf(target, agent)) ?? []).some((accept) => record.knows(accept));
  }

  /** The effective revocations of a handle that are in the past of a record. */
  endingsFor(record, handle) {
    return (this.endings.get(handle) ?? []).map(({ by }) => by).filter((by) => record.knows(by));
  }

  /** Takes in a record that has just been decided. */
  note(record) {
    this.decided.push(record);
    if (!record.isValid || !ACTS_OF_AUTHORITY.has(record.type)) return;
    record.number = this.acts.length;
    this.acts.push(record);
    NOTES[record.type](this, record);
  }
}

/** The name of all accepts of a target by an agent, which are ended together (04-fold 2.2). */
export function pairOf(target, agent) {
  return `${target} ${agent}`;
}

/** What a revocation of a grant or an accept ends (04-fold 3.1); empty for other records. */
export function handleOf(record) {
  if (record.type === 'grant') return record.id;
  return record.type === 'countersign' ? pairOf(record.named('target'), record.author) : '';
}

/** Under what a charter or dissolve resolution stands among the changes of charters. */
export function placeOfChange(scope, prev) {
  return [scope, ...prev].join(' ');
}

const NOTES = {
  grant(world, record) {
    if (!isId(record.named('to'))) append(world.keyGrantsByScope, record.home, record);
  },

  countersign(world, record) {
    if (record.fact('decision') !== 'accept') return;
    append(world.acceptsByPair, handleOf(record), record);
    append(world.acceptsByTarget, record.named('target'), record);
  },

  revoke(world, record) {
    for (const target of record.listed('targets')) append(world.revokesByTarget, target, record);
    for (const [handle, resigns] of record.ends) append(world.endings, handle, { by: record, resigns });
  },

  rotate(world, record) {
    append(world.rotatesByPerson, record.home, record);
    for (const id of record.listed('ends')) append(world.endings, id, { by: record, resigns: false });
  },

  agreement(world, record) {
    append(world.versionsByScope, record.home, record);
  },

  resolution(world, record) {
    if (!changesCharter(record)) return;
    append(world.changesOfCharter, placeOfChange(record.home, record.listed('prev')), record);
  },
};

/** Whether a resolution is of one of the two outcomes that change a charter. */
export function changesCharter(resolution) {
  return ['charter', 'dissolve'].includes(resolution.fact('outcome'));
}

/** What stands for a record in `seen` (04-fold 5.2), as hex. */
function seenHash(id) {
  return `01${toHex(sha256('meshnode/1 seen', id))}`;
}
