/** Small outline icons, drawn for a box of 16; decoration only, the word stands beside them or in a label. */
const PATHS = {
  overview: 'M2 2.5h5v5H2zM9 2.5h5v3H9zM9 7.5h5v6H9zM2 9.5h5v4H2z',
  events: 'M2 3.5h12M2 8h12M2 12.5h8',
  exporters: 'M2 9.5h12v4H2zM4.5 11.5h.01M8 9.5V6M5.5 6.5a3.5 3.5 0 0 1 5 0M3.5 4.5a6.4 6.4 0 0 1 9 0',
  outputs: 'M7 3H2.5v10H7M6 8h8M10.5 4.5 14 8l-3.5 3.5',
  lookup: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8 14 14',
  system: 'M2 3h12v4H2zM2 9h12v4H2zM4.5 5h.01M4.5 11h.01',
  back: 'M6 3 2.5 6.5 6 10M2.5 6.5H10a3.5 3.5 0 0 1 0 7H7',
  left: 'M10 3 5 8l5 5',
  right: 'M6 3l5 5-5 5',
  down: 'M3 6l5 5 5-5',
  reset: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.5V8l2.5 1.5',
  filter: 'M2 3h12L9.5 8.5V13L6.5 11.5v-3z',
  pause: 'M5 3v10M11 3v10',
  play: 'M4.5 2.5v11L13 8z',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  table: 'M2 3h12v10H2zM2 6.5h12M6.5 6.5V13',
  chart: 'M2 13.5h12M4 11V7M8 11V3M12 11V5.5',
  columns: 'M2 3h12v10H2zM6 3v10M10 3v10',
  upload: 'M8 10.5v-8M4.5 5.5 8 2l3.5 3.5M2.5 13.5h11',
  traffic: 'M1.5 8h3L6.5 3l3 10 2-5h3',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  theme: 'M13.5 9.5A6 6 0 1 1 6.5 2.5a5 5 0 0 0 7 7z',
  signout: 'M6 2.5H2.5v11H6M10 5l3 3-3 3M13 8H6',
  help: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.7 8 9.1 8 10M8 12.8v.01',
  settings:
    'M2 5h7M12.5 5H14M2 11h1.5M7 11h7M10.7 6.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM5.3 12.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z',
  command: 'M2.5 4.5 6 8l-3.5 3.5M8 12h5.5',
  menu: 'M2 4h12M2 8h12M2 12h12',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false" className="logo">
      <path d="M6 7l10 19L26 7" fill="none" strokeWidth="3.6" strokeLinecap="round" strokeLinejoin="round" />
      <circle cx="16" cy="9.5" r="3.2" />
    </svg>
  );
}
