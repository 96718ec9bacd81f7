const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0002, 'SSLv2'],
  [0x0300, 'SSLv3'],
  [0x0301, 'TLSv10'],
  [0x0302, 'TLSv11'],
  [0x0303, 'TLSv12'],
  [0x0304, 'TLSv13'],
  [0xfeff, 'DTLSv10'],
  [0xfefd, 'DTLSv12'],
  [0xfefc, 'DTLSv13'],
]);

/** As in Zeek's ssl.log: `TLSv12`; drafts of TLS 1.3 are called like it; `unknown-N` for the rest. */
export function tlsVersionName(version: number): string {
  if (version >> 8 === 0x7f) return 'TLSv13';
  return VERSIONS.get(version) ?? `unknown-${version}`;
}

/** Values that mean nothing and are sent to keep servers tolerant: 0x0a0a, 0x1a1a to 0xfafa (RFC 8701 section 2). */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

/** Extensions by number (https://www.iana.org/assignments/tls-extensiontype-values). */
export const EXTENSION = {
  serverName: 0,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  supportedVersions: 43,
} as const;
