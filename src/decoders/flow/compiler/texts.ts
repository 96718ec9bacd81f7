import { binary, call, known, number } from './expression.ts';
import type { HelperName } from './helpers.ts';
import { type KnownField, length, type ProgramBuilder, start } from './program-builder.ts';

type Elements = readonly (readonly [pen: number, id: number])[];

/** Names of applications: IANA, Palo Alto, ntop, Ixia, Citrix, Procera, Sophos. */
const APPLICATIONS: Elements = [
  [0, 96],
  [25_461, 56_701],
  [35_632, 119],
  [3054, 111],
  [5951, 152],
  [15_397, 1],
  [9789, 2],
];
const USERS: Elements = [
  [0, 371],
  [9, 7232],
  [25_461, 56_702],
  [35_632, 121],
  [5951, 205],
  [637, 93],
];
/** Names asked for: HTTP host, TLS server name, DNS query; IANA, ntop, YAF, Gigamon, Citrix, Procera, Ixia. */
const DOMAINS: Elements = [
  [0, 460],
  [35_632, 187],
  [35_632, 188],
  [35_632, 205],
  [35_632, 122],
  [6871, 294],
  [6871, 179],
  [26_866, 112],
  [26_866, 204],
  [5951, 142],
  [5951, 267],
  [15_397, 18],
  [3054, 183],
  [3054, 189],
];

/** Application, user, name asked for, and how the flow ended. */
export function addTexts(builder: ProgramBuilder): void {
  addApplication(builder);
  addFirst(builder, 'user', present(builder, USERS));
  addFirst(builder, 'domain', present(builder, DOMAINS));
  const event = builder.uint(0, 233);
  const reason = builder.uint(0, 136);
  if (event ?? reason) builder.run(call('state', known('row'), event ?? number(0), reason ?? number(0)));
}

/** An application id counts by its name; without one a name in the record is better than the bare id. */
function addApplication(builder: ProgramBuilder): void {
  const names = present(builder, APPLICATIONS);
  const id = builder.find(0, 95);
  if (!id || id.length === 0) {
    addFirst(builder, 'app', names);
    return;
  }
  // Stays free for `attrs`, where the id is of use beside the name.
  const named = binary(call('appById', known('row'), start(id), length(id)), '===', 0);
  if (names.length === 0) builder.run(named);
  else builder.step({ is: 'when', test: named, yes: builder.apart(() => addFirst(builder, 'app', names)), no: [] });
}

function present(builder: ProgramBuilder, elements: Elements): KnownField[] {
  return elements
    .map(([pen, id]) => builder.find(pen, id))
    .filter((field) => field !== undefined && field.length !== 0)
    .map((field) => builder.take(field as KnownField));
}

/** Writes the first text that is not empty. */
function addFirst(builder: ProgramBuilder, helper: HelperName, [field, ...others]: readonly KnownField[]): void {
  if (!field) return;
  const write = call(helper, known('row'), start(field), length(field));
  if (others.length === 0) builder.run(write);
  else {
    const no = builder.apart(() => addFirst(builder, helper, others));
    builder.step({ is: 'when', test: binary(write, '===', 0), yes: no, no: [] });
  }
}
