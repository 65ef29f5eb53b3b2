// The notation in which the types' facts are described (protocol/spec/02-types.md 1).
//
// A shape is a function (value, path) that throws a Refusal with an I- code and the path, or returns.

import { compare, isBin } from '../bytes.js';
import { Refusal, demand } from '../refusal.js';

/** An integer within bounds. */
export function int(least = -Infinity, most = Infinity) {
  return (value, path) => {
    demand(typeof value === 'number', 'I-FIELD', path);
    demand(value >= least && value <= most, 'I-VALUE', path);
  };
}

/** True or false. */
export function bool(value, path) {
  demand(typeof value === 'boolean', 'I-FIELD', path);
}

/** A text of 1 to `most` bytes; facts are ascii, so bytes are characters. */
export function text(most) {
  return textThat((value) => value.length >= 1 && value.length <= most);
}

/** A text that matches as a whole. */
export function matching(pattern) {
  const whole = new RegExp(`^(?:${pattern.source})$`);
  return textThat((value) => whole.test(value));
}

/** One of some texts. */
export function oneOf(...texts) {
  return textThat((value) => texts.includes(value));
}

function textThat(isAllowed) {
  return (value, path) => {
    demand(typeof value === 'string', 'I-FIELD', path);
    demand(isAllowed(value), 'I-VALUE', path);
  };
}

/** A bin of so many bytes. */
export function bin(least, most) {
  return (value, path) => {
    demand(isBin(value), 'I-FIELD', path);
    demand(value.length >= least && value.length <= most, 'I-VALUE', path);
  };
}

/** The id of a record: a hard reference. */
export function id(value, path) {
  demand(isBin(value, 32), 'I-FIELD', path);
}

function tagged(tag) {
  return (value, path) => demand(isBin(value, 33) && value[0] === tag, 'I-FIELD', path);
}

export const digest = tagged(0x01);
export const key = tagged(0x02);
export const ext = tagged(0x03);

/** An id or an ext. */
export function idOrExt(value, path) {
  demand(isBin(value, 32) || (isBin(value, 33) && value[0] === 0x03), 'I-FIELD', path);
}

/** An id or a key. */
export function idOrKey(value, path) {
  demand(isBin(value, 32) || (isBin(value, 33) && value[0] === 0x02), 'I-FIELD', path);
}

/** A map with the fields of an object, in its order; a name that ends in "?" may be missing. */
export function fields(described) {
  return (value, path) => {
    demand(value instanceof Map, 'I-FIELD', path);
    checkFields(described, value, path);
  };
}

/** Checks the fields of a map whose own path is `path`; that of the facts themselves is empty. */
export function checkFields(described, facts, path = '') {
  for (const [name, shape] of Object.entries(described)) {
    const mayBeMissing = name.endsWith('?');
    const bare = mayBeMissing ? name.slice(0, -1) : name;
    const value = facts.get(bare);
    if (value === undefined && mayBeMissing) continue;
    const place = path === '' ? bare : `${path}.${bare}`;
    if (value === undefined) throw new Refusal('I-FIELD', place);
    shape(value, place);
  }
}

/** An array of `least` to `most` elements of one shape. */
export function list(shape, least = 0, most = 256) {
  return (value, path) => {
    demand(Array.isArray(value), 'I-FIELD', path);
    demand(value.length >= least && value.length <= most, 'I-LIST', path);
    value.forEach((element, index) => shape(element, `${path}[${index}]`));
  };
}

/** The same of bins, in strictly ascending order. */
export function set(shape, least, most) {
  const elements = list(shape, least, most);
  return (value, path) => {
    elements(value, path);
    demand(isAscending(value), 'I-LIST', path);
  };
}

/** An array of [id, x], the ids strictly ascending. */
export function pairs(shape, least, most) {
  const elements = list(tuple(id, shape), least, most);
  return (value, path) => {
    elements(value, path);
    demand(isAscending(value.map(([first]) => first)), 'I-LIST', path);
  };
}

/** An array of exactly one element of each shape. */
export function tuple(...shapes) {
  return (value, path) => {
    demand(Array.isArray(value) && value.length === shapes.length, 'I-FIELD', path);
    shapes.forEach((shape, index) => shape(value[index], `${path}[${index}]`));
  };
}

function isAscending(bins) {
  return bins.every((each, index) => index === 0 || compare(bins[index - 1], each) < 0);
}
