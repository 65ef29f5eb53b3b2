// How the parts of a preview file are checked (protocol/spec/08-equations.md 10.2).
//
// A shape is a function (value, path) that throws a Refusal, or gives the value as the engine takes it.

import { Refusal, demand } from '../refusal.js';
import { date as checkDate } from '../types/values.js';
import { ascending } from './order.js';
import { fraction } from './rationals.js';

const MOST = 2n ** 53n - 1n;

/** An integer within bounds, as a BigInt. */
export function int(least = -MOST, most = MOST) {
  return (value, path) => {
    demand(typeof value === 'bigint', 'I-FIELD', path);
    demand(value >= BigInt(least) && value <= BigInt(most) && value >= -MOST && value <= MOST, 'I-VALUE', path);
    return value;
  };
}

/** A small integer, as a number. */
export function count(least, most) {
  const whole = int(least, most);
  return (value, path) => Number(whole(value, path));
}

export function bool(value, path) {
  demand(typeof value === 'boolean', 'I-FIELD', path);
  return value;
}

export function oneOf(...texts) {
  return textThat((value) => texts.includes(value));
}

export function matching(pattern) {
  const whole = new RegExp(`^(?:${pattern.source})$`);
  return textThat((value) => whole.test(value));
}

export const name = textThat((value) => value !== '' && Buffer.byteLength(value, 'utf8') <= 256);
export const agent = textThat((value) => value !== '*' && isAgentOrAll(value));
export const agentOrAll = textThat(isAgentOrAll);

function isAgentOrAll(value) {
  return value !== '' && Buffer.byteLength(value, 'utf8') <= 64;
}

function textThat(isAllowed) {
  return (value, path) => {
    demand(typeof value === 'string', 'I-FIELD', path);
    demand(isAllowed(value), 'I-VALUE', path);
    return value;
  };
}

/** A day, as its text: days compare as their texts do. */
export function date(value, path) {
  checkDate(value, path);
  return value;
}

/** A fraction in lowest terms, at least 0. */
export function ratio(value, path) {
  demand(Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'bigint'), 'I-FIELD', path);
  const [n, d] = value;
  demand(n >= 0n && n <= MOST && d >= 1n && d <= 1_000_000n, 'I-VALUE', path);
  const lowest = fraction(n, d);
  demand(lowest.n === n && lowest.d === d, 'I-VALUE', path);
  return lowest;
}

/** Of the unit `u`, as an exact number. */
export function measure(least) {
  const read = fields({ n: int(least), s: count(0, 6), u: matching(/[A-Z0-9]{2,3}/) });
  return (value, path) => {
    const { n, s, u } = read(value, path);
    return { number: fraction(n, 10n ** BigInt(s)), unit: u };
  };
}

export function money(least) {
  return fields({ amt: int(least), cur: matching(/[A-Z][A-Z0-9]{2,11}/) });
}

/** An object with these fields, in their order, and no others; a name that ends in "?" may be missing. Then rules. */
export function fields(described, rules = () => {}) {
  const named = Object.entries(described).map(([key, shape]) => {
    const mayBeMissing = key.endsWith('?');
    return { key: mayBeMissing ? key.slice(0, -1) : key, mayBeMissing, shape };
  });
  return (value, path) => {
    demand(value instanceof Map, 'I-FIELD', path);
    refuseOthers(value, named.map(({ key }) => key), path);
    const found = {};
    for (const { key, mayBeMissing, shape } of named) {
      if (value.has(key)) found[key] = shape(value.get(key), place(path, key));
      else if (!mayBeMissing) throw new Refusal('I-FIELD', place(path, key));
    }
    rules(found, path);
    return found;
  };
}

function refuseOthers(value, keys, path) {
  const others = [...value.keys()].filter((key) => !keys.includes(key)).sort(ascending);
  if (others.length > 0) throw new Refusal('Q-KEY', place(path, others[0]));
}

/** The path of something in an object. */
export function place(path, key) {
  return [path, key].filter((each) => each !== '').join('.');
}

export function list(shape, least = 0, most = 5_000) {
  return (value, path) => {
    demand(Array.isArray(value), 'I-FIELD', path);
    demand(value.length >= least && value.length <= most, 'I-LIST', path);
    return value.map((element, index) => shape(element, `${path}[${index}]`));
  };
}

/** An array of exactly one element of each shape. */
export function tuple(...shapes) {
  return (value, path) => {
    demand(Array.isArray(value) && value.length === shapes.length, 'I-FIELD', path);
    return shapes.map((shape, index) => shape(value[index], `${path}[${index}]`));
  };
}

/** Texts in any order, none twice; given ascending. */
export function set(shape, least = 0, most = 256) {
  const elements = list(shape, least, most);
  return (value, path) => {
    const found = elements(value, path);
    demand(new Set(found).size === found.length, 'I-LIST', path);
    return found.sort(ascending);
  };
}

/** Pairs of a text and something, no text twice: a Map, ascending. */
export function pairs(key, shape, least = 0, most = 256) {
  const elements = list(tuple(key, shape), least, most);
  return (value, path) => {
    const found = new Map(elements(value, path).sort(([a], [b]) => ascending(a, b)));
    demand(found.size === value.length, 'I-LIST', path);
    return found;
  };
}
