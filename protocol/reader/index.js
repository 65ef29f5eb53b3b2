// What the reader offers to programs. protocol/reader/README.md shows how to use it.

export { compare, fromHex, toHex } from './src/bytes.js';
export { BundleReader, readBundle } from './src/bundles.js';
export { decode } from './src/decoding.js';
export { encode } from './src/encoding.js';
export { preview } from './src/equation/preview.js';
export { fold } from './src/fold/fold.js';
export { readForkProof } from './src/forkproofs.js';
export { Header, readHeader } from './src/headers.js';
export { logName, outsideName, readId, showId } from './src/ids.js';
export { readLine } from './src/lines.js';
export { merkleRoot } from './src/merkle.js';
export { readPrivate } from './src/privates.js';
export { Refusal } from './src/refusal.js';
export { report } from './src/report.js';
export { readRun } from './src/runs.js';
export { isRecordSignedBy, isSignedBy } from './src/signatures.js';
export { checkFacts } from './src/types/facts.js';
