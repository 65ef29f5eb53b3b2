// Values that several types share (protocol/spec/02-types.md 1).

import { demand } from '../refusal.js';
import { fields, int, matching, text } from './shapes.js';

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

const NAME = String.raw`(?!(?:AND|OR|WITH)(?![A-Za-z0-9.-]))[A-Za-z0-9.-]+`;
const LICENCE = String.raw`(?:(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+|${NAME}\+?)`;
/** No licence has this in its name; it stands for what was in parentheses. */
const GROUP = '~';
const TERM = `(?:${GROUP}|${LICENCE}(?: WITH ${NAME})?)`;
const FLAT = `${TERM}(?: (?:AND|OR) ${TERM})*`;

/** An expression of SPDX. */
export function licence(value, path) {
  text(64)(value, path);
  demand(!value.includes(GROUP), 'I-VALUE', path);
  let left = value;
  for (let before = ''; before !== left;) {
    before = left;
    left = left.replace(new RegExp(`\\(${FLAT}\\)`), GROUP);
  }
  demand(new RegExp(`^${FLAT}$`).test(left), 'I-VALUE', path);
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
