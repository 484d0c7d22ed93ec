import { chmod, chown, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { startEmbedded } from '../../src/db/embedded.js'
import {
  newDataDir,
  onItsOwn,
  password,
  query,
  startChild,
  usedDataDir
} from '../helpers/embedded.js'

const NOBODY = 65534
const isRoot = process.getuid?.() === 0
const asRoot = { skip: isRoot ? onItsOwn.skip : 'needs to run as root' }

const refusal = (message: RegExp) => ({ name: 'StartupError', message })

await t.test('a user other than root runs its own server', asRoot, async (t) => {
  const dataDir = await newDataDir(t)
  await mkdir(dataDir)
  await chown(dataDir, NOBODY, NOBODY)
  const { answer } = await startChild(t, dataDir, NOBODY)
  t.strictSame(await query(answer, 'select 1'), [1])
  t.equal((await stat(join(dataDir, 'postgres'))).uid, NOBODY)
})

await t.test('a folder that the user may not write to is refused by name', asRoot, async (t) => {
  const dataDir = await newDataDir(t)
  await mkdir(dataDir)
  const { answer } = await startChild(t, dataDir, NOBODY)
  t.match(answer, /^StartupError: cannot use the data folder .*\/data \(EACCES/)
})

await t.test('a folder that PostgreSQL cannot enter is named, on any start', asRoot, async (t) => {
  for (const dataDir of [await newDataDir(t), await usedDataDir(t)]) {
    const parent = dirname(dataDir)
    await chmod(parent, 0o700)
    t.teardown(() => chmod(parent, 0o755))
    const named = refusal(new RegExp(`cannot enter ${parent}: "chmod o\\+x ${parent}"`))
    await t.rejects(startEmbedded({ dataDir, password }), named)
  }
})
