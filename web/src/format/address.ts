/** `203[.]0[.]113[.]7`, `hxxp[://]evil[.]example`, `198.51.100(.)4` → the plain form. */
export function refang(text: string): string {
  return text
    .trim()
    .replace(/\[:\/\/\]/g, '://')
    .replace(/^h(xx|\*\*)p(s?)/i, 'http$2')
    .replace(/[[({]\s*(?:\.|dot)\s*[\])}]/gi, '.')
    .replace(/[[({]\s*:\s*[\])}]/g, ':')
    .replace(/\s+dot\s+/gi, '.');
}

/** Written so that no program makes a link of it. */
export function defang(text: string): string {
  const colons = /^[0-9a-f:.]+$/i.test(text) && text.includes('::');
  return (colons ? text.replace('::', '[::]') : text.replaceAll('.', '[.]')).replace(/^http/i, 'hxxp');
}

export type Subject = { kind: 'ip'; value: string } | { kind: 'domain'; value: string };

/** The address or domain that a pasted text means (refanged; of a URL its host), or undefined. */
export function subjectOf(pasted: string): Subject | undefined {
  let text = refang(pasted).replace(/^[<"'(]+|[>"',;)]+$/g, '');
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?(\[[^\]]+\]|[^/:?#]+)/i.exec(text);
  if (url) text = url[1];
  text = text.replace(/^\[|\]$/g, '');
  if (isIp(text)) return { kind: 'ip', value: text.toLowerCase() };
  const withPort = /^([^:/\s]+):\d{1,5}$/.exec(text);
  if (withPort) return subjectOf(withPort[1]);
  const name = text.replace(/\.$/, '').toLowerCase();
  if (/^(?=.{4,253}$)([\p{L}\d_]([\p{L}\d_-]{0,61}[\p{L}\d])?\.)+(\p{L}{2,63}|xn--[a-z0-9-]{2,59})$/u.test(name)) {
    return { kind: 'domain', value: name };
  }
  return undefined;
}

export function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  if (!/^[0-9a-f:.]+$/i.test(text) || !text.includes(':')) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const count = (half: string, last: boolean): number => {
    if (half === '') return 0;
    const groups = half.split(':');
    let total = 0;
    for (const [i, group] of groups.entries()) {
      if (last && i === groups.length - 1 && isIpv4(group)) total += 2;
      else if (/^[0-9a-f]{1,4}$/i.test(group)) total += 1;
      else return Number.NaN;
    }
    return total;
  };
  const total = count(halves[0], halves.length === 1) + (halves.length === 2 ? count(halves[1], true) : 0);
  return halves.length === 2 ? total <= 7 : total === 8;
}
