import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openEmbedded, startEmbedded } from '../../src/db/embedded.js'
import {
  connect,
  killHard,
  newDataDir,
  nextLine,
  onItsOwn,
  password,
  query,
  readRow,
  serverPid,
  spawnChild,
  startChild,
  until,
  usedDataDir,
  writeRow
} from '../helpers/embedded.js'

/** The embedded server of this process, stopped with the test if not before. */
async function start(t: Test, dataDir: string) {
  const embedded = await startEmbedded({ dataDir, password })
  t.teardown(() => embedded.stop())
  return embedded
}

const refusal = (message: RegExp) => ({ name: 'StartupError', message })

await t.test('a database outlives a stop and a start', onItsOwn, async (t) => {
  const dataDir = await newDataDir(t)
  const first = await start(t, dataDir)
  await writeRow(first.url)
  await first.stop()
  t.equal(await serverPid(dataDir), 0, 'stop() stops the server')
  await first.stop()

  const second = await start(t, dataDir)
  t.strictSame(await readRow(second.url), [42])
  t.strictSame(
    (await readdir(dataDir)).sort(),
    ['postgres', 'postgres.log'],
    'nothing else is left'
  )
})

await t.test(
  'the database is durable, private to the machine and speaks Unicode',
  onItsOwn,
  async (t) => {
    const dataDir = await usedDataDir(t)
    const { url } = await start(t, dataDir)
    const settings = ['fsync', 'data_checksums', 'TimeZone', 'listen_addresses']
    const shown = settings.map((name) => `current_setting('${name}')`).join()
    t.strictSame(await query(url, `select ${shown}`), ['on', 'on', 'UTC', '127.0.0.1'])
    t.strictSame(await query(url, `select upper('éàç'), 'É' ilike 'é'`), ['ÉÀÇ', true])
    t.strictSame(await query(url, 'select current_user, current_database()'), ['muster', 'muster'])
    t.ok(Number(new URL(url).port) < 32_768, 'no outgoing connection can take the port')
    await t.rejects(query(url.replace(/:[^:@]*@/, ':wrong@'), 'select 1'), { code: '28P01' })
    t.equal((await stat(join(dataDir, 'postgres'))).mode & 0o777, 0o700)
    t.equal((await stat(join(dataDir, 'postgres.log'))).mode & 0o777, 0o600)
  }
)

await t.test('after a kill -9 of Muster the next one adopts its server', onItsOwn, async (t) => {
  const dataDir = await usedDataDir(t)
  const { child, answer } = await startChild(t, dataDir)
  await writeRow(answer)
  const pid = await serverPid(dataDir)
  await killHard(child)

  const next = await start(t, dataDir)
  t.equal(await serverPid(dataDir), pid)
  t.strictSame(await readRow(next.url), [42])
  await next.stop()
  t.equal(await serverPid(dataDir), 0, 'and stops it as its own')
})

await t.test('a server left behind by another version is replaced', onItsOwn, async (t) => {
  const dataDir = await usedDataDir(t)
  const { child, answer } = await startChild(t, dataDir)
  await writeRow(answer)
  const pid = await serverPid(dataDir)
  await writeFile(join(dataDir, 'postgres/postmaster.opts'), '/older/postgres "-D" "data"\n')
  await killHard(child)

  const next = await start(t, dataDir)
  t.not(await serverPid(dataDir), pid)
  t.strictSame(await readRow(next.url), [42])
})

await t.test(
  'after a kill -9 of PostgreSQL a start waits for the children it left',
  onItsOwn,
  async (t) => {
    const dataDir = await usedDataDir(t)
    const { child, answer } = await startChild(t, dataDir)
    await writeRow(answer)
    const client = await connect(t, answer)
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const backend = rows[0]?.pid
    if (backend === undefined) throw new Error('no backend')
    process.kill(backend, 'SIGSTOP')
    process.kill(await serverPid(dataDir), 'SIGKILL')
    await killHard(child)

    const starting = startEmbedded({ dataDir, password })
    const log = () => readFile(join(dataDir, 'postgres.log'), 'utf8')
    await until(async () => (await log()).includes('pre-existing shared memory block'))
    process.kill(backend, 'SIGCONT')
    const next = await starting
    t.teardown(() => next.stop())
    t.strictSame(await readRow(next.url), [42])
  }
)

await t.test(
  'a stranger with the process id of a dead server is left in peace',
  onItsOwn,
  async (t) => {
    const [dataDir, otherDir] = [await usedDataDir(t), await newDataDir(t)]
    const first = await start(t, dataDir)
    await writeRow(first.url)
    const pidFile = join(dataDir, 'postgres/postmaster.pid')
    const recorded = await readFile(pidFile, 'utf8')
    await first.stop()
    const { uid, gid } = await stat(join(dataDir, 'postgres'))
    const sleeper = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {})
    t.teardown(() => sleeper.kill())
    const other = await start(t, otherDir)

    for (const stranger of [sleeper.pid, await serverPid(otherDir)]) {
      await writeFile(pidFile, recorded.replace(/^\d+/, String(stranger)))
      const next = await start(t, dataDir)
      t.strictSame(await readRow(next.url), [42])
      await next.stop()
    }
    t.equal(sleeper.exitCode ?? sleeper.signalCode, null)
    t.strictSame(await query(other.url, 'select 1'), [1])
  }
)

