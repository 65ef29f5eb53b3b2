// A verdict on one record: its status, and why it is not *yes*.

import { Refusal } from '../refusal.js';

/** Ends the decision about a record with another status than *yes*. */
export class Verdict extends Error {
  constructor(status, reason, ids = [], detail = '') {
    super(reason);
    this.verdict = { status, reason, ids, detail };
  }
}

/** Ends the decision with *invalid*, `reason` and the ids that cause it, unless `holds`. */
export function require(holds, reason, ids, detail) {
  if (!holds) throw new Verdict('invalid', reason, ids, detail);
}

/** What comes of a decision: *yes* if it ends by itself, else the verdict with which it ended. */
export function verdictOf(decision) {
  try {
    decision();
    return { status: 'yes', reason: '', ids: [], detail: '' };
  } catch (error) {
    if (error instanceof Verdict) return error.verdict;
    // Facts that fail are refused by the same functions as those of a header that stands alone.
    if (error instanceof Refusal) return { status: 'invalid', reason: error.reason, ids: [], detail: error.detail };
    throw error;
  }
}
