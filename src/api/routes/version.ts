import type { Routes } from '../context.ts';
import { versionAnswer } from '../schemas/system.ts';

export const versionRoutes: Routes = (app, { options }) => {
  const { version, gitSha, image, imageTag } = options.build;
  app.get(
    '/v1/version',
    {
      config: { access: 'open' },
      schema: { tags: ['system'], summary: 'Version of this build', response: { 200: versionAnswer } },
    },
    async () => ({ service: 'vedette' as const, version, git_sha: gitSha, image, image_tag: imageTag }),
  );
};
