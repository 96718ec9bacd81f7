import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import {
  address,
  bytes,
  choice,
  list,
  numbers,
  optionalBytes,
  optionalPath,
  optionalText,
  optionalUrl,
  path,
  splitAddress,
  text,
  type ValuesOf,
  whole,
  yesNo,
} from './fields.ts';

const MIB = 2 ** 20;
const WEB = ['http', 'https'] as const;

function network(item: string): string | undefined {
  const [ip, prefix = '0', ...rest] = item.split('/');
  const family = isIP(ip);
  const fits = family > 0 && rest.length === 0 && /^\d+$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
  return fits ? undefined : 'must be a list of addresses or networks such as 192.0.2.0/24';
}

function endpoint(item: string): string | undefined {
  return splitAddress(item) ? undefined : 'must be a list of HOST:PORT such as 0.0.0.0:2055';
}

function origin(item: string): string | undefined {
  const fits = item === '*' || (URL.canParse(item) && new URL(item).origin === item);
  return fits ? undefined : 'must be a list of origins such as https://soc.example, or *';
}

function country(item: string): string | undefined {
  return /^[A-Za-z]{2}$/.test(item) ? undefined : 'must be a list of two-letter country codes';
}

function folder(item: string): string | undefined {
  return isAbsolute(item) ? undefined : 'must be a list of absolute paths';
}

function apiKey(item: string): string | undefined {
  return item.length >= 8 ? undefined : 'must hold keys of at least 8 characters';
}

/**
 * Every setting of Vedette, with its default. The file, the environment (`VEDETTE_` and the path in capitals, or one of
 * the older names listed here), the flags, `vedette config` and docs/settings.md are all derived from this tree.
 */
