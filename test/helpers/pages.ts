import type { Locale } from '../../src/errors.js'
import type { TestApp } from './app.js'
import { sendRaw } from './raw.js'

interface ReadOptions {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Record<string, string>
  /** The fields of its form, sent by a POST. */
  readonly form?: Record<string, string>
}

/** A page as a browser asks for it, without following where it leads. */
export async function readPage(url: string, options: ReadOptions = {}) {
  const { form, method = form ? 'POST' : 'GET', headers = {} } = options
  const { text: markup, ...answer } = await sendRaw(url, {
    method,
    headers: {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers
    },
    ...(form ? { body: new URLSearchParams(form).toString() } : {})
  })
  return { ...answer, markup, text: visible(markup) }
}

/** What a reader sees of it. */
const visible = (markup: string) =>
  markup
    .replace(/^.*<body/s, '<body')
    .replace(/<\/?(?:bdi|code|var)>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/[^\S\u00a0\u202f]+/g, ' ')

interface InviteOptions {
  readonly organization?: Record<string, unknown>
  readonly invitation?: Record<string, unknown>
}

/** An organization and an invitation by its owner, Olga, whose link the host sends itself. */
export async function inviteByOwner(app: TestApp, options: InviteOptions = {}) {
  const org = await app.organization(options.organization)
  const email = `${app.unique('ana')}@pages.test`
  const { body } = await app.call('POST', `${org.path}/invitations`, {
    actor: org.as,
    body: { invitations: [{ email, ...options.invitation }], send_email: false }
  })
  const [item] = body.data
  const token = String(item.link).split('/').at(-1) ?? ''
  const path = `${org.path}/invitations/${String(item.invitation.id)}`
  return { org, email, token, path, page: `${app.url}/invitations/${token}` }
}

export const acceptLanguage = (locale: Locale) => ({ 'accept-language': locale })
