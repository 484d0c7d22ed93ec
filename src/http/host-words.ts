/** Fields by which a product knows its own things again. */
const NAMES = ['external_id', 'metadata'] as const

/**
 * Whether a body says what only the product can know, or asks for what only it should see: its own
 * ids and notes of things, and links that are other people's. With its key it may say so on behalf of
 * a member; what comes from a member's own browser nobody has looked at.
 */
export function saysWhatHostsSay(body: unknown): boolean {
  if (Array.isArray(body)) return body.some(saysWhatHostsSay)
  if (typeof body !== 'object' || body === null) return false
  const fields = body as Readonly<Record<string, unknown>>
  if (NAMES.some((name) => fields[name] !== undefined)) return true
  if (fields['send_email'] === false || fields['via'] === 'link') return true
  return Object.values(fields).some((value) => Array.isArray(value) && saysWhatHostsSay(value))
}
