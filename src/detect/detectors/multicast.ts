/** Whether an address names many hosts: multicast of IPv4 and IPv6, or the broadcast address. Texts as `formatIp` writes them. */
export function isMulticast(address: string): boolean {
  if (address === '255.255.255.255') return true;
  if (address.startsWith('ff')) return address.includes(':');
  const first = address.charCodeAt(0);
  if (first !== 50 || address.charCodeAt(3) !== 46) return false;
  const octet = Number(address.slice(0, 3));
  return octet >= 224 && octet <= 239;
}
