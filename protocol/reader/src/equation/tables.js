// Maps of Maps of whole numbers and fractions: what agents got at which step, from what.

import { plus, ZERO } from './rationals.js';

/** The Map under a key, made if it is not there. */
export function under(map, key) {
  if (!map.has(key)) map.set(key, new Map());
  return map.get(key);
}

/** Adds a whole number to the one under a key. */
export function add(map, key, amount) {
  map.set(key, (map.get(key) ?? 0n) + amount);
}

/** Adds a fraction to the one under a key. */
export function addFraction(map, key, amount) {
  map.set(key, plus(map.get(key) ?? ZERO, amount));
}

export function sum(amounts) {
  let all = 0n;
  for (const each of amounts) all += each;
  return all;
}

export function atLeastZero(amount) {
  return amount < 0n ? 0n : amount;
}
