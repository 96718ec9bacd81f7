import { Random } from './random.ts';

/** One conversation of the made-up office, before it is written in the words of a sensor. Times in seconds. */
export interface Conversation {
  readonly at: number;
  readonly duration: number;
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly service: string;
  readonly sent: number;
  readonly received: number;
  readonly state: string;
  /** Name asked for, with DNS and TLS. */
  readonly name?: string;
}

interface Place {
  readonly address: string;
  readonly name: string;
}

/** Public resolvers and anycast services: addresses that everybody knows, so that the map and the tables are true. */
const RESOLVERS = ['8.8.8.8', '1.1.1.1', '9.9.9.9', '208.67.222.222'];
/** What stands for the enemy lives in the networks reserved for documentation (RFC 5737): nobody is accused. */
export const DEMO_THREATS = [
  { value: '203.0.113.66', category: 'c2', confidence: 95 },
  { value: '198.51.100.0/26', category: 'scanner', confidence: 80 },
  { value: '203.0.113.200', category: 'malware', confidence: 88 },
  { value: 'updates.badware.example', category: 'c2', confidence: 90 },
  { value: 'login.phish.example', category: 'phishing', confidence: 85 },
] as const;

/** A seeded office: 60 clients, a few servers, the sites they use, and three things that are wrong. */
export class Office {
  readonly #random: Random;
  readonly #network: string;
  readonly #clients: string[];
  readonly #servers: string[];
  readonly #sites: Place[];

  /** @param network first two parts of the addresses at home. */
  constructor(seed: number, network = '10.20') {
    this.#random = new Random(seed);
    this.#network = network;
    this.#servers = [10, 11, 25, 53].map((host) => `${network}.0.${host}`);
    this.#clients = Array.from({ length: 60 }, (_, i) => `${network}.${1 + (i % 3)}.${10 + i}`);
    this.#sites = Array.from({ length: 240 }, (_, i) => ({
      address: this.#publicAddress(),
      name: `site-${i + 1}.example`,
    }));
  }

  /** Everything that begins in the second `at`, about `rate` conversations. */
  second(at: number, rate: number): Conversation[] {
    const day = 1 + 0.5 * Math.sin((at / 86_400) * 2 * Math.PI) + 0.15 * Math.sin(at / 97);
    const count = Math.max(1, Math.round(rate * day * (0.7 + this.#random.next() * 0.6)));
    const conversations = Array.from({ length: count }, () => this.#ordinary(at + this.#random.next()));
    if (at % 60 === 0) conversations.push(this.#beacon(at));
    if (at % 300 < 20) for (let i = 0; i < 12; i++) conversations.push(this.#scan(at + this.#random.next(), i));
    if (at % 900 === 450) conversations.push(this.#exfiltration(at));
    return conversations.sort((a, b) => a.at - b.at);
  }

  #publicAddress(): string {
    for (;;) {
      const first = this.#random.between(2, 220);
      if ([10, 100, 127, 169, 172, 192, 198, 203].includes(first)) continue;
      return `${first}.${this.#random.between(0, 255)}.${this.#random.between(0, 255)}.${this.#random.between(1, 254)}`;
    }
  }

  #ordinary(at: number): Conversation {
    const random = this.#random;
    const from = random.popular(this.#clients);
    const fromPort = random.between(32_768, 60_999);
    const dice = random.next();
    const site = random.popular(this.#sites);
    if (dice < 0.3)
      return {
        at,
        duration: random.size(20, 0.8) / 1000,
        from,
        to: random.popular(RESOLVERS),
        fromPort,
        toPort: 53,
        proto: 'udp',
        service: 'dns',
        sent: random.between(50, 90),
        received: random.between(80, 400),
        state: 'SF',
        name: site.name,
      };
    if (dice < 0.75)
      return {
        at,
        duration: random.size(4_000) / 1000,
        from,
        to: site.address,
        fromPort,
        toPort: 443,
        proto: random.next() < 0.3 ? 'udp' : 'tcp',
        service: 'ssl',
        sent: random.size(2_500),
        received: random.size(30_000),
        state: 'SF',
        name: site.name,
      };
    if (dice < 0.83)
      return {
        at,
        duration: random.size(900) / 1000,
        from,
        to: site.address,
        fromPort,
        toPort: 80,
        proto: 'tcp',
        service: 'http',
        sent: random.size(900),
        received: random.size(12_000),
        state: 'SF',
        name: site.name,
      };
    if (dice < 0.95) {
      const toPort = random.pick([445, 389, 5432, 25, 22, 3389]);
      return {
        at,
        duration: random.size(3_000) / 1000,
        from,
        to: random.pick(this.#servers),
        fromPort,
        toPort,
        proto: 'tcp',
        service: '',
        sent: random.size(5_000),
        received: random.size(8_000),
        state: 'SF',
      };
    }
    return {
      at,
      duration: 0,
      from: this.#publicAddress(),
      to: random.pick(this.#servers),
      fromPort,
      toPort: random.pick([22, 23, 3389, 445, 5900, 8080]),
      proto: 'tcp',
      service: '',
      sent: 60,
      received: random.next() < 0.5 ? 40 : 0,
      state: random.next() < 0.5 ? 'REJ' : 'S0',
    };
  }

  /** A client that calls its master once a minute. */
  #beacon(at: number): Conversation {
    const sent = 320 + this.#random.between(0, 24);
    return {
      at,
      duration: 0.4,
      from: `${this.#network}.2.47`,
      to: '203.0.113.66',
      fromPort: this.#random.between(32_768, 60_999),
      toPort: 443,
      proto: 'tcp',
      service: 'ssl',
      sent,
      received: 512,
      state: 'SF',
      name: 'updates.badware.example',
    };
  }

  #scan(at: number, i: number): Conversation {
    return {
      at,
      duration: 0,
      from: '198.51.100.23',
      to: `${this.#network}.0.${10 + this.#random.between(0, 40)}`,
      fromPort: 40_000 + i,
      toPort: this.#random.pick([22, 23, 80, 443, 445, 3389, 5900, 8080]),
      proto: 'tcp',
      service: '',
      sent: 44,
      received: 40,
      state: 'REJ',
    };
  }

  #exfiltration(at: number): Conversation {
    return {
      at,
      duration: 240,
      from: `${this.#network}.3.32`,
      to: '203.0.113.200',
      fromPort: 51_515,
      toPort: 8443,
      proto: 'tcp',
      service: '',
      sent: this.#random.between(80, 400) * 1_000_000,
      received: 90_000,
      state: 'SF',
    };
  }
}
