import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { ApiError, download, type Params } from '../../api/client.ts';
import { whole } from '../../format/number.ts';
import { copyText } from '../../widgets/copy.tsx';
import { Icon } from '../../widgets/icons.tsx';
import { toast } from '../../widgets/toast.tsx';

const FORMATS = [
  { format: 'csv', label: 'CSV', ending: 'csv' },
  { format: 'json', label: 'JSON lines', ending: 'ndjson' },
  { format: 'parquet', label: 'Parquet', ending: 'parquet' },
] as const;
/** What a browser can hold in memory without pain; the copied command has no such limit. */
const LIMIT = 100_000;

/** Saves what range and filter select, with the columns shown; or copies the request. */
export function ExportMenu({ params, curl }: { params: Params; curl: string }) {
  const [busy, setBusy] = useState(false);
  const save = async (format: string, ending: string) => {
    setBusy(true);
    try {
      const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '');
      await download(`/v1/download/${format}`, { ...params, limit: LIMIT }, `vedette-events-${stamp}.${ending}`);
    } catch (error) {
      toast(error instanceof ApiError ? `${error.title}: ${error.message}` : 'The export failed.', 'bad');
    }
    setBusy(false);
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button" disabled={busy}>
        <Icon name="download" /> {busy ? 'Exporting…' : 'Export'}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Label className="menu-label">The newest {whole(LIMIT)} at most</DropdownMenu.Label>
          {FORMATS.map((item) => (
            <DropdownMenu.Item
              key={item.format}
              className="menu-item"
              onSelect={() => void save(item.format, item.ending)}
            >
              {item.label}
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Separator className="menu-separator" />
          <DropdownMenu.Item
            className="menu-item"
            onSelect={() => void copyText(curl, 'Copied; the key is taken from $VEDETTE_KEY')}
          >
            Copy as curl
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
