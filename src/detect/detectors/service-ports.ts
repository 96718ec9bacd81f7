/** Names by which one service goes in payload inspection and in Zeek's logs. */
const SAME: Readonly<Record<string, string>> = {
  ssl: 'tls',
  http2: 'http',
  dce_rpc: 'smb',
  gssapi: 'smb',
  ntlm: 'smb',
};

/** What belongs on a port; what is recognised there and is none of it, is on a foreign port. */
const ON_PORT: Readonly<Record<number, readonly string[]>> = {
  21: ['ftp', 'ftp-data'],
  22: ['ssh'],
  25: ['smtp', 'tls'],
  53: ['dns'],
  80: ['http', 'websocket'],
  443: ['tls', 'quic', 'http', 'websocket'],
  445: ['smb'],
  853: ['tls', 'dns', 'quic'],
  3389: ['rdp', 'tls'],
};

/** Where services live that are rarely found elsewhere for good reasons. */
const PORTS_OF: Readonly<Record<string, readonly number[]>> = {
  ssh: [22, 830, 2222, 22_022],
  dns: [53, 853, 5353, 5355],
  smb: [135, 139, 445],
  rdp: [3389],
  ftp: [20, 21, 990, 2121],
};

/** Ports of which something has to be recognised when data goes over them. */
export const TELLING_PORTS: ReadonlySet<number> = new Set([22, 53, 80, 443]);

/** `ssl,http` → `tls`, `http`. */
function namesOf(service: string): string[] {
  return service
    .toLowerCase()
    .split(',')
    .map((name) => SAME[name] ?? name);
}

/** Whether a recognised service is on a port where it does not belong. False for services that live anywhere. */
export function isForeign(service: string, port: number): boolean {
  const names = namesOf(service);
  const belongs = ON_PORT[port];
  if (belongs) return !names.some((name) => belongs.includes(name));
  return names.some((name) => PORTS_OF[name] !== undefined && !PORTS_OF[name].includes(port)) && !names.includes('tls');
}
