import { Command } from 'cmdk';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { signOut } from '../api/session.ts';
import { subjectOf } from '../format/address.ts';
import { PAGES } from '../pages.ts';
import { live } from '../state/live.ts';
import { theme, zone } from '../state/preferences.ts';
import { PRESETS } from '../state/time-range.ts';
import { useUrlState } from '../state/url-state.ts';
import { Icon } from '../widgets/icons.tsx';
import { layer } from './layers.ts';

/** Ctrl+K: pages, commands, ranges; a pasted address or domain is looked up. */
export default function Palette() {
  const { go, update } = useUrlState();
  const [typed, setTyped] = useState('');
  const subject = subjectOf(typed);
  const run = (action: () => void) => () => {
    layer.set(null);
    action();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && layer.set(null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">Commands</Dialog.Title>
          <Command loop label="Commands">
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder="Type a command, or paste an IP or domain"
            />
            <Command.List>
              {!subject && <Command.Empty>Nothing is called that.</Command.Empty>}
              {subject && (
                <Command.Group heading="Look-up" forceMount>
                  <Command.Item
                    forceMount
                    value={`look up ${typed}`}
                    onSelect={run(() => go('/lookup', { find: subject.value }))}
                  >
                    <Icon name="lookup" /> Look up <code>{subject.value}</code>
                  </Command.Item>
                  <Command.Item
                    forceMount
                    value={`events of ${typed}`}
                    onSelect={run(() =>
                      go('/events', {
                        q: subject.kind === 'ip' ? `ip = ${subject.value}` : `domain = "${subject.value}"`,
                      }),
                    )}
                  >
                    <Icon name="events" /> Events of <code>{subject.value}</code>
                  </Command.Item>
                </Command.Group>
              )}
              <Command.Group heading="Pages">
                {PAGES.map((page) => (
                  <Command.Item key={page.path} onSelect={run(() => go(page.path))}>
                    <Icon name={page.icon} /> {page.title}
                    <span className="palette-keys">
                      <kbd>g</kbd>
                      <kbd>{page.key}</kbd>
                    </span>
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading="Time range">
                {PRESETS.map((preset) => (
                  <Command.Item key={preset.from} onSelect={run(() => update({ from: preset.from, to: 'now' }))}>
                    <Icon name="clock" /> {preset.label}
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading="Commands">
                <Command.Item onSelect={run(() => update({ q: '' }))}>
                  <Icon name="filter" /> Clear the filter
                </Command.Item>
                <Command.Item onSelect={run(() => live.set(!live.get()))}>
                  <Icon name={live.get() ? 'pause' : 'play'} /> {live.get() ? 'Pause' : 'Go live'}
                </Command.Item>
                <Command.Item onSelect={run(() => theme.set(theme.get() === 'dark' ? 'light' : 'dark'))}>
                  <Icon name="theme" /> {theme.get() === 'dark' ? 'Light theme' : 'Dark theme'}
                </Command.Item>
                <Command.Item onSelect={run(() => zone.set(zone.get() === 'utc' ? 'local' : 'utc'))}>
                  <Icon name="clock" /> {zone.get() === 'utc' ? 'Times in local zone' : 'Times in UTC'}
                </Command.Item>
                <Command.Item onSelect={() => layer.set('preferences')}>
                  <Icon name="settings" /> Preferences
                </Command.Item>
                <Command.Item onSelect={() => layer.set('help')}>
                  <Icon name="help" /> Keyboard shortcuts
                </Command.Item>
                <Command.Item onSelect={run(() => signOut())}>
                  <Icon name="signout" /> Sign out
                </Command.Item>
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
