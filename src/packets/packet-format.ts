/** Finds the packets of one file format in a window. */
export interface PacketFormat {
  /** Moves the packet on to the next whole one; false when there is none before the window is filled again. */
  next(): boolean;
  /** Nothing more can be read, whatever follows. */
  readonly done: boolean;
  /** Called at the end of the file: a sentence about what is left over, undefined when nothing is. */
  rest(): string | undefined;
}
