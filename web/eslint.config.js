import { readdirSync } from 'node:fs';

import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const features = readdirSync(new URL('./src/features', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const down = 'Imports point down: app → features → ui → transport → protocol, i18n.';

/** A feature knows nothing of another feature or of the app; lower layers know nothing of higher. */
const zones = [
  ...features.map((name) => ({
    target: `./src/features/${name}`,
    from: './src/features',
    except: [`./${name}`],
    message: 'Features do not import each other; move what they share to ui or transport.',
  })),
  { target: './src/features', from: './src/app', message: down },
  { target: './src/ui', from: ['./src/app', './src/features'], message: down },
  { target: './src/transport', from: ['./src/app', './src/features', './src/ui'], message: down },
  {
    target: './src/i18n',
    from: ['./src/app', './src/features', './src/ui', './src/transport'],
    message: down,
  },
  {
    target: './src/protocol',
    from: ['./src/app', './src/features', './src/ui', './src/transport', './src/i18n'],
    message: down,
  },
];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/protocol/generated.ts', 'public'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': importX, 'react-hooks': hooks },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.tsx', '.js', '.json', '.css'] }),
      ],
    },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'socket.io-client', message: 'Only src/transport/live.ts knows the socket.' },
          ],
        },
      ],
    },
  },
  { files: ['src/transport/live.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['scripts/**', '*.config.*'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
