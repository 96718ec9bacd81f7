// Screenshots of every page and state: node web/test-support/shots.mjs FOLDER [name filter]. Needs web/dist and Chromium.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startFake } from './fake-server.mjs';

const folder = process.argv[2];
const only = process.argv[3] ?? '';
if (!folder) throw new Error('say which folder the pictures go to');
mkdirSync(folder, { recursive: true });

const SIZES = {
  wide: { width: 1440, height: 900 },
  tablet: { width: 768, height: 1024 },
  phone: { width: 390, height: 844 },
};
const click = (selector) => async (page) => page.locator(selector).first().click();
const SHOTS = [
  { name: 'login', key: '', path: '/' },
  {
    name: 'overview',
    key: 'full',
    path: '/',
    sizes: ['wide', 'tablet', 'phone'],
    themes: ['dark', 'light'],
    full: true,
  },
  {
    name: 'overview-drawer',
    key: 'full',
    path: '/',
    act: async (page) => {
      await click('.risk-toggle')(page);
      await click('.highlights .icon-button')(page);
    },
  },
  { name: 'overview-table', key: 'full', path: '/?by=bytes', act: click('[aria-label="Show as table"]') },
  { name: 'empty', key: 'empty', path: '/', sizes: ['wide', 'phone'] },
  { name: 'outside', key: 'outside', path: '/' },
  { name: 'filtered', key: 'full', path: '/?q=tags%20%3D%20nothing' },
  { name: 'filter-error', key: 'full', path: '/?q=dst.prt%20%3D%20443' },
  { name: 'error', key: 'error', path: '/' },
  { name: 'pivot', key: 'full', path: '/', act: click('.top-table .kind-ip') },
  {
    name: 'complete',
    key: 'full',
    path: '/',
    act: async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('dst');
    },
  },
  { name: 'time', key: 'full', path: '/', act: async (page) => page.keyboard.press('t') },
  {
    name: 'palette',
    key: 'full',
    path: '/',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.waitForTimeout(400);
      await page.keyboard.type('203[.]0[.]113[.]7');
    },
  },
  { name: 'help', key: 'full', path: '/', act: async (page) => page.keyboard.press('?') },
  { name: 'preferences', key: 'full', path: '/', act: click('[aria-label="Preferences"]') },
  { name: 'events', key: 'full', path: '/events', sizes: ['wide', 'tablet', 'phone'], themes: ['dark', 'light'] },
  {
    name: 'events-drawer',
    key: 'full',
    path: '/events',
    act: async (page) => {
      for (const key of ['j', 'j', 'Enter']) await page.keyboard.press(key);
    },
  },
  { name: 'columns', key: 'full', path: '/events', act: click('text=Columns') },
  { name: 'lookup', key: 'full', path: '/lookup?find=203.0.113.7', sizes: ['wide', 'phone'] },
  { name: 'lookup-many', key: 'full', path: '/lookup?find=203.0.113.7%20198.51.100.4%20evil%5B.%5Dexample' },
  { name: 'system', key: 'full', path: '/system', sizes: ['wide', 'phone'], themes: ['dark', 'light'], full: true },
  {
    name: 'exporters',
    key: 'full',
    path: '/exporters',
    sizes: ['wide', 'phone'],
    themes: ['dark', 'light'],
    full: true,
  },
  { name: 'exporters-drawer', key: 'full', path: '/exporters?row=198.51.100.1', sizes: ['wide', 'phone'] },
  { name: 'exporters-empty', key: 'empty', path: '/exporters', full: true },
  {
    name: 'traffic',
    key: 'full',
    path: '/traffic',
    sizes: ['wide', 'tablet', 'phone'],
    themes: ['dark', 'light'],
    full: true,
  },
  { name: 'traffic-window', key: 'full', path: '/traffic?row=w211', sizes: ['wide', 'phone'] },
  {
    name: 'traffic-anomaly',
    key: 'full',
    path: '/traffic',
    sizes: ['wide', 'phone'],
    themes: ['dark', 'light'],
    act: click('.anomaly-table tbody .link'),
  },
  {
    name: 'traffic-allow',
    key: 'full',
    path: '/traffic',
    sizes: ['wide', 'phone'],
    themes: ['dark', 'light'],
    act: async (page) => {
      await click('.anomaly-table tbody .link')(page);
      await click('text=Allow…')(page);
    },
  },
  { name: 'traffic-latency', key: 'full', path: '/traffic', act: click('text=Latency') },
  { name: 'traffic-table', key: 'full', path: '/traffic', act: click('[aria-label="Show as table"]'), full: true },
  { name: 'traffic-refused', key: 'full', path: '/traffic', act: click('text=Start'), sizes: ['wide', 'phone'] },
  { name: 'traffic-empty', key: 'empty', path: '/traffic', full: true },
  { name: 'traffic-error', key: 'error', path: '/traffic' },
  { name: 'traffic-busy', key: 'full', path: '/traffic', act: click('text="Analyse"') },
  {
    name: 'outputs',
    key: 'full',
    path: '/outputs',
    sizes: ['wide', 'tablet', 'phone'],
    themes: ['dark', 'light'],
    act: click('text=Send a test event'),
    full: true,
  },
  { name: 'outputs-new', key: 'full', path: '/outputs', act: click('text=New output…'), sizes: ['wide', 'phone'] },
  {
    name: 'outputs-form',
    key: 'full',
    path: '/outputs',
    sizes: ['wide', 'phone'],
    themes: ['dark', 'light'],
    act: async (page) => {
      await click('text=New output…')(page);
      await click('[role="dialog"] >> text=Splunk')(page);
      await click('text="Save"')(page);
    },
  },
  {
    name: 'outputs-filter',
    key: 'full',
    path: '/outputs',
    sizes: ['wide', 'phone'],
    act: async (page) => {
      await click('text=Edit…')(page);
      await page.getByLabel('Filter', { exact: true }).click();
      await page.keyboard.type('dst');
    },
  },
  { name: 'outputs-replay', key: 'full', path: '/outputs', act: click('text=Replay…'), sizes: ['wide', 'phone'] },
  { name: 'outputs-remove', key: 'full', path: '/outputs', act: click('text=Remove…') },
  { name: 'outputs-letters', key: 'full', path: '/outputs?row=splunk', sizes: ['wide', 'phone'], full: true },
  {
    name: 'outputs-letter',
    key: 'full',
    path: '/outputs?row=splunk',
    sizes: ['wide', 'phone'],
    act: click('.letter-reason .link'),
  },
  { name: 'outputs-empty', key: 'empty', path: '/outputs', sizes: ['wide', 'phone'] },
  { name: 'missing', key: 'full', path: '/nowhere' },
];

