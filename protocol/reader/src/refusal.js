// Why something is refused: one code of protocol/spec/06-reasons.md.

/** What every check of this reader throws; anything else that is thrown is a mistake of the caller or of ours. */
export class Refusal extends Error {
  /**
   * @param {string} reason a code such as "E-END"
   * @param {string} [detail] what it is about, where the code alone does not say: the path of a fact, a number of bytes
   */
  constructor(reason, detail = '') {
    super(detail === '' ? reason : `${reason} ${detail}`);
    this.name = 'Refusal';
    this.reason = reason;
    this.detail = detail;
  }
}

/** Throws a Refusal unless `holds`. */
export function demand(holds, reason, detail) {
  if (!holds) throw new Refusal(reason, detail);
}
