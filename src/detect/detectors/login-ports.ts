/** Ports where people and programs log in, with what is behind them. */
export const LOGIN_PORTS: ReadonlyMap<number, string> = new Map([
  [21, 'FTP'],
  [22, 'SSH'],
  [23, 'Telnet'],
  [25, 'SMTP'],
  [88, 'Kerberos'],
  [110, 'POP3'],
  [143, 'IMAP'],
  [389, 'LDAP'],
  [445, 'SMB'],
  [465, 'SMTP'],
  [587, 'SMTP'],
  [636, 'LDAP'],
  [993, 'IMAP'],
  [995, 'POP3'],
  [1433, 'SQL Server'],
  [2222, 'SSH'],
  [3306, 'MySQL'],
  [3389, 'RDP'],
  [5432, 'PostgreSQL'],
  [5900, 'VNC'],
  [5985, 'WinRM'],
  [5986, 'WinRM'],
]);

const LOGIN_SERVICES = new Set([
  'ssh',
  'ftp',
  'rdp',
  'smb',
  'krb',
  'krb_tcp',
  'kerberos',
  'smtp',
  'imap',
  'pop3',
  'telnet',
]);

/** The name of the login behind a port or a service that was recognised on any port; undefined when there is none. */
export function loginOf(port: number, service: string): string | undefined {
  if (LOGIN_SERVICES.has(service)) return LOGIN_PORTS.get(port) ?? service.toUpperCase();
  return LOGIN_PORTS.get(port);
}

/** Programs log in here for people, over and over: Kerberos, LDAP, SMB and data bases over TCP. */
const MACHINE_PORTS = new Set([88, 389, 445, 636, 1433, 3306, 5432]);

/** How many times as many connections are ordinary as at a login for people. */
export function patienceWith(port: number, proto: number): number {
  return proto === 6 && MACHINE_PORTS.has(port) ? 5 : 1;
}
