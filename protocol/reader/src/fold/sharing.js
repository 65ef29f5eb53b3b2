// Whether a distribution is what its past makes of it (protocol/spec/09-agreements.md 1, 4, 5.1 to 5.3).

import { fromHex, sha256, toHex } from '../bytes.js';
import { encode } from '../encoding.js';
import { roundFrom, versionFrom } from '../equation/file.js';
import { History, termsOf } from '../equation/history.js';
import { show } from '../equation/preview.js';
import { outsideName } from '../ids.js';
import { attestersOf, partiesOf, plain } from '../types/agreement.js';
import { counts } from './effects.js';
import { foldWith } from './fold.js';
import { Verdict, require } from './verdict.js';

/** Ends the decision if a distribution is not what its cut, its chain and its version make of it (5.1). */
export function requireSums(record, world) {
  const version = world.get(record.named('agreement'));
  const engine = record.fact('engine');
  if (engine !== 've/1') throw new Verdict('unknown', 'U-ENGINE', [], engine);
  require(version.fact('value_equation') !== undefined, 'D-CHAIN', [version.id]);
  if (record.named('restates') !== '') requireRestatable(record, world);
  if (record.named('prev') !== '') requireChain(record, version, world);
  requireIncomes(record, version, world);
  const entered = enteringWith(record, world);
  requireFew([...chainOf(record, world).map((each) => enteringWith(each, world)), entered], version);
  require(toHex(record.fact('inputs_digest')) === inputsDigest(entered), 'D-INPUTS');
  const { lines, carry, digest } = settle(record, world);
  requireLines(lines, record.fact('lines').map(([agent, ...rest]) => [toHex(agent), ...rest]));
  const given = record.fact('carry');
  const isSum = given.get('amt') === carry && given.get('cur') === currencyOf(version);
  require(isSum && toHex(record.fact('result_digest')) === digest, 'D-SUM');
}

const MOST = { contribution: 10_000, attestation: 30_000, correction: 10_000 };

function requireFew(entered, version) {
  for (const [type, most] of Object.entries(MOST)) {
    const count = entered.reduce((sum, each) => sum + each[type].length, 0);
    require(count <= most, 'X-QUOTA', [version.id]);
  }
}

function currencyOf(version) {
  return version.fact('value_equation').get('cur');
}

/** The ids of the versions that one follows. */
export function versionsBefore(id, world) {
  const prev = world.get(id).listed('prev');
  return new Set([...prev, ...prev.flatMap((each) => [...versionsBefore(each, world)])]);
}

/** The distributions that one comes after, the first one first. */
export function chainOf(record, world) {
  const prev = record.named('prev');
  return prev === '' ? [] : [...chainOf(world.get(prev), world), world.get(prev)];
}

function requireChain(record, version, world) {
  const prev = world.get(record.named('prev'));
  const before = prev.named('agreement');
  const follows = before === version.id || versionsBefore(version.id, world).has(before);
  const isLater = record.fact('to') >= prev.fact('to');
  require(follows && isLater && currencyOf(version) === currencyOf(world.get(before)), 'D-CHAIN', [prev.id]);
}

function requireRestatable(record, world) {
  const restated = world.get(record.named('restates'));
  require(chainOf(record, world).includes(restated) && adds(restated, world), 'D-CHAIN', [restated.id]);
}

/** Whether a distribution neither gives back nor restates. */
function adds(record, world) {
  return !refunds(record, world) && record.named('restates') === '';
}

/** All that a record knows, as it would stand if there were nothing else: by id. */
function cutOf(record, world) {
  record.cut ??= findCut(pastOf(record, world), world);
  return record.cut;
}

function findCut(past, world) {
  // Cuts lie in cuts: each is folded once.
  const name = toHex(sha256([...past].sort().join()));
  if (!world.pasts.has(name)) {
    world.pasts.set(name, foldWith([...past].map((id) => world.get(id).header), world.pasts).records);
  }
  return world.pasts.get(name);
}

