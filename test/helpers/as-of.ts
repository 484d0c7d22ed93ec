import type { Answer, TestApp } from './app.js'

const FIELDS = ['id', 'user_id', 'email', 'name', 'role', 'status', 'joined_at'] as const
type Told = Readonly<Record<(typeof FIELDS)[number], string | null>>

const toTold = (member: Record<string, string | null>) =>
  Object.fromEntries(FIELDS.map((field) => [field, member[field]])) as Told

/** A team whose members are written down again and again, to be asked for afterwards. */
export function watchTeam(app: TestApp, path: string) {
  const { call, clock } = app
  const seen = new Map<number, readonly Told[]>()

  const toList = ({ status, body }: Answer) => {
    if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
    return (body.data as Record<string, string | null>[]).map(toTold)
  }

  /** Everybody as the service tells of them, the removed last. */
  async function readAll(query: string): Promise<Told[]> {
    const there = await call('GET', `${path}/members?limit=100${query}`)
    const removed = await call('GET', `${path}/members?limit=100&status=removed${query}`)
    return [...toList(there), ...toList(removed)]
  }

  return {
    /** Of several at one instant the last one counts. */
    record: async () => {
      seen.set(clock.now.getTime(), await readAll(''))
    },

    /** Lets some time pass, so that what comes next has an instant of its own. */
    pass: (ms = 1_000) => {
      clock.now = new Date(clock.now.getTime() + ms)
    },

    count: () => seen.size,

    /** Where the log tells of another past than the one that was. */
    differences: async (): Promise<string[]> => {
      const wrong: string[] = []
      for (const [at, were] of seen) {
        const as = new Date(at).toISOString()
        const told = await readAll(`&as_of=${as}`)
        wrong.push(...differencesOf(were, told).map((text) => `${as}: ${text}`))
      }
      return wrong
    },

    asOf: async (at: Date, query = '') =>
      call('GET', `${path}/members?as_of=${at.toISOString()}${query}`)
  }
}

function differencesOf(were: readonly Told[], told: readonly Told[]): string[] {
  if (were.map(({ id }) => id).join() !== told.map(({ id }) => id).join()) {
    const names = (list: readonly Told[]) => list.map(({ email, status }) => `${email} ${status}`)
    return [`${names(were).join(', ')} are told as ${names(told).join(', ')}`]
  }
  return were.flatMap((member, index) =>
    FIELDS.filter((field) => member[field] !== told[index]?.[field]).map(
      (field) =>
        `${member.email}: ${field} ${member[field]} is told as ${String(told[index]?.[field])}`
    )
  )
}
