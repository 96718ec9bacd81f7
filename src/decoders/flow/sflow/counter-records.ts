import type { FieldValue } from '../flow-observer.ts';
import { padded } from './plain-records.ts';

type FieldType = 'u32' | 'u64' | 'f32' | 'percent' | 'text' | 'mac' | 'uuid';

interface Field {
  readonly name: string;
  readonly type: FieldType;
}

/** Fields in the order of the wire, `name` or `name:type`; u32 where no type is given. */
function fields(list: string): Field[] {
  return list
    .trim()
    .split(/\s+/)
    .map((item) => {
      const [name, type = 'u32'] = item.split(':');
      return { name, type: type as FieldType };
    });
}

const NIO = `bytes_in:u64 pkts_in errs_in drops_in bytes_out:u64 pkts_out errs_out drops_out`;

/**
 * Counter records by format, with the names of the specifications: sFlow Version 5 (1 to 5, 1001), sFlow LAG Counters
 * (7), sFlow OpenFlow and Port Name (1004, 1005), sFlow Host Structures (2000 to 2006, 2100 to 2104), and the MIB-II
 * groups of the Host sFlow agent (2009, 2010).
 */
const RECORDS = new Map<number, readonly Field[]>([
  [
    1,
    fields(`ifIndex ifType ifSpeed:u64 ifDirection ifStatus ifInOctets:u64 ifInUcastPkts ifInMulticastPkts
      ifInBroadcastPkts ifInDiscards ifInErrors ifInUnknownProtos ifOutOctets:u64 ifOutUcastPkts ifOutMulticastPkts
      ifOutBroadcastPkts ifOutDiscards ifOutErrors ifPromiscuousMode`),
  ],
  [
    2,
    fields(`dot3StatsAlignmentErrors dot3StatsFCSErrors dot3StatsSingleCollisionFrames
      dot3StatsMultipleCollisionFrames dot3StatsSQETestErrors dot3StatsDeferredTransmissions dot3StatsLateCollisions
      dot3StatsExcessiveCollisions dot3StatsInternalMacTransmitErrors dot3StatsCarrierSenseErrors
      dot3StatsFrameTooLongs dot3StatsInternalMacReceiveErrors dot3StatsSymbolErrors`),
  ],
  [
    3,
    fields(`dot5StatsLineErrors dot5StatsBurstErrors dot5StatsACErrors dot5StatsAbortTransErrors
      dot5StatsInternalErrors dot5StatsLostFrameErrors dot5StatsReceiveCongestions dot5StatsFrameCopiedErrors
      dot5StatsTokenErrors dot5StatsSoftErrors dot5StatsHardErrors dot5StatsSignalLoss dot5StatsTransmitBeacons
      dot5StatsRecoverys dot5StatsLobeWires dot5StatsRemoves dot5StatsSingles dot5StatsFreqErrors`),
  ],
  [
    4,
    fields(`dot12InHighPriorityFrames dot12InHighPriorityOctets:u64 dot12InNormPriorityFrames
      dot12InNormPriorityOctets:u64 dot12InIPMErrors dot12InOversizeFrameErrors dot12InDataErrors
      dot12InNullAddressedFrames dot12OutHighPriorityFrames dot12OutHighPriorityOctets:u64
      dot12TransitionIntoTrainings dot12HCInHighPriorityOctets:u64 dot12HCInNormPriorityOctets:u64
      dot12HCOutHighPriorityOctets:u64`),
  ],
  [5, fields('vlan_id octets:u64 ucastPkts multicastPkts broadcastPkts discards')],
  [
    7,
    fields(`dot3adAggPortActorSystemID:mac dot3adAggPortPartnerOperSystemID:mac dot3adAggPortAttachedAggID
      dot3adAggPortState dot3adAggPortStatsLACPDUsRx dot3adAggPortStatsMarkerPDUsRx
      dot3adAggPortStatsMarkerResponsePDUsRx dot3adAggPortStatsUnknownRx dot3adAggPortStatsIllegalRx
      dot3adAggPortStatsLACPDUsTx dot3adAggPortStatsMarkerPDUsTx dot3adAggPortStatsMarkerResponsePDUsTx`),
  ],
  [1001, fields('cpu_5s:percent cpu_1m:percent cpu_5m:percent total_memory:u64 free_memory:u64')],
  [1004, fields('datapath_id:u64 port_no')],
  [1005, fields('port_name:text')],
  [2000, fields('hostname:text uuid:uuid machine_type os_name os_release:text')],
  [2002, fields('container_type container_index')],
  [
    2003,
    fields(`load_one:f32 load_five:f32 load_fifteen:f32 proc_run proc_total cpu_num cpu_speed uptime cpu_user cpu_nice
      cpu_system cpu_idle cpu_wio cpu_intr cpu_sintr interrupts contexts cpu_steal cpu_guest cpu_guest_nice`),
  ],
  [
    2004,
    fields(`mem_total:u64 mem_free:u64 mem_shared:u64 mem_buffers:u64 mem_cached:u64 swap_total:u64 swap_free:u64
      page_in page_out swap_in swap_out`),
  ],
  [
    2005,
    fields(`disk_total:u64 disk_free:u64 part_max_used:percent reads bytes_read:u64 read_time writes bytes_written:u64
      write_time`),
  ],
  [2006, fields(NIO)],
  [
    2009,
    fields(`tcpRtoAlgorithm tcpRtoMin tcpRtoMax tcpMaxConn tcpActiveOpens tcpPassiveOpens tcpAttemptFails
      tcpEstabResets tcpCurrEstab tcpInSegs tcpOutSegs tcpRetransSegs tcpInErrs tcpOutRsts tcpInCsumErrors`),
  ],
  [
    2010,
    fields(`udpInDatagrams udpNoPorts udpInErrors udpOutDatagrams udpRcvbufErrors udpSndbufErrors udpInCsumErrors`),
  ],
  [2100, fields('mhz cpus memory:u64 memory_free:u64 num_domains')],
  [2101, fields('state cpuTime nrVirtCpu')],
  [2102, fields('memory:u64 maxMemory:u64')],
  [2103, fields('capacity:u64 allocation:u64 available:u64 rd_req rd_bytes:u64 wr_req wr_bytes:u64 errs')],
  [2104, fields(NIO)],
]);