const fake = await startFake();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  for (const shot of SHOTS.filter((one) => one.name.includes(only))) {
    for (const size of shot.sizes ?? ['wide'])
      for (const theme of shot.themes ?? ['dark']) await take(shot, size, theme);
  }
} finally {
  await browser.close();
  await fake.stop();
}

async function take(shot, size, theme) {
  const context = await browser.newContext({
    viewport: SIZES[size],
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  await context.addInitScript(
    ([key, name]) => {
      if (key) sessionStorage.setItem('vedette.key', key);
      localStorage.setItem('vedette.theme', name);
    },
    [shot.key, theme],
  );
  const page = await context.newPage();
  page.on(
    'console',
    (message) =>
      ['error', 'warning'].includes(message.type()) &&
      !/status of (4|5)\d\d/.test(message.text()) &&
      process.stderr.write(`${shot.name}: ${message.text()}\n`),
  );
  page.on('pageerror', (error) => process.stderr.write(`${shot.name}: ${error.stack}\n`));
  await page.goto(fake.url + shot.path);
  await page.waitForTimeout(shot.key === 'error' ? 6500 : 1200);
  if (shot.act) {
    await shot.act(page);
    await page.waitForTimeout(900);
  }
  await page.screenshot({ path: join(folder, `${shot.name}-${size}-${theme}.png`), fullPage: shot.full ?? false });
  await context.close();
}
