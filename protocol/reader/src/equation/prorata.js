// The step `pro_rata` (protocol/spec/08-equations.md 4).

import { matches } from './knowledge.js';
import { ascending, sorted } from './order.js';
import { floor, fraction, least, minus, ONE, over, plus, times, total, ZERO } from './rationals.js';
import { fill, shareOut } from './rounding.js';
import { addFraction, atLeastZero, sum, under } from './tables.js';
import { convert } from './units.js';
import { ballotsOf, enters, weigh } from './weights.js';

/** Shares an amount; gives what each agent gets with its sources, what is left, and what is weighed by it. */
export function proRata(entry, step, amount) {
  return step.claim === 'until_paid' ? untilPaid(entry, step, amount) : once(entry, step, amount);
}

function once(entry, step, amount) {
  const { weights, sources, weighed } = mixture(entry, step);
  if (![...weights.values()].some(({ n }) => n > 0n)) return { shares: new Map(), left: amount };
  const wanted = entry.isCatchingUp ? owing(entry, step, weights, amount) : weights;
  const { shares, left } = fill(amount, wanted, (agent) => roomOf(entry, step, agent));
  return { shares, left, sources, weighed };
}

/** The weights m(a), where they come from, and the differences that are weighed if they share anything. */
function mixture(entry, step) {
  const weighed = new Map();
  const { factor, scale } = factorOf(entry, step);
  const weights = new Map();
  const sources = new Map();
  const components = step.mix ?? [{ part: ONE, weights: step.weights }];
  components.forEach((component, index) => {
    const givers = component.weights === undefined;
    const found = givers ? givenIn(entry) : counting(entry, `${step.path}#${index}`, component.weights, weighed);
    const sums = new Map([...found].map(([agent, each]) => [agent, total([...each.values()])]));
    const all = total([...sums.values()]);
    if (all.n === 0n) return;
    for (const [agent, each] of found) {
      const share = times(times(scale(agent), component.part), over(ONE, all));
      addFraction(weights, agent, times(share, sums.get(agent)));
      for (const [source, weight] of each) {
        addFraction(under(sources, agent), givers ? `ballot ${source}` : `work ${source}`, times(share, weight));
      }
    }
  });
  if (factor) weighed.set(`${step.path}#done`, factor);
  return { weights: sorted(weights), sources, weighed };
}

/** What counts of a list: what enters, or with catch_up all that is known; notes what enters. */
function counting(entry, key, list, weighed) {
  const known = weigh(entry, list, entry.spent, entry.isDropped);
  const entering = enters(entry, key, known);
  weighed.set(key, entering);
  return entry.isCatchingUp ? known : entering;
}

function givenIn(entry) {
  const rounds = [entry.recipe.ballots];
  if (entry.isCatchingUp) rounds.push(...entry.alike.map(({ recipe }) => recipe.ballots));
  const found = new Map();
  for (const round of rounds) {
    for (const [receiver, givers] of ballotsOf(entry.terms, round)) {
      for (const [giver, each] of givers) addFraction(under(found, receiver), giver, each);
    }
  }
  return found;
}

/** How an agent's weight is scaled by what was done of what is owed; and what enters by that. */
function factorOf(entry, { factor, path }) {
  if (factor === undefined) return { scale: () => ONE };
  const { done, owed } = factor;
  const known = weigh(entry, [done], entry.spent, entry.isDropped);
  const entering = enters(entry, `${path}#done`, known);
  const counted = entry.isCatchingUp ? known : entering;
  const distributions = entry.isCatchingUp ? fraction(1 + entry.timesPaid(path)) : ONE;
  const scale = (agent) => {
    const owes = owed.get(agent) ?? owed.get('*');
    if (owes === undefined || owes.number.n === 0n) return ONE;
    const due = times(convert(owes.number, owes.unit, done.unit), distributions);
    return least(ONE, over(total([...(counted.get(agent)?.values() ?? [])]), due));
  };
  return { factor: entering, scale };
}

/** catch_up: what is due to each by the whole life of the lineage. */
function owing(entry, { path }, weights, amount) {
  const received = (agent) => entry.gotBefore(path, agent) + entry.got(path, agent);
  const everybody = new Set([...weights.keys(), ...entry.agentsAt(path)]);
  const life = amount + sum([...everybody].map(received));
  if (life <= 0n) return new Map();
  const targets = shareOut(life, weights);
  const weighing = [...targets].filter(([agent]) => weights.get(agent).n > 0n);
  return new Map(weighing.map(([agent, target]) => [agent, fraction(atLeastZero(target - received(agent)))]));
}

function untilPaid(entry, step, amount) {
  const pathsIn = ({ terms }) => (terms === entry.terms ? [step.path] : terms.claiming);
  const claims = claimsOf(entry, step.weights, (agent, id) => entry.paidOn(id, agent, pathsIn), entry.isDropped);
  const { shares, left } = fill(amount, claims.owed, (agent) => {
    const room = roomOf(entry, step, agent);
    const claim = claims.owed.get(agent).n;
    return room === undefined || claim < room ? claim : room;
  });
  return { shares, left, sources: claims.sources };
}

/** What is owed to agents for contributions that were paid in part: whole minor units, and where they come from. */
export function claimsOf(entry, list, paidOn, isDropped = () => false) {
  const weights = weigh(entry, list);
  const matching = entry.takesIn.filter((each) => list.some(({ match }) => matches(match, each)));
  const owed = new Map();
  const sources = new Map();
  for (const agent of [...weights.keys()].sort(ascending)) {
    let wanted = ZERO;
    let paid = 0n;
    for (const { id } of matching) {
      if (isDropped(id, agent) || entry.rejected.has(id) || entry.isLateAndExcluded(id)) continue;
      const weight = weights.get(agent).get(id) ?? ZERO;
      const before = paidOn(agent, id);
      paid += before;
      if (weight.n === 0n) continue;
      wanted = plus(wanted, weight);
      const open = minus(weight, fraction(before));
      if (open.n > 0n) under(sources, agent).set(`work ${id}`, open);
    }
    const claim = floor(wanted) - paid;
    if (claim > 0n) owed.set(agent, fraction(claim));
  }
  return { owed, sources };
}

/** How much more an agent may get from a step; undefined if there is no bound. */
function roomOf(entry, { path, cap }, agent) {
  const found = cap?.get(agent) ?? cap?.get('*');
  if (found === undefined) return undefined;
  const got = entry.got(path, agent);
  const rooms = [];
  if (found.of_step !== undefined) rooms.push(floor(times(found.of_step, fraction(entry.takenBy(path)))) - got);
  if (found.amt !== undefined) rooms.push(found.amt - got);
  if (found.lifetime !== undefined) rooms.push(found.lifetime - entry.gotBefore(path, agent) - got);
  return atLeastZero(rooms.reduce((a, b) => (a < b ? a : b)));
}
