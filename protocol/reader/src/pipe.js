// The line protocol with which implementations are compared (protocol/spec/07-pipe.md).

import { answer } from './answers.js';

/** Answers questions, one per line, until the input ends. */
export async function servePipe(input, output) {
  let rest = '';
  input.setEncoding('utf8');
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    // One write for all that came together: a write for each line would cost more than most answers.
    if (lines.length > 0) output.write(lines.map((line) => `${JSON.stringify(answer(JSON.parse(line)))}\n`).join(''));
  }
  if (rest !== '') output.write(`${JSON.stringify(answer(JSON.parse(rest)))}\n`);
}
