import { readFloat, readText, readUnsigned } from './field-value.ts';
import { wholeRate } from './sampling-rates.ts';

/** Names longer than this are cut: no interface and no application needs more. */
const LONGEST_NAME = 256;

/**
 * What one options record says that decoding flows needs. Numbers are NaN and texts empty where it does not say. The
 * numbers of the elements are those of the IANA registry, which NetFlow v9 shares.
 */
export class OptionsFacts {
  /** observationDomainId (149): the domain that is spoken about, when it is not the one that speaks. */
  domain = Number.NaN;
  /** samplerId (48) or selectorId (302). */
  selector = Number.NaN;
  interfaceIndex = Number.NaN;
  interfaceName = '';
  interfaceDescription = '';
  /** Where applicationId (95) lies in the bytes of the record; start is -1 when it has none. */
  applicationStart = -1;
  applicationEnd = -1;
  applicationName = '';
  /** systemInitTimeMilliseconds (160). */
  bootTime = Number.NaN;
  #applicationDescription = '';
  #interval = Number.NaN;
  #randomInterval = Number.NaN;
  #packetInterval = Number.NaN;
  #packetSpace = Number.NaN;
  #size = Number.NaN;
  #population = Number.NaN;
  #probability = Number.NaN;

  clear(): void {
    this.domain = this.selector = this.interfaceIndex = this.bootTime = Number.NaN;
    this.interfaceName = this.interfaceDescription = this.applicationName = this.#applicationDescription = '';
    this.applicationStart = this.applicationEnd = -1;
    this.#interval = this.#randomInterval = Number.NaN;
    this.#packetInterval = this.#packetSpace = Number.NaN;
    this.#size = this.#population = this.#probability = Number.NaN;
  }

  /** Takes the value of the IANA element `id`, which is not empty. */
  take(id: number, bytes: Uint8Array, view: DataView, at: number, length: number): void {
    if (id >= 302) this.#sampling(id, bytes, view, at, length);
    else if (id === 34) this.#interval = readUnsigned(bytes, at, length);
    else if (id === 50) this.#randomInterval = readUnsigned(bytes, at, length);
    else if (id === 48) this.selector = readUnsigned(bytes, at, length);
    else if (id === 149) this.domain = readUnsigned(bytes, at, length);
    else if (id === 160) this.bootTime = readUnsigned(bytes, at, length);
    else if (id === 10) this.interfaceIndex = readUnsigned(bytes, at, length);
    else if (id === 14 && Number.isNaN(this.interfaceIndex)) this.interfaceIndex = readUnsigned(bytes, at, length);
    else if (id === 82) this.interfaceName = nameAt(bytes, at, length);
    else if (id === 83) this.interfaceDescription = nameAt(bytes, at, length);
    else if (id === 94) this.#applicationDescription = nameAt(bytes, at, length);
    else if (id === 96) this.applicationName = nameAt(bytes, at, length);
    else if (id === 95) {
      this.applicationStart = at;
      this.applicationEnd = at + length;
    }
  }

  /** Name of the application: its name, else its description. */
  get application(): string {
    return this.applicationName || this.#applicationDescription;
  }

  /**
   * The sampling rate that the record tells, whole and at least 1; NaN when it tells none. Of several ways to say it the
   * first that gives more than nothing counts: exporters fill in the fields that their method does not use with zero.
   */
  get rate(): number {
    let rate = Number.NaN;
    for (const told of [
      this.#randomInterval,
      this.#interval,
      this.#systematic(),
      this.#population / this.#size,
      1 / this.#probability,
    ]) {
      const whole = wholeRate(told);
      if (whole > 1) return whole;
      if (whole === 1) rate = 1;
    }
    return rate;
  }

  #sampling(id: number, bytes: Uint8Array, view: DataView, at: number, length: number): void {
    if (id === 302) this.selector = readUnsigned(bytes, at, length);
    else if (id === 305) this.#packetInterval = readUnsigned(bytes, at, length);
    else if (id === 306) this.#packetSpace = readUnsigned(bytes, at, length);
    else if (id === 309) this.#size = readUnsigned(bytes, at, length);
    else if (id === 310) this.#population = readUnsigned(bytes, at, length);
    else if (id === 311) this.#probability = readFloat(view, at, length);
  }

  /** So many packets in a row are taken (305), and so many left out (306). An interval alone is meant as one in so many. */
  #systematic(): number {
    if (Number.isNaN(this.#packetSpace)) return this.#packetInterval;
    return this.#packetInterval > 0 ? (this.#packetInterval + this.#packetSpace) / this.#packetInterval : 0;
  }
}

function nameAt(bytes: Uint8Array, at: number, length: number): string {
  return readText(bytes, at, Math.min(length, LONGEST_NAME));
}
