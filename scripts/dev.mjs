// `npm run dev`: the server with reload, the dashboard with hot reload, demo traffic. Data in .data/dev.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bin, checkNode, install, root } from './prepare.mjs';

checkNode();
await install();

const env = { ...process.env, UV_THREADPOOL_SIZE: '24', API_KEY: process.env.API_KEY ?? 'dev-key-dev-key' };
const children = [
  spawn(
    process.execPath,
    [
      bin('tsx', 'tsx'),
      'watch',
      '--clear-screen=false',
      join('src', 'main.ts'),
      'demo',
      '--data',
      join('.data', 'dev'),
    ],
    { cwd: root, env, stdio: 'inherit' },
  ),
  spawn(process.execPath, [bin('vite', 'vite')], { cwd: join(root, 'web'), env, stdio: 'inherit' }),
];
process.stderr.write(`Dashboard with hot reload: http://localhost:5173  (key: ${env.API_KEY})\n`);
const stop = () => {
  for (const child of children) child.kill('SIGTERM');
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const child of children) child.once('exit', stop);
