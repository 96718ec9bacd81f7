/** All that a tool is given of the environment: it holds privileges and needs no secret. Messages come in English. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}
