// The JSON of a preview file (protocol/spec/08-equations.md 10.1): objects are Maps, numbers BigInts.
//
// JSON.parse would round great numbers, take fractions and forget that a key stood twice.

import { Refusal } from '../refusal.js';

const MOST_BYTES = 1024 * 1024;
const MOST_DIGITS = 16;
const DEEPEST = 24;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** The value of a text; refuses with `Q-JSON`. */
export function readJson(text) {
  if (HALF.test(text) || Buffer.byteLength(text, 'utf8') > MOST_BYTES) fail();
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.skip(SPACE);
  if (!reader.isAtEnd) fail();
  return value;
}

function fail() {
  throw new Refusal('Q-JSON');
}

class Reader {
  #text;
  #at = 0;

  constructor(text) {
    this.#text = text;
  }

  get isAtEnd() {
    return this.#at === this.#text.length;
  }

  /** Goes past what matches here, and gives it. */
  skip(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) fail();
    this.#at = pattern.lastIndex;
    return found[0];
  }

  value(depth) {
    this.skip(SPACE);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#array(depth + 1);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #takes(character) {
    this.skip(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #object(depth) {
    if (depth > DEEPEST) fail();
    const entries = new Map();
    this.#at += 1;
    if (this.#takes('}')) return entries;
    do {
      this.skip(SPACE);
      if (this.#text[this.#at] !== '"') fail();
      const key = this.#string();
      if (entries.has(key) || !this.#takes(':')) fail();
      entries.set(key, this.value(depth));
    } while (this.#takes(','));
    if (!this.#takes('}')) fail();
    return entries;
  }

  #array(depth) {
    if (depth > DEEPEST) fail();
    const elements = [];
    this.#at += 1;
    if (this.#takes(']')) return elements;
    do elements.push(this.value(depth)); while (this.#takes(','));
    if (!this.#takes(']')) fail();
    return elements;
  }

  #string() {
    this.#at += 1;
    let text = this.skip(PLAIN);
    while (this.#text[this.#at] === '\\') text += this.#escaped() + this.skip(PLAIN);
    if (this.#text[this.#at] !== '"' || HALF.test(text)) fail();
    this.#at += 1;
    return text;
  }

  #escaped() {
    const letter = this.#text[this.#at + 1];
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail();
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (letter === undefined || !Object.hasOwn(ESCAPES, letter)) fail();
    this.#at += 2;
    return ESCAPES[letter];
  }

  #number() {
    const digits = this.skip(NUMBER);
    if (digits === '-0' || digits.replace('-', '').length > MOST_DIGITS) fail();
    return BigInt(digits);
  }

  #word(word, value) {
    if (!this.#text.startsWith(word, this.#at)) fail();
    this.#at += word.length;
    return value;
  }
}
