import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../demo/receivers/self-signed.ts';
import { RefusedAddress, type Resolve } from './address-guard.ts';
import { HttpClient, type HttpClientOptions, HttpFailure, type HttpRequest } from './http-client.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function port(server: Server | TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

function client(origin: string, options: Partial<HttpClientOptions> = {}): HttpClient {
  const made = new HttpClient({ origin, allowPrivate: true, ...options });
  open.push(made);
  return made;
}

async function serve(listener: RequestListener, options: Partial<HttpClientOptions> = {}): Promise<HttpClient> {
  return client(`http://127.0.0.1:${await port(createServer(listener))}`, options);
}

async function failure(client: HttpClient, request: Partial<HttpRequest> = {}): Promise<HttpFailure> {
  const error = await client.request({ method: 'GET', path: '/', ...request }).then(
    (answer) => new Error(`answered ${answer.status}`),
    (error: unknown) => error,
  );
  if (error instanceof HttpFailure) return error;
  throw error;
}

describe('HttpClient', () => {
  it('sends method, path, headers and body, and gives what comes back', async () => {
    const http = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => {
        response.writeHead(
          201,
          [
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2; Path=/'],
            ['X-One', 'x'],
          ].flat(),
        );
        response.end(`${request.method} ${request.url} ${request.headers['x-key']} ${text}`);
      });
    });
    const answer = await http.request({ method: 'PUT', path: '/a?b=c', headers: { 'x-key': 'k' }, body: 'grüß' });
    expect(answer).toMatchObject({
      status: 201,
      text: 'PUT /a?b=c k grüß',
      cut: false,
      cookies: ['a=1', 'b=2; Path=/'],
    });
    expect(answer.headers).toMatchObject({ 'x-one': 'x', 'set-cookie': 'b=2; Path=/' });
  });

  it('does not follow redirects', async () => {
    let requests = 0;
    const http = await serve((_request, response) => {
      requests++;
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    });
    expect((await http.request({ method: 'POST', path: '/', body: 'x' })).status).toBe(307);
    expect(requests).toBe(1);
  });

  it('keeps no more of an answer than it may, and goes on after it', async () => {
    const http = await serve((_request, response) => response.end('x'.repeat(5_000_000)));
    const cut = await http.request({ method: 'GET', path: '/', maxAnswer: 1000 });
    expect(cut).toMatchObject({ text: 'x'.repeat(1000), cut: true });
    const whole = await http.request({ method: 'GET', path: '/', maxAnswer: 5_000_000 });
    expect([whole.text.length, whole.cut]).toEqual([5_000_000, false]);
  });

  it('gives up a receiver that does not answer', async () => {
    const http = await serve(() => undefined);
    expect((await failure(http, { timeoutMs: 50 })).kind).toBe('timeout');
  });

  it('gives up an answer that stops in the middle', async () => {
    const http = await serve(
      (_request, response) => void response.writeHead(200, { 'content-length': 100 }).write('x'),
    );
    expect((await failure(http, { timeoutMs: 50 })).kind).toBe('timeout');
  });

  it('gives up an answer that drips in without end', async () => {
    const http = await serve((_request, response) => {
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await failure(http, { timeoutMs: 100 })).toMatchObject({ kind: 'timeout', code: 'ETIMEDOUT' });
  });

  it.each(['before', 'in the middle of'])('tells of a connection torn %s the answer', async (when) => {
    const http = await serve((request, response) => {
      if (when === 'before') request.socket.destroy();
      else response.writeHead(200, { 'content-length': 100 }).write('x', () => request.socket.destroy());
    });
    expect((await failure(http)).kind).toBe('network');
  });

  it('tells of an answer that is no HTTP', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end('SSH-2.0-OpenSSH\r\n');
    });
    expect((await failure(client(`http://127.0.0.1:${await port(server)}`))).kind).toBe('network');
  });

  it('tells of a port where nobody listens, with the words of every address', async () => {
    const free = createTcpServer();
    const number = await port(free);
    free.close();
    const both: Resolve = (_host, _options, answer) =>
      answer(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    expect(await failure(client(`http://127.0.0.1:${number}`))).toMatchObject({
      kind: 'network',
      code: 'ECONNREFUSED',
    });
    const named = await failure(client(`http://siem.example:${number}`, { resolve: both }));
    expect(named).toMatchObject({ kind: 'network', code: 'ECONNREFUSED' });
    expect(named.message).toMatch(/127\.0\.0\.1.*127\.0\.0\.2/);
  });

  it('ends when the caller goes away, before and after it began', async () => {
    const arrival = new EventEmitter();
    const arrived = once(arrival, 'request');
    const http = await serve(() => void arrival.emit('request'));
    const stop = new AbortController();
    const given = failure(http, { signal: stop.signal });
    await arrived;
    stop.abort();
    expect(await given).toMatchObject({ kind: 'aborted', code: 'ABORTED' });
    expect((await failure(http, { signal: stop.signal })).kind).toBe('aborted');
  });

  it('ends what is under way when it is closed', async () => {
    const arrival = new EventEmitter();
    const arrived = once(arrival, 'request');
    const http = await serve(() => void arrival.emit('request'));
    const given = failure(http);
    await arrived;
    await http.close();
    expect((await given).kind).toBe('network');
  });
});

