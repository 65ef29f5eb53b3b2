// An entry: a distribution as it stands, with all that came of it (protocol/spec/08-equations.md 5 to 8).
//
// A recipe says how an entry is made: `pool`, `brought`, `cut`, `ballots` (the round whose ballots count), `earlier` and
// `others` (entries as they stood), `isLate(contribution)`, `takes(contribution)`, `late` (the policy), `open` and
// `rejected` (ids of contributions) at its making, `dropped` (contributions with who has left, in one text each), and `resolutions`, each `{open, rejected, all}`, in their order. Entries
// are never changed once made: what happens to one makes another of a longer recipe.

import { ascending } from './order.js';
import { shareOut } from './rounding.js';
import { runSteps } from './steps.js';
import { add, addFraction, under } from './tables.js';

/** Makes an entry. */
export function make(terms, knowledge, recipe) {
  const entry = new Entry(terms, knowledge, recipe);
  entry.run();
  for (const resolution of recipe.resolutions) entry.resolve(resolution);
  return entry;
}

class Entry {
  /** By path and agent what was got; by path what steps took and left; by path of a bracket what was put into it. */
  gained = new Map();
  taken = new Map();
  left = new Map();
  slices = new Map();
  /** By path what was held for rejected contributions and is yet to be shared again. */
  freed = new Map();
  /** By path, agent and source: `{paid, held}`. */
  sources = new Map();
  /** By list, agent and contribution what was weighed. */
  weighed = new Map();
  #weighedIds;
  carry = 0n;

  constructor(terms, knowledge, recipe) {
    this.terms = terms;
    this.knowledge = knowledge;
    this.recipe = recipe;
    this.open = recipe.open;
    this.rejected = recipe.rejected;
    this.isNegative = recipe.pool < 0n && recipe.pool + recipe.brought < 0n;
    this.takesIn = knowledge.in(recipe.cut).filter(recipe.takes);
    this.earned = recipe.earlier.reduce((sum, each) => sum + each.recipe.pool, -recipe.brought);
    // Of entries under other versions only what section 9 names counts.
    this.alike = recipe.earlier.filter((each) => each.terms === terms);
    this.spent = new Set(recipe.others.filter((each) => each.terms !== terms).flatMap((each) => [...each.weighedIds]));
  }

  /** Whether an agent has left to whom nothing more is paid on a contribution. */
  isDropped = (id, agent) => this.recipe.dropped.has(`${id} ${agent}`);

  get isCatchingUp() {
    return this.recipe.late === 'catch_up';
  }

  /** 1 or, where all that came of it is taken with the opposite sign, -1. */
  get sign() {
    return this.isNegative ? -1n : 1n;
  }

  run() {
    const { pool, brought } = this.recipe;
    const amount = pool + brought;
    if (amount < 0n && !this.isNegative) this.carry = amount;
    else this.carry = this.sign * runSteps(this, this.terms.steps, this.sign * amount);
  }

  // What steps ask.

  got(path, agent) {
    return this.gained.get(path)?.get(agent) ?? 0n;
  }

  /** What an agent got from a step in earlier distributions; for claims and agreed amounts negative ones do not count. */
  gotBefore(path, agent, { counts = 'all' } = {}) {
    const counted = this.alike.filter(({ isNegative }) => counts === 'all' || !isNegative);
    return counted.reduce((sum, each) => sum + each.sign * each.got(path, agent), 0n);
  }

  /** In how many earlier distributions a step paid anybody; negative ones pay nobody. */
  timesPaid(path) {
    const counted = this.alike.filter(({ isNegative }) => !isNegative);
    return counted.filter((each) => [...(each.gained.get(path)?.values() ?? [])].some((amount) => amount !== 0n)).length;
  }

  /** Everybody who got something from a step, here or in an earlier distribution. */
  agentsAt(path) {
    return [this, ...this.alike].flatMap(({ gained }) => [...(gained.get(path)?.keys() ?? [])]);
  }

  /** What was paid to an agent on a contribution by steps whose paths each entry tells, here or in earlier distributions. */
  paidOn(id, agent, pathsIn) {
    let paid = 0n;
    for (const each of [this, ...this.recipe.earlier]) {
      if (each.isNegative && each !== this) continue;
      for (const path of pathsIn(each)) {
        const found = each.sources.get(path)?.get(agent)?.get(`work ${id}`);
        if (found !== undefined) paid += found.paid + found.held;
      }
    }
    return paid;
  }

  takenBy(path) {
    return this.taken.get(path) ?? 0n;
  }

  /** What the steps beside a step began with. */
  grossOf(path) {
    const bracket = path.replace(/\.?steps\[\d+\]$/, '');
    return bracket === '' ? this.sign * (this.recipe.pool + this.recipe.brought) : this.slices.get(bracket);
  }

