import { type Conversation, Office } from '../office.ts';
import { AccessSwitch } from './access-switch.ts';
import { CoreRouter } from './core-router.ts';
import type { Device } from './device.ts';
import { Firewall } from './firewall.ts';

export type DeviceName = 'router' | 'firewall' | 'switch';

/** Addresses of the devices on the loopback interface. */
export const DEVICE_ADDRESSES: Readonly<Record<DeviceName, string>> = {
  router: '127.0.0.11',
  firewall: '127.0.0.12',
  switch: '127.0.0.13',
};
/** The second office, so that its traffic is not that of the first once more. */
const NETWORK = '10.30';

export interface DemoDevicesOptions {
  readonly seed: number;
  /** Conversations a second, on average. */
  readonly rate: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The second office and its three devices. Each conversation is seen by one of them, so that sums are true. */
export class DemoDevices {
  readonly #office: Office;
  readonly #rate: number;
  readonly #devices: Readonly<Record<DeviceName, Device>>;
  #next: number;

  constructor({ seed, rate, now }: DemoDevicesOptions) {
    this.#office = new Office(seed, NETWORK);
    this.#rate = rate;
    this.#next = Math.floor(now / 1000);
    this.#devices = {
      router: new CoreRouter(seed + 1, now),
      firewall: new Firewall(),
      switch: new AccessSwitch(seed + 2, now, DEVICE_ADDRESSES.switch),
    };
  }

  /** What the devices send at `now`, milliseconds since 1970, after the seconds since the last call. */
  export(now: number): { readonly device: DeviceName; readonly datagrams: readonly Buffer[] }[] {
    const second = Math.floor(now / 1000);
    // A laptop that slept does not have to live through the night again.
    if (this.#next < second - 60) this.#next = second - 60;
    for (; this.#next < second; this.#next++)
      for (const conversation of this.#office.second(this.#next, this.#rate))
        this.#devices[seenBy(conversation)].see(conversation);
    return (['router', 'firewall', 'switch'] as const).map((device) => ({
      device,
      datagrams: this.#devices[device].export(now),
    }));
  }
}

/** The switch sees what stays inside, the firewall what comes in and half of what goes out, the router the rest. */
function seenBy({ from, to, fromPort }: Conversation): DeviceName {
  const outward = !to.startsWith(`${NETWORK}.`);
  if (from.startsWith(`${NETWORK}.`) && !outward) return 'switch';
  return outward && fromPort % 2 === 0 ? 'router' : 'firewall';
}
