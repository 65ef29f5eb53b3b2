// Which valid records are contested (protocol/spec/04-fold.md 5.2 and 6).

import { toHex } from '../bytes.js';
import { figureOf, isBeyond } from './agreements.js';
import { grantOfAnother, handlesOf, resolutionBehind } from './authority.js';
import { isCarriedAtAll } from './charters.js';
import { counts } from './effects.js';
import { append } from './records.js';
import { comparedTo, rotatesOf } from './roots.js';
import { changesCharter, placeOfChange } from './world.js';

const IDS_TOLD = 16;

/** Tells of each valid record that is not aside whether it is *yes* or *contested*, and why. */
export function findContests(world) {
  const revoked = findRevoked(world);
  const rivals = findRivals(world);
  const clean = new Set();
  const inOrder = world.decided.filter(({ isValid, status }) => isValid && status !== 'aside');
  const limits = new Map();
  for (const record of inOrder) {
    limits.set(record, brokenLimits(record, world));
    const causes = [
      ['C-REVOKED', revoked.get(record) ?? []], ['R-RIVAL', rivals.get(record) ?? []], ['T-LIMIT', limits.get(record)],
    ];
    record.contest = causes.find(([, by]) => by.length > 0) ?? null;
    if (record.contest === null && restsOn(record, world).every((entry) => clean.has(entry))) clean.add(record);
  }
  for (const record of inOrder) {
    // SPEC 04-fold 6: between rivals only a resolution decides.
    const isSaved = !rivals.has(record) && isReaffirmed(record, limits.get(record), clean, world);
    judge(record, isSaved, world);
    if (record.status === 'yes' && !clean.has(record)) record.flags.add('reaffirmed');
  }
}

function judge(record, isReaffirmed, world) {
  const shaky = restsOn(record, world).filter(({ status }) => status !== 'yes');
  const cause = record.contest ?? (shaky.length > 0 ? ['C-RESTS', shaky] : null);
  if (cause === null || isReaffirmed) return;
  const [reason, by] = cause;
  const ids = [...new Set(by.map(({ id }) => id))].sort().slice(0, IDS_TOLD);
  Object.assign(record, { status: 'contested', reason, ids });
  if (!counts(record)) return;
  if (reason === 'T-LIMIT') record.flags.add('beyond-mandate');
  else record.flags.add('concurrent-with-removal');
}

/** The entries of status: all records on whose status that of this one depends. */
function restsOn(record, world) {
  const entries = record.path === null ? [] : world.entries(record);
  const more = [...entries.map((entry) => resolutionBehind(entry, world)), grantOfAnother(record, world)];
  return [...entries, ...more.filter((each) => each !== null)];
}

function isReaffirmed(record, limits, clean, world) {
  const targets = world.isAccept(record) ? [record.id, record.named('target')] : [record.id];
  const accepts = targets.flatMap((id) => world.acceptsByTarget.get(id) ?? []);
  return accepts.some((accept) => {
    const isOwn = accept.author === record.author && clean.has(accept);
    return isOwn && !world.entries(accept).some((entry) => limits.includes(entry));
  });
}

/** The revokes and rotates that end, unseen, what a record needs: a Map from the record to them. */
function findRevoked(world) {
  const revoked = new Map();
  const usersByHandle = new Map();
  const usersByPerson = new Map();
  for (const record of world.decided) {
    if (!record.isValid || record.type === 'rotate') continue;
    for (const handle of handlesOf(record, world)) append(usersByHandle, handle, record);
    if (record.path?.person) append(usersByPerson, record.path.person, record);
  }
  for (const end of world.acts.filter(({ type }) => type === 'revoke' || type === 'rotate')) {
    const handles = [...end.ends].filter(([, resigns]) => !resigns).map(([handle]) => handle);
    if (end.type === 'rotate') handles.push(...end.listed('ends'));
    const users = handles.flatMap((handle) => usersByHandle.get(handle) ?? []).filter((user) => !user.knows(end));
    if (end.type === 'rotate') users.push(...usersOfEndedTenures(end, usersByPerson.get(end.home) ?? [], world));
    if (users.length === 0) continue;
    const before = recordsBefore(end, world);
    for (const user of new Set(users)) if (!before.has(user.id)) append(revoked, user, end);
  }
  return revoked;
}

/** Those who use a tenure that the rotate ends without their knowing, or with which it ties. */
function usersOfEndedTenures(rotate, users, world) {
  return users.filter((user) => {
    const { tenure } = user.path.root;
    const compared = comparedTo(rotate, tenure, world);
    return compared === 0 || (compared > 0 && !user.knows(rotate));
  });
}

/** The ids of all records that are before a revoke or rotate, if they are not after it (5.2). */
function recordsBefore(end, world) {
  const before = new Set([end.id]);
  const reached = [end];
  for (let record = reached.pop(); record !== undefined; record = reached.pop()) {
    for (const id of record.references) {
      if (before.has(id)) continue;
      before.add(id);
      reached.push(world.get(id));
    }
  }
  const revokes = (world.revokesByTarget.get(end.id) ?? []);
  for (const hash of [end, ...revokes].flatMap((each) => each.listed('seen'))) {
    let seen = world.seen(hash);
    while (seen !== undefined && !before.has(seen.id)) {
      before.add(seen.id);
      seen = world.get(toHex(seen.header.prev));
    }
  }
  return before;
}

/** The resolutions that were carried beside others: a Map from each to the others. */
function findRivals(world) {
  const rivals = new Map();
  const carried = world.acts.filter((act) => {
    return act.type === 'resolution' && changesCharter(act) && isCarriedAtAll(act, world);
  });
  const byPlace = new Map();
  for (const each of carried) append(byPlace, placeOfChange(each.home, each.listed('prev')), each);
  const settled = new Map();
  for (const each of carried) for (const id of each.listed('prev')) append(settled, id, each);
  for (const beside of byPlace.values()) {
    for (const one of beside) {
      const others = beside.filter((other) => other !== one && !areSettled(one, other, settled));
      if (others.length > 0) rivals.set(one, others);
    }
  }
  return rivals;
}

function areSettled(one, other, settled) {
  return (settled.get(one.id) ?? []).some((later) => later.listed('prev').includes(other.id));
}

/** The grants among the entries of a record that it goes beyond. */
function brokenLimits(record, world) {
  if (record.path === null) return [];
  const limited = world.entries(record).filter((entry) => entry.type === 'grant' && entry.fact('limits') !== undefined);
  const figure = limited.length === 0 ? null : figureOf(record, world);
  return figure === null ? [] : limited.filter((entry) => isBeyond(figure, entry.fact('limits')));
}
