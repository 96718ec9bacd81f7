import { describe, expect, it } from 'vitest';
import { client, inspect, TCP } from './fixtures/inspect.ts';
import { clientHello, records, serverName } from './fixtures/tls.ts';
import { PayloadInspector } from './payload-inspector.ts';

const UDP = 17;
const hello = (name: string) => records(clientHello({ extensions: [serverName(name)] }));

describe('PayloadInspector', () => {
  it('begins anew with a place that was closed', () => {
    const inspector = new PayloadInspector();
    const show = (bytes: Uint8Array) => inspector.payload(70_000, TCP, 443, true, bytes, 0, bytes.length, 0);
    expect(show(hello('one.test'))).toBe(false);
    expect(show(hello('two.test'))).toBe(false);
    expect(inspector.application(70_000).domain).toBe('one.test');
    const told = inspector.application(70_000);
    inspector.close(70_000);
    expect(inspector.application(70_000)).toEqual({ service: '', domain: '', attrs: {} });
    show(hello('two.test'));
    expect(inspector.application(70_000).domain).toBe('two.test');
    expect(told.domain).toBe('one.test');
  });

  it('keeps connections apart', () => {
    const inspector = new PayloadInspector();
    const streams = Array.from({ length: 50 }, (_, slot) => hello(`host${slot}.test`));
    for (let at = 0; at < 200; at += 10) {
      for (const [slot, stream] of streams.entries()) {
        inspector.payload(slot, TCP, 443, true, stream, at, Math.min(at + 10, stream.length), 0);
      }
    }
    expect(streams.map((_, slot) => inspector.application(slot).domain)).toEqual(
      streams.map((_, slot) => `host${slot}.test`),
    );
    expect(inspector.heldBytes).toBe(0);
  });

  it('has so much room for what is not whole, and gives up what has waited longest', () => {
    const inspector = new PayloadInspector({ bufferBytes: 100_000 });
    const streams = Array.from({ length: 100 }, (_, slot) => hello(`host${slot}.test`));
    for (const [slot, stream] of streams.entries()) {
      expect(inspector.payload(slot, TCP, 443, true, stream, 0, 50, 0)).toBe(true);
      expect(inspector.heldBytes).toBeLessThanOrEqual(100_000);
    }
    expect(inspector.evicted).toBe(76);
    const goesOn = streams.map((stream, slot) => inspector.payload(slot, TCP, 443, true, stream, 50, stream.length, 0));
    expect(goesOn).toEqual(streams.map(() => false));
    const domains = streams.map((_, slot) => inspector.application(slot).domain).filter((domain) => domain !== '');
    expect(domains).toHaveLength(24);
    expect(domains[0]).toBe('host76.test');
    expect(inspector.heldBytes).toBe(0);
  });

  it('gives back the room of a connection that is closed', () => {
    const inspector = new PayloadInspector();
    const stream = hello('a.test');
    inspector.payload(0, TCP, 443, true, stream, 0, 50, 0);
    expect(inspector.heldBytes).toBeGreaterThan(0);
    inspector.close(0);
    expect(inspector.heldBytes).toBe(0);
  });

  it('takes segments that are larger than what it holds', () => {
    const large = Buffer.alloc(60_000, 'x');
    const request = Buffer.from(`POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${large.length}\r\n\r\n`);
    const again = Buffer.from('GET /2 HTTP/1.1\r\n\r\n');
    const all = Buffer.concat([request, large, again]);
    expect(inspect(TCP, 80, client(all)).attrs.requests).toBe(2);
    expect(inspect(TCP, 80, client(all.subarray(0, 10)), client(all.subarray(10))).attrs.requests).toBe(2);
  });

  it('says nothing of a payload without bytes, and of protocols without payload of their own', () => {
    const inspector = new PayloadInspector();
    expect(inspector.payload(0, UDP, 53, true, new Uint8Array(9), 5, 5, 0)).toBe(true);
    expect(inspector.payload(0, 1, 0, true, new Uint8Array(9), 0, 9, 0)).toBe(false);
    expect(inspector.application(0).service).toBe('');
    inspector.close(12_345);
  });
});
