import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const CLOCK = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Use ctx.now or deps.now().'
  },
  { selector: "CallExpression[callee.name='Date']", message: 'Use ctx.now or deps.now().' },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Use ctx.now or deps.now().'
  },
  {
    selector: 'TemplateElement[value.raw=/(?<![.\\w])(now\\(\\)|(current|clock)_timestamp)/i]',
    message: 'No rule uses the clock of the database: pass ctx.now or deps.now().'
  }
]
const ENVIRONMENT = [
  {
    selector:
      "MemberExpression[object.name='process']:matches([property.name='env'],[property.value='env'])",
    message: 'Only src/config.ts reads the environment.'
  },
  {
    selector: "VariableDeclarator[init.name='process'][id.type='ObjectPattern']",
    message: 'Write process.x, so that a reader can find what is used of it.'
  },
  {
    selector: 'ImportDeclaration[source.value=/^(node:)?process$/]',
    message: 'The global is enough, and its use of the environment is watched.'
  }
]
const CHANCE = [
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Ids come from newId, secrets and jitter from node:crypto.'
  }
]

export default defineConfig(
  { ignores: ['dist', 'dist-*', 'node_modules', '.tap', '.muster'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    }
  },
  {
    rules: {
      // Thenables too: a drizzle builder that is not awaited never runs.
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Fastify's plugins and handlers are async by contract.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A sixth of the time, for what is not here: no enums, and classes only of errors.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: false }],
      'max-lines-per-function': ['error', { max: 70 }],
      complexity: ['error', 10],
      'max-params': ['error', 4],
      'max-depth': ['error', 3],
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true }
        }
      ]
    }
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...CLOCK, ...ENVIRONMENT, ...CHANCE] }
  },
  {
    // migrate.ts notes when a migration was applied: bookkeeping, before there is a clock to ask.
    files: ['src/ids.ts', 'src/clock.ts', 'src/db/migrate.ts'],
    rules: { 'no-restricted-syntax': ['error', ...ENVIRONMENT, ...CHANCE] }
  },
  {
    files: ['src/config.ts', 'src/cli.ts'],
    rules: { 'no-restricted-syntax': ['error', ...CLOCK, ...CHANCE] }
  },
  {
    // What a server answered is read as it came.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off'
    }
  },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-console': 'off', 'no-restricted-exports': 'off' }
  }
)
