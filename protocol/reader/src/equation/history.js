// The rounds of a lineage, one after the other (protocol/spec/08-equations.md 5, 7, 8, 9).

import { make } from './entry.js';
import { stepsIn } from './file.js';
import { Knowledge } from './knowledge.js';
import { ascending } from './order.js';
import { add, under } from './tables.js';

/** What a version says of sharing, with all the rounds, also those under other versions. */
export function termsOf(version, rounds) {
  const steps = stepsIn(version.steps);
  const paths = (isMeant) => steps.filter(isMeant).map(({ path }) => path);
  return {
    ...version,
    rounds,
    reimbursing: paths((each) => each.do === 'reimburse'),
    claiming: paths((each) => each.claim === 'until_paid' && each.do === 'pro_rata'),
  };
}

/** The distributions of a lineage as they stand. */
export class History {
  #terms;
  #knowledges = new Map();
  #entries = new Map();
  #effective = [];
  #carry = 0n;
  #disputes = new Map();
  #rejected = new Set();

  /** Takes the round of an index in, made under some terms; gives what it changes. */
  take(terms, index) {
    this.#terms = terms;
    const round = terms.rounds[index];
    const before = new Map(this.#entries);
    const carried = this.#carry;
    for (const { id, target } of round.disputes ?? []) this.#disputes.set(id, target);
    this.#resolve(round.resolved ?? []);
    const after = new Map(this.#entries);
    if (round.refunds !== undefined) this.#refund(after, Number(round.refunds), round.pool);
    else if (round.restates !== undefined) this.#restate(after, Number(round.restates), index);
    else this.#add(after, round, index, before, carried);
    const shown = this.#difference(before, after);
    const added = round.refunds === undefined && round.restates === undefined;
    // A new entry takes what older ones brought along, and leaves its own.
    const carry = added ? after.get(index).carry : carried + shown.carry;
    const needs = round.restates === undefined ? [] : losers(shown, round.consents ?? []);
    if (needs.length === 0) {
      this.#entries = after;
      this.#carry = carry;
      this.#effective.push({ index, to: round.to });
    }
    return { ...shown, carry, needs, steps: stepsOf(before, after) };
  }

  get #open() {
    return new Set(this.#disputes.values());
  }

  #resolve(resolved) {
    const rejected = new Set();
    for (const [id, how] of resolved) {
      if (how === 'reject') rejected.add(this.#disputes.get(id));
      this.#disputes.delete(id);
    }
    if (resolved.length === 0) return;
    this.#rejected = new Set([...this.#rejected, ...rejected]);
    const resolution = { open: this.#open, rejected, all: this.#rejected };
    for (const [index, { terms, recipe }] of this.#entries) {
      this.#entries.set(index, this.#make(terms, { ...recipe, resolutions: [...recipe.resolutions, resolution] }));
    }
  }

  #make(terms, recipe) {
    return make(terms, this.#knowledgeOf(terms), recipe);
  }

  /** What is known of contributions is read by the terms of each version. */
  #knowledgeOf(terms) {
    if (!this.#knowledges.has(terms)) this.#knowledges.set(terms, new Knowledge(terms));
    return this.#knowledges.get(terms);
  }

  #add(entries, { pool, dropped = new Set() }, index, before, carried) {
    const earlier = [...this.#entries.values()];
    const brought = carried + sumOf(earlier.map(({ carry }) => carry)) - sumOf([...before.values()].map(({ carry }) => carry));
    const recipe = {
      pool,
      brought,
      cut: index,
      ballots: index,
      earlier,
      others: earlier,
      late: this.#terms.late,
      isLate: this.#lateness(index),
      takes: () => true,
      open: this.#open,
      rejected: this.#rejected,
      dropped,
      resolutions: [],
    };
    entries.set(index, this.#make(this.#terms, recipe));
  }

  #refund(entries, index, pool) {
    const { terms, recipe } = entries.get(index);
    entries.set(index, this.#make(terms, { ...recipe, pool: recipe.pool + pool }));
  }

  #restate(entries, index, now) {
    const { terms, recipe } = entries.get(index);
    const knowledge = this.#knowledgeOf(terms);
    const { to } = terms.rounds[index];
    const wasUsable = (each) => {
      for (let round = each.round; round <= index; round += 1) if (knowledge.isAcknowledged(each, round)) return true;
      return false;
    };
    const restated = {
      ...recipe,
      cut: now,
      others: [...entries].filter(([each]) => each !== index).map(([, each]) => each),
      late: terms.late === 'catch_up' ? 'catch_up' : 'next',
      takes: (each) => wasUsable(each) || (each.when !== undefined && each.when.to <= to),
      open: this.#open,
      rejected: this.#rejected,
      resolutions: [],
    };
    entries.set(index, this.#make(terms, restated));
  }

  /** Whether a contribution is late in the cut of a round, by id. */
  #lateness(cut) {
    const effective = [...this.#effective];
    const remembered = new Map();
    const knowledge = this.#knowledgeOf(this.#terms);
    const byId = new Map(knowledge.in(cut).map((each) => [each.id, each]));
    const find = ({ when, round, id }) => {
      if (when === undefined) return false;
      let usable = round;
      while (usable <= cut && !knowledge.isAcknowledged(byId.get(id), usable)) usable += 1;
      return effective.some(({ index, to }) => index < usable && to >= when.to);
    };
    return (id) => {
      if (!remembered.has(id)) remembered.set(id, find(byId.get(id)));
      return remembered.get(id);
    };
  }

  #difference(before, after) {
    const shown = { payable: new Map(), held: new Map(), gained: new Map(), left: new Map(), carry: 0n };
    for (const [sign, entries] of [[1n, after], [-1n, before]]) {
      for (const [index, entry] of entries) {
        if (before.get(index) === after.get(index)) continue;
        const { payable, held, gained, left, carry } = entry.outcome();
        for (const [agent, amount] of payable) add(shown.payable, agent, sign * amount);
        for (const [agent, amount] of held) add(shown.held, agent, sign * amount);
        for (const [path, amount] of left) add(shown.left, path, sign * amount);
        for (const [path, agents] of gained) {
          for (const [agent, amount] of agents) add(under(shown.gained, path), agent, sign * amount);
        }
        shown.carry += sign * carry;
      }
    }
    return shown;
  }
}

/** The steps of all entries that a round changes, in the order of their paths; of one path that of the last entry. */
function stepsOf(before, after) {
  const changed = [...after].filter(([index, entry]) => before.get(index) !== entry).map(([, entry]) => entry);
  const byPath = new Map(changed.flatMap(({ terms }) => stepsIn(terms.steps).map((each) => [each.path, each])));
  return [...byPath.values()].filter((each) => each.do !== 'tiers').sort((a, b) => inOrder(placesIn(a), placesIn(b)));
}

function placesIn({ path }) {
  return path.match(/\d+/g).map(Number);
}

function inOrder(one, other) {
  const differing = one.findIndex((place, index) => place !== other[index]);
  return differing === -1 ? -1 : one[differing] - (other[differing] ?? -1);
}

function losers({ payable, held }, consents) {
  const agents = [...new Set([...payable.keys(), ...held.keys()])];
  const losing = agents.filter((each) => (payable.get(each) ?? 0n) + (held.get(each) ?? 0n) < 0n);
  return losing.filter((each) => !consents.includes(each)).sort(ascending);
}

function sumOf(amounts) {
  return amounts.reduce((sum, each) => sum + each, 0n);
}
