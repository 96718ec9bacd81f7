import { AppError } from '../kit/errors.ts';
import { nearest } from '../kit/nearest.ts';

/** A reason that can add to the risk of an event. */
export interface RiskWeight {
  /** Stable; stored with events, named in settings. */
  readonly code: string;
  /** 0 to 100, in the preset `default`. Reasons of intelligence are scaled by the confidence of the match. */
  readonly points: number;
  /** In the preset `classic`; 0 when not given. */
  readonly classic?: number;
  readonly title: string;
  /** One sentence for the person who reads the event; `{column}` stands for the value of a column, `{upload}` for what was sent. */
  readonly because: string;
}

/** Bytes above which the `classic` preset adds points: "over 1 MB", and an MB is 1,000,000 bytes. */
export const CLASSIC_BYTES = 1_000_000;
export const UPLOAD_LARGE_BYTES = 100e6;
export const UPLOAD_HUGE_BYTES = 1e9;
/** Upload to an unusual country that adds points. */
export const UPLOAD_UNUSUAL_BYTES = 1e6;
/** Bands of the length of a connection over the border, in seconds. */
export const LONG_SECONDS = 4 * 3600;
export const VERY_LONG_SECONDS = 12 * 3600;
/** Names longer than this are rare but for tunnels and trackers. */
export const LONG_NAME_BYTES = 60;
/** Sources or indicators that must agree for `intel.several`. */
export const SEVERAL = 3;

const INTEL = '{threat_indicator} is on a list as {threat_category}, {threat_confidence} % confident.';

/**
 * All reasons there are, and what they count. The first ten codes are classes of threat categories: a match adds
 * points × confidence / 100, rounded, of the class of its most confident indicator.
 */
// biome-ignore format: one row a reason, read as a table
export const RISK_WEIGHTS = [
  { code: 'intel.ransomware', points: 95, title: 'Ransomware', because: INTEL },
  { code: 'intel.c2', points: 85, title: 'Command and control', because: INTEL },
  { code: 'intel.exploit', points: 75, title: 'Exploitation', because: INTEL },
  { code: 'intel.malware', points: 75, title: 'Malware', because: INTEL },
  { code: 'intel.phishing', points: 65, title: 'Phishing', because: INTEL },
  { code: 'intel.bruteforce', points: 45, title: 'Attacks on passwords', because: INTEL },
  { code: 'intel.other', points: 40, title: 'On a list of threats', because: INTEL },
  { code: 'intel.scanner', points: 25, title: 'Scanner', because: INTEL },
  { code: 'intel.spam', points: 20, title: 'Spam', because: INTEL },
  { code: 'intel.anonymizer', points: 15, title: 'Proxy, VPN or Tor', because: INTEL },
  { code: 'intel.match', points: 0, classic: 60, title: 'On a list of threats (any category and confidence)', because: INTEL },
  { code: 'base', points: 0, classic: 10, title: 'Every event', because: 'Every event begins with this.' },
  { code: 'intel.contact', points: 10, title: 'Contact that was answered', because: 'A host of yours reached a listed address or name and got an answer of {dst_bytes}.' },
  { code: 'intel.several', points: 5, title: 'Several indicators', because: '{threat_count} indicators match.' },
  { code: 'port.risky', points: 0, classic: 10, title: 'RDP or SMB', because: 'Port {dst_port} is RDP or SMB.' },
  { code: 'port.remote', points: 10, title: 'Remote access over the border', because: 'Port {dst_port} gives remote access (SSH, Telnet, RDP, VNC, WinRM...) and the traffic is {direction}.' },
  { code: 'port.windows', points: 15, title: 'Windows sharing over the border', because: 'Port {dst_port} is Windows file sharing or RPC, which should not cross your border; the traffic is {direction}.' },
  { code: 'port.database', points: 10, title: 'Database over the border', because: 'Port {dst_port} is that of a database and the traffic is {direction}.' },
  { code: 'port.control', points: 10, title: 'Management interface over the border', because: 'Port {dst_port} manages machines or containers and the traffic is {direction}.' },
  { code: 'port.unusual', points: 3, title: 'Unusual port', because: 'A host of yours connected to port {dst_port} outside, which is no usual service.' },
  { code: 'access.inbound', points: 10, title: 'Remote access from the Internet', because: '{src_ip} on the Internet came to port {dst_port} inside.' },
  { code: 'cleartext.login', points: 10, title: 'Log-in in clear text', because: 'Port {dst_port} carries passwords in clear text, out of your network.' },
  { code: 'upload.large', points: 10, title: 'Large upload', because: '{upload} left your network.' },
  { code: 'upload.huge', points: 20, title: 'Huge upload', because: '{upload} left your network.' },
  { code: 'upload.unusual', points: 15, title: 'Upload to an unusual country', because: '{upload} left for {dst_country}, where your traffic does not usually go.' },
  { code: 'country.unusual', points: 5, title: 'Unusual country', because: '{dst_country} is not where your traffic usually goes.' },
  { code: 'bytes.large', points: 0, classic: 10, title: 'Over 1 MB', because: '{bytes} were sent, which is over 1 MB.' },
  { code: 'duration.long', points: 5, title: 'Long connection', because: 'It lasted {duration}.' },
  { code: 'duration.day', points: 10, title: 'Very long connection', because: 'It lasted {duration}.' },
  { code: 'state.unanswered', points: 2, title: 'No answer', because: 'The connection was never answered ({state}), as in a scan.' },
  { code: 'state.refused', points: 3, title: 'Refused', because: 'The connection was refused or broken off at once ({state}), as in a scan.' },
  { code: 'state.reset', points: 1, title: 'Reset', because: 'The connection was reset after it had begun ({state}).' },
  { code: 'dns.nxdomain', points: 3, title: 'Name that does not exist', because: '{domain} does not exist.' },
  { code: 'dns.long', points: 10, title: 'Long name asked for', because: 'The name asked for is longer than 60 bytes, as in a tunnel: {domain}' },
  { code: 'tls.self-signed', points: 10, title: 'Self-signed certificate', because: 'The server vouches for itself: {state}.' },
  { code: 'tls.invalid', points: 8, title: 'Invalid certificate', because: 'The certificate is not valid: {state}.' },
  { code: 'notice', points: 20, title: 'Notice of a sensor', because: 'The sensor raised {state}.' },
  { code: 'notice.attack', points: 50, title: 'Notice of an attack', because: 'The sensor raised {state}.' },
  { code: 'weird', points: 5, title: 'Odd traffic', because: 'The sensor found the traffic odd: {state}.' },
  { code: 'honeypot', points: 50, title: 'Contact with a honeypot', because: '{src_ip} spoke to a honeypot, where nobody has business.' },
] as const satisfies readonly RiskWeight[];