const UNKNOWN = 0xffffffff;
const LONGEST_TEXT = 255;
const decoder = new TextDecoder();

/**
 * Reads the counter record `bytes[start..end)` into `into`, as far as it goes: newer agents give more fields than are
 * known here, older ones fewer. What the agent does not know is left out; so are records of unknown formats.
 */
export function readFields(
  format: number,
  view: DataView,
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Record<string, FieldValue>,
): void {
  let at = start;
  for (const { name, type } of RECORDS.get(format) ?? []) {
    const size = sizeOf(type, view, at, end);
    if (size < 0 || size > end - at) return;
    const value = readValue(type, view, bytes, at);
    if (value !== undefined) into[name] = value;
    at += size;
  }
}

/** -1 when not even the length of a text is there. */
function sizeOf(type: FieldType, view: DataView, at: number, end: number): number {
  switch (type) {
    case 'u64':
    case 'mac':
      return 8;
    case 'uuid':
      return 16;
    case 'text': {
      if (end - at < 4) return -1;
      const length = view.getUint32(at);
      return length > end - at - 4 ? -1 : Math.min(4 + padded(length), end - at);
    }
    default:
      return 4;
  }
}

function readValue(type: FieldType, view: DataView, bytes: Uint8Array, at: number): FieldValue | undefined {
  switch (type) {
    case 'f32': {
      const value = view.getFloat32(at);
      // Such as 0.25, not the double next to it.
      return Number.isFinite(value) && value >= 0 ? Number(value.toFixed(3)) : undefined;
    }
    case 'u64':
      return hyper(view, at);
    case 'text':
      return decoder.decode(bytes.subarray(at + 4, at + 4 + Math.min(view.getUint32(at), LONGEST_TEXT)));
    case 'mac':
      return hex(bytes, at, 6).match(/../g)?.join(':');
    case 'uuid':
      return hex(bytes, at, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    case 'percent': {
      // Hundredths of a percent.
      const value = view.getUint32(at);
      return value === UNKNOWN ? undefined : value / 100;
    }
    default: {
      const value = view.getUint32(at);
      return value === UNKNOWN ? undefined : value;
    }
  }
}

/** Beyond 2^53 as text, as JSON has no room for it; all ones is "not known". */
function hyper(view: DataView, at: number): FieldValue | undefined {
  const high = view.getUint32(at);
  const low = view.getUint32(at + 4);
  if (high === UNKNOWN && low === UNKNOWN) return undefined;
  return high < 2 ** 21 ? high * 2 ** 32 + low : view.getBigUint64(at).toString();
}

function hex(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('hex');
}
