import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon } from '../widgets/icons.tsx';

interface DialogProps {
  title: string;
  description?: string;
  onClose: () => void;
  /** For longer forms. */
  wide?: boolean;
  children: ReactNode;
}

/** A dialog that holds the focus and gives it back. */
export function Dialog({ title, description, onClose, wide = false, children }: DialogProps) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content
          className={wide ? 'dialog wide' : 'dialog'}
          onEscapeKeyDown={keepForList}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <header>
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close className="icon-button" aria-label="Close">
              <Icon name="close" />
            </Radix.Close>
          </header>
          {description && <Radix.Description className="muted">{description}</Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** An open list of completions takes Esc first: only the top layer closes. */
function keepForList(event: KeyboardEvent): void {
  if (event.target instanceof Element && event.target.getAttribute('aria-expanded') === 'true') event.preventDefault();
}
