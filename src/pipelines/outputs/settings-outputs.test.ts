import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../kit/config.ts';
import { outputsOfSettings } from './settings-outputs.ts';

const outputsOf = (env: Record<string, string>) => outputsOfSettings(loadConfig({ env }).settings);

describe('outputs of the settings', () => {
  it('are none where nothing is set', () => {
    expect(outputsOf({})).toEqual(new Map());
  });

  it('are Splunk with a token, and not without', () => {
    expect(outputsOf({ SPLUNK_HEC_URL: 'https://splunk.example:8088' }).size).toBe(0);
    const env = { SPLUNK_HEC_URL: 'https://splunk.example:8088', SPLUNK_HEC_TOKEN: 'a-token' };
    expect(outputsOf(env).get('splunk')).toMatchObject({
      type: 'splunk-hec',
      config: { hec_url: 'https://splunk.example:8088', token: 'a-token', allow_private: true },
    });
  });

  it('take user and password out of the address of Elasticsearch', () => {
    const { config } = outputsOf({ ELASTIC_URL: 'https://joe:p%40ss@elastic.example:9200' }).get('elastic') ?? {};
    expect(config).toMatchObject({ urls: ['https://elastic.example:9200/'], username: 'joe', password: 'p@ss' });
  });

  it('prefer user and password that are set by themselves', () => {
    const env = { ELASTIC_URL: 'https://joe:x@elastic.example:9200', ELASTIC_USERNAME: 'ann', ELASTIC_PASSWORD: 'y' };
    expect(outputsOf(env).get('elastic')?.config).toMatchObject({ username: 'ann', password: 'y' });
  });
});
