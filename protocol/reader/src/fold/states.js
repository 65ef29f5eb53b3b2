// Who stands where (protocol/spec/04-fold.md 8.2).

import { isCarriedAtAll } from './charters.js';
import { isId } from './records.js';
import { hasHandle, usesOf } from './rules.js';
import { AGREEMENT } from './scopes.js';
import { handleOf } from './world.js';

/** Gives each valid grant, resolution and accept that has a handle its state, and accepts their flag. */
export function setStandings(world) {
  for (const record of world.acts) {
    if (world.scopeOf(record).kind === AGREEMENT) continue;
    if (record.type === 'resolution') record.state = isCarriedAtAll(record, world) ? 'carried' : 'open';
    else if (record.type === 'grant' || hasHandle(record, world)) record.state = stateOf(record, world);
    if (isExcessive(record, world)) record.flags.add('excess');
  }
}

function stateOf(record, world) {
  if (record.status === 'contested') return 'void';
  const endings = world.endings.get(handleOf(record)) ?? [];
  if (endings.some(({ resigns }) => !resigns)) return 'removed';
  if (endings.length > 0) return 'left';
  if (world.isInvitation(record)) return acceptingOf(record, world).size < usesOf(record) ? 'open' : 'used';
  return isAwaited(record, world) ? 'invited' : 'active';
}

function isAwaited(record, world) {
  if (record.type !== 'grant') return false;
  const to = record.named('to');
  if (!isId(to) || to === record.author) return false;
  const accepts = world.acceptsByTarget.get(record.id) ?? [];
  return !accepts.some(({ author, status }) => author === to && status === 'yes');
}

/** The agents who have accepted an invitation. */
function acceptingOf(invitation, world) {
  const accepts = (world.acceptsByTarget.get(invitation.id) ?? []).filter((accept) => world.isEntrance(accept));
  return new Set(accepts.map(({ author }) => author));
}

function isExcessive(record, world) {
  if (!world.isEntrance(record)) return false;
  const invitation = world.target(record);
  return acceptingOf(invitation, world).size > usesOf(invitation);
}