/** The ids of all that a record names, directly or through others. */
export function pastOf(record, world) {
  const past = new Set();
  const reached = [record];
  for (let each = reached.pop(); each !== undefined; each = reached.pop()) {
    const news = each.references.filter((id) => !past.has(id));
    for (const id of news) past.add(id);
    reached.push(...news.map((id) => world.get(id)));
  }
  return past;
}

/** The valid records of a type in the agreement of a record, among some records, by id. */
function ofType(records, type, home) {
  const found = [...records.values()].filter((each) => each.isValid && each.type === type && each.home === home);
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether an income is usable among some records under a version (4). */
export function isUsable(income, version, records) {
  const until = version.fact('until');
  if (!counts(records.get(income.id)) || (until !== undefined && income.fact('on') > until)) return false;
  const isRetracted = ofType(records, 'correction', income.home)
    .some((each) => counts(each) && each.named('target') === income.id && each.fact('kind') === 'retract');
  const accepting = ofType(records, 'countersign', income.home)
    .filter((each) => counts(each) && each.named('target') === income.id && each.fact('decision') === 'accept')
    .map(({ author }) => author);
  if (isRetracted) return false;
  const facts = version.header.facts;
  if (facts.get('income_confirm') === 'none') return true;
  if (facts.get('income_confirm') === 'client') return partiesOf(facts, 'client').some((each) => accepting.includes(each));
  return partiesOf(facts).some((each) => each !== income.author && accepting.includes(each));
}

function requireIncomes(record, version, world) {
  const cut = cutOf(record, world);
  const spent = chainOf(record, world).flatMap((each) => each.listed('incomes')).map((id) => world.get(id));
  const ids = record.listed('incomes');
  for (const income of ids.map((id) => world.get(id))) {
    const isInCurrency = income.fact('net').get('cur') === currencyOf(version);
    const isFree = isInCurrency && !spent.includes(income) && isUsable(income, version, cut);
    require(isFree && (!isRefund(income) || (ids.length === 1 && mayGiveBack(income, spent, world))), 'D-INCOME', [income.id]);
  }
}

function isRefund(income) {
  return income.named('refunds') !== '';
}

function mayGiveBack(refund, spent, world) {
  const target = world.get(refund.named('refunds'));
  const others = spent.filter((each) => each.named('refunds') === target.id);
  const left = [target, refund, ...others].reduce((sum, each) => sum + BigInt(each.fact('net').get('amt')), 0n);
  return spent.includes(target) && left >= 0n;
}

function refunds(record, world) {
  return record.listed('incomes').some((id) => isRefund(world.get(id)));
}

/** The attestations of a contribution that hold among some records, by attester (3.1). */
export function headsOf(subject, records, home) {
  const said = ofType(records, 'attestation', home).filter((each) => counts(each) && each.named('subject') === subject);
  const gone = said.flatMap((each) => each.listed('supersedes'));
  const heads = new Map();
  for (const each of said.filter(({ id }) => !gone.includes(id))) {
    heads.set(each.author, [...(heads.get(each.author) ?? []), each]);
  }
  return heads;
}

/** What enters with a distribution (5.2): by type records, ascending. */
function enteringWith(record, world) {
  record.entered ??= enter(record, world);
  return record.entered;
}

function enter(record, world) {
  const nothing = { contribution: [], attestation: [], correction: [], allocation: [] };
  if (refunds(record, world)) return nothing;
  const before = chainOf(record, world).map((each) => enteringWith(each, world));
  const known = (type) => before.flatMap((each) => each[type]).map(({ id }) => id);
  const cut = cutOf(record, world);
  const until = world.get(record.named('agreement')).fact('until');
  const isNew = (type) => ({ id }) => !known(type).includes(id);
  const works = ofType(cut, 'contribution', record.home).filter(isNew('contribution'))
    .filter((each) => until === undefined || each.fact('when').get('to') <= until);
  const subjects = [...known('contribution'), ...works.map(({ id }) => id)];
  const corrections = ofType(cut, 'correction', record.home).filter(isNew('correction'))
    .filter((each) => counts(each) && each.fact('kind') !== 'replace' && subjects.includes(each.named('target')));
  return {
    contribution: works,
    attestation: subjects.flatMap((subject) => newlySaid(subject, before, cut, record.home)),
    correction: corrections,
    allocation: ballotsFor(record, cut, world),
  };
}

function newlySaid(subject, before, cut, home) {
  return [...headsOf(subject, cut, home)].flatMap(([agent, heads]) => {
    const isTheirs = (each) => each.named('subject') === subject && each.author === agent;
    const last = before.map(({ attestation }) => attestation.filter(isTheirs)).findLast((said) => said.length > 0) ?? [];
    const isSame = heads.map(({ id }) => id).join() === last.map(({ id }) => id).sort().join();
    return isSame ? [] : heads;
  });
}

function ballotsFor(record, cut, world) {
  const { facts } = world.get(record.named('agreement')).header;
  const place = chainOf(record, world).filter((each) => adds(each, world)).length;
  const round = facts.get('ballots')?.get('rounds')[place];
  if (round === undefined || record.named('restates') !== '') return [];
  const cast = ofType(cut, 'allocation', record.home).filter(counts);
  const gone = cast.flatMap((each) => each.listed('supersedes'));
  const sum = (ballot) => ballot.fact('points').reduce((before, [, points]) => before + points, 0);
  return cast.filter((each) => {
    const isOfRound = !gone.includes(each.id) && each.fact('round') === round;
    return isOfRound && partiesOf(facts).includes(each.author) && sum(each) <= facts.get('ballots').get('budget');
  });
}

function inputsDigest(entered) {
  const ids = Object.values(entered).flat().map(({ id }) => id).sort();
  return `01${toHex(sha256('meshnode/1 inputs\n', encode(ids.map(fromHex))))}`;
}

/** What the rounds of the chain and a distribution come to (5.3). */
function settle(record, world) {
  const records = [...chainOf(record, world), record];
  const rounds = records.map((each) => ({ ...roundFrom(roundOf(each, records, world)), dropped: droppedFrom(each, world) }));
  const versions = new Map(records.map((each) => [each.named('agreement'), undefined]));
  for (const id of versions.keys()) versions.set(id, termsOf(versionFrom(saidBy(world.get(id))), rounds));
  const history = new History();
  const changes = records.map((each, index) => history.take(versions.get(each.named('agreement')), index));
  const cur = currencyOf(world.get(record.named('agreement')));
  const settled = show(cur, rounds.at(-1), changes.at(-1));
  const lines = settled.lines.map(([agent, { amt, held }]) => {
    const parts = settled.steps.flatMap(({ path, lines: got }) => {
      return got.filter(([who]) => who === agent).map(([, amount]) => [path, amount]);
    });
    return [agent, amt, held, parts];
  });
  const told = lines.map(([agent, ...rest]) => [fromHex(agent), ...rest]);
  const result = ['ve/1', cur, poolOf(record, world), record.fact('to'), told, settled.carry];
  return { lines, carry: settled.carry, digest: `01${toHex(sha256('meshnode/1 result\n', encode(result)))}` };
}

/** On what nothing is paid to whom in a distribution because he has left (5.3). */
function droppedFrom(record, world) {
  const id = record.named('agreement');
  const before = chainOf(record, world).filter((each) => adds(each, world)).map((each) => each.named('agreement'));
  const found = new Set();
  for (const version of [id, ...versionsBefore(id, world)].map((each) => world.get(each))) {
    for (const [leaver, how] of version.fact('leaves') ?? []) {
      const agent = toHex(leaver);
      const bound = version.listed('prev').map((each) => world.get(each).header.facts).filter((each) => partiesOf(each).includes(agent));
      const said = bound.map((facts) => facts.get('leaver')?.get(how));
      const isOver = before.some((each) => each === version.id || versionsBefore(each, world).has(version.id));
      if (!said.includes('drop_unpaid') && !(said.includes('once') && isOver)) continue;
      for (const work of ofType(cutOf(version, world), 'contribution', record.home)) {
        const doers = [work.author, ...(work.fact('shares') ?? []).map(([each]) => toHex(each))];
        if (doers.includes(agent)) found.add(`${work.id} ${agent}`);
      }
    }
  }
  return found;
}

/** The terms of a version (5.3). */
function saidBy({ header: { facts } }) {
  const ack = facts.get('ack');
  return {
    ...plain(facts.get('value_equation')),
    parties: [...new Set(partiesOf(facts))],
    ack: { min: ack.get('min'), by: [...new Set(attestersOf(facts))], ratings: ack.get('ratings') ?? Array(5).fill([1, 1]) },
    late: facts.get('late'),
    reserve: false,
  };
}

function poolOf(record, world) {
  return record.listed('incomes').reduce((sum, id) => sum + world.get(id).fact('net').get('amt'), 0);
}

function roundOf(record, rounds, world) {
  const entered = enteringWith(record, world);
  const [first] = record.listed('incomes').map((id) => world.get(id));
  const isBack = refunds(record, world);
  return {
    pool: poolOf(record, world),
    to: record.fact('to'),
    contributions: entered.contribution.map((each) => workOf(each, cutOf(record, world))),
    attestations: entered.attestation.map((each) => given({
      on: each.named('subject'), by: each.author, verdict: each.fact('verdict'), qty: each.fact('qty'), rating: each.fact('rating'),
    })),
    corrections: entered.correction.map((each) => given({
      target: each.named('target'), kind: each.fact('kind'), qty: each.fact('qty'), value: each.fact('value'),
    })),
    ballots: entered.allocation.map((each) => [each.author, plain(each.fact('points'))]),
    ...restating(record, rounds),
    ...(isBack ? { refunds: rounds.findIndex((each) => each.listed('incomes').includes(first.named('refunds'))) } : {}),
  };
}

/** What a round says that restates an earlier one: whoever loses must consent before it takes effect (5.4). */
function restating(record, rounds) {
  if (record.named('restates') === '') return {};
  const agents = rounds.flatMap((each) => each.fact('lines').map(([agent]) => toHex(agent)));
  return { restates: rounds.findIndex(({ id }) => id === record.named('restates')), consents: [...new Set(agents)] };
}

function given(values) {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]));
}

