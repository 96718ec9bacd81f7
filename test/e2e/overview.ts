import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

const SOURCE = '192.0.2.77';

/** The first minutes of somebody new: sign in, no data yet, send a sample, see it. Needs an empty store. */
export async function firstRunJourney(page: Page, baseUrl: string, key: string): Promise<void> {
  await page.goto(baseUrl);
  await signIn(page, key);
  await page.getByRole('heading', { name: 'No data yet' }).waitFor();
  await page.getByRole('button', { name: 'Send one sample event' }).click();
  await page.getByRole('region', { name: 'Key figures' }).waitFor();
  const sources = page.getByRole('region', { name: 'Sources', exact: true });
  await sources.getByRole('button', { name: '192.0.2.10', exact: true }).waitFor();
}

/** The overview and what leads away from it, by mouse and keyboard, against a server that runs. */
export async function overviewJourney(page: Page, baseUrl: string, key: string): Promise<void> {
  await send(baseUrl, key);
  await page.goto(baseUrl);
  await refusesWrongKey(page);
  await signIn(page, key);
  assert.ok(!page.url().includes(key), 'the key stays out of the address');
  await showsFigures(page);
  await filtersByValue(page);
  await showsFilterErrors(page);
  await zoomsAndGoesBack(page);
  await readsEventsByKeyboard(page);
  await looksUpFromThePalette(page);
  await keepsWithinTheRules(page, baseUrl);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
}

