// How the entries of a record lead from its agent to its key (protocol/spec/04-fold.md 3).

import { same, toHex } from '../bytes.js';
import { foundersSetBy } from './charters.js';
import { isId } from './records.js';
import { rootFor } from './roots.js';
import { NETWORK, PERSON } from './scopes.js';

/** What the entries of one record are: chain, role, resolution, and what is left. */
export class Path {
  constructor(record, world) {
    const entries = world.entries(record);
    /** The links from the agent on. */
    this.chain = [];
    /** The ids of the agents through which the chain passes, the record's own first. */
    this.agents = [record.author];
    /** The person whose root the record uses, and what that key is of the person (roots.js). */
    this.person = '';
    this.root = null;
    this.holds = this.#follow(record, entries, world);
    this.role = isRole(entries[0], record, world) ? entries.shift() : null;
    this.resolution = isOwnResolution(entries[0], record) ? entries.shift() : null;
    /** The first entry that is neither; undefined if there is none. */
    this.left = entries[0];
  }

  /** Takes the links from the entries; gives whether they end where they should. */
  #follow(record, entries, world) {
    const { key } = record.header;
    let current = record.author;
    while (entries.length > 0) {
      const to = linkFrom(current, entries[0], world);
      if (to === '') break;
      this.chain.push(entries.shift());
      if (!isId(to)) return to === `02${toHex(key)}`;
      current = to;
      this.agents.push(current);
    }
    if (world.agent(current)?.kind !== PERSON) return false;
    this.root = rootFor(record, current, key, world);
    this.person = this.root === null ? '' : current;
    return this.root !== null;
  }
}

/** Where a record leads as a link of an agent: an agent or a key as hex; empty if it is none. */
export function linkFrom(agent, entry, world) {
  const isHere = entry.isValid && entry.home === agent && world.agent(agent) !== undefined;
  if (!isHere) return '';
  if (entry.type === 'grant') return linkByGrant(agent, entry, world);
  return world.isAccept(entry) && isFoundersAccept(entry, world) ? entry.author : '';
}

function linkByGrant(agent, entry, world) {
  const to = entry.named('to');
  const isAppointment = world.agent(agent).kind !== NETWORK || (entry.fact('role') === 'steward' && isId(to));
  return entry.author === agent && isAppointment ? to : '';
}

/** Whether an accept is of the genesis, or of a charter resolution by one of the founders whom that names. */
export function isFoundersAccept(accept, world) {
  const target = world.target(accept);
  if (target.header.isGenesis) return target.type === 'agent';
  return target.type === 'resolution' && foundersSetBy(target).includes(accept.author);
}

function isRole(entry, record, world) {
  const isHere = world.scopeOf(record).kind === NETWORK && entry?.isValid && entry.home === record.home;
  if (!isHere || record.author === record.home) return false;
  if (entry.type === 'grant') return isRoleByGrant(entry, record);
  if (!world.isAccept(entry) || entry.author !== record.author) return false;
  return world.isInvitation(world.target(entry)) || isFoundersAccept(entry, world);
}

function isRoleByGrant(entry, { author, home }) {
  return entry.named('to') === author && (entry.author === home || entry.author === author);
}

function isOwnResolution(entry, { author }) {
  return entry !== undefined && entry.isValid && entry.type === 'resolution' && entry.home === author;
}

/** Whether a record is of an agent, by its key and not only by its word (4.1). */
export function isOf(agent, record, world) {
  if (record.author !== agent || world.agent(agent) === undefined) return false;
  if (record.path === null) return record.header.isGenesis && record.isValid;
  return mayName(agent, record, world) && (record.type === 'rotate' || record.path.holds);
}

/** Whether a record may name an agent as its own (7.1). */
export function mayName(agent, record, world) {
  const scope = world.scopeOf(record);
  const isForbidden = world.agent(agent)?.kind === NETWORK && agent !== record.home;
  const isOfFounding = scope.isFounded && same(record.header.key, scope.genesis.header.key);
  return world.agent(agent) !== undefined && !isForbidden && !isOfFounding;
}
