// Who may act for whom, and what becomes of it when that ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toHex } from '../index.js';
import { Mesh, ordered, recovery, tagged } from './mesh.js';
import { keyOf } from './story.js';

const NOTE = { engine: 'test/1' };
const hex = ({ id }) => toHex(id);

function aliceWithPhone() {
  const mesh = new Mesh();
  const alice = mesh.person('alice');
  const phone = mesh.write('alice', alice, 'grant', { to: tagged('phone'), role: 'device' });
  return { mesh, alice, phone };
}

test('a device writes for its person, if it names the grant', () => {
  const { mesh, alice, phone } = aliceWithPhone();
  const named = mesh.write('phone', alice, 'checkpoint', NOTE, { auth: [phone] });
  const unnamed = mesh.write('phone', alice, 'checkpoint', NOTE, { knowing: [phone] });
  assert.deepEqual(mesh.verdict(named), ['yes']);
  assert.deepEqual(mesh.verdict(unnamed), ['invalid', 'X-KEY', [hex(alice)]]);
});

test('what knows of the revocation is invalid, what does not is contested, what was seen is neither', () => {
  const { mesh, alice, phone } = aliceWithPhone();
  const seen = mesh.write('phone', alice, 'checkpoint', NOTE, { auth: [phone] });
  const unseen = mesh.write('phone', alice, 'checkpoint', NOTE, { auth: [phone] });
  const end = mesh.revoke('alice', alice, [phone], { seen: [seen] });
  const knowing = mesh.write('phone', alice, 'checkpoint', NOTE, { auth: [phone], knowing: [end] });
  assert.deepEqual(mesh.verdict(seen), ['yes']);
  assert.deepEqual(mesh.verdict(unseen), ['contested', 'C-REVOKED', [hex(end)]]);
  assert.deepEqual(mesh.verdict(knowing), ['invalid', 'X-REVOKED', [hex(end)]]);
  assert.deepEqual(mesh.standing(phone), ['removed']);
});

test('a contested record becomes yes when its agent says so with other authority', () => {
  const { mesh, alice, phone } = aliceWithPhone();
  const note = mesh.write('phone', alice, 'project', { state: 'idea', supersedes: [] }, { auth: [phone] });
  mesh.revoke('alice', alice, [phone]);
  assert.deepEqual(mesh.standing(note), ['']);
  mesh.accept('alice', alice, note);
  assert.deepEqual(mesh.verdict(note), ['yes']);
  assert.deepEqual(mesh.standing(note), ['current', 'reaffirmed']);
});

test('what rests on a contested grant is contested, and a resigned one contests nothing', () => {
  const { mesh, alice, phone } = aliceWithPhone();
  mesh.write('alice', alice, 'grant', { to: tagged('tablet'), role: 'device', may_delegate: true });
  const tablet = mesh.headers.at(-1);
  const watch = mesh.write('tablet', alice, 'grant', { to: tagged('watch'), role: 'device' }, { auth: [tablet] });
  const note = mesh.write('watch', alice, 'checkpoint', NOTE, { auth: [watch] });
  const other = mesh.write('phone', alice, 'checkpoint', NOTE, { auth: [phone] });
  mesh.revoke('alice', alice, [tablet]);
  mesh.revoke('phone', alice, [phone], { auth: [phone], knowing: [phone] });
  assert.deepEqual(mesh.verdict(note), ['contested', 'C-RESTS', [hex(watch)]]);
  assert.deepEqual(mesh.verdict(other), ['yes']);
  assert.deepEqual(mesh.standing(watch), ['void']);
});

test('a device ends only what it gave itself', () => {
  const { mesh, alice, phone } = aliceWithPhone();
  const tablet = mesh.write('alice', alice, 'grant', { to: tagged('tablet'), role: 'device' });
  const end = mesh.revoke('phone', alice, [tablet], { auth: [phone] });
  assert.deepEqual(mesh.verdict(end), ['invalid', 'X-SCOPE', [hex(tablet)]]);
});

test('a new root needs the keys it was committed to, and ends the old one', () => {
  const mesh = new Mesh();
  const alice = mesh.person('alice', { recovery: recovery(2, 'one', 'two', 'three') });
  const few = mesh.rotate('weak', alice, alice, ['one']);
  const rotated = mesh.rotate('new', alice, alice, ['one', 'two']);
  const later = mesh.write('new', alice, 'checkpoint', NOTE);
  const old = mesh.write('alice', alice, 'checkpoint', NOTE);
  const knowing = mesh.write('alice', alice, 'checkpoint', NOTE, { knowing: [rotated] });
  assert.deepEqual(mesh.verdict(few), ['invalid', 'T-MISSING', [hex(alice)]]);
  assert.deepEqual(mesh.verdict(later), ['yes']);
  assert.deepEqual(mesh.verdict(old), ['contested', 'C-REVOKED', [hex(rotated)]]);
  assert.deepEqual(mesh.verdict(knowing), ['invalid', 'X-REVOKED', [hex(rotated)]]);
});

