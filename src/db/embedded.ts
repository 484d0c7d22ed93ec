import { setTimeout } from 'node:timers/promises'
import { DatabaseError } from 'pg'
import { StartupError } from '../errors.js'
import { EMBEDDED_NAME, openCluster, removeLeftovers } from './embedded-cluster.js'
import { type Cluster, explainFailure } from './embedded-process.js'
import {
  findServer,
  hasEnded,
  isStartedAsOurs,
  type Launch,
  launchServer,
  type Server,
  stopServer,
  whyEnded
} from './embedded-server.js'
import {
  claimOwnership,
  closeSession,
  createDatabase,
  isPassing,
  openSession,
  type Session,
  toStartupError
} from './embedded-session.js'

/** How long a start may be refused: the children of a killed server end by themselves. */
const REFUSED_MAX_MS = 10_000
const REFUSED_PAUSE_MS = 50
/** Recovery after a crash reads the log written since the last checkpoint. */
const START_MAX_MS = 60_000
const POLL_MS = 10

/** The PostgreSQL server of a data folder. */
export interface EmbeddedPostgres {
  readonly url: string
  /** Resolves when our server has ended without being stopped by us; never for a guest. */
  readonly lost: Promise<void>
  /** Stops the server if it is ours, else only lets go of it. May be called again. */
  stop(): Promise<void>
}

interface EmbeddedOptions {
  readonly dataDir: string
  /** The same for the life of the data folder. */
  readonly password: string
}

interface Attempt {
  readonly cluster: Cluster
  readonly password: string
  readonly mode: 'own' | 'share'
}

/** Starts the server of this data folder for one Muster. Throws StartupError. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  return openServer(options, 'own')
}

/**
 * For command-line tools: uses the running server of this data folder, whoever owns it, else starts
 * it. Throws StartupError.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  return openServer(options, 'share')
}

/**
 * Looks, starts a server if there is none, and takes the one that is ready. Two attempts at once
 * need nothing between them: PostgreSQL lets one server live, and its lock goes to one of them.
 */
async function openServer(
  { dataDir, password }: EmbeddedOptions,
  mode: Attempt['mode']
): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(dataDir, password)
  const refusedTooLong = AbortSignal.timeout(REFUSED_MAX_MS)
  const deadline = AbortSignal.timeout(START_MAX_MS)
  let launch: Launch | undefined
  while (!deadline.aborted) {
    const server = await findServer(cluster, launch)
    if (!server) launch = await keepLaunching(cluster, launch, refusedTooLong)
    if (server?.ready) {
      const opened = await attach({ cluster, password, mode }, server, launch)
      if (opened) return opened
    }
    await setTimeout(POLL_MS)
  }
  throw new StartupError(
    `PostgreSQL on the data folder ${dataDir} is not ready after ${START_MAX_MS / 1000} s: ` +
      `see ${cluster.logFile}, and start again when it has recovered`
  )
}

/** Launches a server unless ours is on its way; gives up on one that cannot start. */
async function keepLaunching(
  cluster: Cluster,
  launch: Launch | undefined,
  refusedTooLong: AbortSignal
): Promise<Launch> {
  if (!launch) return launchServer(cluster)
  if (!hasEnded(launch)) return launch
  const { said, mayPass } = await whyEnded(cluster, launch)
  if (!mayPass || refusedTooLong.aborted) throw await explainFailure(cluster, said)
  await setTimeout(REFUSED_PAUSE_MS)
  return launchServer(cluster)
}

interface Attachment {
  readonly server: Server
  readonly session: Session
  readonly launch: Launch | undefined
}

/** Becomes the server's owner or its guest. Undefined when it went away meanwhile. */
async function attach(
  attempt: Attempt,
  server: Server,
  launch: Launch | undefined
): Promise<EmbeddedPostgres | undefined> {
  let session: Session | undefined
  try {
    session = await openSession(server.port, attempt.password)
    return await take(attempt, { server, session, launch })
  } catch (error) {
    if (session) await closeSession(session)
    if (isPassing(error)) return undefined
    // Nobody else can use the server that we just started and cannot use ourselves.
    const isOurChild = launch?.child.pid === server.pid
    if (isOurChild && error instanceof DatabaseError) await stopServer(attempt.cluster, launch)
    throw toStartupError(attempt.cluster, error)
  }
}

/** A server whose owner was killed is adopted: its lock is free, and its data is where it was. */
async function take(attempt: Attempt, to: Attachment): Promise<EmbeddedPostgres | undefined> {
  const { cluster, mode } = attempt
  const isOurChild = to.launch?.child.pid === to.server.pid
  const isOwner = (isOurChild || mode === 'own') && (await claimOwnership(to.session))
  if (!isOwner && mode === 'own') throw alreadyRunning(cluster)
  if (isOwner && !isOurChild && !(await isStartedAsOurs(cluster, to.server))) {
    await stopServer(cluster) // Left by another version: the next round starts ours.
    return undefined
  }
  await createDatabase(to.session)
  return isOwner ? asOwner(attempt, to) : asGuest(attempt, to)
}

const alreadyRunning = ({ dataDir }: Cluster) =>
  new StartupError(
    `another Muster is running on the data folder ${dataDir}; stop it, ` +
      'or set MUSTER_DATA_DIR to another folder'
  )

async function asOwner(attempt: Attempt, to: Attachment): Promise<EmbeddedPostgres> {
  await removeLeftovers(attempt.cluster)
  let stopped: Promise<void> | undefined
  return {
    url: toUrl(attempt, to.server),
    lost: to.session.ended.then(() => (stopped ? never : untilGone(attempt.cluster))),
    stop: () => (stopped ??= stopOwned(attempt, to))
  }
}

async function asGuest(attempt: Attempt, to: Attachment): Promise<EmbeddedPostgres> {
  await closeSession(to.session)
  return { url: toUrl(attempt, to.server), lost: never, stop: () => Promise.resolve() }
}

/** A server that lost its connections but lives on recovers by itself. */
async function untilGone(cluster: Cluster): Promise<void> {
  for (;;) {
    const server = await findServer(cluster)
    if (!server) return
    if (server.ready) return never
    await setTimeout(POLL_MS)
  }
}

const never = new Promise<never>(() => undefined)

const toUrl = ({ password }: Attempt, { port }: Server) =>
  `postgres://${EMBEDDED_NAME}:${encodeURIComponent(password)}@127.0.0.1:${port}/${EMBEDDED_NAME}`

/**
 * Holds the lock until the server has stopped, so that nobody adopts what is about to stop. If the
 * lock was lost with its connection, another Muster may own the server by now: it stays with them.
 */
async function stopOwned(attempt: Attempt, { session, launch }: Attachment): Promise<void> {
  const held = session.lost ? await claimAgain(attempt, launch) : session
  if (!held) return
  await stopServer(attempt.cluster, launch)
  await closeSession(held)
}

async function claimAgain(
  { cluster, password }: Attempt,
  launch: Launch | undefined
): Promise<Session | undefined> {
  const server = await findServer(cluster, launch)
  // One that does not answer is on its way out.
  const session = server && (await openSession(server.port, password).catch(() => undefined))
  if (!session || (await claimOwnership(session).catch(() => false))) return session
  await closeSession(session)
  return undefined
}
