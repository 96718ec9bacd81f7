/** Text that is written again and again, in words of four bytes, with some more at its end: copied four bytes at a time. */
export class ReadyText {
  readonly length: number;
  readonly words: Uint32Array;

  constructor(text: string) {
    const bytes = Buffer.from(text);
    this.length = bytes.length;
    this.words = new Uint32Array(Math.ceil(bytes.length / 4));
    const view = new DataView(this.words.buffer);
    for (const [i, byte] of bytes.entries()) view.setUint8(i, byte);
    for (let i = 0; i < this.words.length; i++) this.words[i] = view.getUint32(4 * i, true);
  }
}

export const NO_TEXT = new ReadyText('');
