/** A record of `flows.v1` with documentation addresses, for trying things out. */
export function sampleRecord(now: number): Record<string, string | number> {
  return {
    ts: new Date(now).toISOString(),
    src_ip: '192.0.2.10',
    dst_ip: '198.51.100.20',
    src_port: 51514,
    dst_port: 443,
    proto: 'tcp',
    bytes: 48213,
    packets: 61,
    app: 'tls',
  };
}
