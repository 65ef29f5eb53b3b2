// How a whole number of minor units is shared (protocol/spec/08-equations.md 1).
//
// Shares are Maps from a key to a fraction, in ascending order of the keys: that is the order in a tie.

import { inProportion } from './rationals.js';

/** LR: largest remainder. A Map of whole numbers for the same keys; the weights' sum is more than 0. */
export function shareOut(amount, weights) {
  const keys = [...weights.keys()];
  const parts = inProportion([...weights.values()]);
  const all = parts.reduce((sum, part) => sum + part, 0n);
  const shares = parts.map((part) => (amount * part) / all);
  const rests = parts.map((part, index) => ({ index, rest: (amount * part) % all }));
  // A sort is stable: what is equal stays in ascending order.
  rests.sort((a, b) => (a.rest === b.rest ? 0 : a.rest > b.rest ? -1 : 1));
  const missing = Number(amount - shares.reduce((sum, share) => sum + share, 0n));
  for (const { index } of rests.slice(0, missing)) shares[index] += 1n;
  return new Map(keys.map((key, index) => [key, shares[index]]));
}

/** FILL: water-filling. `room(key)` is a whole number or undefined for no bound. Gives the shares and what is left. */
export function fill(amount, weights, room) {
  const shares = new Map();
  let open = new Map([...weights].filter(([, weight]) => weight.n > 0n));
  let rest = amount;
  while (open.size > 0) {
    const parts = inProportion([...open.values()]);
    const all = parts.reduce((sum, part) => sum + part, 0n);
    const full = [...open.keys()].filter((key, index) => room(key) !== undefined && rest * parts[index] > room(key) * all);
    if (full.length === 0) {
      for (const [key, share] of shareOut(rest, open)) shares.set(key, share);
      return { shares, left: 0n };
    }
    for (const key of full) {
      shares.set(key, room(key));
      rest -= room(key);
    }
    open = new Map([...open].filter(([key]) => !shares.has(key)));
  }
  return { shares, left: rest };
}
