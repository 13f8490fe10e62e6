'use strict';

// The frame header both ways, RFC 6455 §5.2: what step 4 does in Rust, with the same messages.

websocket.OPCODES = new Map([
  [0x0, websocket.text('continuation')],
  [0x1, websocket.text('text')],
  [0x2, websocket.text('binary')],
  [0x8, websocket.text('close')],
  [0x9, websocket.text('ping')],
  [0xa, websocket.text('pong')],
]);

/** A rule that a header breaks, with its section of RFC 6455. */
websocket.HeaderError = class extends Error {
  constructor(message, section) {
    super(message);
    this.section = section;
  }
};

/**
 * Reads the header that `bytes` begins with. `fromClient` says whose frame it is: clients mask, and
 * servers do not. Returns null if the bytes so far are fine and more are needed; throws a
 * HeaderError if they break a rule. The length is a BigInt: it has up to 63 bits.
 */
websocket.decodeHeader = (bytes, fromClient) => {
  const broken = (message, section) => {
    throw new websocket.HeaderError(message, section);
  };
  if (bytes.length < 1) {
    return null;
  }
  const reserved = [1, 2, 3].find((bit) => bytes[0] & (0x80 >> bit));
  if (reserved !== undefined) {
    broken(websocket.text('RSV{bit} is set without an extension', { bit: reserved }), '§5.2');
  }
  const opcode = bytes[0] & 0x0f;
  const name = websocket.OPCODES.get(opcode);
  if (name === undefined) {
    const hex = opcode.toString(16);
    broken(websocket.text('opcode 0x{hex} is reserved', { hex }), '§5.2');
  }
  const fin = (bytes[0] & 0x80) !== 0;
  const isControl = (opcode & 0x8) !== 0;
  if (isControl && !fin) {
    broken(websocket.text('a {name} frame in fragments', { name }), '§5.5');
  }

  if (bytes.length < 2) {
    return null;
  }
  const isMasked = (bytes[1] & 0x80) !== 0;
  if (fromClient && !isMasked) {
    broken(websocket.text('a frame from a client that is not masked'), '§5.1');
  }
  if (!fromClient && isMasked) {
    broken(websocket.text('a frame from a server that is masked'), '§5.1');
  }
  const sevenBits = bytes[1] & 0x7f;
  if (isControl && sevenBits > 125) {
    broken(websocket.text('a {name} frame with more than 125 bytes', { name }), '§5.5');
  }

  const extended = { 126: 2, 127: 8 }[sevenBits] ?? 0;
  if (bytes.length < 2 + extended) {
    return null;
  }
  let length = BigInt(sevenBits);
  if (extended > 0) {
    length = bytes.slice(2, 2 + extended).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    if (length >> 63n) {
      broken(websocket.text('length with its top bit set'), '§5.2');
    }
    if (length <= (extended === 2 ? 125n : 0xffffn)) {
      const values = { length, extended };
      broken(websocket.text('length {length} in {extended} bytes: not the shortest form', values), '§5.2');
    }
  }

  const end = 2 + extended + (isMasked ? 4 : 0);
  if (bytes.length < end) {
    return null;
  }
  const maskingKey = isMasked ? bytes.slice(end - 4, end) : null;
  return { fin, opcode, maskingKey, length, extended, end };
};

/** The bytes of a header, with its length in the shortest form that holds it. */
websocket.encodeHeader = ({ fin, opcode, maskingKey, length }) => {
  const extended = length <= 125 ? 0 : length <= 0xffff ? 2 : 8;
  const sevenBits = { 0: Number(length), 2: 126, 8: 127 }[extended];
  const bytes = [(fin ? 0x80 : 0) | opcode, (maskingKey ? 0x80 : 0) | sevenBits];
  for (let index = extended - 1; index >= 0; index -= 1) {
    bytes.push(Number((BigInt(length) >> BigInt(8 * index)) & 0xffn));
  }
  return Uint8Array.from([...bytes, ...(maskingKey ?? [])]);
};

/** Masks a payload, or unmasks it: byte `i` with byte `i mod 4` of the key, RFC 6455 §5.3. */
websocket.mask = (payload, key) => payload.map((byte, index) => byte ^ key[index % 4]);

/** A whole frame with one text, as a browser or as a server would send it. */
websocket.encodeText = (text, maskingKey) => {
  const payload = new TextEncoder().encode(text);
  const header = { fin: true, opcode: 0x1, maskingKey, length: payload.length };
  const body = maskingKey ? websocket.mask(payload, maskingKey) : payload;
  return Uint8Array.from([...websocket.encodeHeader(header), ...body]);
};
