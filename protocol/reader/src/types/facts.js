// What the facts of a header must look like by its type (protocol/spec/02-types.md).

import { demand } from '../refusal.js';
import { commitment, distribution, income, settlement } from './accounts.js';
import { agreement } from './agreement.js';
import { countersign, grant, resolution, revoke, rotate } from './authority.js';
import { allocation, attestation } from './evaluation.js';
import { agent, profile } from './identity.js';
import { checkpoint, correction, erasure } from './repair.js';
import { checkFields } from './shapes.js';
import { contribution, project, recognition } from './work.js';

/**
 * By name: `isKnown(header)`, where only some shapes are; `fields(header)`, what to check in which order; and
 * `rules(header)`, where facts must fit together.
 */
const TYPES = new Map(Object.entries({
  agent, grant, revoke, countersign, rotate, resolution,
  profile, project, contribution, recognition, correction, erasure, checkpoint,
  agreement, attestation, allocation, income, distribution, settlement, commitment,
}));

/** Whether this version defines a type of that name at all. */
export function isTypeDefined(type) {
  return TYPES.has(type);
}

/** Whether this version knows what the record means: its type, in this shape. */
export function isKnown(header) {
  const type = TYPES.get(header.type);
  return type !== undefined && (type.isKnown === undefined || type.isKnown(header));
}

/** Refuses facts with `U-TYPE` and the type, or with an I- code and the path of the fact. */
export function checkFacts(header) {
  demand(isKnown(header), 'U-TYPE', header.type);
  const type = TYPES.get(header.type);
  checkFields(type.fields(header), header.facts);
  type.rules?.(header);
}
