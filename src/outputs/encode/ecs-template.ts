import { COLUMNS, type Column } from '../../model/columns.ts';
import { ecsPaths } from './ecs.ts';
import { ECS_FIELDS, ECS_VERSIONS, type EcsMajor } from './ecs-fields.ts';

export interface EcsTemplateOptions {
  /** Names of the data streams it is for; default those of `logs-vedette.events-<namespace>`. */
  readonly patterns?: readonly string[];
  /** OpenSearch names some types differently, and has no data stream lifecycle. Default `elasticsearch`. */
  readonly engine?: 'elasticsearch' | 'opensearch';
  readonly ecs?: EcsMajor;
  /** How long Elasticsearch keeps documents, such as `90d`; for ever, or as its policies say, when absent. */
  readonly retention?: string;
}

interface Mapping {
  type?: string;
  properties?: Record<string, Mapping>;
  [option: string]: unknown;
}

/** Longer words are kept in the document and not indexed: Lucene refuses terms of 32,766 bytes. */
const LONGEST_TERM = 1024;
/** As deep as the JSON that is taken in; Elasticsearch's default of 20 would refuse the document. */
const DEEPEST = 128;
/** Above the templates that come with Elasticsearch for `logs-*-*`, which have 100. */
const PRIORITY = 200;

/** Fields of ours that are no column. */
const EXTRAS: Readonly<Record<string, string>> = {
  'vedette.icmp.type': 'long',
  'vedette.icmp.code': 'long',
  'vedette.risk.reasons': 'keyword',
  'vedette.attrs': 'flattened',
};

/**
 * A composable index template for data streams of our ECS documents: the body of `PUT _index_template/vedette`. Every
 * field that a document can have is mapped with the type that ECS gives it.
 */
export function ecsTemplate(options: EcsTemplateOptions = {}): object {
  const isOpenSearch = options.engine === 'opensearch';
  const { retention } = options;
  return {
    index_patterns: options.patterns ?? ['logs-vedette.events-*'],
    data_stream: {},
    priority: PRIORITY,
    template: {
      settings: {
        'index.codec': 'best_compression',
        'index.mapping.ignore_malformed': true,
        'index.query.default_field': ['source.ip', 'destination.ip', 'destination.domain', 'dns.question.name', 'tags'],
      },
      mappings: {
        date_detection: false,
        dynamic_templates: dynamicTemplates(),
        properties: propertiesOf(fieldTypes(), isOpenSearch),
      },
      ...(isOpenSearch || retention === undefined ? {} : { lifecycle: { data_retention: retention } }),
    },
    _meta: { description: 'Events of Vedette', ecs_version: ECS_VERSIONS[options.ecs ?? 8] },
  };
}

/** Every field of a document, with its type in Elasticsearch. */
export function fieldTypes(): ReadonlyMap<string, string> {
  const inside = [...ECS_FIELDS.keys()].filter((name) => name.startsWith('threat.enrichments.'));
  const paths = [...ecsPaths(), ...inside];
  return new Map(paths.map((path): [string, string] => [path, ECS_FIELDS.get(path) ?? ownType(path)]));
}

function ownType(path: string): string {
  const extra = EXTRAS[path];
  if (extra) return extra;
  const column = (COLUMNS as readonly Column[]).find((one) => `vedette.${one.path}` === path);
  if (!column) throw new RangeError(`no type is known for ${path}`);
  if (column.type === 'ip') return 'ip';
  if (column.type === 'f32' || column.type === 'f64') return 'double';
  return /^u\d/.test(column.type) ? 'long' : 'keyword';
}

function propertiesOf(types: ReadonlyMap<string, string>, isOpenSearch: boolean): Record<string, Mapping> {
  const root: Mapping = {};
  for (const [path, type] of types) {
    let at = root;
    for (const key of path.split('.')) {
      at.properties ??= {};
      at.properties[key] ??= {};
      at = at.properties[key];
    }
    Object.assign(at, mappingOf(type, isOpenSearch));
  }
  return root.properties ?? {};
}

function mappingOf(type: string, isOpenSearch: boolean): Mapping {
  switch (type) {
    case 'keyword':
      return { type, ignore_above: LONGEST_TERM };
    case 'wildcard':
    case 'constant_keyword':
      // Not in every release of OpenSearch that is in use.
      return isOpenSearch ? { type: 'keyword', ignore_above: LONGEST_TERM } : { type };
    case 'flattened':
      return isOpenSearch ? { type: 'flat_object' } : { type, ignore_above: LONGEST_TERM, depth_limit: DEEPEST };
    case 'object':
      return {};
    default:
      return { type };
  }
}

/** For what a later version may add, before the template is put anew. */
function dynamicTemplates(): object[] {
  return [
    { addresses: { match: 'ip', match_mapping_type: 'string', mapping: { type: 'ip' } } },
    { words: { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: LONGEST_TERM } } },
  ];
}