test('two rotations with equal votes contest each other, and the one with more votes wins', () => {
  const mesh = new Mesh();
  const alice = mesh.person('alice', { recovery: recovery(1, 'one', 'two', 'three') });
  const left = mesh.rotate('left', alice, alice, ['one']);
  const right = mesh.rotate('right', alice, alice, ['two']);
  const note = mesh.write('left', alice, 'checkpoint', NOTE);
  assert.deepEqual(mesh.verdict(note), ['contested', 'C-REVOKED', [hex(right)]]);
  const stronger = mesh.rotate('strong', alice, alice, ['two', 'three']);
  assert.deepEqual(mesh.verdict(note), ['contested', 'C-REVOKED', [hex(right), hex(stronger)].sort()]);
  assert.deepEqual(mesh.verdict(left), ['yes']);
});

test('a rotation that one of its keys did not sign is invalid', () => {
  const mesh = new Mesh();
  const alice = mesh.person('alice', { recovery: recovery(1, 'one') });
  mesh.write('new', alice, 'rotate', {
    root: tagged('new'), after: alice.id, keys: [tagged('one')], sigs: [Buffer.alloc(64)],
  });
  assert.deepEqual(mesh.verdict(mesh.headers.at(-1)), ['invalid', 'S-SIG', []]);
});

function firm() {
  const mesh = new Mesh();
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => mesh.person(name));
  const works = mesh.organisation('works', { alice, bob, carol });
  const [one, two, three] = mesh.headers.slice(-3);
  return { mesh, alice, bob, carol, works, founded: [one, two, three] };
}

test('an organisation acts through its founders, once all have accepted', () => {
  const { mesh, alice, bob, carol, works, founded } = firm();
  const early = mesh.write('alice', works, 'checkpoint', NOTE, { auth: [founded[0]] });
  const right = mesh.write('alice', works, 'checkpoint', NOTE, { auth: [founded[0]], knowing: founded.slice(1) });
  assert.deepEqual(mesh.verdict(early), ['invalid', 'T-MISSING', [hex(bob), hex(carol)].sort()]);
  assert.deepEqual(mesh.verdict(right), ['yes']);
  const wrong = mesh.write('alice', works, 'checkpoint', NOTE, { agent: alice, knowing: founded.slice(1) });
  assert.deepEqual(mesh.verdict(wrong), ['invalid', 'X-SCOPE', [hex(alice)]]);
});

/** A vote of all who are named; gives their accepts. */
function vote(mesh, genesis, resolution, agents) {
  return Object.entries(agents).map(([name, agent]) => mesh.accept(name, genesis, resolution, { agent }));
}

test('a resolution allows what it orders, once enough have accepted it', () => {
  const { mesh, alice, bob, works, founded } = firm();
  const grant = { to: bob.id, role: 'staff' };
  const order = { orders: [ordered('grant', grant)] };
  const decided = mesh.resolve('alice', works, 'order', [], order, { agent: alice, knowing: founded });
  const [first] = vote(mesh, works, decided, { alice });
  const acting = { auth: [founded[0], decided] };
  const early = mesh.write('alice', works, 'grant', grant, acting);
  const [second] = vote(mesh, works, decided, { bob });
  const other = mesh.write('alice', works, 'grant', { ...grant, may_delegate: true }, { ...acting, knowing: [second] });
  const right = mesh.write('alice', works, 'grant', grant, { ...acting, knowing: [second] });
  assert.deepEqual(mesh.verdict(first), ['yes']);
  assert.deepEqual(mesh.verdict(early), ['invalid', 'T-MISSING', [hex(decided)]]);
  assert.deepEqual(mesh.verdict(other), ['invalid', 'X-SCOPE', [hex(decided)]]);
  assert.deepEqual(mesh.verdict(right), ['yes']);
  assert.deepEqual([mesh.standing(decided), mesh.standing(right)], [['carried'], ['invited']]);
});