/** Sixty flows in the last half hour, a few of them from {@link SOURCE}. */
async function send(baseUrl: string, key: string): Promise<void> {
  const now = Date.now();
  const records = Array.from({ length: 60 }, (_, i) => ({
    ts: new Date(now - i * 30_000).toISOString(),
    src_ip: i % 3 === 0 ? SOURCE : '192.0.2.10',
    dst_ip: i % 2 === 0 ? '198.51.100.20' : '203.0.113.7',
    src_port: 50_000 + i,
    dst_port: i % 4 === 0 ? 3389 : 443,
    proto: 'tcp',
    bytes: 1000 + i,
    packets: 10,
  }));
  const response = await fetch(`${baseUrl}/v1/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(records),
  });
  assert.equal(response.status, 202);
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

async function refusesWrongKey(page: Page): Promise<void> {
  await page.getByLabel('API key').fill('certainly-not-a-key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('This key is not known').waitFor();
}

async function showsFigures(page: Page): Promise<void> {
  const figures = page.getByRole('region', { name: 'Key figures' });
  const events = figures.getByRole('link', { name: /^Events/ }).locator('.kpi-value');
  await events.getByText(/[1-9]/).waitFor();
  assert.equal(await figures.getByRole('link').count(), 6);
  await page
    .getByRole('application', { name: /^Events per minute by kind/ })
    .locator('canvas')
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Show as table' }).click();
  await page.getByRole('table', { name: /Events per minute/ }).waitFor();
  await page.getByRole('button', { name: 'Show as table' }).click();
}

async function filtersByValue(page: Page): Promise<void> {
  const value = page
    .getByRole('region', { name: 'Sources', exact: true })
    .getByRole('button', { name: SOURCE, exact: true });
  await value.click();
  await page.getByRole('menuitem', { name: 'Filter in' }).click();
  await page.waitForURL((url) => url.searchParams.get('q') === `src.ip = ${SOURCE}`);
  assert.equal(await filterBox(page).inputValue(), `src.ip = ${SOURCE}`);
  // The same menu by keyboard; Esc gives the focus back.
  await value.focus();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await page.waitForURL((url) => !url.searchParams.has('q'));
}

async function showsFilterErrors(page: Page): Promise<void> {
  await page.locator('main').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('dst.prt = 3389');
  await page.keyboard.press('Enter');
  const fix = page.getByRole('button', { name: 'Use dst.port' });
  await fix.waitFor();
  assert.equal(await filterBox(page).getAttribute('aria-invalid'), 'true');
  await fix.click();
  await page.waitForURL((url) => url.searchParams.get('q') === 'dst.port = 3389');
  await page.getByRole('region', { name: 'Key figures' }).waitFor();
  await page.getByRole('button', { name: 'Clear filter' }).click();
}

function filterBox(page: Page) {
  return page.getByRole('combobox', { name: 'Filter' });
}

async function zoomsAndGoesBack(page: Page): Promise<void> {
  const chart = page.getByRole('application', { name: /^Events per minute by kind/ });
  await chart.locator('canvas').first().waitFor();
  await settled(page);
  // Esc takes a drag back; the one after it counts.
  await drag(page, chart, true);
  assert.equal(new URL(page.url()).searchParams.get('from') ?? '-1h', '-1h', 'Esc cancels a drag');
  await drag(page, chart, false);
  await page.waitForURL((url) => /^\d{4}-.*Z$/.test(url.searchParams.get('from') ?? ''));
  const zoomed = new URL(page.url()).searchParams;
  const width = Date.parse(zoomed.get('to') ?? '') - Date.parse(zoomed.get('from') ?? '');
  assert.ok(width > 0 && width < 3_600_000, `a part of the hour is left: ${width} ms`);
  assert.ok(await page.getByRole('button', { name: 'Fixed range' }).isDisabled());
  await page.getByRole('button', { name: 'Back to the view before' }).click();
  await page.waitForURL((url) => (url.searchParams.get('from') ?? '-1h') === '-1h');
}

/** From the middle of the chart to the right of it. */
async function drag(page: Page, chart: Locator, cancel: boolean): Promise<void> {
  const box = await chart.boundingBox();
  assert.ok(box, 'the chart has a size');
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.5, { steps: 6 });
  if (cancel) await page.keyboard.press('Escape');
  await page.mouse.up();
}

/** Until nothing on the page waits for newer data, so that nothing moves under the mouse. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  for (const busy of await page.locator('[aria-busy="true"]').all()) await busy.waitFor({ state: 'detached' });
}

async function readsEventsByKeyboard(page: Page): Promise<void> {
  await page.locator('main').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
  const table = page.getByRole('table', { name: 'Events, newest first' });
  await table
    .getByRole('button', { name: /^Details of the event/ })
    .first()
    .waitFor();
  await page.keyboard.press('j');
  await table.locator('.row-open:focus').waitFor();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('complementary');
  await drawer.getByText('src.ip').waitFor();
  assert.ok(new URL(page.url()).searchParams.get('row'), 'the open event is in the address');
  await page.reload();
  await drawer.getByText('src.ip').waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
}

async function looksUpFromThePalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder(/paste an IP/).fill('203[.]0[.]113[.]7');
  await page.getByRole('option', { name: 'Look up 203.0.113.7' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '203.0.113.7', level: 2 }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('find'), '203.0.113.7');
}

/** Landmarks, one heading of the first level, skip link, no sideways scrolling, themes. */
async function keepsWithinTheRules(page: Page, baseUrl: string): Promise<void> {
  for (const path of ['/', '/events', '/lookup', '/system']) {
    await page.goto(baseUrl + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, `one h1 on ${path}`);
    for (const landmark of ['main', 'navigation', 'contentinfo'] as const) {
      assert.equal(await page.getByRole(landmark).count(), 1, `one ${landmark} on ${path}`);
    }
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement?.textContent'), 'Skip to content', path);
    for (const width of [1440, 768, 390]) {
      await page.setViewportSize({ width, height: 900 });
      // Charts follow the new width a moment later.
      await page
        .waitForFunction('document.documentElement.scrollWidth <= document.documentElement.clientWidth', null, {
          timeout: 3_000,
        })
        .catch(() => assert.fail(`something sticks out of ${path} at ${width} px`));
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await page.getByRole('button', { name: 'Light theme' }).click();
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  await page.getByRole('button', { name: 'Dark theme' }).click();
}
