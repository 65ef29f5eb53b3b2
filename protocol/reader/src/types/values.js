// Values that several types share (protocol/spec/02-types.md 1).

import { demand } from '../refusal.js';
import { fields, int, matching } from './shapes.js';

export const CURRENCY = /[A-Z][A-Z0-9]{2,11}/;

/** A name of a type of records. */
export const typeName = matching(/[a-z][a-z0-9_]{0,31}/);

/** n·10^−s of the unit u, with n at least so great. */
export function measure(least) {
  return fields({ n: int(least), s: int(0, 6), u: matching(/[A-Z0-9]{2,3}/) });
}

/** Minor units of a currency, at least so many. */
export function money(least) {
  return fields({ amt: int(least), cur: matching(CURRENCY) });
}

/** [num, den] in lowest terms. */
export function ratio(value, path) {
  const isPair = Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number');
  demand(isPair, 'I-FIELD', path);
  const [numerator, denominator] = value;
  demand(numerator >= 0 && denominator >= 1 && denominator <= 1_000_000, 'I-VALUE', path);
  demand(commonDivisor(numerator, denominator) === 1, 'I-VALUE', path);
}

/** A day of the Gregorian calendar, as YYYY-MM-DD. */
export function date(value, path) {
  demand(typeof value === 'string', 'I-FIELD', path);
  const written = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  demand(written !== null, 'I-VALUE', path);
  const [year, month, day] = written.slice(1).map(Number);
  demand(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(month, year), 'I-VALUE', path);
}

function daysOf(month, year) {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function commonDivisor(a, b) {
  return b === 0 ? a : commonDivisor(b, a % b);
}
