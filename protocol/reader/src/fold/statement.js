// What became of an agent's money in a period (protocol/spec/09-agreements.md 9).

import { fromHex, sha256 } from '../bytes.js';
import { encode } from '../encoding.js';
import { AGREEMENT } from './scopes.js';

/** The columns of the ledger (6), as a statement tells them. */
const COLUMNS = [
  'entitled', 'held', 'contested', 'received', 'paid', 'in hand', 'contested received', 'contested paid',
];
/** By side and state of a payment its kind, and the column in which it counts. */
const PAYMENTS = {
  'to confirmed': ['received', 'received'],
  'from confirmed': ['paid', 'paid'],
  'to contested': ['contested-received', 'contested received'],
  'from contested': ['contested-paid', 'contested paid'],
};
const KINDS = ['share', 'contested', 'income', ...Object.values(PAYMENTS).map(([kind]) => kind)];
const NONE = '';

/**
 * The statement of an agent over all agreements of a fold; days are texts, empty for no bound.
 * @returns {{accounts: {scope: string, cur: string, digest: Uint8Array}[], digest: Uint8Array}}
 */
export function statementOf({ records, scopes }, agent, first, last) {
  const pacts = [...scopes.values()].filter(({ kind, genesis }) => kind === AGREEMENT && genesis.isValid);
  const accounts = pacts.map(({ id }) => id).sort().flatMap((scope) => {
    const here = [...records.values()].filter(({ home, isValid }) => home === scope && isValid);
    return accountsIn(scope, entriesOf(here, agent), agent, first, last);
  });
  const told = [fromHex(agent), first, last, accounts.map(({ digest }) => digest)];
  return { accounts, digest: sha256('meshnode/1 statement\n', encode(told)) };
}

function accountsIn(scope, entries, agent, first, last) {
  const currencies = [...new Set(entries.map(({ cur }) => cur))].sort();
  return currencies.flatMap((cur) => {
    const mine = entries.filter((each) => each.cur === cur).sort(byPlace);
    const opening = sumOf(mine.filter(({ day }) => first !== '' && day < first));
    const inside = mine.filter(({ day }) => (first === '' || day >= first) && (last === '' || day <= last));
    if (inside.length === 0 && opening.every((each) => each === 0)) return [];
    const closing = sumOf([{ columns: opening }, ...inside]);
    const lines = inside.map(({ day, kind, record, about, other, columns }) => {
      return [day, kind, ...[record, about, other].map(fromHex), columns];
    });
    const told = [fromHex(agent), fromHex(scope), cur, first, last, opening, lines, closing];
    return [{ scope, cur, digest: sha256('meshnode/1 account\n', encode(told)) }];
  });
}

function entriesOf(records, agent) {
  const byId = new Map(records.map((record) => [record.id, record]));
  return records.flatMap((record) => {
    if (record.type === 'distribution') return sharesOf(record, byId, agent);
    return record.type === 'settlement' ? paymentsOf(record, agent) : [];
  });
}

function sharesOf(record, byId, agent) {
  const isEffective = record.state === 'effective';
  if (!isEffective && record.state !== 'contested') return [];
  const base = { cur: record.fact('carry').get('cur'), day: record.fact('to'), record: record.id, about: NONE, other: NONE };
  const lines = record.fact('lines').filter(([who]) => Buffer.from(who).toString('hex') === agent);
  const shares = lines.map(([, payable, held]) => {
    if (isEffective) return { ...base, kind: 'share', columns: columnsOf({ entitled: payable, held }) };
    return { ...base, kind: 'contested', columns: columnsOf({ contested: payable + held }) };
  });
  const incomes = isEffective ? record.listed('incomes').map((id) => byId.get(id)) : [];
  const inHand = incomes.filter(({ author }) => author === agent).map((income) => {
    return { ...base, kind: 'income', about: income.id, columns: columnsOf({ 'in hand': income.fact('net').get('amt') }) };
  });
  return [...shares, ...inHand];
}

function paymentsOf(record, agent) {
  const [side, otherSide] = record.named('to') === agent ? ['to', 'from'] : ['from', 'to'];
  const found = PAYMENTS[`${side} ${record.state}`];
  if (record.named(side) !== agent || found === undefined) return [];
  const [kind, column] = found;
  const [amount, cur] = ['amt', 'cur'].map((name) => record.fact('amount').get(name));
  const base = { cur, day: record.fact('on'), record: record.id, about: NONE, other: record.named(otherSide) };
  return [{ ...base, kind, columns: columnsOf({ [column]: amount }) }];
}

function columnsOf(changes) {
  return COLUMNS.map((name) => changes[name] ?? 0);
}

function sumOf(entries) {
  return entries.reduce((sum, { columns }) => sum.map((each, place) => each + columns[place]), COLUMNS.map(() => 0));
}

/** By day, kind, record and about; hex sorts as its bytes do. */
function byPlace(one, other) {
  const places = [one, other].map(({ day, kind, record, about }) => [day, KINDS.indexOf(kind), record, about]);
  for (const [place, left] of places[0].entries()) {
    const right = places[1][place];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
