// What weighs how much in an entry: weights, differences, ballots (protocol/spec/08-equations.md 4.1 to 4.3).

import { inUnit, matches } from './knowledge.js';
import { fraction, isLess, minus, ONE, times, total, ZERO } from './rationals.js';
import { addFraction, under } from './tables.js';

/** By agent and contribution what a list of weights gives: all that the entry takes in, neither rejected nor left out. */
export function weigh(entry, list, leftOut = new Set(), isDropped = () => false) {
  const { knowledge, recipe } = entry;
  const found = new Map();
  for (const contribution of entry.takesIn) {
    if (entry.rejected.has(contribution.id) || leftOut.has(contribution.id)) continue;
    const headsAt = entry.headsOf(contribution);
    for (const { match, unit, rate, quality = false } of list) {
      if (!matches(match, contribution)) continue;
      const counted = inUnit(knowledge, contribution, unit, recipe.cut, headsAt);
      const worth = quality ? times(counted, knowledge.quality(contribution, headsAt)) : counted;
      if (worth.n === 0n) continue;
      for (const [agent, part] of knowledge.partsOf(contribution)) {
        if (isDropped(contribution.id, agent)) continue;
        addFraction(under(found, agent), contribution.id, times(times(worth, rateOf(rate, agent)), part));
      }
    }
  }
  return found;
}

function rateOf(rate, agent) {
  return rate === undefined ? ONE : (rate.get(agent) ?? rate.get('*') ?? ZERO);
}

/** What enters of a list of weights: by agent and contribution the difference to what was weighed before. */
export function enters(entry, key, weighed) {
  const before = entry.weighedBefore(key);
  const found = new Map();
  const taken = new Set(entry.takesIn.map(({ id }) => id));
  const agents = new Set([...weighed.keys(), ...before.keys()]);
  for (const agent of agents) {
    const differences = new Map();
    const ids = new Set([...(weighed.get(agent)?.keys() ?? []), ...(before.get(agent)?.keys() ?? [])]);
    for (const id of ids) {
      if (entry.isDropped(id, agent) || !taken.has(id) || entry.rejected.has(id) || entry.spent.has(id) || entry.isExcluded(id, before)) continue;
      const difference = minus(weighed.get(agent)?.get(id) ?? ZERO, before.get(agent)?.get(id) ?? ZERO);
      if (difference.n !== 0n) differences.set(id, difference);
    }
    // To catch up all of them enter, whatever their sum.
    if (entry.isCatchingUp || !isLess(total([...differences.values()]), ZERO)) found.set(agent, differences);
  }
  return found;
}

/** By receiver and giver what the valid ballots of a round give. */
export function ballotsOf(terms, round) {
  const { ballots = [] } = terms.rounds[round];
  const found = new Map();
  for (const { giver, points } of ballots) {
    const isTwice = ballots.filter((each) => each.giver === giver).length > 1;
    if (isTwice || !terms.parties.includes(giver)) continue;
    const given = [...points].filter(([receiver, each]) => receiver !== giver && each > 0n);
    const all = given.reduce((sum, [, each]) => sum + each, 0n);
    for (const [receiver, each] of given) addFraction(under(found, receiver), giver, fraction(each, all));
  }
  return found;
}
