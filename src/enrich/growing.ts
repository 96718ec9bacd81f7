const FIRST_ROOM = 4096;

/** A Uint32Array that grows by half. */
export class Growing32 {
  values = new Uint32Array(FIRST_ROOM);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint32Array(this.length + (this.length >>> 1));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  /** What was pushed, without the spare room. */
  take(): Uint32Array {
    return this.values.subarray(0, this.length);
  }
}

/** A Uint16Array that grows by half. */
export class Growing16 {
  values = new Uint16Array(FIRST_ROOM);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint16Array(this.length + (this.length >>> 1));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  take(): Uint16Array {
    return this.values.subarray(0, this.length);
  }
}

/** A Uint8Array that grows by half. */
export class Growing8 {
  values = new Uint8Array(FIRST_ROOM);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint8Array(this.length + (this.length >>> 1));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  take(): Uint8Array {
    return this.values.subarray(0, this.length);
  }
}
