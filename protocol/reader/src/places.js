// Where a node is reached, in few bytes (protocol/spec/10-lines.md 2): a peer, then addresses.

import { join } from './bytes.js';
import { Refusal, demand } from './refusal.js';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** How the name of a peer begins whose key it is itself. */
const ED25519 = Buffer.from('002408011220', 'hex');

/** `peer` and `addresses` as texts; a Refusal with N-PLACE if the bytes are not those of a peer and addresses. */
export function readPlaces(bytes) {
  const reader = new Reader(bytes);
  const size = reader.number(1);
  const peer = size === 0 ? base58(join(ED25519, reader.take(32))) : reader.text(size);
  const addresses = [];
  while (!reader.isDone) addresses.push(readAddress(reader));
  return { peer, addresses };
}

function readAddress(reader) {
  switch (reader.number(1)) {
    case 0:
      return reader.text(reader.number(1));
    case 1:
      return `/dns/${reader.text(reader.number(1))}/tcp/${reader.number(2)}`;
    case 4:
      return `/ip4/${[...reader.take(4)].join('.')}/tcp/${reader.number(2)}`;
    case 6:
      return `/ip6/${ip6(reader.take(16))}/tcp/${reader.number(2)}`;
    default:
      throw new Refusal('N-PLACE');
  }
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get isDone() {
    return this.at === this.bytes.length;
  }

  take(size) {
    demand(this.at + size <= this.bytes.length, 'N-PLACE');
    return this.bytes.subarray(this.at, (this.at += size));
  }

  number(size) {
    return this.take(size).readUIntBE(0, size);
  }

  text(size) {
    const bytes = this.take(size);
    demand(size > 0 && bytes.every((byte) => byte >= 0x21 && byte <= 0x7e), 'N-PLACE');
    return bytes.toString('latin1');
  }
}

/** RFC 5952: the longest run of two zeros or more, of several the first, becomes "::". */
function ip6(bytes) {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const texts = groups.map((group) => group.toString(16));
  if (best.length < 2) return texts.join(':');
  return `${texts.slice(0, best.start).join(':')}::${texts.slice(best.start + best.length).join(':')}`;
}

function base58(bytes) {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 58n) text = BASE58[Number(number % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(zeros) + text;
}
