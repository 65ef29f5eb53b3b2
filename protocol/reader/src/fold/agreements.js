// What types demand in the scope of an agreement, and who takes part in it (protocol/spec/04-fold.md 2.4, 4.5, 6.1).

import { fromHex, toHex } from '../bytes.js';
import { outsideName } from '../ids.js';
import { approversOf, electorsOf, participantsOf, partiesOf } from '../types/agreement.js';
import { isOf } from './chains.js';
import { requireRuling } from './rulings.js';
import { NETWORK } from './scopes.js';
import { requireSums } from './sharing.js';
import { require } from './verdict.js';

/** What others than its author may accept in an agreement. */
export const ANSWERED = new Set(['agreement', 'contribution', 'income', 'distribution', 'settlement', 'commitment']);

/** Whether an agent is a participant of an agreement for a record (2.4). */
export function takesPart(agent, record, world) {
  const versions = (world.versionsByScope.get(record.home) ?? []).filter((version) => record.knows(version));
  return versions.some(({ header }) => participantsOf(header.facts).includes(agent));
}

/** Ends the decision if what 4.5 says of the record's type does not hold. */
export function requireRulesOfAgreement(record, world) {
  RULES[record.type]?.(record, world);
}

function requireHere(record, name, type, ids, world) {
  for (const id of ids) {
    const named = world.get(id);
    require(named.home === record.home && named.type === type && named.isValid, 'I-RULE', [id], name);
  }
}

function requireParticipants(record, name, agents, world) {
  for (const agent of agents) require(takesPart(agent, record, world), 'I-RULE', [agent], name);
}

function firsts(pairs) {
  return (pairs ?? []).map(([first]) => toHex(first));
}

/** Ends the decision if something that a record supersedes is not of the same agent and about the same. */
export function requireSupersedable(record, same, world) {
  for (const id of record.listed('supersedes')) {
    requireHere(record, 'supersedes', record.type, [id], world);
    const before = world.get(id);
    const isSame = before.author === record.author && sameFact(before.fact(same), record.fact(same));
    require(isSame, 'I-RULE', [id], 'supersedes');
  }
}

/** Those who share in a contribution or gain by it. */
export function gainingBy(contribution) {
  return [...firsts(contribution.fact('shares')), ...contribution.listed('beneficiaries')];
}

function sameFact(one, other) {
  return typeof one === 'string' ? one === other : toHex(one) === toHex(other);
}

const RULES = {
  agreement(record, world) {
    for (const agent of [...new Set(participantsOf(record.header.facts))].sort()) {
      const scope = world.agent(agent);
      require(scope !== undefined && scope.kind !== NETWORK, 'I-RULE', [agent], 'parties');
    }
    requireHere(record, 'prev', 'agreement', record.listed('prev'), world);
    const before = record.listed('prev').flatMap((id) => partiesOf(world.get(id).header.facts));
    for (const agent of firsts(record.fact('leaves'))) {
      const isLeaving = before.includes(agent) && !partiesOf(record.header.facts).includes(agent);
      require(isLeaving, 'I-RULE', [agent], 'leaves');
    }
  },

  contribution(record, world) {
    requireParticipants(record, 'shares', firsts(record.fact('shares')), world);
  },

  attestation(record, world) {
    requireHere(record, 'subject', 'contribution', [record.named('subject')], world);
    const subject = world.get(record.named('subject'));
    require(![subject.author, ...gainingBy(subject)].includes(record.author), 'A-SELF', [subject.id]);
    const qty = record.fact('qty');
    const isInUnit = qty === undefined || qty.get('u') === subject.fact('qty').get('u');
    require(isInUnit, 'I-RULE', [subject.id], 'qty');
    requireSupersedable(record, 'subject', world);
  },

  allocation(record, world) {
    requireParticipants(record, 'points', firsts(record.fact('points')), world);
    requireSupersedable(record, 'round', world);
  },

  income(record, world) {
    const [from, refunds] = [record.named('from'), record.named('refunds')];
    require(from === '' || world.agent(from) !== undefined, 'I-RULE', [from], 'from');
    if (refunds === '') return;
    requireHere(record, 'refunds', 'income', [refunds], world);
    require(mayRefund(record, world.get(refunds)), 'I-RULE', [refunds], 'refunds');
  },

  distribution(record, world) {
    requireHere(record, 'agreement', 'agreement', [record.named('agreement')], world);
    requireHere(record, 'incomes', 'income', record.listed('incomes'), world);
    requireHere(record, 'prev', 'distribution', record.named('prev') === '' ? [] : [record.named('prev')], world);
    const version = world.get(record.named('agreement'));
    require(partiesOf(version.header.facts).includes(record.author), 'X-SCOPE', [version.id]);
    requireSums(record, world);
  },

  settlement(record, world) {
    requireParticipants(record, 'from', [record.named('from')], world);
    requireParticipants(record, 'to', [record.named('to')], world);
    requireHere(record, 'applied', 'distribution', firsts(record.fact('applied')), world);
  },

  commitment(record, world) {
    requireParticipants(record, 'provider', [record.named('provider')], world);
    requireParticipants(record, 'receiver', [record.named('receiver')], world);
  },

  resolution: requireRuling,

  erasure(record, world) {
    for (const id of record.listed('targets').filter((target) => target.length === 64)) {
      const target = world.get(id);
      const isTerms = target.type === 'agreement' && target.isValid && target.home === record.home;
      require(!isTerms, 'X-SCOPE', [id]);
    }
  },
};

