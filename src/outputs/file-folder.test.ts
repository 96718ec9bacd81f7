import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { folderOf, makeFolder } from './file-folder.ts';

let root = '';
let places: { readonly home: string; readonly allowed: string[] };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'file-folder-'));
  places = { home: join(root, 'data', 'outputs'), allowed: [join(root, 'archive')] };
});
afterEach(() => rmSync(root, { recursive: true }));

it('begins below outputs in the data folder', () => {
  expect(folderOf(places, undefined, 'siem')).toBe(join(places.home, 'siem'));
  expect(folderOf(places, 'a/../b', 'siem')).toBe(join(places.home, 'b'));
  expect(folderOf(places, '..b', 'siem')).toBe(join(places.home, '..b'));
  expect(folderOf(places, join(root, 'archive', 'x'), 'siem')).toBe(join(root, 'archive', 'x'));
});

it.each(['..', '../state', 'a/../../state', '/etc', '/', '//etc/cron.d'])('refuses %s', (path) => {
  expect(() => folderOf(places, path, 'siem')).toThrow(/must be a folder below/);
});

it('refuses a folder that only begins like an allowed one', () => {
  expect(() => folderOf(places, `${places.allowed[0]}-of-others`, 'siem')).toThrow(/must be a folder below/);
});

it('makes the folder', async () => {
  await makeFolder(places, join(places.home, 'a', 'b'));
  expect(existsSync(join(places.home, 'a', 'b'))).toBe(true);
});

it('makes nothing behind a link that leads out', async () => {
  mkdirSync(places.home, { recursive: true });
  mkdirSync(join(root, 'elsewhere'));
  symlinkSync(join(root, 'elsewhere'), join(places.home, 'link'));
  await expect(makeFolder(places, join(places.home, 'link', 'new'))).rejects.toThrow(/outside of the folders/);
  expect(existsSync(join(root, 'elsewhere', 'new'))).toBe(false);
});

it('takes a data folder that is a link itself', async () => {
  mkdirSync(join(root, 'real'));
  symlinkSync(join(root, 'real'), join(root, 'data'));
  await makeFolder(places, join(places.home, 'a'));
  expect(existsSync(join(root, 'real', 'outputs', 'a'))).toBe(true);
});

it('makes no allowed folder that is not there', async () => {
  await expect(makeFolder(places, join(root, 'archive', 'x'))).rejects.toThrow();
  expect(existsSync(join(root, 'archive'))).toBe(false);
});
