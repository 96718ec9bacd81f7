// `npm run build`: dist/ and web/dist/, always anew.
import { build, checkNode, install } from './prepare.mjs';

checkNode();
await install();
await build({ force: true });
