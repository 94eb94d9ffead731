// Writes src/protocol/generated.ts from the server's wire structs; `--check` only compares.
// REPRISE_PYTHON names the interpreter; the project's own .venv is the default.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compile } from 'json-schema-to-typescript';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(web);
const target = join(web, 'src', 'protocol', 'generated.ts');
const own = join(root, '.venv', 'bin', 'python');
const python = process.env.REPRISE_PYTHON ?? (existsSync(own) ? own : 'python3');

const schema = JSON.parse(
  execFileSync(python, ['-m', 'server.schemas.export'], { cwd: root, encoding: 'utf8' }),
);
const text = await compile(schema, 'Protocol', {
  bannerComment: '// Generated from server/schemas by `npm run protocol`; do not edit.',
  additionalProperties: false,
  ignoreMinAndMaxItems: true,
  unreachableDefinitions: true,
  declareExternallyReferenced: true,
  style: { singleQuote: true, printWidth: 100 },
});
const cleaned = text
  .replace(
    /\/\*\*\n( \*\n)? \* This interface was referenced by `Protocol`'s JSON-Schema\n \* via the `definition` "\w+"\.\n \*\/\n/g,
    '',
  )
  .replace(
    /( \*\n)? \* This interface was referenced by `Protocol`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g,
    '',
  )
  .replace(/export interface Protocol \{[^}]*\}\n/, '');

if (process.argv.includes('--check')) {
  const committed = existsSync(target) ? readFileSync(target, 'utf8') : '';
  if (committed !== cleaned) {
    console.error('src/protocol/generated.ts is not what server/schemas says: npm run protocol');
    process.exit(1);
  }
} else {
  writeFileSync(target, cleaned);
}
