import { Popover } from 'radix-ui';
import { useState } from 'react';
import type { FieldInfo } from '../../api/types.ts';
import { Icon } from '../../widgets/icons.tsx';
import { USUAL } from './columns.ts';

interface ColumnPickerProps {
  fields: readonly FieldInfo[];
  chosen: readonly string[];
  onChange: (columns: string[]) => void;
}

/** Which columns, in which order: the chosen ones first, to be moved; then the others. */
export function ColumnPicker({ fields, chosen, onChange }: ColumnPickerProps) {
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const others = fields.filter((field) => !chosen.includes(field.path));
  const fits = (path: string) => path.includes(wanted);
  const move = (path: string, step: number) => {
    const from = chosen.indexOf(path);
    const next = chosen.filter((one) => one !== path);
    next.splice(Math.max(0, from + step), 0, path);
    onChange(next);
  };
  return (
    <Popover.Root>
      <Popover.Trigger className="button">
        <Icon name="columns" /> Columns <span className="muted">{chosen.length}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover column-picker"
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Columns"
        >
          <div className="picker-head">
            <input
              className="input"
              placeholder="Find a column"
              aria-label="Find a column"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <button type="button" className="link" onClick={() => onChange([...USUAL])}>
              Usual set
            </button>
          </div>
          <ul>
            {chosen.filter(fits).map((path) => (
              <li key={path}>
                <label>
                  <input
                    type="checkbox"
                    checked
                    disabled={chosen.length === 1}
                    onChange={() => onChange(chosen.filter((one) => one !== path))}
                  />
                  <code>{path}</code>
                </label>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Move ${path} to the left`}
                  disabled={chosen[0] === path}
                  onClick={() => move(path, -1)}
                >
                  <Icon name="left" size={12} />
                </button>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Move ${path} to the right`}
                  disabled={chosen.at(-1) === path}
                  onClick={() => move(path, 1)}
                >
                  <Icon name="right" size={12} />
                </button>
              </li>
            ))}
            {others
              .filter((field) => fits(field.path))
              .map((field) => (
                <li key={field.path} title={field.doc}>
                  <label>
                    <input type="checkbox" checked={false} onChange={() => onChange([...chosen, field.path])} />
                    <code>{field.path}</code>
                  </label>
                </li>
              ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
