// Whether a record whose references are decided is valid (protocol/spec/04-fold.md 2).

import { toHex } from '../bytes.js';
import { checkFacts, isKnown, isTypeDefined } from '../types/facts.js';
import { requireRulesOfType } from './rules.js';
import { NETWORK, PERSON, Scope, isOpenToReferences, isWrittenIn, speaksForItsAgent } from './scopes.js';
import { Verdict, require, verdictOf } from './verdict.js';

/** Decides records one after the other, each after all that it names. */
export class Validity {
  constructor(records) {
    this.records = records;
    this.scopes = new Map();
  }

  /** Gives the record its status; *yes* may still become *aside* when the whole set is known. */
  decide(record) {
    if (record.header.isGenesis) this.scopes.set(record.id, new Scope(record));
    this.inherit(record);
    Object.assign(record, verdictOf(() => this.check(record)));
    if (record.status === 'yes' && record.header.type === 'countersign') {
      record.accepted = new Set([...record.accepted, record.author]);
    }
  }

  /** What a record has from those before it: the length of its log, and which accepts stand in its past. */
  inherit(record) {
    const { header, home } = record;
    const before = header.prev.length === 0 ? 0 : this.records.get(toHex(header.prev)).logBytes;
    record.logBytes = before + header.bytes.length;
    const pasts = record.references.map((id) => this.records.get(id)).filter((named) => named.home === home);
    record.accepted = union(pasts.map(({ accepted }) => accepted));
  }

  check(record) {
    const { header, home } = record;
    const scope = this.scopes.get(home);
    require(scope !== undefined, 'X-SCOPE', [home]);
    this.requireReach(record);
    if (header.isGenesis) {
      requireGenesis(header);
      return;
    }
    const isUnderstood = [PERSON, NETWORK].includes(scope.kind) && isKnown(header);
    if (!isUnderstood) throw new Verdict('unknown', 'U-TYPE', [], header.type);
    checkFacts(header);
    this.requireAuthority(record, scope);
    require(isWrittenIn(scope.kind, header.type), 'X-SCOPE', [], header.type);
    const { records, bytes } = scope.quota;
    require(header.seq <= records && record.logBytes <= bytes, 'X-QUOTA', [home]);
    if (scope.kind === NETWORK) {
      requirePlaceInNetwork(record, scope);
      if (header.type === 'countersign') return;
    }
    requireRulesOfType(record, scope, this.records);
  }

  requireReach({ home, references }) {
    for (const id of references) {
      const named = this.records.get(id);
      // SPEC 04-fold 2: A record that step 1 refused has no home.
      const scope = this.scopes.get(named.home);
      const isNear = scope !== undefined && (named.home === home || isOpenToReferences(scope.kind));
      if (named.status === 'foreign' || !isNear) throw new Verdict('foreign', 'X-FOREIGN', [id]);
    }
  }

  requireAuthority(record, scope) {
    const { header, home, author } = record;
    require(scope.genesis.status === 'yes', 'X-KEY', [home]);
    require(header.auth.length === 0, 'X-SCOPE', header.auth.map(toHex));
    require(scope.kind !== PERSON || author === home, 'X-SCOPE', [author]);
    require(speaksForItsAgent(record, scope, this.records), 'X-KEY', [author]);
  }
}

function requireGenesis(header) {
  require(!isTypeDefined(header.type) || header.type === 'agent', 'X-SCOPE', [], header.type);
  if (!isKnown(header)) throw new Verdict('unknown', 'U-TYPE', [], header.type);
  checkFacts(header);
}

function requirePlaceInNetwork({ header, home, author, accepted }, scope) {
  const { founders } = scope;
  if (header.type === 'countersign') {
    require(founders.includes(author), 'X-SCOPE', [home]);
    return;
  }
  const missing = founders.filter((founder) => !accepted.has(founder));
  require(missing.length === 0, 'T-MISSING', missing);
  require(scope.isOpen || founders.includes(author), 'X-SCOPE', [home]);
}

/** The members of all the sets; the very same set where there is but one, since most records have the same past. */
function union(sets) {
  const different = [...new Set(sets)].filter((each) => each.size > 0);
  return different.length === 1 ? different[0] : new Set(different.flatMap((each) => [...each]));
}
