// SPDX-License-Identifier: MIT
import tseslint from 'typescript-eslint';

/** The rooms of src/, lowest first: a room imports only from itself and from those before it. */
const rooms = [
  'base',
  'spec',
  'topology',
  'build',
  'image',
  'guest',
  'evidence',
  'verdict',
  'steps',
  'scenario',
  'formats',
  'results',
  'plan',
  'dashboard',
  'cli',
];

const walls = rooms.map((room, index) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: rooms.slice(index + 1).map((above) => ({
          regex: `^(\\.\\./)+${above}/`,
          message: `${room}/ stands below ${above}/: see the order in eslint.config.js`,
        })),
      },
    ],
  },
}));

export default tseslint.config(
  {ignores: ['node_modules', 'coverage', '.*']},
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // `{gone, ...rest}` is how a property is left out.
      '@typescript-eslint/no-unused-vars': ['error', {ignoreRestSiblings: true}],
    },
  },
  ...walls,
);
