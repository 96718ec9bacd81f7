import { DropdownMenu } from 'radix-ui';
import { useFields } from '../api/queries.ts';
import { clause, withClause } from '../filter/clauses.ts';
import { fieldNamed } from '../filter/complete.ts';
import { defang } from '../format/address.ts';
import { useStore } from '../kit/store.ts';
import { useUrlState } from '../state/url-state.ts';
import { copyText } from './copy.tsx';
import { type PivotTarget, pivotTarget } from './pivot.ts';

/** The one menu for all values of the page. It is loaded when it is first asked for. */
export default function PivotMenu() {
  const target = useStore(pivotTarget);
  return target ? <OpenMenu key={`${target.field} ${target.value}`} target={target} /> : null;
}

function OpenMenu({ target }: { target: PivotTarget }) {
  const { kind, field, value, anchor } = target;
  const { state, update, go } = useUrlState();
  const type = fieldNamed(useFields().data?.fields ?? [], field)?.type ?? typeOfKind(kind);
  const rect = anchor.getBoundingClientRect();
  const text = value === null ? '' : String(value);
  const filter = (q: string) => update({ q, row: '' });
  const eventsOf = (q: string) => go('/events', { q });
  const only = clause(field, value, type);
  const canLookUp = (kind === 'ip' || kind === 'domain') && text !== '';
  return (
    <DropdownMenu.Root open onOpenChange={(open) => !open && pivotTarget.set(null)} modal={false}>
      <DropdownMenu.Trigger asChild>
        <span
          className="menu-anchor"
          style={{ left: rect.left, top: rect.top, width: rect.width, height: rect.height }}
          aria-hidden="true"
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`${field} ${text || 'none'}`}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            anchor.focus();
          }}
        >
          <DropdownMenu.Label className="menu-label">
            <span>{field}</span> <code>{text || 'none'}</code>
          </DropdownMenu.Label>
          <Item onSelect={() => filter(withClause(state.q, only))}>Filter in</Item>
          <Item onSelect={() => filter(withClause(state.q, clause(field, value, type, true)))}>Filter out</Item>
          <Item onSelect={() => filter(only)}>Only this</Item>
          <DropdownMenu.Separator className="menu-separator" />
          {canLookUp && <Item onSelect={() => go('/lookup', { find: text })}>Look up</Item>}
          <Item onSelect={() => eventsOf(withClause(state.q, only))}>Show events</Item>
          {kind === 'ip' && text && <Item onSelect={() => eventsOf(`ip = ${text}`)}>All events of this address</Item>}
          {text && (
            <>
              <DropdownMenu.Separator className="menu-separator" />
              <Item onSelect={() => void copyText(text)}>Copy</Item>
              {(kind === 'ip' || kind === 'domain') && (
                <Item onSelect={() => void copyText(defang(text), 'Copied defanged')}>Copy defanged</Item>
              )}
            </>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Item({ onSelect, children }: { onSelect: () => void; children: string }) {
  return (
    <DropdownMenu.Item className="menu-item" onSelect={onSelect}>
      {children}
    </DropdownMenu.Item>
  );
}

/** Until /v1/fields has answered. */
function typeOfKind(kind: PivotTarget['kind']): string {
  if (kind === 'ip' || kind === 'enum') return kind;
  return kind === 'port' || kind === 'asn' || kind === 'number' ? 'u32' : 'text';
}
