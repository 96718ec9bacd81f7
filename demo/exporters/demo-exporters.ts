import { type Conversation, Office } from '../office.ts';
import { Random } from '../random.ts';
import { AccessSwitch } from './access-switch.ts';
import { CoreRouter } from './core-router.ts';
import type { Device } from './device.ts';
import { Firewall } from './firewall.ts';
import { LossySender, type Target } from './lossy-sender.ts';

/** Addresses of the devices on the loopback interface. */
export const DEVICES = { router: '127.0.0.11', firewall: '127.0.0.12', switch: '127.0.0.13' } as const;
/** The second office, so that its traffic is not that of the first once more. */
const NETWORK = '10.30';

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

interface Line {
  readonly device: Device;
  readonly sender: LossySender;
}

/**
 * Three devices of a second office of the demo, which export over UDP what they see: a core router, a firewall and an
 * access switch. Each conversation is seen by one of them, so that sums are true. Seeded; the times are real.
 */
export class DemoExporters {
  readonly #office: Office;
  readonly #rate: number;
  readonly #router: Line;
  readonly #firewall: Line;
  readonly #switch: Line;
  #timer: NodeJS.Timeout | undefined;
  #next: number;

  constructor(options: DemoExportersOptions) {
    const { seed = 11, rate = 12 } = options;
    const random = new Random(seed + 1);
    const now = Date.now();
    const line = (device: Device, from: string, target: Target, lossOneIn: number): Line => ({
      device,
      sender: new LossySender({ from, target, lossOneIn, random }),
    });
    this.#office = new Office(seed, NETWORK);
    this.#rate = rate;
    this.#next = Math.floor(now / 1000);
    this.#router = line(new CoreRouter(seed + 2, now), DEVICES.router, options.netflow, 300);
    this.#firewall = line(new Firewall(), DEVICES.firewall, options.ipfix, 0);
    this.#switch = line(new AccessSwitch(seed + 3, now, DEVICES.switch), DEVICES.switch, options.sflow, 120);
  }

  /** Opens the sockets, and goes on at the pace of the clock until {@link stop}. */
  async start(): Promise<void> {
    await Promise.all(this.#lines().map(({ sender }) => sender.open()));
    this.#timer = setInterval(() => this.#tick(Date.now()), 1_000);
    this.#tick(Date.now());
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const { sender } of this.#lines()) sender.close();
  }

  #lines(): Line[] {
    return [this.#router, this.#firewall, this.#switch];
  }

  #tick(now: number): void {
    const second = Math.floor(now / 1000);
    // A laptop that slept does not have to live through the night again.
    if (this.#next < second - 60) this.#next = second - 60;
    for (; this.#next < second; this.#next++)
      for (const conversation of this.#office.second(this.#next, this.#rate))
        this.#seenBy(conversation).see(conversation);
    for (const { device, sender } of this.#lines()) for (const datagram of device.export(now)) sender.send(datagram);
  }

  /** The switch sees what stays inside, the firewall what comes in and half of what goes out, the router the rest. */
  #seenBy({ from, to, fromPort }: Conversation): Device {
    const outward = !to.startsWith(`${NETWORK}.`);
    if (from.startsWith(`${NETWORK}.`) && !outward) return this.#switch.device;
    return outward && fromPort % 2 === 0 ? this.#router.device : this.#firewall.device;
  }
}
