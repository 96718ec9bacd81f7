/** Types of records (https://www.iana.org/assignments/dns-parameters), in Zeek's spelling; consecutive from each number. */
const TYPES = names({
  1: 'A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP NSAP-PTR SIG KEY PX GPOS',
  28: 'AAAA LOC NXT EID NIMLOC SRV ATMA NAPTR KX CERT A6 DNAME SINK OPT APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID',
  50: 'NSEC3 NSEC3PARAM TLSA SMIMEA',
  55: 'HIP NINFO RKEY TALINK CDS CDNSKEY OPENPGPKEY CSYNC ZONEMD SVCB HTTPS',
  99: 'SPF UINFO UID GID UNSPEC NID L32 L64 LP EUI48 EUI64',
  249: 'TKEY TSIG IXFR AXFR MAILB MAILA * URI CAA',
  32768: 'TA DLV',
});

const RCODES = names({
  0: 'NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSet NOTAUTH NOTZONE',
  16: 'BADVERS BADKEY BADTIME BADMODE BADNAME BADALG BADTRUNC BADCOOKIE',
});

const CLASSES = names({ 1: 'C_INTERNET C_CSNET C_CHAOS C_HESIOD', 254: 'C_NONE C_ANY' });

export const TYPE = { a: 1, ns: 2, cname: 5, soa: 6, ptr: 12, mx: 15, txt: 16, aaaa: 28, srv: 33, dname: 39, opt: 41 };

/** Whether a record type has a name, so that a message with it is likely to be DNS. */
export function isKnownType(type: number): boolean {
  return TYPES.has(type);
}

/** `A`, `TXT`...; `query-N` for a type that has no name. */
export function typeName(type: number): string {
  return TYPES.get(type) ?? `query-${type}`;
}

/** The same in NetBIOS, which uses two numbers for something else (RFC 1002 section 4.2.1.3). */
export function netbiosTypeName(type: number): string {
  return type === 32 ? 'NB' : type === 33 ? 'NBSTAT' : typeName(type);
}

/** `NOERROR`, `NXDOMAIN`...; empty for -1, where there is no answer. */
export function rcodeName(rcode: number): string {
  return rcode < 0 ? '' : (RCODES.get(rcode) ?? `rcode-${rcode}`);
}

/** `C_INTERNET`...; in mDNS the highest bit of a class means something else and has to be taken off before. */
export function className(code: number): string {
  return CLASSES.get(code) ?? `qclass-${code}`;
}

function names(runs: Readonly<Record<number, string>>): Map<number, string> {
  const table = new Map<number, string>();
  for (const [first, list] of Object.entries(runs)) {
    for (const [i, name] of list.split(' ').entries()) table.set(Number(first) + i, name);
  }
  return table;
}
