import { describe, expect, it } from 'vitest';
import { silentLog } from '../../kit/log.ts';
import { Database } from './postgres.ts';
import { ServerPostgres } from './server.ts';

describe('server by URL', () => {
  it.each([
    ['postgres://u:s3cret@db.example:5433/vedette?sslmode=require', 'db.example:5433/vedette'],
    ['postgresql://u:s3cret@a.example:1,b.example:2/x', 'a.example:1,b.example:2/x'],
    ['postgres:///x', 'localhost/x'],
  ])('shows where it is and not who we are: %s', (url, at) => {
    const health = new ServerPostgres(url).health();
    expect(health.figures).toEqual({ engine: 'server', at });
    expect(JSON.stringify(health)).not.toContain('s3cret');
  });

  it('refuses another kind of URL without repeating it', () => {
    expect(() => new ServerPostgres('mysql://u:s3cret@db.example/x')).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER', message: expect.not.stringContaining('s3cret') }),
    );
  });

  it('is not available when nobody listens there, after a bounded wait', async () => {
    const database = new Database({ log: silentLog, waitMs: 200 });
    await expect(database.run((sql) => sql`select 1`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    database.open({ url: 'postgres://u:s3cret@127.0.0.1:1/x' });
    const failure = await database.run((sql) => sql`select 1`).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
    expect(String(failure)).not.toContain('s3cret');
    expect(database.failing).toBe('ECONNREFUSED');
    await database.close();
  });
});
