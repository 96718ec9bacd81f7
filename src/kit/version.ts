import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Version {
  readonly service: 'vedette';
  readonly version: string;
  /** Commit it was built from; `unknown` outside an image. */
  readonly git_sha: string;
  readonly image_tag: string;
}

/** Folder of the package: where package.json lies, seen from src/kit and from dist/src/kit alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      if (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'vedette') return folder;
    } catch {
      // No readable package.json here: look one folder up.
    }
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json of vedette was not found above its own code');
    folder = parent;
  }
}

/** What runs here. The image build sets VEDETTE_GIT_SHA and VEDETTE_IMAGE_TAG. */
export function readVersion(env: NodeJS.ProcessEnv = process.env): Version {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return {
    service: 'vedette',
    version,
    git_sha: env.VEDETTE_GIT_SHA || 'unknown',
    image_tag: env.VEDETTE_IMAGE_TAG || version,
  };
}
