/** Numbers that lengths and counts are wrong by. */
const LIMITS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const LARGEST = 256 * 1024;

/**
 * One of the files with up to five faults, as disks, networks and attackers make them: bits turned, numbers at their
 * limits in either byte order, its end, a piece of it or all but a piece missing, repeated, or that of another file.
 * @param random numbers from 0 to below 1; the same ones give the same file.
 */
export function damaged(random: () => number, files: readonly Uint8Array[]): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  let file = Buffer.from(files[below(files.length)]);
  for (let faults = 1 + below(5); faults > 0; faults--) {
    const at = below(file.length + 1);
    switch (below(7)) {
      case 0:
        for (let bits = 1 + below(30); bits > 0 && file.length > 0; bits--) file[below(file.length)] ^= 1 << below(8);
        break;
      case 1: {
        const value = LIMITS[below(LIMITS.length)];
        if (at + 4 <= file.length) random() < 0.5 ? file.writeUInt32LE(value, at) : file.writeUInt32BE(value, at);
        break;
      }
      case 2: {
        const value = LIMITS[below(8)];
        if (at + 2 <= file.length) random() < 0.5 ? file.writeUInt16LE(value, at) : file.writeUInt16BE(value, at);
        break;
      }
      case 3:
        file = file.subarray(0, at);
        break;
      case 4:
        file = Buffer.concat([file.subarray(0, at), file.subarray(at + below(64))]);
        break;
      case 5:
        file = Buffer.concat([file.subarray(0, at), file.subarray(Math.max(0, at - below(2000)))]);
        break;
      default: {
        const other = files[below(files.length)];
        file = Buffer.concat([file.subarray(0, at), other.subarray(below(other.length))]);
      }
    }
  }
  return file.subarray(0, LARGEST);
}
