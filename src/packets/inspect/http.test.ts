import { describe, expect, it } from 'vitest';
import { client, inspect, server, TCP } from './fixtures/inspect.ts';

const REQUEST = [
  'GET /a/b?c=d HTTP/1.1',
  'HOST: WWW.Example.com:8080',
  'User-Agent:  curl/8.0 (x)',
  'Accept: */*',
  '',
  '',
].join('\r\n');
const RESPONSE = 'HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Type: Text/HTML; charset=utf-8\r\n\r\n<html>';

describe('HTTP', () => {
  const whole = inspect(TCP, 8080, client(REQUEST), server(RESPONSE));

  it('tells the first request and the first response under Zeek’s names', () => {
    expect(whole).toMatchObject({ service: 'http', domain: 'www.example.com', goesOn: [true, false] });
    expect(whole.attrs).toEqual({
      method: 'GET',
      uri: '/a/b?c=d',
      version: '1.1',
      host: 'www.example.com',
      user_agent: 'curl/8.0 (x)',
      requests: 1,
      status_code: 404,
      status_msg: 'Not Found',
      resp_mime_types: ['text/html'],
    });
  });

  it('tells the same however it is divided', () => {
    for (let at = 1; at < REQUEST.length; at++) {
      const told = inspect(TCP, 80, client(REQUEST.slice(0, at)), client(REQUEST.slice(at)), server(RESPONSE));
      expect(told.attrs).toEqual(whole.attrs);
    }
    for (let at = 1; at < RESPONSE.length; at++) {
      const told = inspect(TCP, 80, client(REQUEST), server(RESPONSE.slice(0, at)), server(RESPONSE.slice(at)));
      expect(told.attrs).toEqual(whole.attrs);
    }
  });

  it('counts requests over their bodies, and stops where a body does not say its length', () => {
    const post = `POST /x HTTP/1.1\r\nHost: b\r\nContent-Length: 20000\r\n\r\n${'GET / '.repeat(3333)}..`;
    const all = `${REQUEST}${post}\r\n${REQUEST}`;
    for (const size of [all.length, 1000, 61]) {
      const parts = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
        client(all.slice(i * size, (i + 1) * size)),
      );
      expect(inspect(TCP, 80, ...parts).attrs).toMatchObject({ requests: 3, method: 'GET', host: 'www.example.com' });
    }
    const chunked = 'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(inspect(TCP, 80, client(REQUEST + chunked + REQUEST)).attrs.requests).toBe(2);
    expect(inspect(TCP, 80, client(`CONNECT a:443 HTTP/1.1\r\n\r\n${REQUEST}`)).attrs).toMatchObject({
      requests: 1,
      uri: 'a:443',
    });
  });

  it('passes over informational responses', () => {
    const told = inspect(TCP, 80, server(`HTTP/1.1 100 Continue\r\nX: y\r\n\r\n${RESPONSE}`));
    expect(told.attrs).toMatchObject({ status_code: 404, resp_mime_types: ['text/html'] });
  });

  it('cuts what is long', () => {
    const path = `/${'x'.repeat(500)}`;
    const told = inspect(TCP, 80, client(`GET ${path} HTTP/1.0\nHost: [2001:db8::1]:80\nUser-Agent: ${path}\n\n`));
    expect(told.attrs.uri).toBe(path.slice(0, 256));
    expect(told.attrs.user_agent).toBe(path.slice(0, 256));
    expect(told).toMatchObject({ domain: '2001:db8::1', attrs: { host: '[2001:db8::1]', version: '1.0' } });
    const endless = inspect(TCP, 80, client(`GET /${'y'.repeat(5000)}`), client('y'.repeat(5000)));
    expect(endless).toMatchObject({ service: 'http', attrs: { method: 'GET', requests: 1 }, goesOn: [true, false] });
    expect(endless.attrs.uri).toHaveLength(256);
  });

  it.each([
    'OPTIONS rtsp://x/ RTSP/1.0\r\n\r\n',
    'GET key\r\n',
    'HELLO / HTTP/1.1\r\n\r\n',
    '\r\nGET / HTTP/1.1\r\n\r\n',
    'HTTP/1.1 abc\r\n\r\n',
  ])('is not %j', (text) => {
    expect(inspect(TCP, 80, client(text))).toMatchObject({ service: '', attrs: {}, goesOn: [false] });
  });

  it('gives up a head of too many lines', () => {
    const endless = `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(200)}Host: late\r\n\r\n`;
    expect(inspect(TCP, 80, client(endless))).toMatchObject({ service: 'http', domain: '', goesOn: [false] });
  });

  it('knows the preface of HTTP/2', () => {
    const told = inspect(TCP, 80, client('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    expect(told).toMatchObject({ service: 'http', attrs: { version: '2' } });
    expect(inspect(TCP, 80, client('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n')).service).toBe('');
  });
});
