// Which keys are and were the root of a person (protocol/spec/04-fold.md 3.3).

import { same } from '../bytes.js';

/**
 * What a key is of a person for a record.
 * @returns {{tenure: FoldedRecord | null, ended: FoldedRecord[]}} the winner with that key, if it is a root; where it
 *   only was one, the rotates in the record's past that end a tenure with it; null if it never was any
 */
export function rootFor(record, person, key, world) {
  const rotates = rotatesOf(person, world).filter((rotate) => record.knows(rotate));
  const tenures = [world.get(person), ...rotates];
  const withKey = tenures.filter(({ header }) => same(header.key, key));
  if (withKey.length === 0) return null;
  const winning = new Set(winnersOf(world.get(person), rotates));
  const [tenure = null] = withKey.filter((each) => winning.has(each)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const ended = rotates.filter((rotate) => withKey.some((each) => comparedTo(rotate, each, world) > 0));
  return { tenure, ended: tenure === null ? ended : [] };
}

/** All valid rotates of a person. */
export function rotatesOf(person, world) {
  return world.rotatesByPerson.get(person) ?? [];
}

function winnersOf(genesis, rotates) {
  const winners = [];
  const reached = [genesis];
  for (let tenure = reached.pop(); tenure !== undefined; tenure = reached.pop()) {
    const following = rotates.filter((rotate) => rotate.named('after') === tenure.id);
    const most = Math.max(...following.map(votesOf));
    if (following.length === 0) winners.push(tenure);
    else reached.push(...following.filter((rotate) => votesOf(rotate) === most));
  }
  return winners;
}

function votesOf(rotate) {
  return rotate.fact('keys').length;
}

/** Positive if a rotate ends a tenure, 0 if it ties with it, negative if it does neither. */
export function comparedTo(rotate, tenure, world) {
  const path = pathOf(tenure, world);
  const place = path.indexOf(world.get(rotate.named('after')));
  if (place < 0 || path.includes(rotate)) return -1;
  const following = path[place + 1];
  return following === undefined ? 1 : Math.sign(votesOf(rotate) - votesOf(following));
}

/** From the genesis to a tenure, by `after`. */
function pathOf(tenure, world) {
  const path = [tenure];
  while (!path[0].header.isGenesis) path.unshift(world.get(path[0].named('after')));
  return path;
}
