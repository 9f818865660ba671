// SPDX-License-Identifier: MIT
import tseslint from 'typescript-eslint';
import {rooms} from './src/rooms.js';

/** What src/rooms.js says about imports, as far as a linter sees it. */
const walls = Object.entries(rooms).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.{ts,js,cjs}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: Object.keys(rooms)
          .filter((other) => other !== room && !allowed.includes(other))
          .map((other) => ({
            regex: `^(\\.\\./)+${other}/`,
            message: `${room}/ may not import from ${other}/: see src/rooms.js`,
          })),
      },
    ],
  },
}));

/** The engine returns values and calls listeners; cli/ prints. */
const silence = {
  files: ['src/runner/**/*.ts', 'src/scenario/**/*.ts', 'src/results/**/*.ts', 'src/build/**/*.ts'],
  rules: {
    'no-console': 'error',
    'no-restricted-properties': [
      'error',
      ...['stdout', 'stderr'].map((property) => ({
        object: 'process',
        property,
        message: 'print in src/cli, by way of a listener',
      })),
    ],
  },
};

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
  silence,
);
