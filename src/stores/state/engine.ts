import type { Component } from '../../kit/component.ts';
import type { Target } from './postgres.ts';

/** A PostgreSQL that is started, or only looked up. `target` is known once `start` has returned; it is a secret. */
export interface Engine extends Component {
  readonly target: Target;
}
