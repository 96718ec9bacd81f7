import { AppError } from '../../kit/errors.ts';
import { Job, type JobOrder } from './job.ts';

/** Runs that are remembered. */
const KEPT = 20;

/** The runs of the analysis, newest first: one at a time, and the last ones that are over. */
export class Runs {
  #jobs: Job[] = [];
  #beginning = false;

  get all(): readonly Job[] {
    return this.#jobs;
  }

  /** The one that runs. */
  get running(): Job | undefined {
    return this.#jobs.find((job) => job.running);
  }

  /** Whether one runs, or is about to. */
  get busy(): boolean {
    return this.#beginning || this.running !== undefined;
  }

  find(id: string): Job | undefined {
    return this.#jobs.find((job) => job.id === id);
  }

  /** Prepares a run while no other one can begin. @throws AppError CONFLICT when another one runs */
  async exclusively<T>(begin: () => Promise<T>): Promise<T> {
    const { running } = this;
    if (running)
      throw new AppError('CONFLICT', `${running.view().input} is being analysed: wait for its end, or cancel it.`);
    if (this.#beginning) throw new AppError('CONFLICT', 'Another analysis is beginning.');
    this.#beginning = true;
    try {
      return await begin();
    } finally {
      this.#beginning = false;
    }
  }

  add(order: JobOrder): Job {
    const job = new Job(order);
    this.#jobs = [job, ...this.#jobs].slice(0, KEPT);
    return job;
  }
}
