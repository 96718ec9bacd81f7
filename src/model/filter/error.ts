/** Why a filter cannot be read, and where: `position` and `length` mark the place in the text, counted from 0. */
export class FilterError extends Error {
  readonly position: number;
  readonly length: number;
  /** What to write at that place instead, where there is a good guess. */
  readonly suggestion: string | undefined;

  constructor(message: string, position: number, length: number, suggestion?: string) {
    super(message);
    this.name = 'FilterError';
    this.position = position;
    this.length = length;
    this.suggestion = suggestion;
  }
}
