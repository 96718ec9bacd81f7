import type { Observation } from '../../model/window.ts';
import { isMulticast } from './multicast.ts';
import { TCP, UDP } from './tcp-flags.ts';

/**
 * Domains that software calls regularly on most computers: updates, connectivity checks, push messages, certificate
 * status, time. A rule for all of a domain covers what is below it.
 */
export const REGULAR_DOMAINS: readonly string[] = [
  'windowsupdate.com',
  'update.microsoft.com',
  'delivery.mp.microsoft.com',
  'data.microsoft.com',
  'smartscreen.microsoft.com',
  'wns.windows.com',
  'msftconnecttest.com',
  'msftncsi.com',
  'connectivitycheck.gstatic.com',
  'clients.google.com',
  'mtalk.google.com',
  'update.googleapis.com',
  'safebrowsing.googleapis.com',
  'captive.apple.com',
  'push.apple.com',
  'swscan.apple.com',
  'detectportal.firefox.com',
  'push.services.mozilla.com',
  'aus5.mozilla.org',
  'connectivity-check.ubuntu.com',
  'archive.ubuntu.com',
  'security.ubuntu.com',
  'deb.debian.org',
  'ocsp.digicert.com',
  'o.lencr.org',
  'ocsp.pki.goog',
  'ntp.org',
];

/** NTP, DHCP, mDNS, SSDP, LLMNR: regular by design. */
const REGULAR_UDP_PORTS = new Set([67, 68, 123, 546, 547, 1900, 5353, 5355]);

/** Whether a domain is one of a list or below one. */
export function isBelow(domain: string, list: ReadonlySet<string>): boolean {
  for (let from = 0; from >= 0 && from < domain.length; ) {
    if (list.has(from === 0 ? domain : domain.slice(from))) return true;
    const dot = domain.indexOf('.', from);
    from = dot < 0 ? -1 : dot + 1;
  }
  return false;
}

/** Whether traffic is regular without being a beacon. DNS has detectors of its own. */
export function isRegularByNature(o: Observation): boolean {
  if (o.proto !== TCP && o.proto !== UDP) return true;
  if (o.proto === UDP && REGULAR_UDP_PORTS.has(o.dstPort)) return true;
  return o.service === 'dns' || o.service === 'ntp' || isMulticast(o.dst);
}
