import { idToUuid } from '../../../src/ids.js'
import type { Event, Row, Rows } from './rows.js'
import type { Teller } from './teller.js'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const ID = /\b([a-z]{2,4})_[0-9a-hjkmnp-tv-z]{26}\b/g

/** What is different each time, and says nothing of the story. */
const RANDOM: readonly string[] = ['slug']

/**
 * The log and the rows of a story, with each id by when it was first named, and the story's own word
 * for what is in every address: alike for whoever tells the same story.
 */
export function normalize({ tag, id }: Teller, log: readonly Event[], rows: Rows) {
  const numbers = new Map([[idToUuid('org', id), 'organization']])
  const nameOf = (uuid: string) => {
    if (!numbers.has(uuid)) numbers.set(uuid, `#${numbers.size}`)
    return numbers.get(uuid) ?? ''
  }
  const known = (uuid: string) => numbers.get(uuid) ?? '?'
  const clean = (json: string, name: (uuid: string) => string) =>
    json
      .replaceAll(tag, 'TAG')
      .replace(ID, (whole, prefix: string) => {
        return prefix === 'key' ? whole : name(idToUuid(prefix as 'mem', whole))
      })
      .replace(UUID, name)
  const events = log.map((event) =>
    clean(JSON.stringify({ ...event, id: null, request_id: null }), nameOf)
  )
  const state = [...rows].flatMap(([table, list]) =>
    list.map((row) => `${table} ${clean(JSON.stringify(withoutRandom(row)), known)}`)
  )
  return { events, state: state.sort() }
}

function withoutRandom(row: Row): Row {
  const kept = Object.entries(row).filter(([column]) => !RANDOM.includes(column))
  return Object.fromEntries(kept)
}

/** Every id that an organization’s log names, but for what all of them share. */
export function namesOf({ tag, id }: Teller, log: readonly Event[]): Set<string> {
  const ids = [...JSON.stringify(log).matchAll(ID)]
    .filter(([, prefix]) => prefix !== 'key')
    .map(([whole]) => whole)
  return new Set([tag, id, ...ids])
}
