'use strict';

// SHA-1, FIPS 180-4 §6.1.2. A browser has its own, but not on a page that came without TLS.

/** The twenty bytes of the hash of `message`. */
websocket.sha1 = (message) => {
  const rotate = (word, bits) => (word << bits) | (word >>> (32 - bits));
  // The message, a one bit, zeros, and its length in bits: whole blocks of 64 bytes.
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length * 8));

  const hash = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const rounds = [
    [0x5a827999, (b, c, d) => (b & c) | (~b & d)],
    [0x6ed9eba1, (b, c, d) => b ^ c ^ d],
    [0x8f1bbcdc, (b, c, d) => (b & c) | (b & d) | (c & d)],
    [0xca62c1d6, (b, c, d) => b ^ c ^ d],
  ];
  for (let block = 0; block < padded.length; block += 64) {
    const words = Array.from({ length: 16 }, (_, index) => view.getUint32(block + 4 * index));
    let [a, b, c, d, e] = hash;
    for (let round = 0; round < 80; round += 1) {
      if (round >= 16) {
        const mixed = words[round - 3] ^ words[round - 8] ^ words[round - 14] ^ words[round - 16];
        words.push(rotate(mixed, 1));
      }
      const [constant, mix] = rounds[Math.floor(round / 20)];
      const next = (rotate(a, 5) + mix(b, c, d) + e + constant + words[round]) | 0;
      [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((word, index) => (hash[index] = (hash[index] + word) | 0));
  }
  const bytes = new DataView(new ArrayBuffer(20));
  hash.forEach((word, index) => bytes.setInt32(4 * index, word));
  return new Uint8Array(bytes.buffer);
};
