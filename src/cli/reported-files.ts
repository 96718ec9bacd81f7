/** A capture as reports name it. */
export interface ReportedFile {
  readonly name: string;
  /** Bytes as stored; undefined for a pipe. */
  readonly size: number | undefined;
}

/** The first names, and how many more there are. */
export function namesOf(files: readonly ReportedFile[]): string {
  const shown = files.length <= 3 ? files : files.slice(0, 2);
  const more = files.length > shown.length ? [`and ${files.length - shown.length} more`] : [];
  return [...shown.map((file) => file.name), ...more].join(', ');
}