describe('HttpClient, guarded', () => {
  it('does not take an origin with a refused address', () => {
    expect(() => new HttpClient({ origin: 'http://[::ffff:127.0.0.1]:80' })).toThrow(RefusedAddress);
    expect(() => new HttpClient({ origin: 'http://0x7f.1' })).toThrow(RefusedAddress);
    expect(() => new HttpClient({ origin: 'http://169.254.169.254', allowPrivate: true })).toThrow(RefusedAddress);
  });

  it('does not connect to a name that leads to one', async () => {
    let requests = 0;
    const number = await port(
      createServer((_request, response) => {
        requests++;
        response.end();
      }),
    );
    const resolve: Resolve = (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]);
    const http = client(`http://siem.example:${number}`, { allowPrivate: false, resolve });
    expect(await failure(http)).toMatchObject({ kind: 'refused', code: 'REFUSED_ADDRESS' });
    expect((await failure(client(`http://localhost:${number}`, { allowPrivate: false }))).kind).toBe('refused');
    expect(requests).toBe(0);
  });

  it('checks each connection: a name that changes its mind is refused then', async () => {
    const number = await port(
      createServer((_request, response) => response.writeHead(200, { connection: 'close' }).end()),
    );
    const found = ['127.0.0.1', '169.254.169.254'];
    const resolve: Resolve = (_host, _options, answer) => answer(null, [{ address: found.shift() ?? '', family: 4 }]);
    const http = client(`http://siem.example:${number}`, { resolve });
    expect((await http.request({ method: 'GET', path: '/' })).status).toBe(200);
    expect(await failure(http)).toMatchObject({ kind: 'refused' });
  });
});

describe('HttpClient over TLS', () => {
  const pair = selfSigned(['siem.example', '127.0.0.1']);
  const here: Resolve = (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]);
  const secure = (made = pair) => port(createTlsServer(made, (_request, response) => response.end('in')));

  it('trusts the authority it is given, by address and by name', async () => {
    const number = await secure();
    for (const host of ['127.0.0.1', 'siem.example']) {
      const http = client(`https://${host}:${number}`, { ca: pair.cert, resolve: here });
      expect((await http.request({ method: 'GET', path: '/' })).text).toBe('in');
    }
  });

  it('refuses a certificate that nobody vouches for, of another name, and an old one', async () => {
    const number = await secure();
    expect((await failure(client(`https://127.0.0.1:${number}`))).kind).toBe('tls');
    const other = client(`https://other.example:${number}`, { ca: pair.cert, resolve: here });
    expect(await failure(other)).toMatchObject({ kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    const old = selfSigned(['127.0.0.1'], Date.UTC(2020, 0), Date.UTC(2021, 0));
    const late = client(`https://127.0.0.1:${await secure(old)}`, { ca: old.cert });
    expect(await failure(late)).toMatchObject({ kind: 'tls', code: 'CERT_HAS_EXPIRED' });
  });

  it('accepts any certificate when told to', async () => {
    const http = client(`https://127.0.0.1:${await secure()}`, { verifyTls: false });
    expect((await http.request({ method: 'GET', path: '/' })).text).toBe('in');
  });

  it('tells of a port that speaks no TLS', async () => {
    const number = await port(createServer((_request, response) => response.end()));
    expect((await failure(client(`https://127.0.0.1:${number}`))).kind).toBe('tls');
  });

  it('makes certificates that OpenSSL reads', () => {
    const version = (() => {
      try {
        return execFileSync('openssl', ['version'], { encoding: 'utf8' });
      } catch {
        return '';
      }
    })();
    if (version === '') return expect(pair.cert).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: pair.cert, encoding: 'utf8' });
    expect(text).toMatch(/CA:TRUE/);
    expect(text).toMatch(/DNS:siem\.example, IP Address:127\.0\.0\.1/);
  });
});
