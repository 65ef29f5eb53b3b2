// Who founded an organisation or network, what its charter is and who decides on it (protocol/spec/04-fold.md 2.3).

import { toHex } from '../bytes.js';
import { pairOf, placeOfChange } from './world.js';

/** The founders whose accept of the genesis is not in the past of a record, ascending. */
export function missingFounders(record, scope, world) {
  return scope.founders.filter((founder) => !world.isAcceptedFor(record, scope.id, founder));
}

/**
 * The charter of a scope for a record: that in its past.
 * @returns {{fields: Map, stop: string[], dissolvedBy: string, settings: {by: string, founders: string[]}[]}}
 *   `settings` are the genesis and the resolutions that came into force, as far as they set founders
 */
export function charterFor(record, scope, world) {
  return charterIn(scope, world, (act) => record.knows(act));
}

/** The charter of a scope in the set of all decided records. */
export function charterAtAll(scope, world) {
  return charterIn(scope, world, () => true);
}

/** Whether a valid resolution is carried in the past of a record. */
export function isCarriedFor(record, resolution, world) {
  return isCarriedIn(resolution, world, (act) => record.knows(act));
}

/** Whether a valid resolution is carried in the set of all decided records. */
export function isCarriedAtAll(resolution, world) {
  return isCarriedIn(resolution, world, () => true);
}

/**
 * Who decides on a resolution, and how many of them must, by its own past; also before it is known to be valid.
 * @returns {{electors: string[], quorum: number[]}} the electors ascending
 */
export function electorateOf(resolution, world) {
  // Its past never changes, and it is asked for each time that the charter is. A resolution is asked first when it is
  // decided itself, so that what it calls for is at hand.
  resolution.electorate ??= findElectorate(resolution, world);
  return resolution.electorate;
}

function findElectorate(resolution, world) {
  const charter = charterFor(resolution, world.scopeOf(resolution), world);
  const founders = charter.fields.get('founders').map(toHex);
  const electors = founders.filter((founder) => isStillFounder(founder, resolution, charter, world));
  return { electors, quorum: charter.fields.get('quorum') };
}

/** Whether a standing as founder is left of an agent in the past of a record, whose charter this is. */
export function isStillFounder(agent, record, { settings }, world) {
  return settings.some(
    ({ by, founders }) => founders.includes(agent) && world.endingsFor(record, pairOf(by, agent)).length === 0,
  );
}

function charterIn(scope, world, isIn) {
  const charter = {
    fields: scope.charter,
    stop: [],
    dissolvedBy: '',
    settings: [{ by: scope.id, founders: scope.founders }],
  };
  for (;;) {
    const changes = world.changesOfCharter.get(placeOfChange(scope.id, charter.stop)) ?? [];
    const carried = changes.filter((change) => isIn(change) && isCarriedIn(change, world, isIn));
    if (carried.length === 0) return charter;
    charter.stop = carried.map(({ id }) => id).sort();
    charter.dissolvedBy = '';
    // SPEC 04-fold 2.3: If C are several, they are rivals
    if (carried.length === 1) putInForce(carried[0], charter);
  }
}

function putInForce(resolution, charter) {
  if (resolution.fact('outcome') === 'dissolve') {
    charter.dissolvedBy = resolution.id;
    return;
  }
  const changed = resolution.fact('charter');
  charter.fields = new Map([...charter.fields, ...changed]);
  if (changed.has('founders')) charter.settings.push({ by: resolution.id, founders: foundersSetBy(resolution) });
}

/** The founders that a charter resolution names, as hex; none where it leaves them as they are. */
export function foundersSetBy(resolution) {
  return (resolution.fact('charter')?.get('founders') ?? []).map(toHex);
}

function isCarriedIn(resolution, world, isIn) {
  const { electors, quorum: [numerator, denominator] } = electorateOf(resolution, world);
  const accepts = (world.acceptsByTarget.get(resolution.id) ?? []).filter(isIn);
  const accepting = new Set(accepts.map(({ author }) => author));
  const votes = electors.filter((elector) => accepting.has(elector)).length;
  return votes >= 1 && votes * denominator >= numerator * electors.length;
}
