// What mediators or parties of an agreement decide (protocol/spec/04-fold.md 4.5, 09-agreements.md 2.3).

import { electorsOf, partiesOf } from '../types/agreement.js';
import { isOf } from './chains.js';
import { chainOf, versionsBefore } from './sharing.js';
import { require } from './verdict.js';

const PICKED = ['agreement', 'distribution'];
const PAYMENTS = ['settlement', 'commitment'];

/** Ends the decision if a resolution of an agreement is not one that this version may decide. */
export function requireRuling(record, world) {
  const isHere = (id, ...types) => {
    const named = world.get(id);
    return types.includes(named.type) && named.home === record.home && named.isValid;
  };
  const version = world.get(record.named('agreement'));
  require(isHere(version.id, 'agreement'), 'I-RULE', [version.id], 'agreement');
  require(electorsOf(version.header.facts).electors.includes(record.author), 'X-SCOPE', [version.id]);
  for (const id of record.listed('prev')) require(isHere(id, 'resolution'), 'I-RULE', [id], 'prev');
  const about = record.listed('about');
  const isPick = record.named('pick') !== '';
  for (const id of about) require(isPick ? mayBePicked(id) : mayBeUpheld(id), 'I-RULE', [id], 'about');
  if (isPick) for (const id of about) require(!about.some((other) => comesAfter(id, other)), 'I-RULE', [id], 'about');
  const grounds = about.map((id) => groundsOf(world.get(id), world)).filter((each) => each !== null);
  const shared = [...(grounds[0] ?? [version.id])].filter((id) => grounds.every((each) => each.has(id)));
  const isNewest = shared.includes(version.id) && !shared.some((id) => versionsBefore(id, world).has(version.id));
  require(isNewest, 'I-RULE', [version.id], 'agreement');

  function mayBePicked(id) {
    const { type } = world.get(record.named('pick'));
    return PICKED.includes(type) && isHere(id, type);
  }

  function mayBeUpheld(id) {
    const bond = world.get(id);
    if (!partiesOf(version.header.facts).some((party) => isOf(party, bond, world))) return false;
    if (isHere(id, ...PAYMENTS)) return true;
    return isHere(id, 'countersign') && world.isAccept(bond) && [...PICKED, ...PAYMENTS].includes(world.target(bond).type);
  }

  function comesAfter(id, other) {
    const one = world.get(id);
    if (one.type === 'agreement') return versionsBefore(id, world).has(other);
    return chainOf(one, world).some((before) => before.id === other);
  }
}

/** The versions on which something rests; null if it may be any. */
function groundsOf(record, world) {
  if (record.type === 'countersign') return groundsOf(world.target(record), world);
  if (record.type === 'agreement') return versionsBefore(record.id, world);
  const version = record.named('agreement');
  return version === '' ? null : new Set([version, ...versionsBefore(version, world)]);
}

const PASSED_OVER = 'passed over';

/** What a resolution says of one of those it is about. */
function wordOf(resolution, id) {
  return [id, ''].includes(resolution.named('pick')) ? resolution.fact('outcome') : PASSED_OVER;
}

/** The resolutions of one agreement; `levelOf` tells how far one is carried. */
export class Rulings {
  constructor(resolutions, levelOf, yes) {
    this.resolutions = resolutions;
    this.isCarried = (resolution) => levelOf(resolution) === yes;
  }

  /** Those that stand on a record. */
  on(id) {
    const carried = this.resolutions.filter((each) => each.listed('about').includes(id) && this.isCarried(each));
    return carried.filter((each) => !carried.some((other) => other.listed('prev').includes(each.id)));
  }

  #saidOf(id) {
    const words = new Set(this.on(id).map((each) => wordOf(each, id)));
    return words.size === 1 ? [...words][0] : '';
  }

  isUpheld(id) {
    return this.#saidOf(id) === 'uphold';
  }

  /** The ids of those that pass over one of some records for another of which something holds. */
  passing(ids, holds) {
    return ids.filter((id) => this.#saidOf(id) === PASSED_OVER)
      .flatMap((id) => this.on(id))
      .filter((each) => holds(each.named('pick')))
      .map(({ id }) => id);
  }

  /** The ids of those that stand on the same record and say otherwise. */
  against(resolution) {
    return resolution.listed('about').flatMap((id) => {
      const standing = this.on(id);
      if (!standing.includes(resolution)) return [];
      return standing.filter((other) => wordOf(other, id) !== wordOf(resolution, id)).map((other) => other.id);
    });
  }
}
