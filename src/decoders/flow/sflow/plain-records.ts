import { type AttrKey, type AttrsWriter, attrKey } from '../json-bytes.ts';

/** What an agent gives for a number it does not know. */
const UNKNOWN = 0xffffffff;

interface Field {
  readonly key: AttrKey;
  readonly text: boolean;
}

const number = (name: string): Field => ({ key: attrKey(name), text: false });
const text = (name: string): Field => ({ key: attrKey(name), text: true });

/**
 * Flow records that become attributes field by field: numbers of 32 bits and texts, in the order of the wire. 1008 to
 * 1011 are sFlow Version 5, 1019 its queue length extension, 1027 to 1030 sFlow Tunnel Structures, 1036 to 1038 sFlow
 * Dropped Packet Notification Structures, 1039 and 1040 sFlow Transit Delay Structures, 1041, 1042 and 2209 those of the
 * Host sFlow agent.
 */
const RECORDS = new Map<number, readonly Field[]>([
  [1008, [text('mpls_tunnel'), number('mpls_tunnel_id'), number('mpls_tunnel_cos')]],
  [1009, [text('mpls_vc'), number('mpls_vc_id'), number('mpls_vc_cos')]],
  [1010, [text('mpls_ftn'), number('mpls_ftn_mask')]],
  [1011, [number('mpls_fec_prefix')]],
  [1019, [number('queue_index'), number('queue_length')]],
  [1027, [number('decapsulate_out_offset')]],
  [1028, [number('decapsulate_in_offset')]],
  [1029, [number('vni_out')]],
  [1030, [number('vni_in')]],
  [1036, [number('egress_queue')]],
  [1037, [number('acl_id'), text('acl'), number('acl_direction')]],
  [1038, [text('function')]],
  [1039, [number('transit_delay_ns')]],
  [1040, [number('queue_depth')]],
  [1041, [text('hw_trap_group'), text('hw_trap')]],
  [1042, [text('linux_drop_reason')]],
  [
    2209,
    [
      number('tcp_info_direction'),
      number('tcp_snd_mss'),
      number('tcp_rcv_mss'),
      number('tcp_unacked'),
      number('tcp_lost'),
      number('tcp_retrans'),
      number('tcp_pmtu'),
      number('tcp_rtt_us'),
      number('tcp_rtt_var_us'),
      number('tcp_snd_cwnd'),
      number('tcp_reordering'),
      number('tcp_min_rtt_us'),
    ],
  ],
]);

/** Writes the record when it is one of those; what is empty, zero or not known is left out. Answers whether it was. */
export function writePlainRecord(
  format: number,
  view: DataView,
  bytes: Uint8Array,
  start: number,
  end: number,
  attrs: AttrsWriter,
): boolean {
  const fields = RECORDS.get(format);
  if (!fields) return false;
  let at = start;
  for (const { key, text: isText } of fields) {
    if (end - at < 4) break;
    const value = view.getUint32(at);
    at += 4;
    if (!isText) {
      if (value !== 0 && value !== UNKNOWN) attrs.number(key, value);
      continue;
    }
    if (value > end - at) break;
    if (value > 0) attrs.text(key, bytes, at, at + value);
    at += padded(value);
  }
  return true;
}

/** XDR fills every item up to a multiple of four bytes (RFC 4506 section 3). */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
