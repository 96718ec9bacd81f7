import { Random } from '../random.ts';
import { DEVICE_ADDRESSES, DemoDevices, type DeviceName } from './demo-devices.ts';
import { LossySender, type Target } from './lossy-sender.ts';

export interface DemoExportersOptions {
  /** Where the core router sends NetFlow v9. */
  readonly netflow: Target;
  /** Where the firewall sends IPFIX. */
  readonly ipfix: Target;
  /** Where the access switch sends sFlow. */
  readonly sflow: Target;
  readonly seed?: number;
  /** Conversations a second, on average. */
  readonly rate?: number;
}

/** One datagram in so many is lost on the way; 0 is none. */
const LOSS: Readonly<Record<DeviceName, number>> = { router: 300, firewall: 0, switch: 120 };

/**
 * Three devices of a second office of the demo, which export over UDP what they see: a core router (NetFlow v9, sampled),
 * a firewall (IPFIX) and an access switch (sFlow). Seeded; the times are real.
 */
export class DemoExporters {
  readonly #devices: DemoDevices;
  readonly #senders: Readonly<Record<DeviceName, LossySender>>;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DemoExportersOptions) {
    const { seed = 11, rate = 12 } = options;
    const random = new Random(seed);
    const sender = (device: DeviceName, target: Target) =>
      new LossySender({ from: DEVICE_ADDRESSES[device], target, lossOneIn: LOSS[device], random });
    this.#devices = new DemoDevices({ seed, rate, now: Date.now() });
    this.#senders = {
      router: sender('router', options.netflow),
      firewall: sender('firewall', options.ipfix),
      switch: sender('switch', options.sflow),
    };
  }

  /** Opens the sockets, and goes on at the pace of the clock until {@link stop}. */
  async start(): Promise<void> {
    await Promise.all(Object.values(this.#senders).map((sender) => sender.open()));
    this.#timer = setInterval(() => this.#send(), 1_000);
    this.#send();
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const sender of Object.values(this.#senders)) sender.close();
  }

  #send(): void {
    for (const { device, datagrams } of this.#devices.export(Date.now()))
      for (const datagram of datagrams) this.#senders[device].send(datagram);
  }
}
