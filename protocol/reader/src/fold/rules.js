// What types demand of the records that they name (protocol/spec/04-fold.md 3).

import { toHex } from '../bytes.js';
import { idsIn } from '../headers.js';
import { PERSON, speaksForItsAgent } from './scopes.js';
import { require } from './verdict.js';

/** Ends the decision if the rules of the record's type fail; gives an edit the label that it edits. */
export function requireRulesOfType(record, scope, records) {
  RULES[record.header.type]?.(record, scope, records);
}

const RULES = {
  grant: (record, scope) => require(scope.isOpen, 'X-SCOPE', [scope.id]),
  correction: requireCorrection,
  erasure: requireErasure,
  profile(record, scope, records) {
    record.label = record.home;
    requireSameLabel(record, records);
  },
  project(record, scope, records) {
    const [first] = record.listed('supersedes');
    record.label = first === undefined ? record.id : records.get(first).label;
    requireSameLabel(record, records);
  },
};

/** What stands before the target in the label of a record's texts. */
const TEXT = Buffer.from('text', 'latin1').toString('hex');

function requireCorrection(record, scope, records) {
  const { facts } = record.header;
  const target = records.get(toHex(facts.get('target')));
  const isOwn = target.home === record.home && isOf(record.author, target, scope, records);
  require(isOwn, 'X-SCOPE', [target.id]);
  const kind = facts.get('kind');
  const isCorrectable = target.isValid && (kind !== 'delta' || target.header.type === 'contribution');
  require(isCorrectable, 'I-RULE', [target.id], 'target');
  if (kind === 'replace') {
    record.label = TEXT + target.id;
    requireSameLabel(record, records);
  }
}

function requireSameLabel(record, records) {
  for (const id of record.listed('supersedes')) {
    const edit = records.get(id);
    const isSameKind = edit.header.type === record.header.type && edit.home === record.home;
    const isEdit = isSameKind && edit.isValid && edit.label === record.label;
    require(isEdit, 'I-RULE', [id], 'supersedes');
  }
}

function requireErasure(record, scope, records) {
  for (const target of record.header.facts.get('targets')) {
    if (target.length !== 32) {
      require(scope.kind === PERSON, 'X-SCOPE', []);
      continue;
    }
    const erased = records.get(toHex(target));
    const isHere = erased.home === record.home;
    const mayErase = isOf(record.author, erased, scope, records) || isAboutWithPrivate(record.author, erased);
    require(isHere && mayErase, 'X-SCOPE', [erased.id]);
  }
}

/** Whether a record is of an agent, by its key and not only by its word. */
function isOf(agent, record, scope, records) {
  return record.author === agent && speaksForItsAgent(record, scope, records);
}

function isAboutWithPrivate(agent, { header }) {
  return header.private !== null && isAbout(agent, header);
}

/** Whether the facts of a header name an agent. */
export function isAbout(agent, header) {
  return [...idsIn(header.facts)].some((id) => toHex(id) === agent);
}
