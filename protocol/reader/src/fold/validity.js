// Whether a record whose references are decided is valid (protocol/spec/04-fold.md 4).

import { toHex } from '../bytes.js';
import { checkFacts, isKnown, isTypeDefined } from '../types/facts.js';
import { ANSWERED, requireRulesOfAgreement } from './agreements.js';
import { isVote, requireAuthority } from './authority.js';
import { Path, isOf } from './chains.js';
import { charterFor } from './charters.js';
import { requireRulesOfType } from './rules.js';
import { AGREEMENT, NETWORK, Scope } from './scopes.js';
import { Verdict, require, verdictOf } from './verdict.js';

const QUOTA_OF_STREAMS = { records: 1_000_000, bytes: 2 ** 30 };

/** Gives a record, of which all that it names is decided, its status; a valid one is *yes* for the time being. */
export function decide(record, world) {
  if (record.header.isGenesis) world.scopes.set(record.id, new Scope(record));
  inherit(record, world);
  const scope = world.scopeOf(record);
  const isOfTerms = scope?.kind === AGREEMENT;
  if (scope !== undefined && (isOfTerms || !record.header.isGenesis)) record.path = new Path(record, world);
  Object.assign(record, verdictOf(() => check(record, scope, world)));
  record.isValid = record.status === 'yes';
  world.note(record);
}

/** What a record has from those before it: the length of its log, and which acts of authority stand in its past. */
function inherit(record, world) {
  const { header } = record;
  const before = header.prev.length === 0 ? 0 : world.get(toHex(header.prev)).logBytes;
  record.logBytes = before + header.bytes.length;
  for (const named of record.references.map((id) => world.get(id))) {
    const own = named.number < 0 ? 0n : 1n << BigInt(named.number);
    const known = record.known | named.known | own;
    // Most records know what the one before them knows; they share one number then.
    if (known !== record.known) record.known = known === named.known ? named.known : known;
  }
}

function check(record, scope, world) {
  const { header, home } = record;
  require(scope !== undefined, 'X-SCOPE', [home]);
  requireReach(record, world);
  if (header.isGenesis && scope.kind !== AGREEMENT) {
    requireGenesis(header);
    return;
  }
  const isUnderstood = scope.kind !== '' && isKnown(header) && isUnderstoodAnswer(record, scope, world);
  if (!isUnderstood) throw new Verdict('unknown', 'U-TYPE', [], header.type);
  checkFacts(header);
  require(header.isGenesis || scope.genesis.isValid, 'X-KEY', [home]);
  requireAuthority(record, world);
  const { records, bytes } = quotaOf(record, scope, world);
  require(header.seq <= records && record.logBytes <= bytes, 'X-QUOTA', [home]);
  if (scope.kind === AGREEMENT) requireRulesOfAgreement(record, world);
  requireRulesOfType(record, scope, world);
}

function requireReach({ home, references }, world) {
  for (const id of references) {
    const named = world.get(id);
    // SPEC 04-fold 4: A record that step 1 refused has no home.
    const scope = world.scopeOf(named);
    const isNear = scope !== undefined && (named.home === home || scope.isPrivate);
    if (named.status === 'foreign' || !isNear) throw new Verdict('foreign', 'X-FOREIGN', [id]);
  }
}

function requireGenesis(header) {
  require(!isTypeDefined(header.type) || header.type === 'agent', 'X-SCOPE', [], header.type);
  if (!isKnown(header)) throw new Verdict('unknown', 'U-TYPE', [], header.type);
  checkFacts(header);
}

/** Whether a countersign, if it is one, is of something that this version knows how to accept. */
function isUnderstoodAnswer(record, scope, world) {
  const target = record.type === 'countersign' ? world.target(record) : undefined;
  if (target === undefined || isVote(record, world) || isOf(record.author, target, world)) return true;
  return scope.kind === AGREEMENT && ANSWERED.has(target.type);
}

function quotaOf(record, scope, world) {
  if (scope.kind !== NETWORK) return QUOTA_OF_STREAMS;
  const { fields } = charterFor(record, scope, world);
  return { records: fields.get('log_records'), bytes: fields.get('log_bytes') };
}
