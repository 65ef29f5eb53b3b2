// What comes of a preview file (protocol/spec/08-equations.md 10.4).

import { sha256, toHex } from '../bytes.js';
import { encode } from '../encoding.js';
import { readFile } from './file.js';
import { History, termsOf } from './history.js';
import { ascending } from './order.js';

const RESULT = 'meshnode/1 result\n';

/** The rounds of a preview file, as numbers and texts; refuses the file with a reason and a path. */
export function preview(text) {
  const { rounds, ...version } = readFile(text);
  const terms = termsOf(version, rounds);
  const history = new History();
  return rounds.map((round, index) => show(terms.cur, round, history.take(terms, index)));
}

/** What a round changes, as numbers and texts. */
export function show(cur, { pool, to }, { carry, needs, steps, ...shown }) {
  const agents = [...new Set([...shown.payable.keys(), ...shown.held.keys()])].sort(ascending);
  const amounts = agents.map((agent) => [agent, shown.payable.get(agent) ?? 0n, shown.held.get(agent) ?? 0n]);
  const lines = amounts.filter(([, amt, held]) => amt !== 0n || held !== 0n);
  const byStep = steps.map(({ path, do: what }) => {
    const gained = [...(shown.gained.get(path) ?? [])].filter(([, amount]) => amount !== 0n);
    return { path, do: what, lines: gained.sort(([a], [b]) => ascending(a, b)), left: shown.left.get(path) ?? 0n };
  });
  const told = lines.map(([agent, amt, held]) => [
    Buffer.from(agent, 'utf8'),
    Number(amt),
    Number(held),
    byStep.flatMap(({ path, lines: gained }) => gained.filter(([each]) => each === agent).map(([, amount]) => [path, Number(amount)])),
  ]);
  const result = encode(['ve/1', cur, Number(pool), to, told, Number(carry)]);
  return {
    lines: lines.map(([agent, amt, held]) => [agent, { amt: Number(amt), held: Number(held) }]),
    carry: Number(carry),
    needs,
    steps: byStep.map((each) => ({
      ...each,
      lines: each.lines.map(([agent, amount]) => [agent, Number(amount)]),
      left: Number(each.left),
    })),
    digest: toHex(sha256(RESULT, result)),
  };
}
