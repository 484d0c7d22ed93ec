import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../src/config.js'
import { keepSecrets } from '../src/secrets.js'

const configOf = (dataDir: string) => loadConfig({ MUSTER_DATA_DIR: dataDir })

await t.test('are made once, kept, and readable by their owner only', async (t) => {
  const folder = join(t.testdir(), 'new', 'data')
  const first = await keepSecrets(configOf(folder))
  const again = await keepSecrets(configOf(folder))
  t.same(again.linkSecrets.current.secret, first.linkSecrets.current.secret)
  t.equal(again.postgresPassword, first.postgresPassword)
  t.equal((await stat(join(folder, 'secrets.json'))).mode & 0o777, 0o600)
})

await t.test('two first starts at once agree', async (t) => {
  const config = configOf(join(t.testdir(), 'data'))
  const [one, two] = await Promise.all([keepSecrets(config), keepSecrets(config)])
  t.equal(one.postgresPassword, two.postgresPassword)
})

await t.test('the environment’s have the last word', async (t) => {
  const folder = t.testdir()
  const given = `mine:${'b'.repeat(43)}`
  const config = loadConfig({ MUSTER_DATA_DIR: folder, MUSTER_LINK_SECRETS: given })
  t.equal((await keepSecrets(config)).linkSecrets.current.id, 'mine')
})

await t.test('a damaged file stops the start and stays as it is', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'secrets.json')
  await writeFile(path, '{"link_secrets":')
  await t.rejects(keepSecrets(configOf(folder)), /secrets\.json is damaged/)
  t.equal(await readFile(path, 'utf8'), '{"link_secrets":')
})
