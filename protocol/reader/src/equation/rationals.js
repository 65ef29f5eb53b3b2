// Exact fractions: `{n, d}` in BigInts, d at least 1, in lowest terms.

/** The fraction n/d; both may be numbers or BigInts. */
export function fraction(n, d = 1n) {
  return reduced(BigInt(n), BigInt(d));
}

export const ZERO = fraction(0);
export const ONE = fraction(1);

export function plus(a, b) {
  return a.d === b.d ? reduced(a.n + b.n, a.d) : reduced(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function minus(a, b) {
  return plus(a, { n: -b.n, d: b.d });
}

export function times(a, b) {
  return reduced(a.n * b.n, a.d * b.d);
}

/** a/b, for b other than 0. */
export function over(a, b) {
  return b.n < 0n ? reduced(-a.n * b.d, a.d * -b.n) : reduced(a.n * b.d, a.d * b.n);
}

export function total(fractions) {
  return fractions.reduce(plus, ZERO);
}

/** Whether a is less than b. */
export function isLess(a, b) {
  return a.n * b.d < b.n * a.d;
}

export function least(a, b) {
  return isLess(b, a) ? b : a;
}

/** The greatest integer that is not more. */
export function floor({ n, d }) {
  const quotient = n / d;
  return n < 0n && quotient * d !== n ? quotient - 1n : quotient;
}

/** The fractions as integers in the same proportions. */
export function inProportion(fractions) {
  const common = fractions.reduce((all, { d }) => (all / commonDivisor(all, d)) * d, 1n);
  return fractions.map(({ n, d }) => n * (common / d));
}

function reduced(n, d) {
  if (d === 1n) return { n, d };
  const divisor = commonDivisor(n < 0n ? -n : n, d);
  return { n: n / divisor, d: d / divisor };
}

function commonDivisor(a, b) {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