export const SETTINGS = {
  listen: address(
    '127.0.0.1:8080',
    'Address and port of the API and the dashboard. 0.0.0.0:8080 opens it to the network.',
  ),
  dataDir: path('.data', 'Folder of everything that is kept: events, state, spool, dead letters.'),
  node: whole(0, 0, 255, 'Number of this node; part of every event id, so it must differ between nodes of one store.'),
  timeZone: text(
    'UTC',
    'Time zone of the process, as an IANA name. Times in answers and logs are UTC whatever it is.',
    { env: ['TZ'] },
  ),
  domain: optionalText('Public name of this server; the reverse proxy asks for certificates under it.', {
    env: ['DOMAIN'],
  }),
  log: {
    level: choice(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'info',
      'The least severe message that is logged.',
    ),
    format: choice(
      ['auto', 'json', 'pretty'],
      'auto',
      'JSON lines, or lines for people; auto is for people on a terminal.',
    ),
  },
  telemetry: {
    url: optionalUrl(
      WEB,
      'A ClickHouse server for the events; without it they are kept by the engine inside the process.',
    ),
    retentionDays: whole(7, 1, 36_500, 'Days that events are kept, counted from when they were received.'),
    deadLetterDays: whole(7, 1, 36_500, 'Days that dead letters are kept.'),
    spoolMaxBytes: bytes(4096 * MIB, MIB, 'Size of the spool at which further batches are refused with 429.'),
    memoryLimit: optionalBytes(256 * MIB, 'Memory that the embedded engine may use; 40 % of the machine when not set.'),
  },
  state: {
    url: optionalUrl(
      ['postgres', 'postgresql'],
      'A PostgreSQL server for keys, settings, indicators and alerts; without it one is started as a child.',
      { env: ['DATABASE_URL'] },
    ),
  },
  bus: {
    url: optionalUrl(
      ['nats', 'tls'],
      'A NATS server with JetStream between receiving and processing; without it both are one process.',
      { env: ['NATS_URL'] },
    ),
  },
  ingest: {
    queueRecords: whole(
      10_000,
      1,
      10_000_000,
      'Records that may wait; while so many wait, a batch is refused with 429, whole.',
    ),
    maxRecords: whole(10_000, 1, 10_000_000, 'Records in one request.'),
    maxBodyBytes: bytes(
      5 * MIB,
      1024,
      'Bytes of one request body as sent, that is compressed. The default is 5 MiB (5,242,880).',
    ),
    maxInflatedBytes: bytes(
      64 * MIB,
      1024,
      'Bytes of one request body once inflated; more is refused while it streams.',
    ),
    rpm: whole(120, 1, 1_000_000, 'Ingest requests a minute and key.', { env: ['RATE_LIMIT_INGEST_RPM'] }),
  },
  api: {
    defaultRpm: whole(600, 1, 1_000_000, 'Other requests a minute and key.', { env: ['RATE_LIMIT_DEFAULT_RPM'] }),
    keys: list(
      'Keys that are valid without being stored. API_KEY and API_KEYS add up.',
      { env: ['API_KEYS', 'API_KEY'], secrecy: 'secret' },
      apiKey,
    ),
    adminToken: optionalText('Token of POST /v1/admin/update; the route does not exist without it.', {
      env: ['ADMIN_TOKEN'],
      secrecy: 'secret',
    }),
    cors: list('Origins of web pages that may call the API; none by default.', {}, origin),
    trustedProxies: list('Reverse proxies whose X-Forwarded-For is believed.', {}, network),
    metricsUser: text('metrics', 'User name of Prometheus at /v1/metrics.', { env: ['BASIC_AUTH_USER'] }),
    metricsPassword: optionalText('Password of Prometheus; without it /v1/metrics takes API keys only.', {
      env: ['BASIC_AUTH_PASS'],
      secrecy: 'secret',
    }),
    docs: yesNo(true, 'Serve the browsable reference at /docs and /redoc.'),
  },
  geo: {
    cityFile: optionalPath('City database (MMDB) to use instead of the one that comes with Vedette.', {
      env: ['GEOIP_DB_CITY'],
    }),
    asnFile: optionalPath('ASN database (MMDB) to use instead of the one that comes with Vedette.', {
      env: ['GEOIP_DB_ASN'],
    }),
    cacheDir: optionalPath('Folder of the prepared location tables; cache in the data folder when not set.'),
    homeNetworks: list('Your own networks: they decide what is inbound and outbound.', {}, network, [
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      'fc00::/7',
    ]),
  },
  flows: {
    enabled: yesNo(true, 'Receive flows over UDP.'),
    listen: list(
      'Addresses on which NetFlow 5, 7, 9, IPFIX and sFlow 5 are received over UDP; any protocol on any of them.',
      {},
      endpoint,
      ['127.0.0.1:2055', '127.0.0.1:4739', '127.0.0.1:6343'],
    ),
    allow: list('Networks that may send flows; all when empty.', {}, network),
    rateLimit: whole(0, 0, 10_000_000, 'Datagrams a second that one sender may send; 0 is no limit.'),
    receiveBuffer: bytes(
      64 * MIB,
      65_536,
      'Receive buffer to ask for, each socket; without CAP_NET_ADMIN the system grants net.core.rmem_max at most.',
    ),
    receiver: choice(
      ['auto', 'recvmmsg', 'dgram'],
      'auto',
      'How datagrams are received: many a system call where the system can, or one by one.',
    ),
    exporters: optionalPath('YAML file: what exporters are called, how they sample, what their interfaces are called.'),
    fields: choice(
      ['usual', 'all'],
      'usual',
      'Fields kept in attrs: the useful ones, or every one, unknown ones by number.',
    ),
    sessionByPort: yesNo(false, 'Tell exporters behind one address apart by their UDP port.'),
    templateMinutes: whole(
      0,
      0,
      525_600,
      'Minutes without a refresh after which a template is not used; 0 is for ever.',
    ),
    sflowBytes: choice(
      ['ip', 'frame'],
      'ip',
      'Bytes of an sFlow sample: the IP packet, as NetFlow counts, or the frame.',
    ),
    silentAfter: whole(300, 10, 604_800, 'Seconds without a datagram after which an exporter is called silent.'),
    lossPercent: whole(
      1,
      0,
      100,
      'Share of lost datagrams in five minutes from which on an exporter is called losing.',
    ),
    clockSkew: whole(60, 1, 86_400, 'Seconds by which the clock of an exporter may be off.'),
  },
  intel: {
    threatList: optionalPath('CSV with the header ip_or_cidr,category,confidence; read again when it changes.', {
      env: ['THREATLIST_CSV'],
    }),
  },
  risk: {
    preset: choice(
      ['default', 'classic'],
      'default',
      'How the risk score is added up; classic gives the figures of the older telemetry tool.',
    ),
    weights: numbers('Points by code of reason, instead of those of the preset.'),
    usualCountries: list('Countries that your traffic usually goes to; others add points.', {}, country),
  },
  updates: {
    enabled: yesNo(false, 'Ask the registry whether there is a newer image.', { env: ['UPDATE_CHECK_ENABLED'] }),
    registryUrl: optionalUrl(WEB, 'Address that lists the tags of the image.'),
    image: text('vedette', 'Name of the image that runs here, as /v1/version shows it.', { env: ['API_IMAGE'] }),
    command: optionalText('Command that POST /v1/admin/update runs.'),
  },
  outputs: {
    splunk: {
      url: optionalUrl(WEB, 'Splunk HTTP Event Collector.', { env: ['SPLUNK_HEC_URL'] }),
      token: optionalText('Its token.', { env: ['SPLUNK_HEC_TOKEN'], secrecy: 'secret' }),
    },
    elastic: {
      url: optionalUrl(WEB, 'Elasticsearch or OpenSearch.', { env: ['ELASTIC_URL'] }),
      username: optionalText('User name there.', { env: ['ELASTIC_USERNAME'] }),
      password: optionalText('Password there.', { env: ['ELASTIC_PASSWORD'], secrecy: 'secret' }),
    },
    fileDirs: list(
      'Folders that outputs of type `file` may write to, beside `outputs` in the data folder. They must exist.',
      {},
      folder,
    ),
  },
  alerts: {
    upstreamUrl: optionalUrl(WEB, 'Service that alerts are fetched from (GET {url}/alerts?since=…).', {
      env: ['UPSTREAM_URL'],
    }),
    syncMinutes: whole(30, 1, 1440, 'Minutes between two fetches.', { env: ['SYNC_INTERVAL_MINUTES'] }),
    retentionHours: whole(48, 1, 876_000, 'Hours that alerts are kept.'),
    userDirectory: optionalPath('File that says which user has which address.'),
  },
  feeds: {
    otx: { key: optionalText('AlienVault OTX key.', { env: ['OTX_API_KEY'], secrecy: 'secret' }) },
    abuseipdb: { key: optionalText('AbuseIPDB key.', { env: ['ABUSEIPDB_API_KEY'], secrecy: 'secret' }) },
    urlhaus: { key: optionalText('URLhaus Auth-Key.', { env: ['URLHAUS_AUTH_KEY'], secrecy: 'secret' }) },
  },
  llm: {
    endpoint: optionalUrl(WEB, 'Service with the OpenAI interface that classifies indicators.', {
      env: ['OPENAI_ENDPOINT'],
    }),
    key: optionalText('Its key.', { env: ['OPENAI_API_KEY'], secrecy: 'secret' }),
    model: optionalText('Name of the model.', { env: ['OPENAI_MODEL'] }),
  },
  cache: {
    host: optionalText('Redis for cached answers; without it they are cached in the process.', { env: ['REDIS_HOST'] }),
    port: whole(6379, 1, 65_535, 'Its port.', { env: ['REDIS_PORT'] }),
  },
  honeypot: {
    eventsFile: optionalPath('JSON lines file of honeypot events, followed while it grows.', {
      env: ['EVENTS_FILE', 'EVENTS_PATH'],
    }),
    rotateMaxBytes: bytes(1_000_000, 1024, 'Size at which a file that Vedette writes is rotated.', {
      env: ['ROTATE_MAX_BYTES'],
    }),
    retentionDays: whole(14, 1, 36_500, 'Days that honeypot events are kept.', { env: ['RETENTION_DAYS'] }),
  },
  privacy: {
    mode: choice(
      ['on', 'off'],
      'on',
      'Mask the last octet of addresses in lists meant for reading, and personal fields.',
      { env: ['PRIVACY_MODE'] },
    ),
  },
  traffic: {
    mode: choice(
      ['events', 'off', 'pcap', 'live'],
      'events',
      'What is analysed from the start: flows and logs as they are stored, nothing, the file `traffic.pcap`, or the traffic of `traffic.interface`.',
    ),
    eventLateness: whole(
      90,
      1,
      7200,
      'Seconds that a window of stored events waits for late ones: more than the active timeout of your exporters.',
    ),
    pcap: optionalPath('Capture that is analysed from the start; it may be anywhere.'),
    interface: optionalText('Interface that is captured on from the start.'),
    windowSeconds: whole(10, 1, 86_400, 'Length of a window of the traffic analysis.'),
    storeConnections: yesNo(
      true,
      'Make events of the connections of captures, located, matched and scored like all others.',
    ),
    linkBps: whole(
      0,
      0,
      10 ** 13,
      'Bits a second of the link that is watched: floods are told from less on a slow one. 0 is what the interface of a live capture says.',
    ),
    ringPackets: whole(100_000, 100, 10_000_000, 'Packets that a live capture keeps.'),
    ringBytes: bytes(50 * MIB, MIB, 'Bytes that a live capture keeps in memory.'),
    captureDir: optionalPath('Folder of captures that may be analysed; captures in the data folder when not set.'),
    maxUploadBytes: bytes(1024 * MIB, 1024, 'Bytes of one capture that is uploaded, as sent.'),
    keepUploadBytes: bytes(4096 * MIB, 1024, 'Bytes of all uploaded captures that are kept; the oldest go first.'),
    captureTool: choice(
      ['auto', 'dumpcap', 'tcpdump'],
      'auto',
      'Program that captures; auto takes dumpcap, which needs the fewest privileges, else tcpdump.',
    ),
  },
} as const;

/**
 * Sections that are read and checked, so that files and environments made for more than this version does stay valid,
 * and that nothing acts on. Setting one is worth a warning.
 */
export const UNUSED_SECTIONS: readonly string[] = ['bus', 'alerts', 'feeds', 'llm', 'cache', 'honeypot', 'privacy'];

/** The settings as the components get them: checked, defaults filled in, paths absolute. */
export type Settings = ValuesOf<typeof SETTINGS>;
