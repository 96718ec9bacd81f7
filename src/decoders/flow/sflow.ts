import { formatIp, formatV4 } from '../../model/address.ts';
import type { Datagram, FlowProtocolDecoder } from './datagram.ts';
import type { Exporter } from './exporter.ts';
import type { FlowObserver } from './flow-observer.ts';
import type { FlowOptions } from './flow-options.ts';
import type { FlowSink } from './flow-sink.ts';
import { readCounters } from './sflow/counter-sample.ts';
import { FlowRows } from './sflow/flow-rows.ts';
import { FlowSample, readCompact, readDiscarded, readExpanded } from './sflow/flow-sample.ts';
import { padded } from './sflow/plain-records.ts';
import { SflowState, type SubAgent } from './sflow/sflow-state.ts';

const VERSION = 5;
/** Sub-agent, sequence number, uptime and number of samples, after the address of the agent. */
const HEADER_REST = 16;

/** Sample formats of sflow.org (enterprise 0). Those of vendors are skipped by their length. */
const SAMPLES = { flow: 1, counters: 2, expandedFlow: 3, expandedCounters: 4, discarded: 5 } as const;

/** Bytes of the agent's address with its type; -1 when it is cut off or of no known type. */
function agentSize(view: DataView, start: number, end: number): number {
  if (end - start < 8) return -1;
  const type = view.getUint32(start + 4);
  const size = type === 0 ? 4 : type === 1 ? 8 : type === 2 ? 20 : -1;
  return end - start - 4 >= size ? size : -1;
}

/**
 * The address of the agent that made an sFlow datagram: the exporter, wherever the datagram came from. IPv6 in canonical
 * form, IPv4-mapped as IPv4; empty when the datagram is too short or its agent does not know its address.
 */
export function agentOf(datagram: Datagram): string {
  const { view, bytes, start, end } = datagram;
  const size = agentSize(view, start, end);
  if (size === 20) return formatIp(bytes, start + 8);
  return size === 8 ? formatV4(view.getUint32(start + 8)) : '';
}

/**
 * sFlow version 5, as sflow.org describes it: a datagram of samples, each of them records, all with their length. Flow
 * samples and discarded packets become rows, counter samples the counters of the exporter's interfaces.
 */
export class SflowDecoder implements FlowProtocolDecoder {
  readonly protocol = 'sflow';
  readonly #observer: FlowObserver | undefined;
  readonly #rows: FlowRows;
  readonly #sample = new FlowSample();

  constructor(options: FlowOptions) {
    this.#observer = options.observer;
    this.#rows = new FlowRows(options);
  }

  decode(datagram: Datagram, exporter: Exporter, sink: FlowSink): void {
    const { view, bytes, start, end, receivedAt } = datagram;
    exporter.seen(receivedAt, end - start, Number.NaN);
    const problem = headerProblem(view, start, end);
    if (problem !== '') {
      exporter.counters.malformed++;
      sink.reject('TRUNCATED', problem, bytes, start, end);
      return;
    }
    const header = start + 4 + agentSize(view, start, end);
    const agent = stateOf(exporter).datagram(view.getUint32(header), view.getUint32(header + 4), receivedAt);
    this.#rows.open(datagram, exporter, sink);
    const whole = this.#samples(datagram, header, exporter, agent, sink);
    exporter.counters.flows += this.#rows.close();
    if (!whole) exporter.counters.malformed++;
  }

  /** Reads the samples; answers whether all that the header announces could be read to their end. */
  #samples(datagram: Datagram, header: number, exporter: Exporter, agent: SubAgent, sink: FlowSink): boolean {
    const { view, bytes, end } = datagram;
    const count = view.getUint32(header + 12);
    let at = header + HEADER_REST;
    let whole = true;
    for (let i = 0; i < count; i++) {
      const length = end - at < 8 ? 0 : view.getUint32(at + 4);
      if (end - at < 8 || length > end - at - 8) {
        const detail = `The datagram says that it has ${count} samples, and ends within sample ${i + 1}.`;
        sink.reject('TRUNCATED', detail, bytes, Math.min(at, end), end);
        return false;
      }
      const from = at + 8;
      if (!this.#sampleAt(datagram, view.getUint32(at), from, from + length, exporter, agent)) {
        whole = false;
        sink.reject('TRUNCATED', `Sample ${i + 1} ends before what it says it holds.`, bytes, at, from + length);
      }
      at = from + padded(length);
    }
    return whole;
  }

  #sampleAt(
    datagram: Datagram,
    format: number,
    start: number,
    end: number,
    exporter: Exporter,
    agent: SubAgent,
  ): boolean {
    const { view, bytes, receivedAt } = datagram;
    const sample = this.#sample;
    switch (format) {
      case SAMPLES.flow:
        if (!readCompact(sample, view, start, end)) return false;
        agent.sample(sample, receivedAt);
        return this.#rows.add(sample, rateOf(sample.rate, exporter));
      case SAMPLES.expandedFlow:
        if (!readExpanded(sample, view, start, end)) return false;
        agent.sample(sample, receivedAt);
        return this.#rows.add(sample, rateOf(sample.rate, exporter));
      case SAMPLES.counters:
      case SAMPLES.expandedCounters:
        return readCounters(
          format === SAMPLES.expandedCounters,
          view,
          bytes,
          start,
          end,
          receivedAt,
          exporter,
          this.#observer,
        );
      case SAMPLES.discarded:
        return readDiscarded(sample, view, start, end) && this.#rows.add(sample, 1);
      default:
        return true;
    }
  }
}

/** One packet in this many: as configured, else as the sample says, else as configured for where it says nothing. */
function rateOf(told: number, { settings }: Exporter): number {
  const rate = settings.samplingOverride ?? (told > 0 ? told : (settings.samplingDefault ?? 1));
  return Math.min(Math.max(1, Math.round(rate)), 0xffffffff);
}

function headerProblem(view: DataView, start: number, end: number): string {
  if (end - start < 4 || view.getUint32(start) !== VERSION) return 'The datagram is not of sFlow version 5.';
  const size = agentSize(view, start, end);
  if (size < 0) return 'The datagram ends before the address of its agent, or gives it in no known form.';
  if (end - start - 4 - size < HEADER_REST) return `The datagram of ${end - start} bytes has no whole header of sFlow.`;
  return '';
}

function stateOf(exporter: Exporter): SflowState {
  const known = exporter.protocols.get('sflow');
  if (known instanceof SflowState) return known;
  const state = new SflowState(exporter);
  exporter.protocols.set('sflow', state);
  return state;
}