test('two charters decided side by side contest each other until a third names both', () => {
  const { mesh, alice, bob, carol, works, founded } = firm();
  const propose = (name, agent, type, prev, knowing) => {
    const facts = { charter: new Map([['sensitive', [type]]]) };
    return mesh.resolve(name, works, 'charter', prev, facts, { agent, knowing });
  };
  const one = propose('alice', alice, 'grant', [], founded);
  const two = propose('bob', bob, 'project', [], founded);
  // Whoever votes for what he himself proposed re-affirms it by that.
  const votes = [...vote(mesh, works, one, { bob, carol }), ...vote(mesh, works, two, { alice, carol })];
  assert.deepEqual(mesh.verdict(one), ['contested', 'R-RIVAL', [hex(two)]]);
  assert.deepEqual(mesh.verdict(two), ['contested', 'R-RIVAL', [hex(one)]]);
  const partial = propose('alice', alice, 'grant', [one], votes);
  const third = propose('alice', alice, 'grant', [one, two], []);
  vote(mesh, works, third, { alice, bob });
  assert.deepEqual(mesh.verdict(partial), ['invalid', 'I-RULE', []]);
  assert.deepEqual([one, two, third].map((each) => mesh.verdict(each)), [['yes'], ['yes'], ['yes']]);
});

function invitation(uses) {
  const mesh = new Mesh();
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => mesh.person(name));
  const club = mesh.network('club', { alice });
  const [founding] = mesh.headers.slice(-1);
  const facts = { to: tagged('secret'), role: 'core', limits: new Map([['uses', uses]]) };
  const invited = mesh.write('alice', club, 'grant', facts, { auth: [founding] });
  return { mesh, alice, bob, carol, club, founding, invited };
}

function enter(mesh, name, club, invited, agent, secret = 'secret') {
  const proof = keyOf(secret).sign(Buffer.concat([Buffer.from('meshnode/1 join'), invited.id, agent.id]));
  return mesh.write(name, club, 'countersign', { target: invited.id, decision: 'accept', proof }, { agent });
}

test('who has the key of an invitation enters, and names the accept as his role', () => {
  const { mesh, bob, carol, club, invited } = invitation(2);
  const forged = enter(mesh, 'carol', club, invited, carol, 'guess');
  const entered = enter(mesh, 'bob', club, invited, bob);
  const note = mesh.write('bob', club, 'checkpoint', NOTE, { agent: bob, auth: [entered] });
  assert.deepEqual(mesh.verdict(forged), ['invalid', 'S-SIG', []]);
  assert.deepEqual(mesh.verdict(note), ['yes']);
  assert.deepEqual([mesh.standing(invited), mesh.standing(entered)], [['open'], ['active']]);
});

test('more than were invited are told as too many', () => {
  const { mesh, bob, carol, club, invited } = invitation(1);
  const both = [enter(mesh, 'bob', club, invited, bob), enter(mesh, 'carol', club, invited, carol)];
  assert.deepEqual(both.map((each) => mesh.standing(each)), [['active', 'excess'], ['active', 'excess']]);
  assert.deepEqual(mesh.standing(invited), ['used']);
});

test('a contribution beyond the limits of a grant is contested', () => {
  const mesh = new Mesh();
  const alice = mesh.person('alice');
  const limits = new Map([['until', '2025-06-01']]);
  const phone = mesh.write('alice', alice, 'grant', { to: tagged('phone'), role: 'device', limits });
  const work = (to) => mesh.write('phone', alice, 'contribution', {
    kind: 'work',
    qty: new Map([['n', 1], ['s', 0], ['u', 'HUR']]),
    when: new Map([['from', '2025-05-01'], ['to', to]]),
  }, { auth: [phone] });
  const [right, late] = [work('2025-06-01'), work('2025-06-02')];
  assert.deepEqual(mesh.verdict(right), ['yes']);
  assert.deepEqual(mesh.verdict(late), ['contested', 'T-LIMIT', [hex(phone)]]);
  assert.deepEqual(mesh.standing(late), ['claimed', 'beyond-mandate']);
});

test('in an open network a stranger is set aside, the network itself is not', () => {
  const mesh = new Mesh();
  const [alice, bob] = ['alice', 'bob'].map((name) => mesh.person(name));
  const park = mesh.network('park', { alice }, 'open');
  const [founding] = mesh.headers.slice(-1);
  const strange = mesh.write('bob', park, 'checkpoint', NOTE, { agent: bob, knowing: [founding] });
  const own = mesh.write('alice', park, 'checkpoint', NOTE, { auth: [founding] });
  assert.deepEqual(mesh.verdict(strange), ['aside', 'X-STRANGER', [hex(bob)]]);
  assert.deepEqual(mesh.verdict(own), ['yes']);
  mesh.write('bob', park, 'grant', { to: bob.id, role: 'client' }, { agent: bob });
  assert.deepEqual(mesh.verdict(strange), ['yes']);
});
