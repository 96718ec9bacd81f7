import type { Anomaly, Observation } from '../../model/window.ts';
import { Alarms } from './alarms.ts';
import type { DetectionContext } from './detector.ts';
import { addEvidence } from './evidence.ts';
import { amount, percent } from './phrases.ts';
import { scoreOf, severityOf } from './score.ts';
import { TCP } from './tcp-flags.ts';

/** Share of the bytes of TCP that the monitor missed: the default of Zeek's policy/misc/capture-loss. */
const LIMIT = 0.1;
const LEAST_MISSED = 100_000;
/** From here on it is worth a word beside other findings. */
const WORTH_SAYING = 0.01;

/**
 * What the monitor itself did not see: bytes that one side acknowledged and that were never captured. Too slow a disk, a
 * mirror port that is full, or a network of which only a part passes by; never loss of the network.
 */
export class CaptureLoss {
  readonly #alarms = new Alarms();
  #bytes = 0;
  #missed = 0;
  #evidence: string[] = [];

  observe(o: Observation): void {
    if (o.proto !== TCP) return;
    this.#bytes += o.srcBytes + o.dstBytes;
    if (o.missedBytes === 0) return;
    this.#missed += o.missedBytes;
    if (o.missedBytes > 0) addEvidence(this.#evidence, o.event);
  }

  /** A sentence for what is told of lost packets in this window; empty when the monitor missed next to nothing. */
  get remark(): string {
    const { share } = this;
    if (share < WORTH_SAYING) return '';
    return ` The monitor itself missed ${percent(share)} of the bytes, which is not part of this figure.`;
  }

  /** Share of the bytes of this window that were missed. */
  get share(): number {
    return this.#missed > 0 ? this.#missed / (this.#missed + this.#bytes) : 0;
  }

  /** Ends the window. */
  window({ end, window }: DetectionContext): Anomaly[] {
    const { share } = this;
    const level = this.#missed >= LEAST_MISSED ? share / LIMIT : 0;
    const verdict = this.#alarms.judge('monitor', level, end, share);
    const missed = this.#missed;
    const evidence = this.#evidence;
    this.#bytes = this.#missed = 0;
    this.#evidence = [];
    this.#alarms.endWindow(end);
    if (verdict !== 'opened' && verdict !== 'doubled') return [];
    const score = scoreOf(level);
    return [
      {
        type: 'packet_loss',
        severity: severityOf(score),
        score,
        window_start: window.window_start,
        window_end: window.window_end,
        message: `The monitor missed ${percent(share)} of the data (${amount(missed, 'B')}): acknowledged, but never captured.`,
        metric: 'capture_loss_rate',
        current_value: share,
        expected: null,
        threshold: LIMIT,
        why: 'This is not loss of the network: the monitor is too slow, its mirror port is full, or a part of the packets takes another way. What is told of these connections may be incomplete.',
        techniques: [],
        evidence,
      },
    ];
  }
}
