import { expect, it } from 'vitest';
import { HomeNetworks } from '../../detect/detectors/home-networks.ts';
import { ANOMALY_TYPES } from '../../model/window.ts';
import { asked, makeDetectors } from '../detectors.ts';
import { anyAsking } from './asking-detectors.ts';

it('are those that can be asked', () => {
  const { isInternal } = new HomeNetworks();
  for (const type of ANOMALY_TYPES) {
    const isAsked = asked(makeDetectors(isInternal, new Set([type]))).length > 0;
    expect([type, anyAsking([type])]).toEqual([type, isAsked]);
  }
  expect([anyAsking(true), anyAsking(false), anyAsking([])]).toEqual([true, false, false]);
});
