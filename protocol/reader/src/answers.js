// Answers to the questions of the pipe (protocol/spec/07-pipe.md).

import { fromHex, toHex } from './bytes.js';
import { readBundle } from './bundles.js';
import { decode } from './decoding.js';
import { preview } from './equation/preview.js';
import { fold } from './fold/fold.js';
import { statementOf } from './fold/statement.js';
import { readForkProof } from './forkproofs.js';
import { readHeader } from './headers.js';
import { readLine, tellLine } from './lines.js';
import { readPrivate } from './privates.js';
import { Refusal } from './refusal.js';
import { readRun } from './runs.js';
import { isSignedBy } from './signatures.js';
import { checkFacts } from './types/facts.js';

/** The answer to one question, `{ok}` or `{reason}`; a TypeError or RangeError for what is no question. */
export function answer(question) {
  const check = CHECKS[question.op];
  if (check === undefined) throw new TypeError(`no such op: ${question.op}`);
  try {
    return { ok: check(question) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return question.op === 'equation' ? { reason: error.reason, detail: error.detail } : { reason: error.reason };
  }
}

const CHECKS = {
  value({ input, text = 'ascii', nil = false }) {
    decode(fromHex(input), { text, nil });
    return true;
  },

  header({ input }) {
    const header = readHeader(fromHex(input));
    const { id, home, log, author, seq, type, references } = header;
    return { ...allHex({ id, home, log, author }), seq, type, references: references.map(toHex) };
  },

  run({ headers, signature }) {
    const run = readRun(headers.map(fromHex), fromHex(signature));
    return { log: toHex(run[0].log), ids: run.map(({ id }) => toHex(id)) };
  },

  private({ header, input }) {
    readPrivate(readHeader(fromHex(header)), fromHex(input));
    return true;
  },

  forkproof({ input }) {
    const rivals = readForkProof(fromHex(input)).map(([first]) => first);
    return { log: toHex(rivals[0].log), seq: rivals[0].seq, ids: rivals.map(({ id }) => toHex(id)) };
  },

  bundle({ input }) {
    const { root, ...counts } = readBundle(fromHex(input));
    return { ...counts, root: toHex(root) };
  },

  signature({ key, context, message, signature }) {
    return isSignedBy(fromHex(key), fromHex(context), fromHex(message), fromHex(signature));
  },

  facts({ input }) {
    checkFacts(readHeader(fromHex(input)));
    return true;
  },

  equation({ input }) {
    return { rounds: preview(input) };
  },

  line({ input }) {
    return tellLine(readLine(input));
  },

  statement({ headers, agent, from, to }) {
    const { accounts, digest } = statementOf(fold(headers.map((each) => readHeader(fromHex(each)))), agent, from, to);
    return { accounts: accounts.map((each) => ({ ...each, digest: toHex(each.digest) })), digest: toHex(digest) };
  },

  fold({ headers }) {
    const { records, forks, digests } = fold(headers.map((header) => readHeader(fromHex(header))));
    const told = forks.filter(({ home }) => digests.has(home));
    return {
      standings: Object.fromEntries([...records].map(([id, record]) => [id, standing(record)])),
      forks: told.map(({ log, seq, ids }) => ({ reason: 'F-FORK', log, seq, ids })),
      digests: Object.fromEntries([...digests].map(([id, digest]) => [id, toHex(digest)])),
    };
  },
};

function standing({ status, reason, ids, detail, state, flags }) {
  return {
    status,
    ...(reason === '' ? {} : { reason, ids }),
    ...(detail === '' ? {} : { detail }),
    ...(state === '' ? {} : { state }),
    ...(flags.size === 0 ? {} : { flags: [...flags].sort() }),
  };
}

function allHex(bins) {
  return Object.fromEntries(Object.entries(bins).map(([name, bytes]) => [name, toHex(bytes)]));
}
