/** Ids of events that an anomaly names. */
export const MAX_EVIDENCE = 10;

/** Adds the id of an event to the first few of an anomaly; empty ids and repeats are left out. */
export function addEvidence(evidence: string[], event: string): void {
  if (event !== '' && evidence.length < MAX_EVIDENCE && !evidence.includes(event)) evidence.push(event);
}

/** Evidence of one event, with room for no more: of most entities no more comes. */
export function firstEvidence(event: string): string[] {
  return event === '' ? [] : [event];
}
