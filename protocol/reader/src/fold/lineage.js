// How everything in an agreement stands (protocol/spec/09-agreements.md 2 to 7).

import { fromHex, join, toHex } from '../bytes.js';
import { approversOf, attestersOf, electorsOf, partiesOf } from '../types/agreement.js';
import { losersIn } from './agreements.js';
import { counts } from './effects.js';
import { Rulings } from './rulings.js';
import { AGREEMENT } from './scopes.js';
import { chainOf, headsOf, isUsable, pastOf, versionsBefore } from './sharing.js';

const [NO, CONTESTED, YES] = [0, 1, 2];
const IDS_TOLD = 16;

/** Gives all records of agreements their states, and tells why they are no better. */
export function setLineages(world) {
  for (const scope of world.scopes.values()) {
    if (scope.kind === AGREEMENT && scope.genesis.isValid) new Lineage(scope, world).tell();
  }
}

/** The digest's lines of an agreement (7): of both tables key and content. */
export function linesOfAgreement(records) {
  const stands = records.filter(({ type, state }) => STATED.has(type) && state !== '');
  const balances = [...balancesOf(records)].filter(([, columns]) => columns.some((each) => each !== 0));
  return {
    stands: stands.map(({ header, state }) => [header.id, state]),
    balances: balances.map(([key, columns]) => [join(fromHex(key.slice(0, 64)), Buffer.from(key.slice(64))), columns]),
  };
}

const STATED = new Set(['agreement', 'contribution', 'income', 'distribution', 'settlement', 'commitment', 'resolution']);
const COLUMNS = ['entitled', 'held', 'contested', 'received', 'paid', 'in hand'];

/** By agent and currency the columns of the ledger (6). */
function balancesOf(records) {
  const byId = new Map(records.map((record) => [record.id, record]));
  const found = new Map();
  const add = (agent, cur, column, amount) => {
    const columns = found.get(agent + cur) ?? COLUMNS.map(() => 0);
    columns[COLUMNS.indexOf(column)] += amount;
    found.set(agent + cur, columns);
  };
  for (const record of records) {
    if (record.type === 'distribution') addShared(record, byId, add);
    if (record.type === 'settlement' && record.state === 'confirmed') {
      const [amount, cur] = ['amt', 'cur'].map((name) => record.fact('amount').get(name));
      add(record.named('from'), cur, 'paid', amount);
      add(record.named('to'), cur, 'received', amount);
    }
  }
  return found;
}

function addShared(record, byId, add) {
  const cur = record.fact('carry').get('cur');
  for (const [agent, payable, held] of record.fact('lines')) {
    const who = Buffer.from(agent).toString('hex');
    if (record.state === 'effective') {
      add(who, cur, 'entitled', payable);
      add(who, cur, 'held', held);
    }
    if (record.state === 'contested') add(who, cur, 'contested', payable + held);
  }
  if (record.state !== 'effective') return;
  for (const income of record.listed('incomes').map((id) => byId.get(id))) {
    add(income.author, cur, 'in hand', income.fact('net').get('amt'));
  }
}

