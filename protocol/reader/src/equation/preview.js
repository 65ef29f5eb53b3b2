// What comes of a preview file (protocol/spec/08-equations.md 5, 7, 8, 10.4).

import { sha256, toHex } from '../bytes.js';
import { encode } from '../encoding.js';
import { make } from './entry.js';
import { readFile, stepsIn } from './file.js';
import { Knowledge } from './knowledge.js';
import { ascending } from './order.js';
import { add } from './tables.js';

const RESULT = 'meshnode/1 result\n';

/** The rounds of a preview file, as numbers and texts; refuses the file with a reason and a path. */
export function preview(text) {
  const terms = readFile(text);
  terms.reimbursing = stepsIn(terms.steps).flatMap((each) => (each.do === 'reimburse' ? each.path : []));
  const lineage = new Lineage(terms);
  return terms.rounds.map((each, index) => lineage.take(each, index));
}

class Lineage {
  #terms;
  #knowledge;
  #entries = new Map();
  #effective = [];
  #carry = 0n;
  #disputes = new Map();
  #rejected = new Set();

  constructor(terms) {
    this.#terms = terms;
    this.#knowledge = new Knowledge(terms);
  }

  /** Takes a round in; gives what it shows. */
  take(round, index) {
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
    return this.#show(round, shown, carry, needs);
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
    for (const [index, { recipe }] of this.#entries) {
      this.#entries.set(index, this.#make({ ...recipe, resolutions: [...recipe.resolutions, resolution] }));
    }
  }

  #make(recipe) {
    return make(this.#terms, this.#knowledge, recipe);
  }

  #add(entries, { pool }, index, before, carried) {
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
      resolutions: [],
    };
    entries.set(index, this.#make(recipe));
  }

  #refund(entries, index, pool) {
    const { recipe } = entries.get(index);
    entries.set(index, this.#make({ ...recipe, pool: recipe.pool + pool }));
  }

  #restate(entries, index, now) {
    const { recipe } = entries.get(index);
    const { to } = this.#terms.rounds[index];
    const wasUsable = (each) => {
      for (let round = each.round; round <= index; round += 1) if (this.#knowledge.isAcknowledged(each, round)) return true;
      return false;
    };
    const restated = {
      ...recipe,
      cut: now,
      others: [...entries].filter(([each]) => each !== index).map(([, each]) => each),
      late: this.#terms.late === 'catch_up' ? 'catch_up' : 'next',
      takes: (each) => wasUsable(each) || (each.when !== undefined && each.when.to <= to),
      open: this.#open,
      rejected: this.#rejected,
      resolutions: [],
    };
    entries.set(index, this.#make(restated));
  }

  /** Whether a contribution is late in the cut of a round, by id. */
  #lateness(cut) {
    const effective = [...this.#effective];
    const remembered = new Map();
    const byId = new Map(this.#knowledge.in(cut).map((each) => [each.id, each]));
    const find = ({ when, round, id }) => {
      if (when === undefined) return false;
      let usable = round;
      while (usable <= cut && !this.#knowledge.isAcknowledged(byId.get(id), usable)) usable += 1;
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
          if (!shown.gained.has(path)) shown.gained.set(path, new Map());
          for (const [agent, amount] of agents) add(shown.gained.get(path), agent, sign * amount);
        }
        shown.carry += sign * carry;
      }
    }
    return shown;
  }

  #show({ pool, to }, shown, carry, needs) {
    const agents = [...new Set([...shown.payable.keys(), ...shown.held.keys()])].sort(ascending);
    const amounts = agents.map((agent) => [agent, shown.payable.get(agent) ?? 0n, shown.held.get(agent) ?? 0n]);
    const lines = amounts.filter(([, amt, held]) => amt !== 0n || held !== 0n);
    const steps = stepsIn(this.#terms.steps).filter((each) => each.do !== 'tiers');
    const byStep = steps.map(({ path, do: what }) => {
      const gained = [...(shown.gained.get(path) ?? [])].filter(([, amount]) => amount !== 0n);
      return { path, do: what, lines: gained.sort(([a], [b]) => ascending(a, b)), left: shown.left.get(path) ?? 0n };
    });
    const told = lines.map(([agent, amt, held]) => [
      Buffer.from(agent, 'utf8'),
      Number(amt),
      Number(held),
      byStep.flatMap(({ path, lines: gained }) => gained.filter(([each]) => each === agent).map(([, amount]) => [path, Number(amount)])),
    ]);
    const result = encode(['ve/1', this.#terms.cur, Number(pool), to, told, Number(carry)]);
    return {
      lines: lines.map(([agent, amt, held]) => [agent, { amt: Number(amt), held: Number(held) }]),
      carry: Number(carry),
      needs,
      steps: byStep.map((each) => ({
        ...each,
        lines: each.lines.map(([agent, amount]) => [agent, Number(amount)]),
        left: Number(each.left),
      })),
      digest: toHex(sha256(RESULT, result)),
    };
  }
}

function losers({ payable, held }, consents) {
  const agents = [...new Set([...payable.keys(), ...held.keys()])];
  const losing = agents.filter((each) => (payable.get(each) ?? 0n) + (held.get(each) ?? 0n) < 0n);
  return losing.filter((each) => !consents.includes(each)).sort(ascending);
}

function sumOf(amounts) {
  return amounts.reduce((sum, each) => sum + each, 0n);
}