/** Those who must consent to a distribution because they lose by it. */
export function losersIn(distribution) {
  if (distribution.named('restates') === '') return [];
  return distribution.fact('lines').filter(([, payable, held]) => payable + held < 0).map(([agent]) => toHex(agent));
}

function mayRefund(refund, income) {
  const isSame = income.author === refund.author && income.fact('net').get('cur') === refund.fact('net').get('cur');
  const isLess = ['gross', 'tax', 'net'].every((name) => income.fact(name).get('amt') + refund.fact(name).get('amt') >= 0);
  return isSame && income.fact('refunds') === undefined && isLess;
}

/** Ends the decision if the author of a countersign may not answer a record that stands in the same agreement. */
export function requireAnswerable(record, target, world) {
  if (isOf(record.author, target, world)) return;
  require(MAY_ANSWER[target.type](record.author, target, world), 'X-SCOPE', [target.id]);
}

const MAY_ANSWER = {
  agreement: (agent, target, world) => {
    const versions = [target, ...target.listed('prev').map((id) => world.get(id))];
    return versions.some(({ header }) => partiesOf(header.facts).includes(agent));
  },
  contribution: (agent, target) => firsts(target.fact('shares')).includes(agent),
  distribution: (agent, target, world) => {
    return [...approversOf(world.get(target.named('agreement')).header.facts), ...losersIn(target)].includes(agent);
  },
  settlement: (agent, target) => [target.named('from'), target.named('to')].includes(agent),
  commitment: (agent, target) => [target.named('provider'), target.named('receiver')].includes(agent),
  income: () => true,
  resolution: (agent, target, world) => {
    return electorsOf(world.get(target.named('agreement')).header.facts).electors.includes(agent);
  },
};

/** What limits of grants are compared with in a record: `{amount, cur, day, covers}`, or null. */
export function figureOf(record, world) {
  if (record.type === 'countersign') {
    const target = world.target(record);
    const isHere = world.scopeOf(record).kind === 'agreement' && ANSWERED.has(target.type);
    return isHere ? figureOf(target, world) : null;
  }
  return FIGURES[record.type]?.(record, world) ?? null;
}

function figure(money, day, covers) {
  const amount = money === undefined ? null : BigInt(money.get('amt'));
  return { amount: amount !== null && amount < 0n ? -amount : amount, cur: money?.get('cur'), day, covers };
}

function coversOf(version) {
  return version.listed('covers');
}

const FIGURES = {
  contribution(record) {
    const project = record.named('project');
    // An id stands for its ext.
    const outside = project.length === 64 ? toHex(outsideName(fromHex(project))) : project;
    return { amount: 0n, isFree: true, day: record.fact('when').get('to'), covers: [outside] };
  },
  agreement: (record) => figure(record.fact('worth'), record.fact('from'), coversOf(record)),
  income: (record, world) => figure(record.fact('gross'), record.fact('on'), coversOf(world.get(record.home))),
  settlement: (record, world) => figure(record.fact('amount'), record.fact('on'), coversOf(world.get(record.home))),
  commitment: (record, world) => figure(record.fact('price'), record.fact('due'), coversOf(world.get(record.home))),
  distribution(record, world) {
    const amounts = record.fact('lines').flatMap(([, payable, held]) => [payable, held]).map(BigInt);
    const amount = amounts.reduce((sum, each) => sum + (each < 0n ? -each : each), 0n);
    const covers = coversOf(world.get(record.named('agreement')));
    return { amount, cur: record.fact('carry').get('cur'), day: record.fact('to'), covers };
  },
};

/** Whether a figure is beyond the limits of a grant (6.1). */
export function isBeyond({ amount, cur, isFree, day, covers }, limits) {
  if (limits.has('until') && limits.get('until') < day) return true;
  if (limits.has('project') && !covers.includes(toHex(limits.get('project')))) return true;
  const most = limits.get('max');
  if (most === undefined || isFree) return false;
  return amount === null || cur !== most.get('cur') || amount > BigInt(most.get('amt'));
}
