/** Names by which one service goes in payload inspection and in Zeek's logs. */
const SAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ssl: 'tls',
    http2: 'http',
    dce_rpc: 'smb',
    gssapi: 'smb',
    ntlm: 'smb',
  }),
);

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
const HOME_PORTS: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    ssh: [22, 830, 2222, 22_022],
    dns: [53, 137, 853, 5353, 5355],
    smb: [135, 139, 445],
    rdp: [3389],
    ftp: [20, 21, 990, 2121],
  }),
);

/** Where those live that programs also put elsewhere: worth less. */
const USUAL_PORTS: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    http: [
      80, 81, 591, 631, 1900, 2375, 3000, 3128, 5000, 5357, 5601, 5985, 7001, 8000, 8001, 8008, 8080, 8081, 8088, 8090,
      8123, 8888, 9000, 9090, 9100, 9200, 10_000,
    ],
    tls: [
      25, 110, 143, 261, 443, 465, 563, 587, 636, 853, 989, 990, 992, 993, 994, 995, 1194, 2376, 3269, 3389, 4443, 5061,
      5223, 5228, 5349, 5671, 5986, 6443, 6514, 6697, 8006, 8443, 8834, 8883, 9093, 9443, 10_250,
    ],
  }),
);

/** Ports of which something has to be recognised when data goes over them. */
export const TELLING_PORTS: ReadonlySet<number> = new Set([22, 53, 80, 443]);

/** How foreign a recognised service is on a port: `no` also for services that live anywhere. */
export type Foreign = 'no' | 'somewhat' | 'yes';

/** Services, and ports of each of them, whose answer is remembered. */
const REMEMBERED = 1024;
const known = new Map<string, Map<number, Foreign>>();

export function foreignness(service: string, port: number): Foreign {
  let ports = known.get(service);
  if (!ports) {
    if (known.size >= REMEMBERED) known.clear();
    ports = new Map();
    known.set(service, ports);
  }
  let foreign = ports.get(port);
  if (foreign === undefined) {
    foreign = judged(namesOf(service), port);
    if (ports.size >= REMEMBERED) ports.clear();
    ports.set(port, foreign);
  }
  return foreign;
}

/** `ssl,http` → `tls`, `http`. */
function namesOf(service: string): readonly string[] {
  return service
    .toLowerCase()
    .split(',')
    .map((name) => SAME.get(name) ?? name);
}

function judged(names: readonly string[], port: number): Foreign {
  const belongs = ON_PORT[port];
  if (belongs) return names.some((name) => belongs.includes(name)) ? 'no' : 'yes';
  const isAway = (name: string, homes: ReadonlyMap<string, readonly number[]>) =>
    homes.has(name) && !homes.get(name)!.includes(port);
  if (names.includes('tls')) return isAway('tls', USUAL_PORTS) ? 'somewhat' : 'no';
  if (names.some((name) => isAway(name, HOME_PORTS))) return 'yes';
  return names.some((name) => isAway(name, USUAL_PORTS)) ? 'somewhat' : 'no';
}
