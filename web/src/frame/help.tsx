import { useStore } from '../kit/store.ts';
import { shortcuts } from '../state/preferences.ts';
import { Dialog } from './dialog.tsx';
import { layer } from './layers.ts';
import { SHORTCUTS } from './shortcuts.ts';

export default function Help() {
  const on = useStore(shortcuts) === 'on';
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => layer.set(null)}>
      <table className="plain-table">
        <tbody>
          {SHORTCUTS.map((item) => (
            <tr key={item.keys}>
              <th scope="row">
                {item.keys.split(/ +/).map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{item.does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label className="check">
        <input type="checkbox" checked={on} onChange={(event) => shortcuts.set(event.target.checked ? 'on' : 'off')} />
        Single-key shortcuts (off inside text fields in any case)
      </label>
    </Dialog>
  );
}
