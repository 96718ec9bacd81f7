const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** `DE` → `Germany`; undefined for what is no code. */
export function countryName(code: string): string | undefined {
  if (!/^[A-Z]{2}$/.test(code)) return undefined;
  return countries.of(code);
}

const PORTS: Readonly<Record<number, string>> = {
  20: 'ftp data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  53: 'dns',
  67: 'dhcp',
  68: 'dhcp',
  69: 'tftp',
  80: 'http',
  88: 'kerberos',
  110: 'pop3',
  123: 'ntp',
  135: 'msrpc',
  137: 'netbios',
  139: 'netbios',
  143: 'imap',
  161: 'snmp',
  179: 'bgp',
  389: 'ldap',
  443: 'https',
  445: 'smb',
  465: 'smtps',
  500: 'ike',
  514: 'syslog',
  587: 'submission',
  636: 'ldaps',
  853: 'dns over tls',
  993: 'imaps',
  995: 'pop3s',
  1194: 'openvpn',
  1433: 'mssql',
  1521: 'oracle',
  1883: 'mqtt',
  2055: 'netflow',
  3306: 'mysql',
  3389: 'rdp',
  4500: 'ipsec',
  5060: 'sip',
  5353: 'mdns',
  5432: 'postgresql',
  5900: 'vnc',
  6379: 'redis',
  8080: 'http',
  8443: 'https',
  9200: 'elasticsearch',
  11211: 'memcached',
  27017: 'mongodb',
  51820: 'wireguard',
};

/** What usually listens there; the port alone proves nothing, so it is shown as a hint. */
export function portName(port: number): string | undefined {
  return PORTS[port];
}

export type Level = 'critical' | 'high' | 'medium' | 'low' | 'info';

/** The word for a risk score of 0 to 100. */
export function riskLevel(score: number): Level {
  if (score >= 90) return 'critical';
  if (score >= 70) return 'high';
  if (score >= 40) return 'medium';
  return score > 0 ? 'low' : 'info';
}
