import { describe, expect, it } from 'vitest';
import { chunks } from '../../../test/support/captures.ts';
import { scene, web } from '../../../test/support/scene.ts';
import { Detection } from '../../detect/detectors/detection.ts';
import { observation } from '../../detect/detectors/fixtures/observation.ts';
import { HomeNetworks } from '../../detect/detectors/home-networks.ts';
import { makeDetectors } from '../detectors.ts';
import { TrafficAnalysis } from '../traffic.ts';
import { addressFacts } from './address-facts.ts';

const PLACES = {
  '198.51.100.7': { country: 'NL', asn: 64_500, org: 'Example Hosting' },
  '198.51.100.8': { country: '', asn: 64_501, org: '' },
  '10.0.0.1': { country: '', asn: 0, org: '' },
};

const facts = addressFacts((address) => PLACES[address as keyof typeof PLACES]);

describe('facts about addresses', () => {
  it('are owner and country where they are known', () => {
    const told = Object.keys({ ...PLACES, nowhere: 0 }).map((address) => [
      facts.ownerOf?.(address),
      facts.countryOf?.(address),
    ]);
    expect(told).toEqual([
      ['Example Hosting', 'NL'],
      ['AS64501', undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('reach the detectors: what goes to one owner is taken together', () => {
    const { isInternal } = new HomeNetworks(['10.0.0.0/8']);
    const detection = new Detection({ detectors: makeDetectors(isInternal, new Set(['exfiltration']), facts) });
    detection.observe(observation({ dst: '198.51.100.7', srcBytes: 300e6 }));
    const [{ anomalies }] = detection.close(Number.POSITIVE_INFINITY);
    expect(anomalies[0].message).toContain('198.51.100.7 (Example Hosting)');
  });

  it('make a flood of less on a slow link', () => {
    const { isInternal } = new HomeNetworks(['10.0.0.0/8']);
    const floods = (linkBps?: number) => {
      const detection = new Detection({ detectors: makeDetectors(isInternal, new Set(['ddos']), { linkBps }) });
      const { at } = observation();
      // 80 Mbit/s that are not answered.
      for (let i = 0; i < 30; i++)
        for (let j = 0; j < 10; j++) {
          const bytes = { srcBytes: 10e6, srcPackets: 7000, dstBytes: 0, dstPackets: 0, state: 'S0' };
          const to = { src: `203.0.113.${j}`, dst: '10.0.0.9', proto: 17, tcpFlags: 0, dataSegments: 0 };
          detection.observe(observation({ at: at + i * 10e6 + j, ...to, ...bytes }));
        }
      return detection.close(Number.POSITIVE_INFINITY).flatMap(({ anomalies }) => anomalies).length;
    };
    expect([floods(), floods(10e9), floods(100e6) > 0]).toEqual([0, 0, true]);
  });

  it('are waited for by files, not by live traffic', async () => {
    const order: string[] = [];
    const ready = async () => void order.push('ready');
    const hooks = { onProgress: () => void order.push('read') };
    await new TrafficAnalysis({ ready }, hooks).read(chunks(scene(...web())));
    await new TrafficAnalysis({ ready, clock: Date.now }, hooks).read(chunks(scene(...web())));
    expect(order).toEqual(['ready', 'read', 'read']);
  });
});
