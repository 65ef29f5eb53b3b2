// The order of names: by their UTF-8 bytes, which is the order of code points but not of JavaScript's strings.

/** Negative, 0 or positive. */
export function ascending(a, b) {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** A Map with its keys ascending. */
export function sorted(map) {
  return new Map([...map].sort(([a], [b]) => ascending(a, b)));
}
