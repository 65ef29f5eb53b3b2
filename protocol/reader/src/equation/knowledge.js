// What is known of contributions in a cut, and what they are worth there (protocol/spec/08-equations.md 2).
//
// A cut is the number of a round: what is known there is what that round and those before it brought.

import { fraction, isLess, least, ONE, over, plus, times, total, ZERO } from './rationals.js';
import { convert, convertible } from './units.js';

export class Knowledge {
  #terms;
  #attested;
  #corrected;
  #remembered = new Map();

  constructor(terms) {
    this.#terms = terms;
    this.contributions = terms.rounds.flatMap(({ contributions = [] }, round) =>
      contributions.map((each) => ({ ...each, round })),
    );
    this.contributions.sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
    this.#attested = byTarget(terms.rounds, 'attestations', ({ on }) => on);
    this.#corrected = byTarget(terms.rounds, 'corrections', ({ target }) => target);
  }

  /** The contributions known in a cut, ascending. */
  in(cut) {
    return this.contributions.filter(({ round }) => round <= cut);
  }

  /** What an agent has of a contribution: a Map of fractions, ascending. */
  partsOf(contribution) {
    return this.#once(`parts ${contribution.id}`, () => {
      const { agent, shares = new Map([[agent, 1n]]), declined = [] } = contribution;
      // Without shares the author has all of it, whatever else is said.
      const kept = contribution.shares === undefined ? [...shares] : [...shares].filter(([each]) => !declined.includes(each));
      const all = kept.reduce((sum, [, part]) => sum + part, 0n);
      return new Map(kept.map(([each, part]) => [each, fraction(part, all)]));
    });
  }

  /** Whether it may be weighed in a cut at all. */
  isAcknowledged(contribution, cut) {
    return this.#once(`acknowledged ${cut} ${contribution.id}`, () => {
      const heads = this.#heads(contribution, cut);
      const confirming = heads.filter(({ rejects }) => !rejects).length;
      return confirming >= this.#terms.ack.min && !this.#isRetracted(contribution, cut);
    });
  }

  /** The confirmed quantity, in the contribution's own unit; its heads are those of another cut. */
  confirmed(contribution, cut, headsAt) {
    return this.#once(`confirmed ${cut} ${headsAt} ${contribution.id}`, () => {
      const heads = this.#heads(contribution, headsAt);
      const confirming = heads.filter(({ rejects }) => !rejects).length;
      if (confirming < this.#terms.ack.min || this.#isRetracted(contribution, cut)) return ZERO;
      const claim = this.#claim(contribution, cut);
      if (heads.length === 0) return claim;
      const figures = heads.map(({ figure }) => figure).sort((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0));
      return least(figures[Math.floor((figures.length - 1) / 2)], claim);
    });
  }

  confirmedValue(contribution, cut, headsAt) {
    const { cur } = this.#terms;
    const { value, qty } = contribution;
    if (value?.cur !== cur) return ZERO;
    const deltas = this.#correctionsOf(contribution, cut).filter((each) => each.value?.cur === cur);
    const amount = deltas.reduce((sum, each) => sum + each.value.amt, value.amt);
    if (amount <= 0n) return ZERO;
    return times(fraction(amount), least(ONE, over(this.confirmed(contribution, cut, headsAt), qty.number)));
  }

  quality(contribution, headsAt) {
    const ratings = this.#heads(contribution, headsAt).filter(({ rating }) => rating !== undefined);
    if (ratings.length === 0) return ONE;
    const sum = total(ratings.map(({ rating }) => this.#terms.ack.ratings[rating - 1]));
    return over(sum, fraction(ratings.length));
  }

  #correctionsOf({ id }, cut) {
    return (this.#corrected.get(id) ?? []).filter(({ round }) => round <= cut);
  }

  #isRetracted(contribution, cut) {
    return this.#correctionsOf(contribution, cut).some(({ kind }) => kind === 'retract');
  }

  #claim(contribution, cut) {
    const { number, unit } = contribution.qty;
    const deltas = this.#correctionsOf(contribution, cut).flatMap(({ qty }) => qty ?? []);
    const claim = deltas.reduce((sum, each) => plus(sum, convert(each.number, each.unit, unit)), number);
    return isLess(claim, ZERO) ? ZERO : claim;
  }

  #heads(contribution, cut) {
    return this.#once(`heads ${cut} ${contribution.id}`, () => {
      const last = new Map();
      for (const each of this.#attested.get(contribution.id) ?? []) {
        if (each.round > cut || !this.#isEligible(contribution, each.by)) continue;
        if (last.get(each.by)?.[0].round === each.round) last.get(each.by).push(each);
        else last.set(each.by, [each]);
      }
      return [...last.values()].map((said) => this.#head(contribution, said));
    });
  }

  #head(contribution, said) {
    const rejects = said.some(({ verdict }) => verdict === 'reject');
    const { unit } = contribution.qty;
    const figures = said.map(({ qty, round }) =>
      qty === undefined ? this.#claim(contribution, round) : convert(qty.number, qty.unit, unit),
    );
    const ratings = said.flatMap(({ rating }) => rating ?? []);
    return {
      rejects,
      figure: rejects ? ZERO : figures.reduce(least),
      rating: ratings.length === 0 ? undefined : Math.min(...ratings),
    };
  }

  #isEligible({ agent, shares, beneficiaries = [] }, by) {
    const { ack, parties } = this.#terms;
    const allowed = ack.by === 'parties' ? parties : ack.by;
    return allowed.includes(by) && by !== agent && !shares?.has(by) && !beneficiaries.includes(by);
  }

  #once(key, compute) {
    if (!this.#remembered.has(key)) this.#remembered.set(key, compute());
    return this.#remembered.get(key);
  }
}

/** Whether a contribution is among those that a match means. */
export function matches(match = {}, contribution) {
  const { kind, comp, stream, project, class: classes = [], when } = contribution;
  const contains = (list, value) => list === undefined || list.includes(value);
  const { from, to } = match.period ?? {};
  const isAnyTime = from === undefined && to === undefined;
  return (
    contains(match.kind, kind) &&
    contains(match.comp, comp) &&
    contains(match.stream, stream) &&
    contains(match.project, project) &&
    (match.class === undefined || match.class.some((each) => classes.includes(each))) &&
    (isAnyTime ||
      (when !== undefined && (from === undefined || from <= when.to) && (to === undefined || when.to <= to)))
  );
}

/** What a contribution counts in a unit, or 0 if it says nothing of that. */
export function inUnit(knowledge, contribution, unit, cut, headsAt) {
  if (unit === 'value') return knowledge.confirmedValue(contribution, cut, headsAt);
  if (!convertible(contribution.qty.unit, unit)) return ZERO;
  return convert(knowledge.confirmed(contribution, cut, headsAt), contribution.qty.unit, unit);
}

function byTarget(rounds, field, targetOf) {
  const found = new Map();
  rounds.forEach((each, round) => {
    for (const one of each[field] ?? []) {
      const target = targetOf(one);
      if (!found.has(target)) found.set(target, []);
      found.get(target).push({ ...one, round });
    }
  });
  return found;
}
