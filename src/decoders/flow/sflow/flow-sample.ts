/** Bytes before the records of a flow sample, an expanded one, and a discarded packet. */
const COMPACT = 32;
const EXPANDED = 44;
const DISCARDED = 32;

/** An interface is not told: 0. A packet that begins or ends in the device itself has no interface on that side. */
export const INTERFACE_FORMATS = { index: 0, discarded: 1, multiple: 2, internal: 4 } as const;

const INTERNAL = 0x3fffffff;
const INTERNAL_EXPANDED = 0xffffffff;

/** What a flow sample says before its records; reused from sample to sample. */
export class FlowSample {
  /** Number of the sample among those of its source. */
  sequence = 0;
  /** 0: an interface, 1: a VLAN, 2: a physical entity. */
  sourceClass = 0;
  sourceIndex = 0;
  /** One packet in this many; 0 when it is not told. */
  rate = 0;
  /** Packets that could have been sampled, and samples that were lost in the agent, both since it started. */
  pool = 0;
  drops = 0;
  inputFormat = 0;
  input = 0;
  outputFormat = 0;
  output = 0;
  /** Why the packet was discarded; -1 when it was not. */
  reason = -1;
  /** Where the records are, how many it says there are, and where the sample ends. */
  records = 0;
  count = 0;
  end = 0;
}

/** Reads a flow sample (format 1). Answers false when it is shorter than its fixed part. */
export function readCompact(sample: FlowSample, view: DataView, at: number, end: number): boolean {
  if (end - at < COMPACT) return false;
  sample.sequence = view.getUint32(at);
  sample.sourceClass = view.getUint8(at + 4);
  sample.sourceIndex = view.getUint32(at + 4) & 0xffffff;
  sample.rate = view.getUint32(at + 8);
  sample.pool = view.getUint32(at + 12);
  sample.drops = view.getUint32(at + 16);
  const input = view.getUint32(at + 20);
  const output = view.getUint32(at + 24);
  setInterfaces(sample, input >>> 30, input & INTERNAL, output >>> 30, output & INTERNAL);
  setRecords(sample, view, at + COMPACT, end);
  return true;
}

/** Reads an expanded flow sample (format 3), whose interfaces and sources have 32 bits. */
export function readExpanded(sample: FlowSample, view: DataView, at: number, end: number): boolean {
  if (end - at < EXPANDED) return false;
  sample.sequence = view.getUint32(at);
  sample.sourceClass = view.getUint32(at + 4);
  sample.sourceIndex = view.getUint32(at + 8);
  sample.rate = view.getUint32(at + 12);
  sample.pool = view.getUint32(at + 16);
  sample.drops = view.getUint32(at + 20);
  setInterfaces(
    sample,
    view.getUint32(at + 24),
    view.getUint32(at + 28),
    view.getUint32(at + 32),
    view.getUint32(at + 36),
  );
  setRecords(sample, view, at + EXPANDED, end);
  return true;
}

/** Reads the notice of a discarded packet (format 5, sFlow Dropped Packet Notification Structures). */
export function readDiscarded(sample: FlowSample, view: DataView, at: number, end: number): boolean {
  if (end - at < DISCARDED) return false;
  sample.sequence = view.getUint32(at);
  sample.sourceClass = view.getUint32(at + 4);
  sample.sourceIndex = view.getUint32(at + 8);
  sample.rate = 1;
  sample.pool = 0;
  sample.drops = view.getUint32(at + 12);
  setInterfaces(sample, 0, view.getUint32(at + 16), 0, view.getUint32(at + 20));
  setRecords(sample, view, at + DISCARDED, end);
  sample.reason = view.getUint32(at + 24);
  return true;
}

function setInterfaces(
  sample: FlowSample,
  inputFormat: number,
  input: number,
  outputFormat: number,
  output: number,
): void {
  sample.inputFormat = formatOf(inputFormat, input);
  sample.input = sample.inputFormat === INTERFACE_FORMATS.index ? input : 0;
  sample.outputFormat = formatOf(outputFormat, output);
  sample.output = sample.outputFormat === INTERFACE_FORMATS.internal ? 0 : output;
}

function formatOf(format: number, value: number): number {
  return format === 0 && (value === INTERNAL || value === INTERNAL_EXPANDED) ? INTERFACE_FORMATS.internal : format;
}

function setRecords(sample: FlowSample, view: DataView, at: number, end: number): void {
  // The reason of a discarded output interface is in its value.
  sample.reason = sample.outputFormat === INTERFACE_FORMATS.discarded ? sample.output : -1;
  sample.count = view.getUint32(at - 4);
  sample.records = at;
  sample.end = end;
}