function workOf(record, cut) {
  const answers = ofType(cut, 'countersign', record.home).filter((each) => counts(each) && each.named('target') === record.id);
  const by = (decision) => answers.filter((each) => each.fact('decision') === decision).map(({ author }) => author);
  const shares = plain(record.fact('shares') ?? []);
  const project = record.named('project');
  return given({
    id: record.id,
    agent: record.author,
    kind: record.fact('kind'),
    qty: record.fact('qty'),
    value: record.fact('value'),
    comp: record.fact('comp'),
    stream: record.fact('stream'),
    class: [...new Set(record.fact('classified_as') ?? [])],
    project: project === '' ? undefined : project.length === 64 ? toHex(outsideName(fromHex(project))) : project,
    when: record.fact('when'),
    shares: shares.length > 0 ? shares : undefined,
    declined: shares.map(([agent]) => agent).filter((each) => by('decline').includes(each) && !by('accept').includes(each)),
    beneficiaries: record.fact('beneficiaries'),
  });
}

function requireLines(wanted, found) {
  const mine = new Map(wanted.map((line) => [line[0], line]));
  const theirs = new Map(found.map((line) => [line[0], line]));
  for (const agent of [...new Set([...mine.keys(), ...theirs.keys()])].sort()) {
    if (JSON.stringify(mine.get(agent)) === JSON.stringify(theirs.get(agent))) continue;
    const [ours, others] = [mine, theirs].map((lines) => lines.get(agent)?.[3] ?? []);
    const length = Math.max(ours.length, others.length);
    const places = Array.from({ length }, (_, place) => [ours[place], others[place]]);
    const differing = places.find(([one, other]) => JSON.stringify(one) !== JSON.stringify(other));
    require(false, 'D-LINES', [agent], differing === undefined ? 'amt' : (differing[0] ?? differing[1])[0]);
  }
}
