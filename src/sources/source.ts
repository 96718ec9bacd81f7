import type { Component } from '../kit/component.ts';
import type { Envelope } from '../model/envelope.ts';

/** Where a source puts what it received. Resolves when it is durable; rejects with AppError when it was not taken. */
export type Emit = (envelope: Envelope) => Promise<unknown>;

/** A door through which bytes come in: it wraps them in envelopes and never looks inside. */
export type Source = Component;
