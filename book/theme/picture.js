'use strict';

// A frame, bit by bit, as step 4 draws it in Rust.

/** A frame in one sentence. */
websocket.summary = ({ fin, opcode, maskingKey, length }) =>
  [
    websocket.OPCODES.get(opcode),
    fin ? websocket.text('final') : websocket.text('more fragments follow'),
    maskingKey ? websocket.text('masked') : websocket.text('not masked'),
    websocket.text('{length} bytes', { length }),
  ].join(websocket.text(', '));

/** Draws the frame with this header, and this payload as the sender meant it, as one `<svg>`. */
websocket.drawFrame = (header, payload) => {
  const ROW_BITS = 32;
  const [BIT, ROW] = [22, 48];
  const rows = layOut(cells(header, payload), ROW_BITS);
  const svg = [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ' +
      `${ROW_BITS * BIT + 2} ${rows.length * ROW + 2}" role="img" font-family="monospace" ` +
      'text-anchor="middle" fill="currentColor">',
    `<title>${websocket.text('A frame, bit by bit: {summary}', { summary: websocket.summary(header) })}</title>`,
  ];
  rows.forEach((row, index) => {
    let x = 1;
    const y = index * ROW + 1;
    for (const { bits, labels } of row) {
      const width = bits.length * BIT;
      svg.push(
        `<rect x="${x}" y="${y}" width="${width}" height="${ROW}" fill="none" ` +
          'stroke="currentColor" stroke-opacity=".5"/>',
      );
      [...bits].forEach((bit, place) => {
        const bitX = x + place * BIT + BIT / 2;
        svg.push(`<text x="${bitX}" y="${y + 20}" font-size="15">${bit}</text>`);
      });
      // A character of this size is about seven units wide.
      const label = labels.find((text) => [...text].length <= Math.floor(width / 7)) ?? '';
      svg.push(
        `<text x="${x + width / 2}" y="${y + 39}" font-size="12" fill-opacity=".75">` +
          `${escaped(label)}</text>`,
      );
      x += width;
    }
  });
  return `${svg.join('\n')}\n</svg>\n`;

  function escaped(text) {
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  }

  /** The frame's parts: their bits, and labels from the most telling to the shortest. */
  function cells(header, payload) {
    const SHOWN_MAX = 16;
    const { maskingKey, opcode, length, extended } = header;
    const bits = Array.from(websocket.encodeHeader(header), binary).join('');
    const bytes = websocket.text('{length} bytes', { length });
    const key = maskingKey ? websocket.hex(maskingKey) : '';
    const extendedEnd = 16 + 8 * extended;
    const inBytes = websocket.text('in {extended} bytes', { extended });
    const parts = [
      [0, 1, ['F']],
      [1, 4, ['RSV']],
      [4, 8, [websocket.OPCODES.get(opcode), 'cont.']],
      [8, 9, ['M']],
      [9, 16, [extended === 0 ? bytes : inBytes, websocket.text('length')]],
      [16, extendedEnd, [websocket.text('extended length: {bytes}', { bytes }), bytes]],
      [extendedEnd, bits.length, [`${websocket.text('masking key')} ${key}`, key]],
    ];
    const cells = parts.filter(([from, to]) => from < to);
    const shown = Array.from(payload.slice(0, SHOWN_MAX), (meant, index) => {
      const wire = maskingKey ? meant ^ maskingKey[index % 4] : meant;
      const hex = (byte) => websocket.hex([byte]);
      const isVisible = meant > 0x20 && meant < 0x7f;
      const meaning = isVisible ? `“${String.fromCharCode(meant)}”` : hex(meant);
      return { bits: binary(wire), labels: [(maskingKey ? `${hex(wire)}: ` : '') + meaning] };
    });
    return [
      ...cells.map(([from, to, labels]) => ({ bits: bits.slice(from, to), labels })),
      ...shown,
    ];
  }

  function binary(byte) {
    return byte.toString(2).padStart(8, '0');
  }

  /** Lays cells out in rows; one that crosses the end of a row goes on in the next. */
  function layOut(cells, rowBits) {
    const rows = [];
    let row = [];
    let free = rowBits;
    for (let { bits, labels } of cells) {
      while (bits.length >= free) {
        row.push({ bits: bits.slice(0, free), labels });
        rows.push(row);
        [row, bits, labels, free] = [[], bits.slice(free), ['…'], rowBits];
      }
      if (bits.length > 0) {
        row.push({ bits, labels });
        free -= bits.length;
      }
    }
    return row.length > 0 ? [...rows, row] : rows;
  }
};
