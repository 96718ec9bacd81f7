/** The API reference as one page of plain HTML, made from the OpenAPI document: no script, nothing from elsewhere. */

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: { readonly type?: string; readonly default?: unknown; readonly enum?: readonly unknown[] };
}

interface Content {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses?: Readonly<Record<string, Content>>;
}

interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
h2{margin-top:2.5rem;border-bottom:1px solid #8886}summary{cursor:pointer;padding:.35rem 0}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{overflow:auto;max-height:24rem;padding:.75rem;background:#8881;border-radius:6px}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #8883;vertical-align:top}
.method{display:inline-block;min-width:4.2rem;font-weight:600}nav a{margin-right:1rem}`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function renderReference(openapi: object): string {
  const { info, tags = [], paths = {} } = openapi as Document;
  const title = `${escapeHtml(info.title)} ${escapeHtml(info.version)}: API reference`;
  const sections = tags.map(({ name, description = '' }) => {
    const id = name.replaceAll(' ', '-');
    return `<section id="${id}"><h2>${escapeHtml(name)}</h2><p>${escapeHtml(description)}</p>${operations(paths, name)}</section>`;
  });
  const links = tags.map(({ name }) => `<a href="#${name.replaceAll(' ', '-')}">${escapeHtml(name)}</a>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>${STYLE}</style></head><body><h1>${title}</h1>
<p>Send a key as <code>Authorization: Bearer KEY</code> or <code>X-API-Key: KEY</code>. <a href="/docs">Console</a>, <a href="/openapi.json">OpenAPI document</a>.</p>
<nav>${links.join('')}</nav>${sections.join('\n')}</body></html>\n`;
}

function operations(paths: NonNullable<Document['paths']>, tag: string): string {
  return Object.entries(paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
    .filter(({ operation }) => operation.tags?.includes(tag))
    .map(({ path, method, operation }) => renderOperation(path, method, operation))
    .join('\n');
}

function renderOperation(path: string, method: string, operation: Operation): string {
  const { summary = '', description, parameters = [], requestBody, responses = {} } = operation;
  const answers = Object.entries(responses).map(
    ([status, answer]) =>
      `<h4>${status} ${escapeHtml(answer.description ?? '')}</h4>${Number(status) < 300 ? renderSchema(answer) : ''}`,
  );
  return `<details><summary><span class="method">${method.toUpperCase()}</span><code>${escapeHtml(path)}</code> ${escapeHtml(summary)}</summary>
${description ? `<p>${escapeHtml(description)}</p>` : ''}${renderParameters(parameters)}
${requestBody ? `<h4>Body</h4>${renderSchema(requestBody)}` : ''}${answers.join('')}</details>`;
}

function renderParameters(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(({ name, in: place, required, description = '', schema = {} }) => {
    const kind = schema.enum ? schema.enum.join(' | ') : (schema.type ?? '');
    const otherwise = schema.default === undefined ? '' : JSON.stringify(schema.default);
    const cells = [place, kind, otherwise, description].map((cell) => `<td>${escapeHtml(String(cell))}</td>`);
    return `<tr><td><code>${escapeHtml(name)}</code>${required ? ' *' : ''}</td>${cells.join('')}</tr>`;
  });
  return `<table><tr><th>Parameter</th><th>In</th><th>Type</th><th>Default</th><th></th></tr>${rows.join('')}</table>`;
}

function renderSchema({ content = {} }: Content): string {
  return Object.entries(content)
    .map(
      ([type, { schema }]) =>
        `<p><code>${escapeHtml(type)}</code></p><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`,
    )
    .join('');
}
