// `income`, `distribution`, `settlement` and `commitment` (protocol/spec/02-types.md 15 to 18).

import { compare, same } from '../bytes.js';
import { demand } from '../refusal.js';
import { digest, ext, id, idOrExt, int, list, oneOf, pairs, set, text, tuple } from './shapes.js';
import { date, measure, money } from './values.js';

/** Sums of amounts may be greater than what a number holds exactly. */
function sum(amounts) {
  return amounts.reduce((before, each) => before + BigInt(each), 0n);
}

export const income = {
  fields: () => ({
    holder: id,
    gross: money(),
    tax: money(),
    net: money(),
    on: date,
    'from?': id,
    'invoice?': digest,
    'part_of?': ext,
    'refunds?': id,
  }),
  rules({ facts, agent }) {
    demand(same(facts.get('holder'), agent), 'I-RULE', 'holder');
    const moneys = ['gross', 'tax', 'net'].map((name) => facts.get(name));
    const [gross, tax, net] = moneys.map((each) => each.get('amt'));
    const isOneCurrency = moneys.every((each) => each.get('cur') === moneys[0].get('cur'));
    demand(isOneCurrency && BigInt(gross) === sum([tax, net]), 'I-RULE', 'gross');
    const sign = facts.has('refunds') ? -1 : 1;
    demand(gross * sign > 0 && tax * sign >= 0 && net * sign >= 0, 'I-RULE', 'net');
  },
};

const LINES = list(tuple(id, int(), int(), list(tuple(text(32), int()))));

function lines(value, path) {
  LINES(value, path);
  const isAscending = value.every(([agent], index) => index === 0 || compare(value[index - 1][0], agent) < 0);
  demand(isAscending, 'I-LIST', path);
}

export const distribution = {
  fields: () => ({
    agreement: id,
    incomes: set(id),
    to: date,
    engine: text(32),
    lines,
    carry: money(),
    inputs_digest: digest,
    result_digest: digest,
    'prev?': id,
    'restates?': id,
  }),
  rules({ facts }) {
    facts.get('lines').forEach(([, payable, held, parts], index) => {
      const isWhole = sum([payable, held]) === sum(parts.map(([, amount]) => amount));
      demand(isWhole, 'I-RULE', `lines[${index}]`);
    });
    const isAlone = facts.get('incomes').length === 0 && facts.has('prev');
    demand(!facts.has('restates') || isAlone, 'I-RULE', 'restates');
  },
};

function demandTwoSides({ facts, agent }, one, other) {
  demand(!same(facts.get(one), facts.get(other)), 'I-RULE', other);
  demand(same(facts.get(one), agent) || same(facts.get(other), agent), 'I-RULE', one);
}

export const settlement = {
  fields: () => ({
    from: id,
    to: id,
    amount: money(1),
    on: date,
    method: oneOf('bank', 'cash', 'credit', 'offset'),
    'paid?': money(1),
    'applied?': pairs(int(1)),
    'ref?': digest,
  }),
  rules(header) {
    demandTwoSides(header, 'from', 'to');
    const applied = sum((header.facts.get('applied') ?? []).map(([, amount]) => amount));
    demand(applied <= BigInt(header.facts.get('amount').get('amt')), 'I-RULE', 'applied');
  },
};

export const commitment = {
  fields: () => ({
    provider: id,
    receiver: id,
    action: text(32),
    qty: measure(1),
    due: date,
    'satisfies?': idOrExt,
    'price?': money(0),
  }),
  rules(header) {
    demandTwoSides(header, 'provider', 'receiver');
  },
};
