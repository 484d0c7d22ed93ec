import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { PolicySource } from '../../src/policy/document-shape.js'
import { PRESETS } from '../../src/policy/presets.js'
import { newDataDir, PATIENCE_MS, runMuster } from '../helpers/processes.js'

t.setTimeout(5 * PATIENCE_MS)

const BYTES_MAX = 1_048_576

async function fileWith(t: Test, content: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-policy-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'policy.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const check = (t: Test, ...args: string[]) => runMuster(t, ['policy', 'check', ...args])

function preset(key: string): PolicySource {
  return structuredClone(PRESETS.get(key)) as PolicySource
}

await t.test('a policy without fault passes, and no database is opened', async (t) => {
  const path = await fileWith(t, preset('standard'))
  const dataDir = await newDataDir(t)
  const environment = { MUSTER_DATA_DIR: dataDir, DATABASE_URL: 'no such thing' }
  t.same(await runMuster(t, ['policy', 'check', path], environment), {
    code: 0,
    stdout: `${path}: 0 errors, 0 warnings\n`,
    stderr: ''
  })
  await t.rejects(stat(dataDir), { code: 'ENOENT' })
})

await t.test('warnings are told, and pass', async (t) => {
  const path = await fileWith(t, preset('oupi'))
  const { code, stdout } = await check(t, path)
  t.equal(code, 0)
  t.match(stdout, /^warning irremovable_creator: Whoever begins an organization as owner /)
  t.match(stdout, '\n  1. A (custom[member.invite]) invites B as member, who accepts.\n')
  t.ok(stdout.endsWith(`${path}: 0 errors, 2 warnings\n`))
})

await t.test('an error is told with the steps that lead there, and fails', async (t) => {
  const document = preset('standard')
  document.authority.reassign.push({ actor: 'admin', roles: ['owner'] })
  const path = await fileWith(t, document)
  const { code, stdout, stderr } = await check(t, path)
  t.same({ code, stderr }, { code: 1, stderr: '' })
  const [first, ...rest] = stdout.split('\n')
  t.match(first, /^error self_escalation: A holder of admin can come to hold.* org\.settings/)
  t.same(rest, [
    '  1. A (admin) reassigns the account of B (owner) to C, who accepts.',
    `${path}: 1 error, 0 warnings`,
    ''
  ])
})

await t.test('what is not a policy is refused with the path of what is wrong', async (t) => {
  const document = { ...preset('standard'), creator_role: 'king', seats: { mod: 'none' } }
  const path = await fileWith(t, document)
  const { code, stdout, stderr } = await check(t, path)
  t.same({ code, stdout }, { code: 1, stdout: '' })
  t.equal(stderr.split('\n')[0], `muster: ${path} is not a policy:`)
  t.match(stderr, /\n {2}seats: .*"mod"/)

  const references = await check(t, await fileWith(t, { ...preset('oupi'), creator_role: 'king' }))
  t.match(references.stderr, '\n  creator_role: names a role that is not in roles')
  t.match(await check(t, await fileWith(t, '[]')), { code: 1, stderr: /\n {2}\(document\): / })
})

await t.test('so is what is no file, no JSON, or too large', async (t) => {
  const broken = await fileWith(t, '{"key": "acme"')
  const large = await fileWith(t, ' '.repeat(BYTES_MAX + 1))
  const cases: [string[], string | RegExp][] = [
    [['/no/such/policy.json'], '/no/such/policy.json cannot be read: there is no such file.'],
    [[tmpdir()], `${tmpdir()} cannot be read: it is a folder.`],
    [[broken], `${broken} is not JSON: `],
    [[large], `${large} is too large: a policy has at most ${BYTES_MAX} bytes.`],
    [[], 'policy check takes a file: muster policy check FILE'],
    [[broken, broken], `muster policy check does not take ${broken}. See muster --help.`],
    [['--name=x', broken], 'muster policy check does not take --name. See muster --help.']
  ]
  for (const [args, message] of cases) {
    const ended = await check(t, ...args)
    t.match(ended, { code: 1, stdout: '', stderr: `muster: ${message}` }, args.join(' '))
    t.equal(ended.stderr.trimEnd().split('\n').length, 1, 'in one line, without a stack')
  }
  t.match(await runMuster(t, 'policy'), { code: 1, stderr: /There is no command policy\./ })
  t.match((await runMuster(t, '--help')).stdout, '\n  muster policy check FILE ')
})