await t.test(
  'a second Muster on a folder is refused, and the first goes on',
  onItsOwn,
  async (t) => {
    const dataDir = await usedDataDir(t)
    const first = await start(t, dataDir)
    await t.rejects(
      startEmbedded({ dataDir, password }),
      refusal(
        /^another Muster is running on the data folder .*\/data; stop it, or set MUSTER_DATA_/
      )
    )
    t.strictSame(await query(first.url, 'select 1'), [1])
  }
)

await t.test(
  'of two starts at once one wins, on a fresh folder and on a used one',
  onItsOwn,
  async (t) => {
    const dataDir = await newDataDir(t)
    for (const folder of ['fresh', 'used']) {
      const both = [0, 1].map(() => startEmbedded({ dataDir, password }))
      const settled = await Promise.allSettled(both)
      const [winner] = settled.filter((one) => one.status === 'fulfilled')
      const [loser] = settled.filter((one) => one.status === 'rejected')
      t.match(loser?.reason, refusal(/another Muster is running/), folder)
      t.strictSame(await query(winner?.value.url ?? '', 'select 1'), [1], folder)
      await winner?.value.stop()
    }
  }
)

await t.test(
  'a Muster whose lock was lost does not stop the server of the next one',
  onItsOwn,
  async (t) => {
    const dataDir = await usedDataDir(t)
    const first = await start(t, dataDir)
    const owner = `select pid from pg_locks where locktype = 'advisory' and granted`
    await query(first.url, `select pg_terminate_backend(pid, 5000) from (${owner}) as held`)

    const second = await start(t, dataDir)
    await first.stop()
    t.strictSame(await query(second.url, 'select 1'), [1])
  }
)

await t.test('a tool uses the running server and only lets go of it', onItsOwn, async (t) => {
  const dataDir = await usedDataDir(t)
  const muster = await start(t, dataDir)
  const tool = await openEmbedded({ dataDir, password })
  t.equal(tool.url, muster.url)
  await tool.stop()
  t.strictSame(await query(muster.url, 'select 1'), [1])
})

await t.test('a tool alone starts the server, and stops it', onItsOwn, async (t) => {
  const dataDir = await usedDataDir(t)
  const tool = await openEmbedded({ dataDir, password })
  await t.rejects(startEmbedded({ dataDir, password }), refusal(/another Muster is running/))
  t.strictSame(await query(tool.url, 'select 1'), [1])
  await tool.stop()
  t.equal(await serverPid(dataDir), 0)
})

await t.test('a kill in the middle of the first start breaks nothing', onItsOwn, async (t) => {
  const dataDir = await newDataDir(t)
  const child = spawnChild(t, dataDir)
  const built = () => readdir(dataDir, { recursive: true }).catch(() => [])
  await until(async () => (await built()).some((path) => path.endsWith('data/base/1')))
  await killHard(child)
  t.notOk((await readdir(dataDir)).includes('postgres'), 'the cluster was half-built')

  const next = await start(t, dataDir)
  await writeRow(next.url)
  t.strictSame(await readRow(next.url), [42])
})

await t.test('what killed first starts left is swept', onItsOwn, async (t) => {
  const dataDir = await usedDataDir(t)
  await mkdir(join(dataDir, 'postgres.building-old/data/base'), { recursive: true })
  await start(t, dataDir)
  t.strictSame((await readdir(dataDir)).sort(), ['postgres', 'postgres.log'])
})

await t.test('a Ctrl-C in the terminal reaches Muster alone', onItsOwn, async (t) => {
  const { child, answer } = await startChild(t, await usedDataDir(t))
  if (child.pid === undefined) throw new Error('no child')
  const interrupted = nextLine(child)
  process.kill(-child.pid, 'SIGINT')
  t.equal(await interrupted, 'interrupted')
  t.strictSame(await query(answer, 'select 1'), [1])
})

await t.test('a lost password is told, and no server is left running', onItsOwn, async (t) => {
  const dataDir = await usedDataDir(t)
  const starting = startEmbedded({ dataDir, password: 'another' })
  await t.rejects(starting, refusal(/\/data does not accept its password: restore the file/))
  t.equal(await serverPid(dataDir), 0)
})

await t.test('a server that cannot start says why in one line', onItsOwn, async (t) => {
  const dataDir = await usedDataDir(t)
  const settings = join(dataDir, 'postgres/postgresql.auto.conf')
  await writeFile(settings, 'no_such_setting = 1\n')
  t.teardown(() => writeFile(settings, ''))
  await t.rejects(
    startEmbedded({ dataDir, password }),
    refusal(/^PostgreSQL does not start on the data folder .*"no_such_setting".*$/)
  )
})

await t.test('a folder that is not a cluster is not touched', onItsOwn, async (t) => {
  const dataDir = await newDataDir(t)
  await mkdir(join(dataDir, 'postgres/mine'), { recursive: true })
  await t.rejects(startEmbedded({ dataDir, password }), refusal(/postgres exists but holds no/))
  t.strictSame(await readdir(dataDir, { recursive: true }), ['postgres', 'postgres/mine'])
})

await t.test('a data folder below a file is refused by name', onItsOwn, async (t) => {
  const file = await newDataDir(t)
  await writeFile(file, '')
  const starting = startEmbedded({ dataDir: join(file, 'below'), password })
  await t.rejects(starting, refusal(/^cannot use the data folder .*\/data\/below \(ENOTDIR/))
})

await t.test('the log starts anew when it has grown large', onItsOwn, async (t) => {
  const dataDir = await usedDataDir(t)
  const log = join(dataDir, 'postgres.log')
  await truncate(log, 11 * 1024 * 1024)
  await start(t, dataDir)
  t.ok((await stat(log)).size < 100_000)
})
