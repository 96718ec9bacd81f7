/** Cookies kept, and characters of one: a receiver's load balancer needs one or two. */
const MOST = 20;
const LONGEST = 4096;

/**
 * The cookies of one origin (RFC 6265, 5.2 and 5.3, as far as one client and one origin need it): load balancers use them to
 * send a client to the same node again. Domain, path and lifetime in seconds are not looked at, removal is.
 */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** @param headers `Set-Cookie` headers as they came. */
  keep(headers: readonly string[], now: number): void {
    for (const header of headers) {
      const [pair, ...attributes] = header.split(';');
      const equals = pair.indexOf('=');
      const name = pair.slice(0, Math.max(0, equals)).trim();
      const value = pair.slice(equals + 1).trim();
      if (name === '' || header.length > LONGEST) continue;
      this.#cookies.delete(name);
      if (!attributes.some((attribute) => removes(attribute, now))) this.#cookies.set(name, value);
      const [oldest] = this.#cookies.keys();
      if (this.#cookies.size > MOST) this.#cookies.delete(oldest);
    }
  }

  /** Value of the `Cookie` header; undefined when there is none to send. */
  get header(): string | undefined {
    if (this.#cookies.size === 0) return undefined;
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

function removes(attribute: string, now: number): boolean {
  const [name, value = ''] = attribute.split('=').map((part) => part.trim());
  if (name.toLowerCase() === 'max-age') return Number(value) <= 0;
  return name.toLowerCase() === 'expires' && Date.parse(value) <= now;
}