class Lineage {
  constructor(scope, world) {
    this.world = world;
    this.scope = scope;
    this.all = [...world.records.values()].filter(({ home, isValid }) => home === scope.id && isValid);
    this.versions = this.#of('agreement');
    this.distributions = this.#of('distribution');
    this.rulings = new Rulings(this.#of('resolution'), (each) => this.#levelOfResolution(each), YES);
  }

  #of(type) {
    return this.all.filter((each) => each.type === type).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  tell() {
    for (const each of this.versions) this.#set(each, this.#stateOfVersion(each));
    for (const each of this.distributions) this.#set(each, this.#stateOfDistribution(each));
    for (const each of this.rulings.resolutions) this.#set(each, this.#stateOfResolution(each));
    const standing = this.#standing();
    if (standing.state === 'in_force' && this.#isVacant(standing)) standing.flags.add('vacant');
    for (const each of this.#of('income')) {
      this.#set(each, [isUsable(each, standing, this.world.records) ? 'confirmed' : 'declared']);
    }
    for (const each of this.#of('settlement')) this.#setTwoSided(each, ['from', 'to'], ['declared', 'contested', 'confirmed']);
    for (const each of this.#of('commitment')) this.#setTwoSided(each, ['provider', 'receiver'], ['proposed', 'contested', 'in_force']);
    for (const each of this.#of('contribution')) {
      if (each.state !== 'retracted') each.state = this.#stateOfWork(each, standing.header.facts);
    }
  }

  #set(record, [state, reason = '', ids = []]) {
    record.state = state;
    if (record.status !== 'yes') return;
    record.reason = reason;
    record.ids = [...new Set(ids)].sort().slice(0, IDS_TOLD);
  }

  #setTwoSided(record, sides, states) {
    const other = sides.map((name) => record.named(name)).find((agent) => agent !== record.author);
    const holds = counts(record) || this.rulings.isUpheld(record.id);
    const level = Math.min(this.#tally(record, other), holds ? YES : CONTESTED);
    this.#set(record, [states[level], ...(level === CONTESTED ? ['C-RESTS', this.#shaken(record, [other])] : [])]);
  }

  #accepts(target) {
    return this.world.acceptsByTarget.get(target.id) ?? [];
  }

  #tally(target, agent) {
    const own = this.#accepts(target).filter(({ author }) => author === agent);
    return Math.max(NO, ...own.map((each) => (this.#holds(each, target) ? YES : CONTESTED)));
  }

  #holds(accept, target) {
    return accept.status === 'yes' || (target.type !== 'resolution' && this.rulings.isUpheld(accept.id));
  }

  #levelOfResolution(record) {
    if (record.level === undefined) {
      const version = this.#version(record);
      const { electors, needed } = electorsOf(version.header.facts);
      const own = counts(record) ? YES : CONTESTED;
      record.level = Math.min(this.#force(version), own, this.#kthBest(record, electors, needed));
    }
    return record.level;
  }

  #stateOfResolution(record) {
    const version = this.#version(record);
    const { electors } = electorsOf(version.header.facts);
    const orVersion = (ids) => (ids.length > 0 ? ids : [version.id]);
    switch (this.#levelOfResolution(record)) {
      case NO: return ['open', 'T-MISSING', orVersion(electors.filter((each) => this.#tally(record, each) === NO))];
      case CONTESTED: return ['contested', 'C-RESTS', orVersion(this.#shaken(record, electors))];
      default: {
        const against = this.rulings.against(record);
        return against.length > 0 ? ['carried', 'R-RIVAL', against] : ['carried'];
      }
    }
  }

  #areJoined(one, other) {
    return this.#strong.some((each) => this.#follows(each, one) && this.#follows(each, other));
  }

  /** The ids of the resolutions by which another version is picked. */
  #passing(version) {
    if (this.#force(version) !== YES) return [];
    return this.rulings.passing([version.id, ...versionsBefore(version.id, this.world)], (id) => {
      const pick = this.world.get(id);
      return this.#force(pick) !== NO && !this.#follows(version, pick) && !this.#areJoined(version, pick);
    });
  }

  /** The ids of the resolutions by which another distribution is picked. */
  #passingShared(record) {
    if (this.#solidity(record) !== YES) return [];
    const line = [...chainOf(record, this.world), record].map(({ id }) => id);
    return this.rulings.passing(line, (id) => this.#solidity(this.world.get(id)) !== NO);
  }

  #shaken(target, agents) {
    return this.#accepts(target).filter(({ author, status }) => agents.includes(author) && status !== 'yes').map(({ id }) => id);
  }

  #prev(version) {
    return version.listed('prev').map((id) => this.world.get(id));
  }

  #kthBest(target, agents, k) {
    return agents.map((each) => this.#tally(target, each)).sort((a, b) => b - a)[k - 1] ?? NO;
  }

  #force(version) {
    version.force ??= this.#findForce(version);
    return version.force;
  }

  #findForce(version) {
    const prev = this.#prev(version);
    const bound = prev.flatMap(({ header }) => partiesOf(header.facts));
    const joining = partiesOf(version.header.facts).filter((each) => !bound.includes(each));
    const amendments = prev.map((each) => {
      const parties = partiesOf(each.header.facts);
      const amendment = each.fact('amendment');
      return this.#kthBest(version, parties, amendment === 'all' ? parties.length : amendment.get('k'));
    });
    return Math.min(YES, ...prev.map((each) => this.#force(each)), ...amendments, ...joining.map((each) => this.#tally(version, each)));
  }

  #follows(one, other) {
    return versionsBefore(one.id, this.world).has(other.id);
  }

  get #strong() {
    return this.versions.filter((each) => this.#force(each) === YES);
  }

  #conflicts(version) {
    const isPassed = (each) => this.#passing(each).length > 0;
    if (this.#force(version) !== YES || isPassed(version)) return [];
    return this.#strong.filter((other) => {
      const isSibling = other !== version && !this.#follows(other, version) && !this.#follows(version, other);
      return isSibling && !isPassed(other) && !this.#areJoined(version, other);
    });
  }

  #standing() {
    const good = this.#strong.filter((each) => this.#passing(each).length === 0);
    const ends = good.filter((each) => !good.some((other) => this.#follows(other, each)));
    return ends[0] ?? this.scope.genesis;
  }

  #stateOfVersion(version) {
    const force = this.#force(version);
    const parties = partiesOf(version.header.facts);
    const prev = this.#prev(version);
    const weak = prev.filter((each) => this.#force(each) === force).map(({ id }) => id);
    if (force === NO) {
      const missing = parties.filter((each) => this.#tally(version, each) === NO);
      return ['proposed', 'T-MISSING', missing.length > 0 ? missing : weak];
    }
    if (force === CONTESTED) {
      const shaken = this.#shaken(version, [...parties, ...prev.flatMap(({ header }) => partiesOf(header.facts))]);
      return ['contested', 'C-RESTS', shaken.length > 0 ? shaken : weak];
    }
    const passing = this.#passing(version);
    if (passing.length > 0) return ['contested', 'R-DECIDED', passing];
    const conflicts = this.#conflicts(version).map(({ id }) => id);
    if (conflicts.length > 0) return ['conflict', 'K-CONFLICT', conflicts];
    if (this.#strong.some((each) => this.#follows(each, version))) return ['superseded'];
    return [prev.length > 0 && version.fact('until') !== undefined ? 'ended' : 'in_force'];
  }

  /** Whether somebody is answered to by nobody under a version (2.5). */
  #isVacant(version) {
    const duties = version.fact('responsibility') ?? [];
    const nameOf = (duty) => `${toHex(duty.get('to'))} ${duty.get('scope')}`;
    const answered = duties.filter((duty) => this.#answers(version, toHex(duty.get('final')))).map(nameOf);
    return duties.some((duty) => !answered.includes(nameOf(duty)));
  }

  #answers(version, agent) {
    if (this.#tally(version, agent) !== YES) return false;
    const said = this.all.filter((each) => {
      const isAnswer = each.type === 'countersign' && each.named('target') === version.id;
      return isAnswer && each.author === agent && each.status === 'yes';
    });
    const accepts = said.filter((each) => each.fact('decision') === 'accept');
    const declines = said.filter((each) => each.fact('decision') === 'decline');
    return declines.every(({ id }) => accepts.some((accept) => pastOf(accept, this.world).has(id)));
  }

  #stateOfWork(record, facts) {
    const heads = [...headsOf(record.id, this.world.records, record.home)].filter(([agent]) => attestersOf(facts).includes(agent));
    const refusing = heads.filter(([, said]) => said.some((each) => each.fact('verdict') === 'reject'));
    if (heads.length - refusing.length >= facts.get('ack').get('min')) return 'acknowledged';
    return refusing.length > 0 ? 'rejected' : 'claimed';
  }

  #version(distribution) {
    return this.world.get(distribution.named('agreement'));
  }

  #before(distribution) {
    const prev = distribution.named('prev');
    return prev === '' ? null : this.world.get(prev);
  }

  #footing(version) {
    const line = [version, ...[...versionsBefore(version.id, this.world)].map((id) => this.world.get(id))];
    const force = this.#force(version);
    const isFrozen = this.#passing(version).length > 0 || line.some((each) => this.#conflicts(each).length > 0);
    return force === YES && isFrozen ? CONTESTED : force;
  }

  #solidity(record) {
    if (record.solidity === undefined) {
      const { facts } = this.#version(record).header;
      const who = approversOf(facts);
      const approval = facts.get('approval');
      const best = this.#kthBest(record, who, typeof approval === 'string' ? who.length : approval.get('k'));
      const approved = Math.min(best, ...losersIn(record).map((each) => this.#tally(record, each)));
      const before = this.#before(record);
      record.solidity = Math.min(this.#footing(this.#version(record)), approved, before === null ? YES : this.#solidity(before));
    }
    return record.solidity;
  }

  #rivals(record) {
    const isFree = (each) => this.#solidity(each) === YES && this.#passingShared(each).length === 0;
    if (!isFree(record)) return [];
    return this.distributions.filter((other) => {
      if (other === record || !isFree(other)) return false;
      if (chainOf(other, this.world).includes(record) || chainOf(record, this.world).includes(other)) return false;
      const shared = record.listed('incomes').some((id) => other.listed('incomes').includes(id));
      return shared || record.named('prev') === other.named('prev');
    });
  }

  #level(record) {
    const before = this.#before(record);
    const isFrozen = this.#rivals(record).length > 0 || this.#passingShared(record).length > 0;
    const own = isFrozen ? CONTESTED : this.#solidity(record);
    return Math.min(own, before === null ? YES : this.#level(before));
  }

  #stateOfDistribution(record) {
    const level = this.#level(record);
    const version = this.#version(record);
    const who = [...approversOf(version.header.facts), ...losersIn(record)];
    if (level === YES) return ['effective'];
    if (level === NO) return ['proposed', 'T-MISSING', who.filter((each) => this.#tally(record, each) === NO)];
    const passing = this.#passingShared(record);
    if (passing.length > 0) return ['contested', 'R-DECIDED', passing];
    const rivals = this.#rivals(record).map(({ id }) => id);
    if (rivals.length > 0) return ['contested', 'R-RIVAL', rivals];
    if (this.#footing(version) < this.#force(version)) return ['contested', 'K-CONFLICT', [version.id]];
    const shaken = this.#shaken(record, who);
    const before = this.#before(record);
    const weak = before !== null && this.#level(before) === CONTESTED ? before : version;
    return ['contested', 'C-RESTS', shaken.length > 0 ? shaken : [weak.id]];
  }
}