export type RiskCode = (typeof RISK_WEIGHTS)[number]['code'];
/** Points by code; a reason with no points is not listed. */
export type RiskPoints = Readonly<Record<RiskCode, number>>;
export type RiskPreset = 'default' | 'classic';

/**
 * The points of a preset. `classic` gives the figures of the older telemetry tool: 10 to begin with, 60 for a match,
 * 10 for RDP or SMB, 10 for more than 1 MB, and nothing else.
 */
export function presetPoints(preset: RiskPreset): RiskPoints {
  const points = (weight: RiskWeight) => (preset === 'classic' ? (weight.classic ?? 0) : weight.points);
  return Object.fromEntries(RISK_WEIGHTS.map((weight) => [weight.code, points(weight)])) as RiskPoints;
}

/**
 * `weights` with the points of some reasons replaced (setting `risk.weights`).
 * @throws AppError INVALID_PARAMETER for a code that does not exist (with the nearest that does), and for points that
 * are no whole number from 0 to 100.
 */
export function applyOverrides(weights: RiskPoints, overrides: Readonly<Record<string, number>>): RiskPoints {
  const problems: string[] = [];
  for (const [code, points] of Object.entries(overrides)) {
    if (!Object.hasOwn(weights, code)) {
      const meant = nearest(code, Object.keys(weights));
      problems.push(`"${code}" is no reason of a risk${meant ? `; did you mean ${meant}?` : '.'}`);
    } else if (!Number.isInteger(points) || points < 0 || points > 100)
      problems.push(`${code} must have a whole number of points from 0 to 100, not ${points}.`);
  }
  if (problems.length > 0) throw new AppError('INVALID_PARAMETER', problems.join(' '), { details: problems });
  return { ...weights, ...overrides };
}
