// Lines that are pasted (protocol/spec/10-lines.md): invitations, cards, and how devices and helpers find each other.

import { compare, isBin, same, sha256, toHex } from './bytes.js';
import { decode } from './decoding.js';
import { encode } from './encoding.js';
import { readPlaces } from './places.js';
import { readPrivate } from './privates.js';
import { Refusal, demand } from './refusal.js';
import { readRun } from './runs.js';
import { isSignedBy } from './signatures.js';
import { checkFacts } from './types/facts.js';

const LONGEST = {
  mn1: 200, 'device1.': 200, 'recover1.': 200, 'card1.': 64_000, 'guard1.': 200, 'ask1.': 100_000, 'yes1.': 200,
};
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const SUM = 4;
const SECRET = 16;
const CARD_CONTEXT = 'meshnode/1 card\n';

/**
 * What a line says: `kind` is how it begins; bytes are Uint8Arrays, the facts of `ask1.` a Map. Whether the records of a
 * card prove that its key may sign is not looked at.
 * @throws {Refusal}
 */
export function readLine(text) {
  const line = plain(text);
  const kind = Object.keys(LONGEST).find((each) => line.startsWith(each));
  demand(kind !== undefined, 'N-KIND');
  demand([...line].length <= LONGEST[kind], 'N-SIZE');
  const body = unseal(line, kind);
  return { kind, ...READ[kind](body) };
}

function plain(text) {
  const bare = text.replace(/[\t-\r ]/g, '');
  const small = bare.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const invitation = small.startsWith('meshnode:join/') ? small.slice('meshnode:join/'.length) : small;
  if (invitation.startsWith('mn1')) return invitation;
  return bare.startsWith('meshnode:line/') ? bare.slice('meshnode:line/'.length) : bare;
}

function unseal(line, kind) {
  const letters = line.slice(kind.length);
  const packed = kind === 'mn1' ? fromBase32(letters) : fromBase64(letters);
  demand(packed !== null && packed.length >= SUM, 'N-SUM');
  const body = packed.subarray(0, -SUM);
  demand(same(sha256(body).subarray(0, SUM), packed.subarray(-SUM)), 'N-SUM');
  return body;
}

function fromBase64(letters) {
  const bytes = Buffer.from(letters, 'base64url');
  // Buffer passes over what is no letter; writing it again finds that, and bits that are left over.
  return bytes.toString('base64url') === letters ? bytes : null;
}

function fromBase32(letters) {
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of letters) {
    const digit = BASE32.indexOf(letter);
    if (digit < 0) return null;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((value >> (bits -= 8)) & 0xff);
  }
  const leftOver = value & ((1 << bits) - 1);
  return bits < 5 && leftOver === 0 ? Buffer.from(bytes) : null;
}

const READ = {
  mn1(body) {
    const { fields: [secret, minutes], rest } = cut(versioned(body), SECRET, 4);
    return { secret, minutes: minutes.readUInt32BE(), ...readPlaces(rest) };
  },
  'device1.'(body) {
    const { fields: [agent, notebook, secret], rest } = cut(body, 32, 32, SECRET);
    return { agent, notebook, secret, ...readPlaces(rest) };
  },
  'recover1.'(body) {
    const { fields: [agent, secret], rest } = cut(body, 32, SECRET);
    return { agent, secret, ...readPlaces(rest) };
  },
  'guard1.'(body) {
    const { fields: [key], rest } = cut(body, 32);
    demand(rest.length === 0, 'N-SHAPE');
    return { key };
  },
  'ask1.'(body) {
    const facts = decode(body);
    demand(facts instanceof Map && ['root', 'after', 'keys'].every((name) => facts.has(name)), 'N-SHAPE');
    return { facts };
  },
  'yes1.'(body) {
    const { fields: [key, signature], rest } = cut(body, 32, 64);
    demand(rest.length === 0, 'N-SHAPE');
    return { key, signature };
  },
  'card1.'(body) {
    return readCard(versioned(body));
  },
};

function versioned(body) {
  demand(body[0] === 1, 'N-VERSION');
  return body.subarray(1);
}

function cut(body, ...sizes) {
  const fields = [];
  let at = 0;
  for (const size of sizes) fields.push(body.subarray(at, (at += size)));
  demand(body.length >= at, 'N-SHAPE');
  return { fields, rest: body.subarray(at) };
}

function readCard(body) {
  const signature = body.subarray(0, 64);
  const said = body.subarray(64);
  const card = decode(said);
  demand(Array.isArray(card) && card.length === 7, 'N-SHAPE');
  const [agent, person, key, at, place, runs, parts] = card;
  demand([agent, person, key].every((each) => isBin(each, 32)), 'N-SHAPE');
  demand(Number.isInteger(at) && at >= 0 && isBin(place) && Array.isArray(runs) && Array.isArray(parts), 'N-SHAPE');
  demand(isSignedBy(key, CARD_CONTEXT, said, signature), 'S-SIG');
  const where = place.length === 0 ? { peer: '', addresses: [] } : readPlaces(place);
  const records = runs.flatMap(readRunOfCard);
  const begun = new Set(records.filter(beginsStream).map(({ id }) => toHex(id)));
  demand(begun.has(toHex(agent)) && records.every(({ home }) => begun.has(toHex(home))), 'N-SHAPE');
  const privates = parts.map((part) => readPart(part, records));
  return { agent, person, key, at, ...where, records, privates };
}

function readRunOfCard(run) {
  demand(Array.isArray(run) && run.length === 2, 'N-SHAPE');
  const [headers, signature] = run;
  demand(Array.isArray(headers) && headers.every((header) => isBin(header)) && isBin(signature), 'N-SHAPE');
  return readRun(headers, signature);
}

function beginsStream(header) {
  if (!header.isGenesis) return false;
  try {
    checkFacts(header);
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
  return ['person', 'organization'].includes(header.facts.get('kind'));
}

function readPart(part, records) {
  demand(Array.isArray(part) && part.length === 2 && isBin(part[0]) && isBin(part[1]), 'N-SHAPE');
  const header = records.find(({ id }) => compare(id, part[0]) === 0);
  demand(header !== undefined, 'N-SHAPE');
  readPrivate(header, part[1]);
  return header.id;
}

/** What the pipe tells of a line. */
export function tellLine(line) {
  const told = { ...line };
  for (const [name, value] of Object.entries(told)) if (isBin(value)) told[name] = toHex(value);
  if (line.facts !== undefined) told.facts = toHex(encode(line.facts));
  if (line.records !== undefined) {
    told.records = line.records.map(({ id }) => toHex(id));
    told.privates = line.privates.map(toHex);
  }
  return told;
}
