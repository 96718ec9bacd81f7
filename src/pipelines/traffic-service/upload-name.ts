import { open } from 'node:fs/promises';
import { join } from 'node:path';

const LONGEST = 80;
/** Same names that are told apart by a number. */
const ATTEMPTS = 1000;

/**
 * What an upload is called on disk: the sender's own name without its folders, of letters, digits, dots, dashes and
 * underlines; with the ending of what it is. Undefined when nothing is left of it.
 * @param ending what its first bytes tell, such as `pcap` or `pcap.gz`
 */
export function uploadName(given: string, ending: string): { stem: string; ending: string } | undefined {
  const [kind, compression] = ending.split('.');
  const plain = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1).replace(/\.(gz|zst)$/i, '');
  const own = /\.(pcap|pcapng|cap|dmp|pcap\d+)$/i.exec(plain);
  const stem = plain
    .slice(0, own?.index)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, LONGEST);
  if (stem === '') return undefined;
  const suffix = compression === undefined ? '' : `.${compression}`;
  return { stem, ending: `${own?.[1].toLowerCase() ?? kind}${suffix}` };
}

/** Takes the first of `office.pcap`, `office-2.pcap`... that is free, by an empty file that is to be replaced. */
export async function reserve(folder: string, stem: string, ending: string): Promise<string> {
  for (let i = 1; ; i++) {
    const name = i === 1 ? `${stem}.${ending}` : `${stem}-${i}.${ending}`;
    try {
      await (await open(join(folder, name), 'wx', 0o600)).close();
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || i >= ATTEMPTS) throw error;
    }
  }
}
