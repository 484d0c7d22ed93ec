import formBody from '@fastify/formbody'
import { type TProperties, Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { App } from '../http/app-types.js'
import { crossSiteForm } from './errors.js'

/** An address of 320 characters, each percent-encoded, and some short fields. */
const FORM_BYTES_MAX = 4_096

/** The body of a page's form: fields of text, each bounded by its schema, and no others. */
export const Form = <T extends TProperties>(fields: T) =>
  Type.Object(fields, { additionalProperties: false })

/**
 * For a plugin whose pages have forms: takes what a browser sends, and little of it. A form without
 * fields is a body without anything in it.
 */
export async function registerForms(app: App): Promise<void> {
  await app.register(formBody, { bodyLimit: FORM_BYTES_MAX })
  app.addHook('preValidation', (request, _reply, done) => {
    request.body ??= {}
    done()
  })
}

/**
 * The `onRequest` hook of a form. There is no session that another site could ride on: whoever sends
 * a form has its token, or may ask as anybody may. What is prevented is that another site has its
 * visitors send one, from their addresses.
 *
 * Browsers say in `Sec-Fetch-Site` from where a form comes, and no page can lie about it; `none` is
 * the person themselves. A neighbouring host (`same-site`) is somebody else as well. Older browsers,
 * and any over plain HTTP, have `Origin` alone. It is `null` from our own pages, because they send
 * no referrer: so `null` says nothing, and only the name of another site is refused.
 *
 * @throws Problem cross_site_form
 */
export function refuseCrossSite(publicUrl: string) {
  return (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void => {
    done(isCrossSite(request, publicUrl) ? crossSiteForm() : undefined)
  }
}

function isCrossSite({ headers, host }: FastifyRequest, publicUrl: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin } = headers
  if (origin === undefined || origin === 'null') return false
  const from = URL.canParse(origin) ? new URL(origin).host : undefined
  return from !== host.toLowerCase() && from !== new URL(publicUrl).host
}
