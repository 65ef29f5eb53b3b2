// What node:crypto does not tell about points of edwards25519: whether an encoding is canonical and of order L.

const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = modulo(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** The number that bytes stand for, the least significant first. */
export function littleEndian(bytes) {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

/** The y of an encoded point, whether or not there is such a point. */
export function encodedY(bytes) {
  return littleEndian(bytes) & (2n ** 255n - 1n);
}

/** Whether 32 bytes are the one canonical encoding of a point whose order is exactly L. */
export function hasPrimeOrder(bytes) {
  const point = decompressed(bytes);
  return point !== null && !isNeutral(point) && isNeutral(times(L, point));
}

/** Whether a y belongs to one of the eight points of small order, however it is written. */
export function isSmallOrderY(y) {
  return SMALL_ORDER_Y.has(y);
}

const Y_OF_ORDER_EIGHT = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

const SMALL_ORDER_Y = new Set([0n, 1n, P - 1n, P, P + 1n, Y_OF_ORDER_EIGHT, P - Y_OF_ORDER_EIGHT]);

/** The point (X : Y : Z : T), T = XY/Z, or null for what encodes none canonically. */
function decompressed(bytes) {
  const y = encodedY(bytes);
  if (y >= P) return null;
  const sign = BigInt(bytes[31] >> 7);
  const x = rootOfQuotient(modulo(y * y - 1n), modulo(D * y * y + 1n));
  if (x === null || (x === 0n && sign === 1n)) return null;
  const signed = (x & 1n) === sign ? x : P - x;
  return [signed, y, 1n, modulo(signed * y)];
}

/** A square root of u/v modulo P, or null (RFC 8032 5.1.3). */
function rootOfQuotient(u, v) {
  const v3 = modulo(v * v * v);
  const root = modulo(u * v3 * power(modulo(u * v3 * v3 * v), (P - 5n) / 8n));
  const square = modulo(v * root * root);
  if (square === u) return root;
  return square === modulo(-u) ? modulo(root * ROOT_OF_MINUS_ONE) : null;
}

// RFC 8032 5.1.4. The formula is complete, so it also doubles.
function plus([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = modulo((y1 - x1) * (y2 - x2));
  const b = modulo((y1 + x1) * (y2 + x2));
  const c = modulo(2n * D * t1 * t2);
  const d = modulo(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [modulo(e * f), modulo(g * h), modulo(f * g), modulo(e * h)];
}

function times(scalar, point) {
  let sum = [0n, 1n, 1n, 0n];
  for (const bit of scalar.toString(2)) {
    sum = plus(sum, sum);
    if (bit === '1') sum = plus(sum, point);
  }
  return sum;
}

function isNeutral([x, y, z]) {
  return x === 0n && y === z;
}

function power(base, exponent) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = modulo(result * result);
    if (bit === '1') result = modulo(result * base);
  }
  return result;
}

function modulo(number) {
  const rest = number % P;
  return rest < 0n ? rest + P : rest;
}
