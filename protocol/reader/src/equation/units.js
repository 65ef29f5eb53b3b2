// Units that convert (protocol/spec/08-equations.md 2.1).

import { fraction, ONE, over, times } from './rationals.js';

const SECONDS = { HUR: fraction(3600), MIN: fraction(60), SEC: ONE };

/** Whether an amount in one unit says one in another. */
export function convertible(from, to) {
  return from === to || (Object.hasOwn(SECONDS, from) && Object.hasOwn(SECONDS, to));
}

/** A number of one unit as one of another, to which it converts. */
export function convert(number, from, to) {
  return from === to ? number : times(number, over(SECONDS[from], SECONDS[to]));
}
