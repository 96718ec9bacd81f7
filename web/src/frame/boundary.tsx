import { Component, type ReactNode } from 'react';
import { Notice } from '../widgets/states.tsx';

/** A page that fails says so, and the frame around it goes on working. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Notice
        tone="bad"
        title="This page failed"
        actions={
          <button type="button" className="button" onClick={() => window.location.reload()}>
            Reload
          </button>
        }
      >
        <p>A fault of the dashboard; nothing that was received is lost.</p>
        <p className="muted">
          <code>{error.message}</code>
        </p>
      </Notice>
    );
  }
}
