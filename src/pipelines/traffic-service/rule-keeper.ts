import { AllowRules, preview, problemOfRule } from '../../detect/detectors/allow-rules.ts';
import { AppError } from '../../kit/errors.ts';
import type { TrafficRule, TrafficRuleView } from '../../model/traffic-view.ts';
import type { Anomaly } from '../../model/window.ts';
import type { StateStore } from '../../stores/state/store.ts';

const SETTING = 'traffic.rules';
const MAX_RULES = 500;

/** The allow rules: kept over restarts, with the hits among the anomalies that are held. */
export class RuleKeeper {
  readonly #settings: StateStore['settings'];
  #rules: readonly TrafficRule[] = [];
  #inForce = new AllowRules();

  constructor(settings: StateStore['settings']) {
    this.#settings = settings;
  }

  /** Rules that do not fit any more (of another version) are left out. */
  async load(): Promise<void> {
    const saved = await this.#settings.get<TrafficRule[]>(SETTING);
    this.#rules = Array.isArray(saved) ? saved.filter((rule) => problemOfRule(rule) === undefined) : [];
    this.restart();
  }

  list(): TrafficRuleView[] {
    return this.#inForce.list();
  }

  /** @throws AppError INVALID_PARAMETER */
  async set(rule: TrafficRule): Promise<void> {
    const problem = problemOfRule(rule);
    if (problem) throw new AppError('INVALID_PARAMETER', problem);
    const others = this.#rules.filter(({ id }) => id !== rule.id);
    if (others.length >= MAX_RULES) throw new AppError('INVALID_PARAMETER', `There are ${MAX_RULES} rules already.`);
    await this.#save([...others, rule]);
  }

  async remove(id: string): Promise<boolean> {
    const others = this.#rules.filter((rule) => rule.id !== id);
    if (others.length === this.#rules.length) return false;
    await this.#save(others);
    return true;
  }

  /** Whether a rule hides the anomaly; counts the hit. */
  hides(anomaly: Anomaly): boolean {
    return this.#inForce.hides(anomaly) !== undefined;
  }

  /** @throws AppError INVALID_PARAMETER */
  preview(rule: TrafficRule, anomalies: Iterable<Anomaly>): Anomaly[] {
    const problem = problemOfRule(rule);
    if (problem) throw new AppError('INVALID_PARAMETER', problem);
    return preview(rule, anomalies);
  }

  /** Counts hits from 0: before all anomalies are sorted anew. */
  restart(): void {
    this.#inForce = new AllowRules();
    for (const rule of this.#rules) this.#inForce.set(rule);
  }

  async #save(rules: readonly TrafficRule[]): Promise<void> {
    await this.#settings.set(SETTING, rules);
    this.#rules = rules;
  }
}