  /** The cut whose attestations count: that of the first distribution in which a contribution was weighed, or ours. */
  headsOf({ id }) {
    const first = this.recipe.others.find((each) => each.hasWeighed(id));
    return first === undefined ? this.recipe.cut : first.recipe.cut;
  }

  hasWeighed(id) {
    return this.weighedIds.has(id);
  }

  /** Every contribution of which something was weighed, once the entry is made. */
  get weighedIds() {
    const lists = [...this.weighed.values()].flatMap((agents) => [...agents.values()]);
    this.#weighedIds ??= new Set(lists.flatMap((each) => [...each.keys()]));
    return this.#weighedIds;
  }

  /** By agent and contribution what other distributions weighed in a list. */
  weighedBefore(key) {
    const found = new Map();
    for (const { weighed } of this.recipe.others.filter(({ terms }) => terms === this.terms)) {
      for (const [agent, each] of weighed.get(key) ?? []) {
        for (const [id, weight] of each) addFraction(under(found, agent), id, weight);
      }
    }
    return found;
  }

  isLateAndExcluded(id) {
    return this.recipe.late === 'exclude' && this.recipe.isLate(id);
  }

  isExcluded(id, before) {
    if (this.recipe.late !== 'exclude') return false;
    return this.recipe.isLate(id) || [...before.values()].some((each) => each.has(id));
  }

  // What steps do.

  give(path, agent, amount, sources = new Map()) {
    add(under(this.gained, path), agent, amount);
    const positive = [...sources].filter(([, weight]) => weight.n > 0n).sort(([a], [b]) => inOrder(a, b));
    if (positive.length === 0) return;
    const found = under(under(this.sources, path), agent);
    for (const [source, share] of shareOut(amount, new Map(positive))) {
      const before = found.get(source) ?? { paid: 0n, held: 0n };
      const isHeld = this.terms.reserve && !this.isNegative && this.open.has(idOf(source));
      found.set(source, isHeld ? { ...before, held: before.held + share } : { ...before, paid: before.paid + share });
    }
  }

  remember(weighed) {
    if (this.isNegative || this.isResolving) return;
    for (const [key, agents] of weighed) {
      for (const [agent, each] of agents) {
        for (const [id, weight] of each) addFraction(under(under(this.weighed, key), agent), id, weight);
      }
    }
  }

  // What happens to it.

  resolve({ open, rejected, all }) {
    // Only what was disputed in the cut is held, and what was released once is not held again.
    this.open = new Set([...this.open].filter((id) => open.has(id)));
    this.rejected = all;
    this.isResolving = true;
    for (const { id } of this.knowledge.contributions) {
      if (!open.has(id) && !rejected.has(id)) this.#release(id);
    }
    this.freed = new Map([...this.sources.keys()].map((path) => [path, this.#free(path, rejected)]));
    this.carry += runSteps(this, this.terms.steps, 0n);
  }

  /** What a step shares again, once. */
  takeFreed(path) {
    const freed = this.freed.get(path) ?? 0n;
    this.freed.delete(path);
    return freed;
  }

  /** What is held for a contribution becomes payable. */
  #release(id) {
    for (const agents of this.sources.values()) {
      for (const found of agents.values()) {
        const share = found.get(`work ${id}`);
        if (share?.held > 0n) found.set(`work ${id}`, { paid: share.paid + share.held, held: 0n });
      }
    }
  }

  #free(path, rejected) {
    let freed = 0n;
    for (const [agent, found] of this.sources.get(path) ?? []) {
      for (const id of rejected) {
        const share = found.get(`work ${id}`);
        if (!(share?.held > 0n)) continue;
        found.set(`work ${id}`, { paid: share.paid, held: 0n });
        add(this.gained.get(path), agent, -share.held);
        freed += share.held;
      }
    }
    return freed;
  }

  /** What came of it: by agent what is payable and held, by path and agent amounts, by path what was left. */
  outcome() {
    const held = new Map();
    for (const agents of this.sources.values()) {
      for (const [agent, found] of agents) for (const share of found.values()) add(held, agent, share.held);
    }
    const payable = new Map();
    for (const agents of this.gained.values()) for (const [agent, amount] of agents) add(payable, agent, this.sign * amount);
    for (const [agent, amount] of held) add(payable, agent, -amount);
    const gained = new Map();
    for (const [path, agents] of this.gained) {
      gained.set(path, new Map([...agents].map(([agent, amount]) => [agent, this.sign * amount])));
    }
    const left = new Map([...this.left].map(([path, amount]) => [path, this.sign * amount]));
    return { payable, held, gained, left, carry: this.carry };
  }
}

/** The contribution that a source is, if it is one. */
function idOf(source) {
  return source.startsWith('work ') ? source.slice('work '.length) : undefined;
}

/** Contributions come before ballots, each ascending. */
function inOrder(a, b) {
  const [aIsWork, bIsWork] = [a.startsWith('work '), b.startsWith('work ')];
  return aIsWork === bIsWork ? ascending(a, b) : aIsWork ? -1 : 1;
}
