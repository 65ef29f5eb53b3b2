// The steps (protocol/spec/08-equations.md 3): each takes what is left, gives amounts, and leaves the rest.

import { claimsOf, proRata } from './prorata.js';
import { floor, fraction, isLess, minus, ONE, times, total, ZERO } from './rationals.js';
import { shareOut } from './rounding.js';
import { add, atLeastZero, sum } from './tables.js';

/** The weight of what is to be left in a `percent`: it comes after all agents in a tie. */
const REST = Symbol('~rest');
const COST = ['money', 'material'];

/** Runs steps one after the other; gives what the last one leaves. */
export function runSteps(entry, steps, amount) {
  return steps.reduce((left, step) => runStep(entry, step, left), amount);
}

/** Runs a step on what comes to it, and on what it has taken once already and shares again. */
function runStep(entry, step, amount) {
  add(entry.taken, step.path, amount);
  if (step.do === 'tiers') return runTiers(entry, step, amount);
  const all = amount + entry.takeFreed(step.path);
  if (all === 0n) return 0n;
  const { shares, left, sources = new Map(), weighed = new Map() } = RUN[step.do](entry, step, all);
  add(entry.left, step.path, left);
  let isPaid = false;
  for (const [agent, share] of shares) {
    if (share === 0n) continue;
    isPaid = true;
    entry.give(step.path, agent, share, sources.get(agent));
  }
  if (isPaid) entry.remember(weighed);
  return left;
}

const RUN = {
  reimburse(entry, { match }, amount) {
    const list = COST.map((kind) => ({ match: narrowed(match, kind), unit: 'value' }));
    const { owed, sources } = claimsOf(entry, list, (agent, id) => entry.paidOn(id, agent, ({ terms }) => terms.reimbursing));
    return { ...payUpTo(amount, whole(owed)), sources };
  },

  fixed(entry, { path, claim = 'each', pay }, amount) {
    const isOver = claim === 'once' && entry.timesPaid(path) > 0;
    const due = [...pay].map(([agent, agreed]) => {
      const before = claim === 'until_paid' ? entry.gotBefore(path, agent, { counts: 'claims' }) : 0n;
      return [agent, isOver ? 0n : atLeastZero(agreed - before - entry.got(path, agent))];
    });
    return payUpTo(amount, new Map(due));
  },

  percent(entry, { path, of, pay }, amount) {
    const base = of === 'gross' ? entry.grossOf(path) : amount;
    const wishes = [...pay].map(([agent, part]) => {
      const wish = times(part, fraction(base));
      return [agent, of === 'gross' ? notNegative(minus(wish, fraction(entry.got(path, agent)))) : wish];
    });
    const rest = minus(fraction(amount), total(wishes.map(([, wish]) => wish)));
    const weights = new Map(rest.n < 0n ? wishes : [...wishes, [REST, rest]]);
    const shares = shareOut(amount, weights);
    const left = shares.get(REST) ?? 0n;
    shares.delete(REST);
    return { shares, left };
  },

  pro_rata: proRata,

  shares(entry, { parts }, amount) {
    return sum(parts.values()) === 0n ? { shares: new Map(), left: amount } : { shares: shareOut(amount, fractions(parts)), left: 0n };
  },

  equal({ terms }, step, amount) {
    return { shares: shareOut(amount, new Map(terms.parties.map((each) => [each, ONE]))), left: 0n };
  },

  residual(entry, { agent }, amount) {
    return { shares: new Map([[agent, amount]]), left: 0n };
  },
};

/** Pays what is due, or of it what there is. */
function payUpTo(amount, due) {
  const all = sum(due.values());
  return amount < all ? { shares: shareOut(amount, fractions(due)), left: 0n } : { shares: due, left: amount - all };
}

function runTiers(entry, { path, brackets }, amount) {
  const from = entry.earned + entry.taken.get(path) - amount;
  const to = from + amount;
  let left = amount;
  let below = undefined;
  brackets.forEach((bracket, index) => {
    const start = below === undefined || from > below ? from : below;
    const end = bracket.to === undefined || to < bracket.to ? to : bracket.to;
    below = bracket.to;
    const slice = end > start ? end - start : 0n;
    add(entry.slices, `${path}.brackets[${index}]`, slice);
    left += runSteps(entry, bracket.steps, slice) - slice;
  });
  return left;
}

function narrowed(match = {}, kind) {
  // What the match does not let in by its kind is let in by neither.
  return { ...match, kind: match.kind === undefined || match.kind.includes(kind) ? [kind] : [] };
}

function whole(amounts) {
  return new Map([...amounts].map(([key, each]) => [key, floor(each)]));
}

function fractions(amounts) {
  return new Map([...amounts].map(([key, each]) => [key, fraction(each)]));
}

function notNegative(number) {
  return isLess(number, ZERO) ? ZERO : number;
}
