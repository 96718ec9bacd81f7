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
  443: ['tls', 'quic'],
  445: ['smb'],
  853: ['tls', 'dns', 'quic'],
  3389: ['rdp', 'tls'],
};

/** Where services live that are rarely found elsewhere for good reasons. */
const HOME_PORTS: Readonly<Record<string, readonly number[]>> = {
  ssh: [22, 830, 2222, 22_022],
  dns: [53, 137, 853, 5353, 5355],
  smb: [135, 139, 445],
  rdp: [3389],
  ftp: [20, 21, 990, 2121],
};

/** Where those live that programs also put elsewhere: worth less. */
const USUAL_PORTS: Readonly<Record<string, readonly number[]>> = {
  http: [
    80, 81, 591, 631, 1900, 2375, 3000, 3128, 5000, 5357, 5601, 5985, 7001, 8000, 8001, 8008, 8080, 8081, 8088, 8090,
    8123, 8888, 9000, 9090, 9100, 9200, 10_000,
  ],
  tls: [
    25, 110, 143, 261, 443, 465, 563, 587, 636, 853, 989, 990, 992, 993, 994, 995, 1194, 2376, 3269, 3389, 4443, 5061,
    5223, 5228, 5349, 5671, 5986, 6443, 6514, 6697, 8006, 8443, 8834, 8883, 9093, 9443, 10_250,
  ],
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

/** How foreign a recognised service is on a port: `no` also for services that live anywhere. */
export type Foreign = 'no' | 'somewhat' | 'yes';

export function foreignness(service: string, port: number): Foreign {
  const names = namesOf(service);
  const belongs = ON_PORT[port];
  if (belongs) return names.some((name) => belongs.includes(name)) ? 'no' : 'yes';
  if (names.includes('tls')) return USUAL_PORTS.tls.includes(port) ? 'no' : 'somewhat';
  if (names.some((name) => HOME_PORTS[name] && !HOME_PORTS[name].includes(port))) return 'yes';
  return names.some((name) => USUAL_PORTS[name] && !USUAL_PORTS[name].includes(port)) ? 'somewhat' : 'no';
}
