import { expect, it } from 'vitest';
import { settingFlags } from './setting-flags.ts';

it.each([
  [{ pcap: 'a.pcap' }, { 'traffic.mode': 'pcap', 'traffic.pcap': 'a.pcap' }],
  [
    { interface: 'eth0', window: '5' },
    { 'traffic.mode': 'live', 'traffic.interface': 'eth0', 'traffic.windowSeconds': '5' },
  ],
  [{ mode: 'live', interface: 'eth0', pcap: 'a.pcap' }, { 'traffic.mode': 'live' }],
  [{ mode: 'pcap', pcap: 'a.pcap', set: 'traffic.mode=off' }, { 'traffic.mode': 'off' }],
  [
    { host: '::1', port: '9' },
    { listen: '[::1]:9', 'traffic.mode': undefined },
  ],
])('%j say %j', (options, flags) => {
  expect(settingFlags(options)).toMatchObject(flags);
});
