import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, type RunningApp, startApp } from '../support/app.ts';
import { haveProgram } from '../support/need.ts';
import { launchBrowser, openPage } from './browser.ts';
import { firstRunJourney, overviewJourney } from './overview.ts';

describe.skipIf(!process.env.CHROMIUM_PATH && !haveProgram('chromium'))('the dashboard in a real browser', () => {
  let app: RunningApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.dispose();
  });

  for (const [name, journey] of [
    ['takes somebody new from the key to the first event', firstRunJourney],
    ['filters, zooms, opens, looks up, by mouse and by keyboard', overviewJourney],
  ] as const) {
    it(name, async () => {
      const { page, problems } = await openPage(browser);
      await journey(page, app.url, KEY);
      expect(problems).toEqual([]);
      await page.context().close();
    });
  }
});
