// Who stands where (protocol/spec/04-fold.md 8.2).

import { toHex } from '../bytes.js';
import { charterAtAll, isCarriedAtAll } from './charters.js';
import { isId } from './records.js';
import { hasHandle, usesOf } from './rules.js';
import { AGREEMENT, NETWORK } from './scopes.js';
import { headsOf } from './sharing.js';
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

/** Gives the contributions of networks their states; gives by network, by contribution, what is said of it there. */
export function setAcknowledgements(world) {
  const said = [...world.records.values()].filter((each) => each.type === 'attestation' && each.isValid);
  const found = new Map();
  for (const each of said) {
    const scope = world.scopeOf(each);
    if (scope.kind !== NETWORK) continue;
    if (!found.has(scope.id)) found.set(scope.id, new Map());
    found.get(scope.id).set(each.named('subject'), '');
  }
  for (const [network, subjects] of found) {
    const ack = charterAtAll(world.scopes.get(network), world).fields.get('default_ack');
    for (const id of subjects.keys()) {
      const state = acknowledgement([...headsOf(id, world.records, network)], ack);
      subjects.set(id, state);
      const subject = world.get(id);
      if (subject.home === network && subject.state === 'claimed') subject.state = state;
    }
  }
  return found;
}

function acknowledgement(heads, ack) {
  const by = ack?.get('by') ?? 'members';
  const eligible = heads.filter(([agent]) => by === 'members' || by.map(toHex).includes(agent));
  const refusing = eligible.filter(([, said]) => said.some((each) => each.fact('verdict') === 'reject'));
  if (eligible.length - refusing.length >= (ack?.get('min') ?? 1)) return 'acknowledged';
  return refusing.length > 0 ? 'rejected' : 'claimed';
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
